"""Accounts under ban: which accounts of a channel are closed today, and whose fans are lost tonight (M18, E-63)."""

import math
from collections.abc import Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from sim.compiled import at_once, rare
from sim.domains import TIERS
from sim.engines.remembered import Remembered
from sim.parameters import DAYS_PER_MONTH
from sim.rules.accounts import ban_hazard
from sim.scenario.schema import Channel
from sim.streams import Decision, uniform

_CHANNEL_SHIFT = 32  # addresses of accounts lie below those of all people


@rare
def ban_accounts(
    channel: int, until: npt.NDArray[np.int64], chance: float, frozen: int, day: int, key: int
) -> tuple[int, int]:
    """A morning of the accounts of a channel: bit sets of those banned today, and of those closed today.

    until   [accounts] first day on which an account is open again, moved on;  chance: of a ban
    frozen  days for which a banned account is closed
    """
    banned = closed = 0
    for account in range(len(until)):
        address = channel << _CHANNEL_SHIFT | account
        if until[account] <= day and uniform(key, Decision.BAN, address, day, 0) < chance:
            until[account] = day + frozen
            banned |= 1 << account
        if until[account] > day:
            closed |= 1 << account
    return banned, closed


accounts_banned = at_once(ban_accounts)


def ban_chance(channel: Channel, spam: float) -> float:
    """Probability that an account of a channel is banned on a day; spam: messages of the brand a day."""
    return -math.expm1(-float(ban_hazard(spam, channel.accounts.ban / DAYS_PER_MONTH, channel.accounts.ban_spam)))


class BannedAccounts:
    """Bans of the accounts of all channels.

    threatened  channels whose accounts can be banned
    until   channel → [accounts] first day on which each is open again
    closed  [C] bit sets of the accounts that are closed today;  lost: of those whose fans are lost tonight
    """

    CARRIED = ("until",)
    PASSING = ("closed", "lost")

    def __init__(self, channels: Sequence[Channel], key: int) -> None:
        self.channels, self.key = channels, key
        self.threatened = [c for c, x in enumerate(channels) if x.accounts.ban > 0 and x.accounts.number is not None]
        self.chances = {c: Remembered(partial(ban_chance, channels[c])) for c in self.threatened}
        self.until = {c: np.zeros(channels[c].accounts.number or 0, np.int64) for c in self.threatened}
        self.closed, self.lost = [0] * len(channels), [0] * len(channels)

    def morning(self, day: int, week: Sequence[float]) -> list[int]:
        """Bans of a day; returns their number by channel.

        week  [C·T] messages of the seven days before

        An account whose fans are lost is replaced by a new one next day; a frozen one opens again with its fans.
        """
        bans = [0] * len(self.channels)
        for c in self.threatened:
            frozen = self.channels[c].accounts.frozen_days
            chance = self.chances[c](max(week[TIERS * c : TIERS * c + TIERS]) / 7.0)
            banned, self.closed[c] = accounts_banned(c, self.until[c], chance, frozen or 1, day, self.key)
            self.lost[c] = 0 if frozen else banned
            bans[c] = banned.bit_count()
        return bans
