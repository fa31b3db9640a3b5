"""Depletion logic (消耗逻辑): promotion as often as quotas allow, until fans leave; when sales fall, more of it;
the lost are replaced by bought traffic (evidence E-93, E-43, E-96, E-97)."""

from typing import Annotated, ClassVar, Literal

from sim.logics.base import (
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
    within_quotas,
)
from sim.parameters import fraction, parameter
from sim.plans import Brief, Plan, Seen

_WEEK, _MONTH = 7, 28


class Depletion(Logic):
    """Escalates weekly when orders fall: a quarter more pushes and one step more discount."""

    memory: ClassVar[int] = _MONTH

    kind: Literal["depletion"] = "depletion"
    pushes_per_week: dict[str, Pushes] = {"group": 21.0, "subscription": 2.0}
    value_share: ValueShare = 0.10
    discount: Discount = 0.20
    reply_minutes: Minutes = 120.0
    escalate: bool = True
    escalation: Annotated[
        float, parameter("Factor on pushes when orders fell", low=1, high=10, source="model §3.1")
    ] = 1.25
    most_pushes: Annotated[
        float,
        parameter(
            "Escalation stops at this many pushes per week and channel", unit="1/week", low=0, high=700, source="E-43"
        ),
    ] = 140.0
    discount_step: Annotated[float, fraction("Step of the discount when orders fell", source="details")] = 0.05
    most_discount: Annotated[float, fraction("Highest discount", source="details")] = 0.50
    replace_exits: bool = True
    first_fan_cost: Annotated[
        float, parameter("Cost of a fan until one is observed", unit="¥", low=0, high=1e5, source="details")
    ] = 3.0
    most_ads_share: Annotated[
        float, fraction("Ad budget, at most this share of last week's contribution", source="details")
    ] = 0.30

    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """More of the same when orders of the last 7 days fall below the 7 before; ads for the fans lost."""
        start = within_quotas(to_all_tiers(by_channel(self.pushes_per_week, brief.channels)), brief.channels)
        pushes, discount = start, self.discount
        if seen.plan is not None:
            pushes, discount = seen.plan.pushes, seen.plan.discount
            if self.escalate and self._orders_fell(seen):
                raised = tuple(
                    tuple(max(f, min(self.escalation * f, self.most_pushes)) for f in tiers) for tiers in pushes
                )
                pushes = within_quotas(raised, brief.channels)
                discount = max(discount, min(discount + self.discount_step, self.most_discount))
        replacement = self._replacement(seen)
        return Plan(
            pushes=pushes,
            value_share=to_all_tiers((self.value_share,) * len(brief.channels)),
            quality=brief.quality[min(seen.day, len(brief.quality) - 1)],
            discount=discount,
            ads_per_day=round(100 * self.ads_per_day) + replacement,
            bid=100 * self.bid,
            lives_per_week=self.lives_per_week,
            incentive=round(100 * self.incentive),
            ads_reinvested=replacement,
            service_seats=self.seats(brief, seen),
            red_packets_per_week=self.red_packets_per_week,
            ask_to_join=asked_of(self, brief.channels),
            schedule=scheduled(self, brief.channels),
            **apart(self, brief),
        )

    @staticmethod
    def _orders_fell(seen: Seen) -> bool:
        if len(seen.history) < _MONTH:
            return False
        week, before = seen.history[-_WEEK:], seen.history[-2 * _WEEK : -_WEEK]
        return sum(d.orders for d in week) < sum(d.orders for d in before)

    def _replacement(self, seen: Seen) -> int:
        """Daily budget in cents that buys back last week's exits at the last cost of a fan, within its cap."""
        if not self.replace_exits or len(seen.history) < _MONTH:
            return 0
        week = seen.history[-_WEEK:]
        month = seen.history[-_MONTH:]
        bought, spent = sum(d.joins_by_ads for d in month), sum(d.ad_spend for d in month)
        cost = spent / bought if bought else 100 * self.first_fan_cost
        cap = self.most_ads_share * max(0, sum(d.contribution for d in week))
        return round(min(cost * sum(d.exits for d in week), cap) / _WEEK)
