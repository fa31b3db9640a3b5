"""Word of mouth: what becomes of the day's shares, once all rows have lived their day (M10).

Who shared is settled against the network in the order of the inviters' keys: an untouched friend who accepts becomes a
row, a known one who does not follow comes back, a follower stays as he is.
"""

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from sim.engines.network import KNOWN, KNOWN_REFUSED, NEWCOMER, NOBODY_LEFT, Network
from sim.engines.reservoir import Reservoir, Responders, pool_address
from sim.rules.climate import Climate
from sim.rules.referral import ReferralRules
from sim.rules.tally import Slot, Tally

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


class Senders(NamedTuple):
    """Followers who shared today, each [n], in the order of their keys."""

    numbers: Integers  # of birth
    keys: Integers
    trusts: Floats
    affinities: Floats
    rewarded: Integers  # 1: would not have shared without the reward


class Invited(NamedTuple):
    """Friends who accepted an invitation and had no row, each [n], in the order of settlement."""

    addresses: Integers
    segments: Integers
    rewarded: Integers
    trusts: Floats  # of the senders
    affinities: Floats


class SharingRows(Protocol):
    """What the rows of an engine do for word of mouth."""

    def senders(self) -> Senders:
        """Who shared today."""
        ...

    def admit_invited(self, invited: Invited, climate: Climate, tally: Tally) -> None:
        """New rows of friends who accepted an invitation."""

    def bring_back(self, numbers: Integers, rewarded: Integers, climate: Climate, tally: Tally) -> None:
        """Known people accept an invitation."""

    def keys(self) -> Integers:
        """Addresses of all rows, in the order of birth."""
        ...


class WordOfMouth:
    """The network of a run and the reservoir that it shares people with."""

    def __init__(self, classes: tuple[tuple[float, int], ...], segments: int, p: ReferralRules, key: int) -> None:
        self.classes = len(classes)
        self.network = Network(classes, segments * len(classes), p, key)

    def populate(self, fans: int, segments: Integers) -> Integers:
        """Give the initial pool its friends; returns the members' cells.

        segments  of the members
        """
        return segments * self.classes + self.network.populate(np.arange(pool_address(0), pool_address(fans)))

    def day(
        self, responders: Responders, reservoir: Reservoir, rows: SharingRows, climate: Climate, tally: Tally
    ) -> None:
        """Give today's responders their friends, then settle the invitations of the day."""
        untouched = np.array(reservoir.untouched, np.int64)
        self.network.admit(responders.addresses, untouched)
        senders = rows.senders()
        if not len(senders.keys):
            return
        settled = self.network.settle(senders.numbers, senders.keys, senders.trusts, untouched)
        reservoir.untouched[:] = untouched.tolist()
        tally[Slot.INVITATIONS] += np.count_nonzero(settled.outcomes != NOBODY_LEFT)
        tally[Slot.INVITED_KNOWN] += np.count_nonzero(np.isin(settled.outcomes, (KNOWN, KNOWN_REFUSED)))
        new, known = settled.outcomes == NEWCOMER, settled.outcomes == KNOWN
        invited = Invited(
            addresses=settled.addresses[new],
            segments=settled.targets[new] // self.classes,
            rewarded=senders.rewarded[new],
            trusts=senders.trusts[new],
            affinities=senders.affinities[new],
        )
        rows.admit_invited(invited, climate, tally)
        rows.bring_back(settled.targets[known], senders.rewarded[known], climate, tally)

    def inviters(self, keys: Integers) -> Integers:
        """Number of birth of the row that brought each row, −1 for those who came by themselves.

        keys  addresses of all rows, in the order of birth
        """
        parents, children = self.network.friends_asked(keys)
        order = np.argsort(keys)
        at = np.minimum(np.searchsorted(keys[order], children), len(keys) - 1)
        found = np.full(len(keys), -1, np.int64)
        mine = keys[order[at]] == children
        found[order[at[mine]]] = parents[mine]
        return found

    @staticmethod
    def check_addresses(rows: SharingRows) -> None:
        """Two people with one address are an error, not one person."""
        keys = np.sort(rows.keys())
        if (keys[1:] == keys[:-1]).any():
            raise RuntimeError(
                "two people have the same 64-bit address, which happens once in 20,000 runs with ten million invited "
                "people. Use another seed."
            )
