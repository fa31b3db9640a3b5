"""What an operator is told, sees and does: ``Brief``, ``Seen`` and ``Plan``.

Trust, fatigue, tolerance and need are not in here: an operator cannot see them.
"""

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

from sim.domains import ChannelKind, Stage


@dataclass(frozen=True, slots=True)
class ChannelBrief:
    """What an operator knows of a channel."""

    name: str
    kind: ChannelKind
    platform: str
    strong: bool  # strong private platform (evidence E-55)
    quota_per_month: int | None  # messages per account, fan and calendar month
    live_notice: bool  # lives announce themselves here


@dataclass(frozen=True, slots=True)
class ServiceBrief:
    """What an operator knows of the team that answers.

    contacts  questions and leads a day for the team, as expected before the first day
    rate      answers per hour and seat;  hours: of service a day
    patience  hours of service after which a contact is lost
    """

    contacts: float
    rate: float
    hours: float
    patience: float


@dataclass(frozen=True, slots=True)
class Brief:
    """What an operator is told before the first day."""

    start: dt.date
    channels: tuple[ChannelBrief, ...]
    quality: tuple[float, ...]  # [days] the file's content quality, 0 … 1
    base_item_cost: float  # c₀: cents for a promotion, or for a value item of quality 0
    quality_cost: float  # c₁: a value item costs c₀·e^(c₁·quality)
    feed: bool = True  # people can be met in a feed
    ads: bool = True  # ads can be bought
    service: ServiceBrief | None = None  # None: nobody asks anything
    segments: tuple[str, ...] = ()  # names of the user profiles that tags tell apart


@dataclass(frozen=True, slots=True)
class Advice:
    """A task that an operator sets itself for a week, and why (evidence E-29).

    day      on which it was proposed
    stage    the weakest stage of the loop
    task     name of the task
    rate     the stage's rate in the last week
    target   the rate that was wanted
    channel  that the task is about, empty for none
    """

    day: int
    stage: Stage
    task: str
    rate: float
    target: float
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an operator does until the next plan."""

    pushes: tuple[tuple[float, ...], ...]  # [channels][tiers] pushes per week
    value_share: tuple[tuple[float, ...], ...]  # [channels][tiers] share of value among pushes, 0 … 1
    quality: float  # content quality, 0 … 1
    discount: float  # share off the price in promotions and lives, 0 … 1
    ads_per_day: int  # cents
    bid: float  # cents per 1,000 impressions
    lives_per_week: float
    ads_reinvested: int = 0  # cents of ``ads_per_day`` that are drawn from last week's contribution (ι_ads)
    advice: Advice | None = None  # the task of the week
    service_seats: float = 0.0  # full-time seats that answer questions and leads
    red_packets_per_week: float = 0.0  # in every room of every group
    ask_to_join: tuple[float, ...] = ()  # [channels] factor on the rates at which followers join; empty: 1 each
    schedule: tuple[tuple[int, ...], ...] = ()  # [channels] weekdays of pushes, 0 is Monday; empty: any day
    incentive: int = 0  # cents for every person whom a fan brings, or who scans a code that promises them
    # where segments are pushed to apart, by tags (E-49); [segments], all empty where they are not
    segment_frequency: tuple[float, ...] = ()  # factor on pushes
    segment_value_share: tuple[float | None, ...] = ()  # in place of ``value_share``; None: as for the others
    segment_schedule: tuple[tuple[int, ...] | None, ...] = ()  # in place of ``schedule``, in every channel

    @property
    def by_segment(self) -> bool:
        """True where segments are pushed to apart."""
        return bool(self.segment_frequency or self.segment_value_share or self.segment_schedule)

    def pushes_to(self, segment: int, channel: int, tier: int) -> float:
        """Pushes per week to a segment."""
        factor = self.segment_frequency[segment] if self.segment_frequency else 1.0
        return self.pushes[channel][tier] * factor

    def value_share_to(self, segment: int, channel: int, tier: int) -> float:
        """Share of value among pushes to a segment."""
        own = self.segment_value_share[segment] if self.segment_value_share else None
        return self.value_share[channel][tier] if own is None else own

    def weekdays_for(self, segment: int, channel: int) -> tuple[int, ...]:
        """Weekdays of pushes to a segment, 0 is Monday; empty: any day."""
        own = self.segment_schedule[segment] if self.segment_schedule else None
        if own is not None:
            return own
        return self.schedule[channel] if self.schedule else ()


class SeenDay(NamedTuple):
    """One day as the operator's back office shows it."""

    day: int
    delivered: tuple[int, ...]  # [channels] messages
    opened: tuple[int, ...]  # [channels] messages
    blocked: tuple[int, ...]  # [channels] messages stopped by a quota
    members: tuple[tuple[int, ...], ...]  # [channels][tiers] at the end of the day
    fans: int  # followers at the end of the day
    joins: int
    exits: int
    exits_by_cause: tuple[int, ...]  # [causes] as stated in exit questionnaires
    orders: int
    contribution: int  # cents
    ad_spend: int  # cents
    joins_by_ads: int
    spent: int  # cents: ads, content, lives and message fees
    reached: int = 0  # noticed organic exposures and paid impressions
    responses: int = 0  # people who responded for the first time
    contacts: int = 0  # first responses, and touches of known people who do not follow
    active: int = 0  # followers who opened something
    orders_followers: int = 0
    repeat_orders: int = 0  # of people who had ordered before
    invited: int = 0  # joins by invitation of a fan
    useful: int = 0  # useful messages published, over channels
    lives: int = 0  # held
    queued: int = 0  # questions and leads for the service team


@dataclass(frozen=True, slots=True)
class Seen:
    """What an operator has seen when a plan is due.

    day      number of the coming day
    history  finished days, oldest first, at most the logic's memory
    plan     the plan in force, None on day 0
    """

    day: int
    date: dt.date
    history: tuple[SeenDay, ...]
    plan: Plan | None
