"""Dispatch: from pushes per week to the messages of a day, and what they cost to make.

Each channel × tier carries a remainder, c ← c + f/7, and sends ⌊c⌋, so that Σ sent = ⌊Σ f/7⌋ whatever the plan does;
a second remainder on the value share tells value from promotion. A channel with a schedule of k weekdays has
c ← c + f/k on these and sends nothing on the others: the same messages in a week (E-62).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.domains import TIERS, ChannelKind
from sim.plans import Brief, Plan

WEEK = 7
_ROUNDING = 1e-9  # 7 × (1/7) must send


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages of a day by channel × tier, shape [C·T]; notices of lives by channel, shape [C].

    cost     cents for the items and lives made today
    useful   value messages published, over channels with members
    packets  red packets in every room of every group
    """

    value: np.ndarray
    promotion: np.ndarray
    notice: np.ndarray
    week: np.ndarray
    lives: int
    cost: int
    useful: int = 0
    packets: int = 0


class Dispatch:
    """Carried remainders and the messages of the last seven days.

    live_cost  cents
    videos     new videos a week, which announce themselves where ``video_notice`` says so (E-41)
    makers     [C] accounts that each make the items of the channel
    """

    def __init__(
        self,
        brief: Brief,
        live_cost: float,
        videos: float = 0.0,
        video_notice: Sequence[bool] = (),
        makers: Sequence[int] = (),
    ) -> None:
        self.brief = brief
        self.live_cost = live_cost
        self.videos = videos
        self.video_notice = np.array(video_notice or [False] * len(brief.channels), np.int64)
        self.makers = np.array(makers or [1] * len(brief.channels), np.int64)
        cells = TIERS * len(brief.channels)
        self.remainder = [0.0] * cells
        self.value_remainder = [0.0] * cells
        self.live_remainder = self.video_remainder = self.packet_remainder = 0.0
        self.last = np.zeros((7, cells), np.int64)  # ring of daily totals

    def day(self, day: int, plan: Plan, members: Sequence[int]) -> Messages:
        """Messages of a day under the plan in force.

        members  [C] of yesterday; nothing is made for a channel without any
        """
        channels = len(self.brief.channels)
        weekday = (self.brief.start.weekday() + day) % WEEK
        value = np.zeros(TIERS * channels, np.int64)
        promotion = np.zeros(TIERS * channels, np.int64)
        for c in range(channels):
            if self.brief.channels[c].kind == ChannelKind.PULL:
                continue  # fans come on their own, whatever a plan says
            chosen = plan.schedule[c] if plan.schedule else ()
            if chosen and weekday not in chosen:
                continue
            for t in range(TIERS):
                at = TIERS * c + t
                self.remainder[at] += plan.pushes[c][t] / (len(chosen) or WEEK)
                sent = math.floor(self.remainder[at] + _ROUNDING)
                self.remainder[at] -= sent
                for _ in range(sent):
                    self.value_remainder[at] += plan.value_share[c][t]
                    if self.value_remainder[at] >= 1.0 - _ROUNDING:
                        self.value_remainder[at] -= 1.0
                        value[at] += 1
                    else:
                        promotion[at] += 1
        self.live_remainder += plan.lives_per_week / 7.0
        lives = math.floor(self.live_remainder + _ROUNDING)
        self.live_remainder -= lives
        self.video_remainder += self.videos / 7.0
        videos = math.floor(self.video_remainder + _ROUNDING)
        self.video_remainder -= videos
        self.packet_remainder += plan.red_packets_per_week / 7.0
        packets = math.floor(self.packet_remainder + _ROUNDING)
        self.packet_remainder -= packets
        read = np.array(members) > 0
        cost = self._cost(value, promotion, lives, plan.quality, read)
        useful = int(value.reshape(-1, TIERS).max(axis=1)[read].sum())
        notice = np.array([lives if c.live_notice else 0 for c in self.brief.channels], np.int64)
        promotion += np.repeat(notice, TIERS)  # the notice of a live is a promotion that needs no item of its own
        value += np.repeat(self.video_notice * videos, TIERS)  # a video is made for the feed, its notice is useful
        self.last[day % 7] = value + promotion
        week = self.last.sum(axis=0).astype(np.float64)
        return Messages(value, promotion, notice, week, lives, cost, useful, packets)

    def _cost(self, value: np.ndarray, promotion: np.ndarray, lives: int, quality: float, read: np.ndarray) -> int:
        """One item per channel, day and kind of content, shared by tiers; a value item costs c₀·e^(c₁·quality)."""
        makers = np.where(read, self.makers, 0)
        useful = int(((value.reshape(-1, TIERS).max(axis=1) > 0) * makers).sum())
        promoting = int(((promotion.reshape(-1, TIERS).max(axis=1) > 0) * makers).sum())
        item = self.brief.base_item_cost * math.exp(self.brief.quality_cost * quality)
        return round(useful * item + promoting * self.brief.base_item_cost + lives * self.live_cost)
