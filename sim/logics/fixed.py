"""Fixed plan: the same pushes, value share, discount and budget from the first day to the last."""

from typing import Literal

from sim.logics.base import (
    Logic,
    apart,
    asked_of,
    by_channel,
    scheduled,
    to_all_tiers,
    within_quotas,
)
from sim.plans import Brief, Plan, Seen


class Fixed(Logic):
    """Does what its parameters say and looks at nothing."""

    kind: Literal["fixed"] = "fixed"

    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """The parameters, cut to the quotas."""
        return Plan(
            pushes=within_quotas(to_all_tiers(by_channel(self.pushes_per_week, brief.channels)), brief.channels),
            value_share=to_all_tiers((self.value_share,) * len(brief.channels)),
            quality=brief.quality[min(seen.day, len(brief.quality) - 1)],
            discount=self.discount,
            ads_per_day=round(100 * self.ads_per_day),
            bid=100 * self.bid,
            lives_per_week=self.lives_per_week,
            incentive=round(100 * self.incentive),
            service_seats=self.seats(brief, seen),
            red_packets_per_week=self.red_packets_per_week,
            ask_to_join=asked_of(self, brief.channels),
            schedule=scheduled(self, brief.channels),
            **apart(self, brief),
        )
