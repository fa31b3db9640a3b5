"""Fixed plan: the same pushes, value share, discount and budget from the first day to the last."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from sim.domains import ChannelKind, Tier, word
from sim.logics.base import (
    Logic,
    Pushes,
    ValueShare,
    apart,
    asked_of,
    by_channel,
    scheduled,
    within_quotas,
)
from sim.parameters import fraction, parameter
from sim.plans import Brief, Plan, Seen

TierName = Literal["passer_by", "liking", "devoted"]


class TierPlan(BaseModel):
    """What a tier of fans gets differently from the others, where messages go to one fan (E-47, E-95)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    frequency: Annotated[
        float, parameter("Factor on pushes to the tier", low=0, high=100, source="E-95", trust="assumed")
    ] = 1.0
    value_share: (
        Annotated[
            float, fraction("Share of useful content among pushes to the tier (default: the logic's)", source="E-95")
        ]
        | None
    ) = None


class Fixed(Logic):
    """Does what its parameters say and looks at nothing."""

    kind: Literal["fixed"] = "fixed"
    quality: Annotated[float, fraction("Content quality (default: the file's)", source="M3")] | None = None
    tiers: Annotated[
        dict[TierName, TierPlan],
        Field(description="What tiers of fans get differently: frequency, value_share; in a group all read the same"),
    ] = {}

    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """The parameters, cut to the quotas."""
        given = brief.quality[min(seen.day, len(brief.quality) - 1)]
        return Plan(
            pushes=within_quotas(self._pushes(brief), brief.channels),
            value_share=self._value_shares(brief),
            quality=given if self.quality is None else self.quality,
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

    def _of_tiers(self, kind: ChannelKind) -> tuple[TierPlan, ...]:
        """What each tier gets in a channel; a group is a broadcast."""
        apart = {} if kind == ChannelKind.GROUP else {str(name): tier for name, tier in self.tiers.items()}
        return tuple(apart.get(word(tier), TierPlan()) for tier in Tier)

    def _pushes(self, brief: Brief) -> tuple[tuple[Pushes, ...], ...]:
        """Pushes per week, [channels][tiers]."""
        of_all = by_channel(self.pushes_per_week, brief.channels)
        return tuple(
            tuple(f * tier.frequency for tier in self._of_tiers(c.kind))
            for c, f in zip(brief.channels, of_all, strict=True)
        )

    def _value_shares(self, brief: Brief) -> tuple[tuple[ValueShare, ...], ...]:
        """Share of value among pushes, [channels][tiers]."""
        return tuple(
            tuple(self.value_share if t.value_share is None else t.value_share for t in self._of_tiers(c.kind))
            for c in brief.channels
        )
