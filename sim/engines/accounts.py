"""Accounts under ban: which accounts of a channel are closed today, and whose fans are lost tonight (M18, E-63)."""

import math
from collections.abc import Sequence
from functools import partial

from sim.compiled import at_once, rare
from sim.domains import TIERS
from sim.engines.remembered import Remembered
from sim.parameters import DAYS_PER_MONTH
from sim.rules.accounts import ban_hazard
from sim.scenario.schema import Channel
from sim.streams import Decision, uniform

_CHANNEL_SHIFT = 32  # addresses of accounts lie below those of all people


@rare
def _draw(key: int, account: int, day: int) -> float:
    return uniform(key, Decision.BAN.value, account, day, 0)


draw = at_once(_draw)


def _chance(channel: Channel, spam: float) -> float:
    """Probability that an account of a channel is banned on a day; spam: messages of the brand a day."""
    return -math.expm1(-float(ban_hazard(spam, channel.accounts.ban / DAYS_PER_MONTH, channel.accounts.ban_spam)))


class BannedAccounts:
    """Bans of the accounts of all channels.

    threatened  channels whose accounts can be banned
    until   [C] account → first day on which it is open again
    closed  [C] bit sets of the accounts that are closed today;  lost: of those whose fans are lost tonight
    """

    CARRIED = ("until",)
    PASSING = ("closed", "lost")

    def __init__(self, channels: Sequence[Channel], key: int) -> None:
        self.channels, self.key = channels, key
        self.threatened = [c for c, x in enumerate(channels) if x.accounts.ban > 0 and x.accounts.number is not None]
        self.chances = {c: Remembered(partial(_chance, channels[c])) for c in self.threatened}
        self.until: list[dict[int, int]] = [{} for _ in channels]
        self.closed, self.lost = [0] * len(channels), [0] * len(channels)

    def morning(self, day: int, week: Sequence[float]) -> list[int]:
        """Bans of a day; returns their number by channel.

        week  [C·T] messages of the seven days before

        An account whose fans are lost is replaced by a new one next day; a frozen one opens again with its fans.
        """
        bans = [0] * len(self.channels)
        for c in self.threatened:
            accounts, until = self.channels[c].accounts, self.until[c]
            chance = self.chances[c](max(week[TIERS * c : TIERS * c + TIERS]) / 7.0)
            banned, first = 0, c << _CHANNEL_SHIFT
            for account in range(accounts.number or 0):
                open_again = until.get(account, 0) <= day
                if open_again and draw(self.key, first | account, day) < chance:
                    until[account] = day + (accounts.frozen_days or 1)
                    banned |= 1 << account
            self.closed[c] = sum(1 << account for account, opens in until.items() if opens > day)
            self.lost[c] = 0 if accounts.frozen_days else banned
            bans[c] = banned.bit_count()
        return bans
