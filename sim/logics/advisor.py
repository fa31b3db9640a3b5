"""Advisor (智慧经营): has goals, finds the weakest stage of the loop, proposes a task, follows it (evidence E-29)."""

from dataclasses import replace
from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from sim.domains import Stage, word
from sim.logics.base import (
    Discount,
    Logic,
    Pushes,
    ValueShare,
    apart,
    asked_of,
    by_channel,
    scheduled,
    to_all_tiers,
    value_shares_by_tier,
    within_quotas,
)
from sim.logics.tasks import ALL, MONTH, WEEK, Limits, Situation, Task
from sim.loop import expected_events, stage_rate
from sim.parameters import fraction, parameter
from sim.plans import Advice, Brief, Plan, Seen

Goal = Literal["fans", "conversion"]
OtherGoal = Literal["fans", "conversion", "none"]
Target = Annotated[
    float,
    parameter("Wanted rate of the stage (default: its mean of the last 28 days)", above=0, high=1e6, source="E-29"),
]

ENOUGH_EVENTS = 10.0  # at which a week's rate counts by half

# active fans serve both goals: they carry the brand into the feed and they buy
STAGES_OF: dict[str, tuple[Stage, ...]] = {
    "fans": (Stage.ACQUIRE, Stage.DEPOSIT, Stage.ACTIVATE, Stage.FISSION),
    "conversion": (Stage.ACTIVATE, Stage.CONVERT, Stage.REPURCHASE),
    "none": (),
}


class Targets(BaseModel):
    """Wanted rates of the stages, in the units of the observables ``stage_…``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    acquire: Target | None = None
    deposit: Target | None = None
    activate: Target | None = None
    convert: Target | None = None
    repurchase: Target | None = None
    fission: Target | None = None


class Advisor(Logic):
    """Every week: one task for the stage that is furthest behind, and a step back to the starting plan elsewhere.

    A stage is behind by 1 − rate ÷ target, times 1 if it serves the main goal and a weight below 1 if it serves
    only the secondary one. Without a target of its own it is measured by its mean of the last 28 days. Few events say
    little: what a stage is behind counts by E/(E + 10), E the events that the target makes one expect in a week.
    """

    memory: ClassVar[int] = MONTH

    kind: Literal["advisor"] = "advisor"
    pushes_per_week: dict[str, Pushes] = {"group": 7.0, "subscription": 1.5}
    value_share: ValueShare = 0.75
    discount: Discount = 0.05
    main_goal: Goal = "fans"
    secondary_goal: OtherGoal = "conversion"
    secondary_weight: Annotated[
        float, fraction("Weight of stages that serve only the secondary goal", source="E-29")
    ] = 0.5
    targets: Targets = Targets()
    come_back: Annotated[
        float, fraction("Share of the way back to the starting plan that is gone each week", source="E-29")
    ] = 0.20
    best_quality: Annotated[float, fraction("Content quality beyond which no task goes", source="details")] = 0.95
    most_discount: Annotated[float, fraction("Discount beyond which no task goes", source="details")] = 0.20
    most_lives: Annotated[
        float, parameter("Lives per week beyond which no task goes", unit="1/week", low=0, high=140, source="E-46")
    ] = 14.0
    least_value_share: Annotated[float, fraction("Share of useful content under which no task goes", source="E-95")] = (
        0.30
    )
    ads_share: Annotated[
        float, fraction("ι_ads: share of last week's contribution that the task buy-traffic spends", source="E-29")
    ] = 0.05

    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """The starting plan for four weeks, then the task of the week on a plan that returns to it."""
        start = self._start(brief, seen)
        if seen.plan is None or len(seen.history) < MONTH:
            return start
        plan = self._towards(start, brief, seen, seen.plan)
        limits = Limits(self.best_quality, self.most_discount, self.most_lives, self.least_value_share, self.ads_share)
        at = Situation(brief, seen, limits)
        for stage, rate, target in self._weakest_first(seen):
            task = self._task(stage, plan, at)
            if task is not None:
                changed = task.change(plan, at)
                advice = Advice(seen.day, stage, task.name, rate, target, task.channel(at))
                return replace(changed, pushes=within_quotas(changed.pushes, brief.channels), advice=advice)
        return plan

    def _start(self, brief: Brief, seen: Seen) -> Plan:
        """The starting plan, with promotion for those who have earned it."""
        return Plan(
            pushes=within_quotas(to_all_tiers(by_channel(self.pushes_per_week, brief.channels)), brief.channels),
            value_share=value_shares_by_tier(self.value_share, brief, seen.history[-1] if seen.history else None),
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

    def _towards(self, start: Plan, brief: Brief, seen: Seen, now: Plan) -> Plan:
        """What former tasks have moved, a step back towards the starting plan; bought traffic ends with its week."""

        def back(moved: float, to: float) -> float:
            return moved + self.come_back * (to - moved)

        def table(
            moved: tuple[tuple[float, ...], ...], to: tuple[tuple[float, ...], ...]
        ) -> tuple[tuple[float, ...], ...]:
            return tuple(
                tuple(back(a, b) for a, b in zip(tiers, home, strict=True))
                for tiers, home in zip(moved, to, strict=True)
            )

        last = len(brief.quality) - 1
        lead = now.quality - brief.quality[min(max(0, seen.day - self.every), last)]  # the file's own series moves on
        return replace(
            start,
            pushes=table(now.pushes, start.pushes),
            value_share=table(now.value_share, start.value_share),
            quality=min(1.0, max(0.0, start.quality + (1.0 - self.come_back) * lead)),
            discount=back(now.discount, start.discount),
            lives_per_week=back(now.lives_per_week, start.lives_per_week),
        )

    def _weakest_first(self, seen: Seen) -> list[tuple[Stage, float, float]]:
        """Stages with rate and target, the one furthest behind its target first."""
        found = []
        for stage in Stage:
            weight = (
                1.0
                if stage in STAGES_OF[self.main_goal]
                else self.secondary_weight * (stage in STAGES_OF[self.secondary_goal])
            )
            rate = stage_rate(stage, seen.history[-WEEK:])
            wanted = getattr(self.targets, word(stage))
            target = stage_rate(stage, seen.history[-MONTH:]) if wanted is None else wanted
            if weight > 0.0 and rate is not None and target:
                expected = expected_events(stage, target, seen.history[-WEEK:])
                behind = (1.0 - rate / target) * expected / (expected + ENOUGH_EVENTS)
                found.append((behind * weight if behind > 0.0 else behind / weight, stage, rate, target))
        found.sort(key=lambda one: (-one[0], one[1]))
        return [(stage, rate, target) for _, stage, rate, target in found]

    def _task(self, stage: Stage, plan: Plan, at: Situation) -> Task | None:
        """The stage's first possible task that was not last week's; last week's again if there is no other."""
        last = at.seen.plan.advice.task if at.seen.plan and at.seen.plan.advice else ""
        possible = [task for task in ALL if task.stage == stage and task.possible(plan, at)]
        return next((task for task in possible if task.name != last), possible[0] if possible else None)
