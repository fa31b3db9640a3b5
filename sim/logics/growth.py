"""Growth logic (增长逻辑): light touch, serve, close. Few messages, useful content first, promotion to those
who have earned it, part of the contribution reinvested in content (evidence E-94, E-95, E-99)."""

import math
from typing import Annotated, ClassVar, Literal

from sim.logics.base import (
    BEST_QUALITY,
    Discount,
    Logic,
    Minutes,
    Pushes,
    ValueShare,
    apart,
    asked_of,
    by_channel,
    scheduled,
    to_all_tiers,
    value_items,
    value_shares_by_tier,
    within_quotas,
)
from sim.parameters import fraction, parameter
from sim.plans import Brief, Plan, Seen, SeenDay

_WEEK, _MONTH = 7, 28


class Growth(Logic):
    """Adapts weekly: slows down when fans open less or leave more, and comes back by small steps."""

    memory: ClassVar[int] = _MONTH

    kind: Literal["growth"] = "growth"
    pushes_per_week: dict[str, Pushes] = {"group": 7.0, "subscription": 1.5}
    value_share: ValueShare = 0.75
    discount: Discount = 0.05
    reply_minutes: Minutes = 30.0
    reinvest_content: Annotated[
        float, fraction("ι_c: share of last week's contribution put into content", source="details")
    ] = 0.10
    best_quality: Annotated[float, fraction("Content quality beyond which money buys nothing", source="details")] = (
        BEST_QUALITY
    )
    reinvest_ads: Annotated[
        float, fraction("ι_ads: share of last week's contribution put into ads", source="model §3.1")
    ] = 0.0
    open_alarm: Annotated[
        float, fraction("Fall of opens per push under their 28-day mean that slows down", source="model §3.1")
    ] = 0.10
    exit_alarm: Annotated[
        float, parameter("Exits relative to their 28-day mean that slow down", low=1, high=100, source="model §3.1")
    ] = 1.25
    slow_down: Annotated[float, fraction("Factor on pushes after an alarm", source="model §3.1")] = 0.8
    come_back: Annotated[float, fraction("Step back to the starting plan, as a share of it", source="model §3.1")] = (
        0.05
    )
    least: Annotated[
        float, fraction("Pushes never fall under this share of the starting plan", source="model §3.1")
    ] = 0.25

    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """Slow down on an alarm, else return towards the starting plan; put money into content."""
        start = within_quotas(to_all_tiers(by_channel(self.pushes_per_week, brief.channels)), brief.channels)
        pushes = start
        if seen.plan is not None and len(seen.history) >= _MONTH:
            if self._alarmed(seen):
                pushes = tuple(
                    tuple(max(self.least * s, self.slow_down * f) for s, f in zip(first, now, strict=True))
                    for first, now in zip(start, seen.plan.pushes, strict=True)
                )
            else:
                pushes = tuple(
                    tuple(min(s, f + self.come_back * s) for s, f in zip(first, now, strict=True))
                    for first, now in zip(start, seen.plan.pushes, strict=True)
                )
        last = seen.history[-1] if seen.history else None
        shares = value_shares_by_tier(self.value_share, brief, last)
        earned = max(0, sum(d.contribution for d in seen.history[-_WEEK:]))
        reinvested = round(self.reinvest_ads * earned / _WEEK) if len(seen.history) >= _MONTH else 0
        return Plan(
            pushes=pushes,
            value_share=shares,
            quality=self._quality(brief, seen, pushes, shares, scheduled(self, brief.channels)),
            discount=self.discount,
            ads_per_day=round(100 * self.ads_per_day) + reinvested,
            bid=100 * self.bid,
            lives_per_week=self.lives_per_week,
            incentive=round(100 * self.incentive),
            ads_reinvested=reinvested,
            service_seats=self.seats(brief, seen),
            red_packets_per_week=self.red_packets_per_week,
            ask_to_join=asked_of(self, brief.channels),
            schedule=scheduled(self, brief.channels),
            **apart(self, brief),
        )

    def _alarmed(self, seen: Seen) -> bool:
        week, month = seen.history[-_WEEK:], seen.history[-_MONTH:]

        def rate(days: tuple[SeenDay, ...]) -> float:
            delivered = sum(sum(d.delivered) for d in days)
            return sum(sum(d.opened) for d in days) / delivered if delivered else 0.0

        exits_week = sum(d.exits for d in week) / _WEEK
        exits_month = sum(d.exits for d in month) / _MONTH
        return rate(week) < (1 - self.open_alarm) * rate(month) or exits_week > self.exit_alarm * exits_month

    def _quality(
        self,
        brief: Brief,
        seen: Seen,
        pushes: tuple[tuple[float, ...], ...],
        shares: tuple[tuple[float, ...], ...],
        schedule: tuple[tuple[int, ...], ...],
    ) -> float:
        """clip(ln((base + ι·contribution of last week) / items / c₀) / c₁, start, best)."""
        start = brief.quality[min(seen.day, len(brief.quality) - 1)]
        last = seen.history[-1] if seen.history else None
        items = value_items(pushes, shares, last, schedule)
        if items <= 0 or brief.base_item_cost <= 0 or brief.quality_cost <= 0:
            return start
        base = items * brief.base_item_cost * math.exp(brief.quality_cost * start)
        extra = self.reinvest_content * max(0, sum(d.contribution for d in seen.history[-_WEEK:]))
        afforded = math.log((base + extra) / items / brief.base_item_cost) / brief.quality_cost
        return max(start, min(afforded, self.best_quality))
