"""Calendar: a fixed plan that changes on given dates, for campaigns and seasons (evidence E-49, E-108)."""

import datetime as dt
from typing import ClassVar, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.logics.base import (
    AdsPerDay,
    Bid,
    Discount,
    Incentive,
    Lives,
    Logic,
    Minutes,
    Pushes,
    RedPackets,
    Seats,
    ValueShare,
    Weekdays,
)
from sim.logics.fixed import Fixed
from sim.plans import Brief, Plan, Seen


class Phase(BaseModel):
    """What changes from a date on; everything else stays as before."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    start: dt.date = Field(alias="from")
    pushes_per_week: dict[str, Pushes] | None = None
    schedule: dict[str, Weekdays] | None = None
    value_share: ValueShare | None = None
    discount: Discount | None = None
    lives_per_week: Lives | None = None
    red_packets_per_week: RedPackets | None = None
    ads_per_day: AdsPerDay | None = None
    bid: Bid | None = None
    incentive: Incentive | None = None
    reply_minutes: Minutes | None = None
    service_seats: Seats | None = None


class Calendar(Logic):
    """Fixed plans one after the other; a phase changes on the day of its date."""

    every: ClassVar[int] = 1

    kind: Literal["calendar"] = "calendar"
    phases: tuple[Phase, ...] = ()

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for before, after in zip(self.phases, self.phases[1:], strict=False):
            if after.start <= before.start:
                raise ValueError(f"phases must follow each other in time; {after.start} comes after {before.start}")
        return self

    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """The fixed plan of the phase that holds on this date."""
        values = self.model_dump(exclude={"kind", "phases"})
        for phase in self.phases:
            if phase.start <= seen.date:
                change = phase.model_dump(exclude={"start"}, exclude_none=True)
                tables = {name: values[name] | change.pop(name, {}) for name in ("pushes_per_week", "schedule")}
                values |= change | tables
        return Fixed(**values).plan(brief, seen)
