"""What need not be computed again: much of a day is as it was yesterday."""

from collections.abc import Callable
from typing import Any

from sim.scenario.schema import Scenario


class Remembered[Value]:
    """A pure function that keeps its last value, and gives it again for equal arguments.

    function  of numbers and tuples of them; what else it depends on must stay the same for the whole run
    """

    PASSING = ("arguments", "value")

    def __init__(self, function: Callable[..., Value]) -> None:
        self.function = function
        self.arguments: tuple[Any, ...] | None = None
        self.value: Value

    def __call__(self, *arguments: Any) -> Value:
        """The function's value."""
        if arguments != self.arguments:
            self.value = self.function(*arguments)
            self.arguments = arguments
        return self.value


class OfScenario[Value]:
    """What follows from a scenario and a few numbers: kept for the last few, since replications share it.

    function  pure; its value is never changed

    Scenarios are frozen and told apart by what they are, not by what they say: a look costs no comparison.
    """

    KEPT = 8

    def __init__(self, function: Callable[..., Value]) -> None:
        self.function = function
        self.found: tuple[tuple[Scenario, tuple[Any, ...], Value], ...] = ()  # the latest first; replaced as a whole

    def __call__(self, scenario: Scenario, *arguments: Any) -> Value:
        """The function's value."""
        for known, of, value in self.found:
            if known is scenario and of == arguments:
                return value
        value = self.function(scenario, *arguments)
        self.found = ((scenario, arguments, value), *self.found[: self.KEPT - 1])
        return value
