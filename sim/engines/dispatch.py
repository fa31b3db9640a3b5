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


type Counts = list[list[int]]  # [audiences][C·T]


def _most(messages: Counts, c: int) -> int:
    """Most messages to any audience and tier of a channel."""
    return max(max(audience[TIERS * c : TIERS * c + TIERS]) for audience in messages)


@dataclass(frozen=True, slots=True)
class Messages:
    """Messages of a day by audience × channel × tier, shape [A·C·T]; notices of lives by channel, shape [C].

    All fans are one audience, unless the plan pushes to segments apart: then every segment is one.

    cost     cents for the items and lives made today
    useful   value messages published, over channels with members
    packets  red packets in every room of every group
    """

    value: np.ndarray
    promotion: np.ndarray
    notice: list[int]
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

    CARRIED = (
        "remainder", "value_remainder", "live_remainder", "video_remainder", "packet_remainder", "last", "items"
    )  # fmt: skip

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
        self.video_notice = list(video_notice) or [False] * len(brief.channels)
        self.makers = list(makers) or [1] * len(brief.channels)
        self.cells = TIERS * len(brief.channels)
        self.remainder = [[0.0] * self.cells]  # [audiences][C·T]
        self.value_remainder = [[0.0] * self.cells]
        self.live_remainder = self.video_remainder = self.packet_remainder = 0.0
        self.last = np.zeros((7, 1, self.cells), np.int64)  # ring of daily totals
        # items had so far, by kind of content and audience, [2][audiences][C]
        self.items = [[[0] * len(brief.channels)] for _ in range(2)]

    def day(self, day: int, plan: Plan, members: Sequence[int]) -> Messages:
        """Messages of a day under the plan in force.

        members  [C] of yesterday; nothing is made for a channel without any
        """
        self._divide(len(self.brief.segments) if plan.by_segment else 1)
        weekday = (self.brief.start.weekday() + day) % WEEK
        value: Counts = [[0] * self.cells for _ in self.remainder]
        promotion: Counts = [[0] * self.cells for _ in self.remainder]
        for audience in range(len(self.remainder)):
            self._send(audience, weekday, plan, value[audience], promotion[audience])
        self.live_remainder += plan.lives_per_week / 7.0
        lives = math.floor(self.live_remainder + _ROUNDING)
        self.live_remainder -= lives
        self.video_remainder += self.videos / 7.0
        videos = math.floor(self.video_remainder + _ROUNDING)
        self.video_remainder -= videos
        self.packet_remainder += plan.red_packets_per_week / 7.0
        packets = math.floor(self.packet_remainder + _ROUNDING)
        self.packet_remainder -= packets
        cost = self._cost(value, promotion, lives, plan.quality, members)
        useful = sum(_most(value, c) for c, inside in enumerate(members) if inside > 0)
        notice = [lives if c.live_notice else 0 for c in self.brief.channels]
        noticed = [videos if own else 0 for own in self.video_notice]
        for audience in range(len(value)):
            for at in range(self.cells):
                promotion[audience][at] += notice[at // TIERS]  # a promotion that needs no item of its own
                value[audience][at] += noticed[at // TIERS]  # a video is made for the feed, its notice is useful
        values, promotions = np.array(value, np.int64), np.array(promotion, np.int64)
        self.last[day % 7] = values + promotions
        week = self.last.sum(axis=0).astype(np.float64)
        return Messages(values.ravel(), promotions.ravel(), notice, week.ravel(), lives, cost, useful, packets)

    @property
    def of_week(self) -> list[int]:
        """Messages of the last seven days by channel × tier, [C·T]; to the audience that got most."""
        found: list[int] = self.last.sum(axis=0).max(axis=0).tolist()
        return found

    def _divide(self, audiences: int) -> None:
        """Let every segment be an audience of its own, which goes on from where all were; or all be one again."""
        if audiences != len(self.remainder):
            self.remainder = [list(self.remainder[0]) for _ in range(audiences)]
            self.value_remainder = [list(self.value_remainder[0]) for _ in range(audiences)]
            self.last = np.repeat(self.last[:, :1], audiences, axis=1)
            most = [[max(of_channel) for of_channel in zip(*of_kind, strict=True)] for of_kind in self.items]
            self.items = [[list(of_kind) for _ in range(audiences)] for of_kind in most]

    def _send(self, audience: int, weekday: int, plan: Plan, value: list[int], promotion: list[int]) -> None:
        """Messages of today to one audience, [C·T] each, to be filled."""
        rest, value_rest = self.remainder[audience], self.value_remainder[audience]
        for c, channel in enumerate(self.brief.channels):
            if channel.kind == ChannelKind.PULL:
                continue  # fans come on their own, whatever a plan says
            chosen = plan.weekdays_for(audience, c)
            if chosen and weekday not in chosen:
                continue
            for t in range(TIERS):
                at = TIERS * c + t
                rest[at] += plan.pushes_to(audience, c, t) / (len(chosen) or WEEK)
                sent = math.floor(rest[at] + _ROUNDING)
                rest[at] -= sent
                for _ in range(sent):
                    value_rest[at] += plan.value_share_to(audience, c, t)
                    if value_rest[at] >= 1.0 - _ROUNDING:
                        value_rest[at] -= 1.0
                        value[at] += 1
                    else:
                        promotion[at] += 1

    def _cost(self, value: Counts, promotion: Counts, lives: int, quality: float, members: Sequence[int]) -> int:
        """One item per channel, day and kind of content, shared by tiers; a value item costs c₀·e^(c₁·quality).

        What was made for one segment serves every other on a day of its own: a new item is needed when a segment has
        had all that were made so far.
        """
        made = [0, 0]
        for kind, messages in enumerate((value, promotion)):
            had = self.items[kind]
            for c, inside in enumerate(members):
                if inside <= 0:
                    continue
                sent = [any(to_audience[TIERS * c : TIERS * c + TIERS]) for to_audience in messages]
                if not any(sent):
                    continue
                before = max(of_audience[c] for of_audience in had)
                for audience, is_sent in enumerate(sent):
                    had[audience][c] += is_sent
                made[kind] += (max(of_audience[c] for of_audience in had) - before) * self.makers[c]
        useful, promoting = made
        item = self.brief.base_item_cost * math.exp(self.brief.quality_cost * quality)
        return round(useful * item + promoting * self.brief.base_item_cost + lives * self.live_cost)
