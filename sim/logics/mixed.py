"""Mixed: elements of two logics in one, to learn which of them makes the difference (decomposition)."""

from dataclasses import dataclass, replace
from typing import ClassVar

from sim.logics.base import Logic
from sim.plans import Brief, Plan, Seen

# Fields of the plan by element; together they are the whole plan.
ELEMENTS: dict[str, tuple[str, ...]] = {
    "frequency": (
        "pushes",
        "lives_per_week",
        "red_packets_per_week",
        "ask_to_join",
        "schedule",
        "advice",
        "segment_frequency",
        "segment_schedule",
    ),
    "value_share": ("value_share", "segment_value_share"),
    "content": ("quality",),
    "discount": ("discount",),
    "ads": ("ads_per_day", "bid", "ads_reinvested", "incentive"),
    "service": ("service_seats",),
}


@dataclass(frozen=True)
class Mixed:
    """A logic that takes each element of the plan from one of two logics.

    base   whose plan it is
    other  whose elements are put in
    taken  names of ``ELEMENTS`` that come from ``other``

    Each logic plans on its own days and reads its own elements off the plan in force, as it would alone.
    """

    base: Logic
    other: Logic
    taken: frozenset[str]

    every: ClassVar[int] = 1

    @property
    def memory(self) -> int:
        """Days of history that either logic needs."""
        return max(self.base.memory, self.other.memory)

    @property
    def content_every(self) -> int:
        """Days between plans of the logic whose content it is; the plan keeps that logic's quality in between."""
        return (self.other if "content" in self.taken else self.base).every

    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """The plan of ``base`` with the elements taken from ``other``."""
        plan = _due(self.base, brief, seen)
        put_in = _due(self.other, brief, seen)
        fields = [field for element in sorted(self.taken) for field in ELEMENTS[element]]
        return replace(plan, **{field: getattr(put_in, field) for field in fields})


def _due(logic: Logic, brief: Brief, seen: Seen) -> Plan:
    """What a logic plans if its day has come, else the plan in force."""
    if seen.plan is not None and seen.day % logic.every != 0:
        return seen.plan
    history = seen.history[-logic.memory :] if logic.memory else ()
    return logic.plan(brief, replace(seen, history=history))
