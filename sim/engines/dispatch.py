"""Dispatch: from pushes per week to the messages of a day, and what they cost to make.

Each channel × tier carries a remainder, c ← c + f/7, and sends ⌊c⌋, so that Σ sent = ⌊Σ f/7⌋ whatever the plan does;
a second remainder on the value share tells value from promotion. A channel with a schedule of k weekdays has
c ← c + f/k on these and sends nothing on the others: the same messages in a week (E-62).
"""

import math
from collections.abc import Iterator, Sequence
from operator import add, sub
from typing import Any, NamedTuple

from sim.domains import TIERS, ChannelKind
from sim.plans import Brief, Plan

WEEK = 7
_ROUNDING = 1e-9  # 7 × (1/7) must send


type Counts = list[list[int]]  # [audiences][C·T]
type Route = tuple[int, float, float]  # channel × tier, pushes of the day > 0, share of value among them


def _most(messages: Counts, c: int) -> int:
    """Most messages to any audience and tier of a channel."""
    return max(max(audience[TIERS * c : TIERS * c + TIERS]) for audience in messages)


def _flat(counts: Counts) -> list[int]:
    return counts[0] if len(counts) == 1 else [n for of_audience in counts for n in of_audience]


def _announce(notices: list[int], messages: Counts) -> None:
    """Add notices by channel to every audience and tier."""
    for to_audience in messages:
        for at in range(len(to_audience)):
            to_audience[at] += notices[at // TIERS]


class Messages(NamedTuple):
    """Messages of a day by audience × channel × tier, shape [A·C·T]; notices of lives by channel, shape [C].

    All fans are one audience, unless the plan pushes to segments apart: then every segment is one.

    cost     cents for the items and lives made today
    useful   value messages published, over channels with members
    packets  red packets in every room of every group
    """

    value: list[int]
    promotion: list[int]
    notice: list[int]
    week: list[float]
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
        "remainder", "value_remainder", "live_remainder", "video_remainder", "packet_remainder", "last",
        "of_seven_days", "items",
    )  # fmt: skip
    PASSING = ("routes", "routes_of")

    def __init__(
        self,
        brief: Brief,
        live_cost: float,
        videos: float = 0.0,
        video_notice: Sequence[bool] = (),
        makers: Sequence[int] = (),
    ) -> None:
        self.brief = brief
        self.first_weekday = brief.start.weekday()
        self.live_cost = live_cost
        self.routes: dict[int, list[list[Route]]] = {}  # by weekday, of the plan with these parts
        self.routes_of: tuple[Any, ...] = ()
        self.videos = videos
        self.video_notice = list(video_notice) or [False] * len(brief.channels)
        self.makers = list(makers) or [1] * len(brief.channels)
        self.live_notice = [c.live_notice for c in brief.channels]
        self.cells = TIERS * len(brief.channels)
        self.remainder = [[0.0] * self.cells]  # [audiences][C·T]
        self.value_remainder = [[0.0] * self.cells]
        self.live_remainder = self.video_remainder = self.packet_remainder = 0.0
        self.last: list[Counts] = [[[0] * self.cells] for _ in range(WEEK)]  # ring of daily totals
        self.of_seven_days: Counts = [[0] * self.cells]  # their sum
        # items had so far, by kind of content and audience, [2][audiences][C]
        self.items = [[[0] * len(brief.channels)] for _ in range(2)]

    def day(self, day: int, plan: Plan, members: Sequence[int]) -> Messages:
        """Messages of a day under the plan in force.

        members  [C] of yesterday; nothing is made for a channel without any
        """
        self._divide(len(self.brief.segments) if plan.by_segment else 1)
        value: Counts = [[0] * self.cells for _ in self.remainder]
        promotion: Counts = [[0] * self.cells for _ in self.remainder]
        pushed: set[int] = set()
        for audience, routes in enumerate(self._routes_on((self.first_weekday + day) % WEEK, plan)):
            self._send(audience, routes, value[audience], promotion[audience], pushed)
        self.live_remainder += plan.lives_per_week / 7.0
        lives = math.floor(self.live_remainder + _ROUNDING)
        self.live_remainder -= lives
        self.video_remainder += self.videos / 7.0
        videos = math.floor(self.video_remainder + _ROUNDING)
        self.video_remainder -= videos
        self.packet_remainder += plan.red_packets_per_week / 7.0
        packets = math.floor(self.packet_remainder + _ROUNDING)
        self.packet_remainder -= packets
        used = [c for c in sorted(pushed) if members[c] > 0]
        cost = self._cost(value, promotion, lives, plan.quality, used)
        useful = sum([_most(value, c) for c in used])
        notice = [lives if own else 0 for own in self.live_notice]
        if lives:  # a promotion that needs no item of its own
            _announce(notice, promotion)
        if videos:  # a video is made for the feed, its notice is useful
            _announce([videos if own else 0 for own in self.video_notice], value)
        self._count(day, value, promotion)
        week = list(map(float, _flat(self.of_seven_days)))
        return Messages(_flat(value), _flat(promotion), notice, week, lives, cost, useful, packets)

    @property
    def of_week(self) -> list[int]:
        """Messages of the last seven days by channel × tier, [C·T]; to the audience that got most."""
        if len(self.of_seven_days) == 1:
            return self.of_seven_days[0]
        return list(map(max, zip(*self.of_seven_days, strict=True)))

    def _count(self, day: int, value: Counts, promotion: Counts) -> None:
        """Let the messages of a day take the place of those seven days before."""
        today = [list(map(add, *both)) for both in zip(value, promotion, strict=True)]
        gone, self.last[day % WEEK] = self.last[day % WEEK], today
        if today != gone:
            self.of_seven_days = [
                list(map(sub, map(add, week, new), old))
                for week, new, old in zip(self.of_seven_days, today, gone, strict=True)
            ]

    def _routes_on(self, weekday: int, plan: Plan) -> list[list[Route]]:
        """[audiences] where the plan pushes on a weekday; made once for every plan."""
        parts = (
            plan.pushes,
            plan.value_share,
            plan.schedule,
            plan.segment_frequency,
            plan.segment_value_share,
            plan.segment_schedule,
        )
        if parts != self.routes_of:
            self.routes_of, self.routes = parts, {}
        if weekday not in self.routes:
            self.routes[weekday] = [list(self._pushed(a, weekday, plan)) for a in range(len(self.remainder))]
        return self.routes[weekday]

    def _pushed(self, audience: int, weekday: int, plan: Plan) -> Iterator[Route]:
        for c, channel in enumerate(self.brief.channels):
            if channel.kind == ChannelKind.PULL:
                continue  # fans come on their own, whatever a plan says
            chosen = plan.weekdays_for(audience, c)
            if chosen and weekday not in chosen:
                continue
            for t in range(TIERS):
                pushes = plan.pushes_to(audience, c, t) / (len(chosen) or WEEK)
                if pushes:
                    yield TIERS * c + t, pushes, plan.value_share_to(audience, c, t)

    def _divide(self, audiences: int) -> None:
        """Let every segment be an audience of its own, which goes on from where all were; or all be one again."""
        if audiences != len(self.remainder):
            self.remainder = [list(self.remainder[0]) for _ in range(audiences)]
            self.value_remainder = [list(self.value_remainder[0]) for _ in range(audiences)]
            self.of_seven_days = [list(self.of_seven_days[0]) for _ in range(audiences)]
            self.last = [[list(day[0]) for _ in range(audiences)] for day in self.last]
            most = [[max(of_channel) for of_channel in zip(*of_kind, strict=True)] for of_kind in self.items]
            self.items = [[list(of_kind) for _ in range(audiences)] for of_kind in most]

    def _send(
        self, audience: int, routes: list[Route], value: list[int], promotion: list[int], pushed: set[int]
    ) -> None:
        """Messages of today to one audience, [C·T] each, to be filled, and the channels that have any."""
        rest, value_rest = self.remainder[audience], self.value_remainder[audience]
        known, same = (0, 0.0, 0.0), 0  # what was sent of what to whom last
        for at, pushes, value_share in routes:
            rest[at] += pushes
            sent = math.floor(rest[at] + _ROUNDING)
            if not sent:
                continue
            rest[at] -= sent
            pushed.add(at // TIERS)
            asked = (sent, value_share, value_rest[at])
            if asked == known:  # plans rarely tell tiers apart
                value[at], promotion[at], value_rest[at] = value[same], promotion[same], value_rest[same]
                continue
            known, same = asked, at
            for _ in range(sent):
                value_rest[at] += value_share
                if value_rest[at] >= 1.0 - _ROUNDING:
                    value_rest[at] -= 1.0
                    value[at] += 1
                else:
                    promotion[at] += 1

    def _cost(self, value: Counts, promotion: Counts, lives: int, quality: float, used: Sequence[int]) -> int:
        """One item per channel, day and kind of content, shared by tiers; a value item costs c₀·e^(c₁·quality).

        What was made for one segment serves every other on a day of its own: a new item is needed when a segment has
        had all that were made so far.

        used  channels with members and messages
        """
        made = [0, 0]
        for kind, messages in enumerate((value, promotion)):
            had = self.items[kind]
            for c in used:
                sent = [any(to_audience[TIERS * c : TIERS * c + TIERS]) for to_audience in messages]
                if not any(sent):
                    continue
                before = max([of_audience[c] for of_audience in had])
                for of_audience, is_sent in zip(had, sent, strict=True):
                    of_audience[c] += is_sent
                made[kind] += (max([of_audience[c] for of_audience in had]) - before) * self.makers[c]
        useful, promoting = made
        item = self.brief.base_item_cost * math.exp(self.brief.quality_cost * quality)
        return round(useful * item + promoting * self.brief.base_item_cost + lives * self.live_cost)
