"""Word of mouth: what becomes of the day's shares, once all rows have lived their day (M10).

Who shared is settled against the network in the order of the inviters' keys: an untouched friend who accepts becomes a
row, a known one who does not follow comes back, a follower stays as he is.
"""

from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from sim.engines.network import KNOWN, KNOWN_REFUSED, NEWCOMER, NOBODY_LEFT, Network
from sim.engines.reservoir import Reservoir, Responders
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

    def those(self, chosen: npt.NDArray[np.bool_]) -> "Senders":
        """Some of them."""
        return Senders(
            self.numbers[chosen], self.keys[chosen], self.trusts[chosen], self.affinities[chosen], self.rewarded[chosen]
        )


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

    def bring_back(self, numbers: Integers, senders: Senders, climate: Climate, tally: Tally) -> None:
        """Known people accept an invitation."""

    def strangers(self, numbers: Integers) -> npt.NDArray[np.bool_]:
        """Whether the brand has not met people with these numbers of birth."""
        ...

    def keys_here(self) -> Integers:
        """Addresses of the rows of this process; people with equal addresses are in one process."""
        ...


class WordOfMouth:
    """The network of a run, which all brands share, and the reservoir that it shares people with."""

    CARRIED = ("network",)

    def __init__(self, classes: tuple[tuple[float, int], ...], segments: int, p: ReferralRules, key: int) -> None:
        self.classes = len(classes)
        self.network = Network(classes, segments * len(classes), p, key)

    def populate(self, addresses: Integers, segments: Integers) -> Integers:
        """Give the initial pools their friends; returns the members' cells.

        addresses, segments  of the members
        """
        return segments * self.classes + self.network.populate(addresses)

    def admit(self, responders: Responders, reservoir: Reservoir) -> None:
        """Give today's responders their friends."""
        self.network.admit(responders.addresses, np.array(reservoir.untouched, np.int64))

    def settle(self, reservoir: Reservoir, rows: SharingRows, climate: Climate, tally: Tally) -> Invited:
        """Settle a brand's invitations of the day; returns the newcomers.

        Whom another brand has met and this one has not meets it now. An edge carries one invitation, whoever's it is.
        """
        senders = rows.senders()
        if not len(senders.keys):
            none = np.zeros(0, np.int64)
            return Invited(none, none, none, np.zeros(0), np.zeros(0))
        untouched = np.array(reservoir.untouched, np.int64)
        settled = self.network.settle(senders.numbers, senders.keys, senders.trusts, untouched)
        reservoir.untouched[:] = untouched.tolist()
        tally[Slot.INVITATIONS] += np.count_nonzero(settled.outcomes != NOBODY_LEFT)
        new, known = settled.outcomes == NEWCOMER, settled.outcomes == KNOWN
        invited = Invited(
            addresses=settled.addresses[new],
            segments=settled.targets[new] // self.classes,
            rewarded=senders.rewarded[new],
            trusts=senders.trusts[new],
            affinities=senders.affinities[new],
        )
        rows.admit_invited(invited, climate, tally)
        met = settled.targets[np.isin(settled.outcomes, (KNOWN, KNOWN_REFUSED))]  # some of them came a moment ago
        tally[Slot.INVITED_KNOWN] += len(met) - np.count_nonzero(rows.strangers(met))
        rows.bring_back(settled.targets[known], senders.those(known), climate, tally)
        return invited

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
        keys = np.sort(rows.keys_here())
        if (keys[1:] == keys[:-1]).any():
            raise RuntimeError(
                "two people have the same 64-bit address, which happens once in 20,000 runs with ten million invited "
                "people. Use another seed."
            )
