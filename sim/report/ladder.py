"""A ladder of depletions, from weak to strong, against one growth logic."""

from dataclasses import dataclass

from sim.domains import ChannelKind, word
from sim.logics.depletion import Depletion
from sim.logics.growth import Growth
from sim.results import Comparison
from sim.scenario import Scenario

_WEEK = 7


@dataclass(frozen=True)
class Rung:
    """A depletion on the ladder.

    logic      its name
    a_day      messages a day that it starts with, in the group that it pushes most
    escalates  it pushes and discounts more when orders fall
    """

    logic: str
    a_day: float
    escalates: bool


@dataclass(frozen=True)
class Ladder:
    """The growth logic, and the depletions against it: weaker ones first, the fixed before the escalating."""

    growth: str
    rungs: tuple[Rung, ...]


def ladder_of(c: Comparison) -> Ladder | None:
    """The ladder of a comparison of one growth logic with two or more depletions; None for every other."""
    growths = [name for name in c.logics if isinstance(c.scenario.logics[name], Growth)]
    rungs = [
        Rung(name, _a_day(logic, c.scenario), logic.escalate)
        for name, logic in c.scenario.logics.items()
        if isinstance(logic, Depletion) and name in c.logics
    ]
    if len(growths) != 1 or len(rungs) < 2:
        return None
    return Ladder(growths[0], tuple(sorted(rungs, key=lambda rung: (rung.a_day, rung.escalates))))


def _a_day(logic: Depletion, scenario: Scenario) -> float:
    """Messages a day in the group that a logic pushes most; a channel's own name outranks its kind."""
    table = logic.pushes_per_week
    groups = [channel.name for channel in scenario.channels if channel.kind == word(ChannelKind.GROUP)]
    return max((table.get(name, table.get("group", 0.0)) for name in groups), default=0.0) / _WEEK
