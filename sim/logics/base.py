"""The frame of every operating logic: parameters, and a pure function from what is seen to a plan."""

from abc import ABC, abstractmethod
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from sim.domains import TIERS, ChannelKind, word
from sim.parameters import fraction, parameter
from sim.plans import Brief, ChannelBrief, Plan, Seen, SeenDay
from sim.rules.service import seats_needed

SHORTEST_MONTH_WEEKS = 4.0
BEST_QUALITY = 0.95  # content quality beyond which money buys nothing
WEEK = 7

Pushes = Annotated[float, parameter("Pushes per week", unit="1/week", low=0, high=700, source="E-43, details")]
Discount = Annotated[float, fraction("Share off the price in promotions and lives", source="details")]
ValueShare = Annotated[float, fraction("Share of useful content among pushes", source="E-94, details")]
AdsPerDay = Annotated[float, parameter("Ad budget", unit="¥/day", low=0, high=1e9, source="details")]
Bid = Annotated[float, parameter("Bid in the ad auction", unit="¥ per 1,000", above=0, high=1e5, source="M2")]
Incentive = Annotated[
    float, parameter("Reward for every person whom a fan brings", unit="¥", low=0, high=1e5, source="E-79")
]
Minutes = Annotated[
    float,
    parameter(
        "Time within which nine in ten contacts shall be answered", unit="min", low=1, high=720, source="E-110, details"
    ),
]
Seats = Annotated[
    float, parameter("Full-time service seats (default: as many as the promise needs)", low=0, high=1e5, source="M13")
]
Lives = Annotated[float, parameter("Lives per week", unit="1/week", low=0, high=140, source="E-46")]
RedPackets = Annotated[
    float, parameter("Red packets per week in every group", unit="1/week", low=0, high=140, source="E-41, E-79")
]
Asked = Annotated[
    float, parameter("Factor on the rate at which followers join a channel", low=0, high=1000, source="E-67, E-68")
]

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Weekdays = Annotated[
    tuple[Weekday, ...],
    Field(
        description="Weekdays on which all of a week's pushes in a channel go out (default: any day)",
        min_length=1,
        json_schema_extra={"source": "E-62", "trust": "assumed"},
    ),
]
WEEKDAYS: tuple[str, ...] = get_args(Weekday)


class SegmentPlan(BaseModel):
    """What a segment is pushed differently from the others (分层匹配): how often, what, and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    frequency: Annotated[
        float, parameter("Factor on pushes to the segment", low=0, high=100, source="E-49", trust="assumed")
    ] = 1.0
    value_share: (
        Annotated[
            float, fraction("Share of useful content among pushes to the segment (default: the logic's)", source="E-49")
        ]
        | None
    ) = None
    schedule: Weekdays | None = None


DEFAULT_BID = 30.0
KEPT = 0.9  # share of contacts for which the promise of an answer is kept
_WEEK = 7


class Logic(BaseModel, ABC):
    """An operating logic. Parameters are fields; what it remembers is the history that it asks for.

    ``plan`` is a pure function of what the operator was told and has seen. Anything else that a logic needs to
    know of its past, it reads off the plan in force.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    memory: ClassVar[int] = 0  # days of history that ``plan`` receives
    every: ClassVar[int] = 7  # days between plans

    kind: str
    pushes_per_week: dict[str, Pushes] = {}
    value_share: ValueShare = 0.5
    discount: Discount = 0.0
    lives_per_week: Lives = 0.0
    ads_per_day: AdsPerDay = 0.0
    bid: Bid = DEFAULT_BID
    incentive: Incentive = 0.0
    reply_minutes: Minutes = 60.0
    service_seats: Seats | None = None
    red_packets_per_week: RedPackets = 0.0
    ask_to_join: dict[str, Asked] = {}
    schedule: dict[str, Weekdays] = {}
    segments: Annotated[
        dict[str, SegmentPlan],
        Field(description="What segments are pushed differently: frequency, value_share, schedule"),
    ] = {}

    @property
    def content_every(self) -> int:
        """Days between plans of content quality, which follows the file's series in between."""
        return self.every

    @abstractmethod
    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """The plan from ``seen.day`` on."""

    def seats(self, brief: Brief, seen: Seen) -> float:
        """Service seats: those given, or the fewest that keep the promise at the contacts that are usual.

        Usual is the mean of the days that the logic remembers; before there is a week of them, what was expected.
        """
        if self.service_seats is not None:
            return self.service_seats
        if brief.service is None:
            return 0.0
        s, days = brief.service, seen.history[-self.memory :] if self.memory else ()
        usual = sum(d.queued for d in days) / len(days) if len(days) >= _WEEK else s.contacts
        return float(seats_needed(usual, self.reply_minutes, KEPT, s.rate, s.hours, s.patience))


