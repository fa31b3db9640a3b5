"""What need not be computed again: much of a day is as it was yesterday."""

from collections.abc import Callable
from typing import Any


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
