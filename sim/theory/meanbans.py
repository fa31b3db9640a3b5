"""Bans of accounts on average: which share of a channel's accounts is banned today, and what that does to its members.

The mean-field counterpart of ``engines.accounts`` (M18, E-63). Fans fall evenly to the accounts of a channel, so of
every cell the same share is lost with them, or is out of reach while they are frozen. Runs have luck here that a mean
has not: one ban of four accounts takes a quarter of the members at once.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.domains import TIERS, Cause
from sim.engines.accounts import ban_chance
from sim.rules.mean_reading import PARTS
from sim.rules.mean_state import SIZE
from sim.rules.tally import Slot
from sim.scenario.schema import Channel


class MeanBans:
    """Expected bans of the accounts of all channels, with what an operation of a brand asks of ``BannedAccounts``.

    threatened  channels whose accounts can be banned
    closed  [C] share of the accounts that are closed today, in ``PARTS``;  lost: nobody is, for the operation
    shares  channel → share of its accounts, and so of its members, that is lost today
    """

    def __init__(self, channels: Sequence[Channel]) -> None:
        self.channels = channels
        self.threatened = [c for c, x in enumerate(channels) if x.accounts.ban > 0 and x.accounts.number is not None]
        self.closed, self.lost = [0] * len(channels), [0] * len(channels)
        self.shares: dict[int, float] = {}
        frozen = {c: channels[c].accounts.frozen_days or 0 for c in self.threatened}
        self.recent = {c: deque([0.0] * (days - 1), days - 1) for c, days in frozen.items() if days}
        self.left = [0.0] * len(channels)  # of the number of bans, over whole ones

    def morning(self, day: int, week: Sequence[float]) -> list[int]:
        """Bans of a day by channel; what whole numbers leave is carried over.  week: [C·T] messages of seven days."""
        bans = [0] * len(self.channels)
        for c in self.threatened:
            chance = ban_chance(self.channels[c], max(week[TIERS * c : TIERS * c + TIERS]) / 7.0)
            if c in self.recent:  # frozen: open again with its fans after some days
                shut = sum(self.recent[c])
                banned = chance * (1.0 - shut)
                self.recent[c].append(banned)
                self.closed[c] = round((shut + banned) * PARTS)
            else:
                banned = self.shares[c] = chance
            self.left[c] += banned * (self.channels[c].accounts.number or 0)
            bans[c] = int(self.left[c] + 1e-9)
            self.left[c] -= bans[c]
        return bans


def lose(cells: Any, c: int, share: float, flow: Any) -> None:
    """A share of the members of channel c is out of it; for whom it was the only channel, that is the end.

    cells  ``meanrows.Cells``;  flow: expected counters of the day
    """
    sizes, members = cells.states[:, SIZE], cells.members
    lost = share * members[:, c]
    ends = lost * np.prod(1.0 - np.delete(members, c, axis=1), axis=1)
    stay = np.maximum(1e-300, 1.0 - ends)
    flow[Slot.CHANNEL_LEAVES + c] += float(sizes @ lost)
    flow[Slot.EXITS + Cause.BAN] += float(sizes @ ends)
    kept = members[:, c] - lost
    members /= stay[:, None]  # who leaves was in no other channel
    members[:, c] = kept / stay
    np.minimum(members, 1.0, out=members)
    sizes *= 1.0 - ends