def by_channel(table: dict[str, float], channels: tuple[ChannelBrief, ...], missing: float = 0.0) -> tuple[float, ...]:
    """Values of channels from a table keyed by channel name or by kind; the name outranks the kind."""
    return tuple(table.get(c.name, table.get(word(c.kind), missing)) for c in channels)


def asked_of(logic: Logic, channels: tuple[ChannelBrief, ...]) -> tuple[float, ...]:
    """How hard a logic asks followers to join each channel; 1 where it says nothing."""
    return by_channel(logic.ask_to_join, channels, 1.0)


def scheduled(logic: Logic, channels: tuple[ChannelBrief, ...]) -> tuple[tuple[int, ...], ...]:
    """Weekdays on which a logic pushes in each channel, 0 is Monday; none where any day will do, () for no schedule."""
    if not logic.schedule:
        return ()
    named = [logic.schedule.get(c.name, logic.schedule.get(word(c.kind), ())) for c in channels]
    return tuple(tuple(n for n, name in enumerate(WEEKDAYS) if name in days) for days in named)


def apart(logic: Logic, brief: Brief) -> dict[str, Any]:
    """Fields of the plan by which a logic pushes to segments apart; none where it treats all alike."""
    if not logic.segments:
        return {}
    plans = [logic.segments.get(name, SegmentPlan()) for name in brief.segments]
    found: dict[str, Any] = {"segment_frequency": tuple(plan.frequency for plan in plans)}
    if any(plan.value_share is not None for plan in plans):
        found["segment_value_share"] = tuple(plan.value_share for plan in plans)
    if any(plan.schedule for plan in plans):
        days = [None if plan.schedule is None else [WEEKDAYS.index(day) for day in plan.schedule] for plan in plans]
        found["segment_schedule"] = tuple(None if of is None else tuple(sorted(of)) for of in days)
    return found


def within_quotas(
    pushes: tuple[tuple[float, ...], ...], channels: tuple[ChannelBrief, ...]
) -> tuple[tuple[float, ...], ...]:
    """Pushes per week cut to what a channel's monthly quota allows in the shortest month of four weeks.

    In longer months the last messages may still meet the quota: they are blocked, and counted as blocked.
    """
    return tuple(
        tuple(f if c.quota_per_month is None else min(f, c.quota_per_month / SHORTEST_MONTH_WEEKS) for f in tiers)
        for c, tiers in zip(channels, pushes, strict=True)
    )


def to_all_tiers(values: tuple[float, ...]) -> tuple[tuple[float, ...], ...]:
    """The same value for every tier of a channel."""
    return tuple((value,) * TIERS for value in values)


def value_shares_by_tier(value_share: float, brief: Brief, last: SeenDay | None) -> tuple[tuple[float, ...], ...]:
    """Promotion only for those who have earned it (evidence E-95): liking and devoted fans.

    Passers-by get useful content only. A group is a broadcast: its promotion share is scaled by the share of
    liking and devoted fans among its members, and is the same for all tiers.
    """
    shares = []
    for c, channel in enumerate(brief.channels):
        if channel.kind == ChannelKind.GROUP:
            members = last.members[c] if last else (0,) * TIERS
            earned = sum(members[1:]) / sum(members) if sum(members) else 0.0
            shares.append((1.0 - (1.0 - value_share) * earned,) * TIERS)
        else:
            shares.append((1.0,) + (value_share,) * (TIERS - 1))
    return tuple(shares)


def value_items(
    pushes: tuple[tuple[float, ...], ...],
    value_share: tuple[tuple[float, ...], ...],
    last: SeenDay | None,
    schedule: tuple[tuple[int, ...], ...] = (),
) -> float:
    """Value items a week that a plan makes: one a day and channel at most, none for a channel without members.

    schedule  of the plan: on other days a channel needs no item
    """
    items = 0.0
    for c, (tiers, share) in enumerate(zip(pushes, value_share, strict=True)):
        if last is None or sum(last.members[c]) > 0:
            days = len(schedule[c]) if schedule and schedule[c] else WEEK
            items += min(days, max(f * v for f, v in zip(tiers, share, strict=True)))
    return items
