"""Dispatch: from pushes per week to the messages of a day, and what they cost to make.

Each channel × tier carries a remainder, c ← c + f/7, and sends ⌊c⌋, so that Σ sent = ⌊Σ f/7⌋ whatever the plan does;
a second remainder on the value share tells value from promotion. A channel with a schedule of k weekdays has
c ← c + f/k on these and sends nothing on the others: the same messages in a week (E-62).
"""

import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sim.domains import TIERS, ChannelKind
from sim.engines.climates import ClimateRoom
from sim.engines.sending import day_sent
from sim.plans import Brief, Plan

WEEK = 7
_ROUNDING = 1e-9  # 7 × (1/7) must send

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


class Messages(NamedTuple):
    """What of a day's messages concerns nobody alone; how many go to whom is in the climate.

    cost     cents for the items and lives made today
    useful   value messages published, over channels with members
    packets  red packets in every room of every group
    """

    lives: int
    cost: int
    useful: int = 0
    packets: int = 0


class Dispatch:
    """Carried remainders and the messages of the last seven days, by audience.

    All fans are one audience, unless the plan pushes to segments apart: then every segment is one.

    live_cost  cents
    videos     new videos a week, which announce themselves where ``video_notice`` says so (E-41)
    makers     [C] accounts that each make the items of the channel
    climate    into which the day's messages are written

    remainder, value_remainder  [audiences, C·T];  items: [2, audiences, C] had so far, useful and promoting
    last     [7, audiences, C·T] ring of daily totals;  of_seven_days: their sum
    """

    CARRIED = (
        "remainder", "value_remainder", "live_remainder", "video_remainder", "packet_remainder", "last",
        "of_seven_days", "items",
    )  # fmt: skip
    PASSING = ("routes", "routes_of", "noticed", "notices", "made")

    def __init__(
        self,
        brief: Brief,
        live_cost: float,
        videos: float = 0.0,
        video_notice: Sequence[bool] = (),
        makers: Sequence[int] = (),
        climate: ClimateRoom | None = None,
    ) -> None:
        channels = len(brief.channels)
        self.brief = brief
        self.first_weekday = brief.start.weekday()
        self.live_cost = live_cost
        self.routes: tuple[Floats, Floats] | None = None  # of the plan with these parts
        self.routes_of: tuple[Any, ...] = ()
        self.videos = videos
        self.announced = np.array(
            [[*video_notice] or [False] * channels, [c.live_notice for c in brief.channels]], np.int64
        )
        self.makers = np.array([*makers] or [1] * channels, np.int64)
        self.cells = TIERS * channels
        self.remainder, self.value_remainder = np.zeros((1, self.cells)), np.zeros((1, self.cells))
        self.live_remainder = self.video_remainder = self.packet_remainder = 0.0
        self.last = np.zeros((WEEK, 1, self.cells), np.int64)
        self.of_seven_days = np.zeros((1, self.cells), np.int64)
        self.items = np.zeros((2, 1, channels), np.int64)
        self.climate = climate or ClimateRoom()
        self.noticed = (0, 0)  # videos and lives in ``notices``
        self.notices, self.made = np.zeros((2, channels), np.int64), np.zeros(3, np.int64)

    def day(self, day: int, plan: Plan, members: Sequence[int]) -> Messages:
        """Messages of a day under the plan in force, written into the climate.

        members  [C] of yesterday; nothing is made for a channel without any
        """
        self._divide(len(self.brief.segments) if plan.by_segment else 1)
        pushes, shares = self._routes(plan)
        lives, self.live_remainder = _due(self.live_remainder, plan.lives_per_week)
        videos, self.video_remainder = _due(self.video_remainder, self.videos)
        packets, self.packet_remainder = _due(self.packet_remainder, plan.red_packets_per_week)
        self._announce(videos, lives)
        cells, made = self.climate.cells, self.made
        day_sent(
            pushes[(self.first_weekday + day) % WEEK], shares, self.remainder, self.value_remainder,
            self.last[day % WEEK], self.of_seven_days, self.items, self.makers, self.notices, _inhabited(members),
            cells["value"], cells["promotion"], cells["sending"], cells["week"], made,
        )  # fmt: skip
        useful, promoting, published = made.tolist()
        return Messages(lives, self._cost(useful, promoting, lives, plan.quality), published, packets)

    def sent(self, kind: str) -> Integers:
        """Messages of today, [audiences, C·T]; kind: value or promotion, notices included."""
        return self.climate.cells[kind][: len(self.remainder), : self.cells].copy()

    @property
    def of_week(self) -> list[int]:
        """Messages of the last seven days by channel × tier, [C·T]; to the audience that got most."""
        week = self.of_seven_days
        most: list[int] = (week[0] if len(week) == 1 else week.max(axis=0)).tolist()
        return most

    def _announce(self, videos: int, lives: int) -> None:
        """Notices of today by channel: of videos, as something useful, and of lives, as a promotion."""
        if (videos, lives) == self.noticed:
            return
        self.noticed = (videos, lives)
        self.notices[0] = videos * self.announced[0]
        self.notices[1] = lives * self.announced[1]
        self.climate.cells["notice"][: len(self.brief.channels)] = self.notices[1]

    def _routes(self, plan: Plan) -> tuple[Floats, Floats]:
        """Pushes of a day by weekday, [7, audiences, C·T], and the share of value among them; once for every plan."""
        parts = (
            plan.pushes,
            plan.value_share,
            plan.schedule,
            plan.segment_frequency,
            plan.segment_value_share,
            plan.segment_schedule,
        )
        if self.routes is None or parts != self.routes_of:
            self.routes_of, self.routes = parts, self._planned(plan)
        return self.routes

    def _planned(self, plan: Plan) -> tuple[Floats, Floats]:
        audiences = len(self.remainder)
        pushes, shares = np.zeros((WEEK, audiences, self.cells)), np.zeros((audiences, self.cells))
        for audience in range(audiences):
            for c, channel in enumerate(self.brief.channels):
                if channel.kind == ChannelKind.PULL:
                    continue  # fans come on their own, whatever a plan says
                weekdays = plan.weekdays_for(audience, c) or range(WEEK)
                for t in range(TIERS):
                    pushes[list(weekdays), audience, TIERS * c + t] = plan.pushes_to(audience, c, t) / len(weekdays)
                    shares[audience, TIERS * c + t] = plan.value_share_to(audience, c, t)
        return pushes, shares

    def _divide(self, audiences: int) -> None:
        """Let every segment be an audience of its own, which goes on from where all were; or all be one again."""
        if audiences == len(self.remainder):
            return
        self.climate.clear()
        self.routes, self.noticed = None, (-1, -1)
        for name in ("remainder", "value_remainder", "of_seven_days"):
            setattr(self, name, np.repeat(getattr(self, name)[:1], audiences, axis=0))
        self.last = np.repeat(self.last[:, :1], audiences, axis=1)
        self.items = np.repeat(self.items.max(axis=1, keepdims=True), audiences, axis=1)

    def _cost(self, useful: int, promoting: int, lives: int, quality: float) -> int:
        """Cents for items and lives; a value item costs c₀·e^(c₁·quality)."""
        item = self.brief.base_item_cost * math.exp(self.brief.quality_cost * quality)
        return round(useful * item + promoting * self.brief.base_item_cost + lives * self.live_cost)


def _due(remainder: float, per_week: float) -> tuple[int, float]:
    """What of something planned by the week is due today, and what is left for later."""
    total = remainder + per_week / 7.0
    whole = math.floor(total + _ROUNDING)
    return whole, total - whole


def _inhabited(members: Sequence[int]) -> int:
    """Bit set of the channels with members."""
    return sum([1 << c for c, inside in enumerate(members) if inside > 0])
