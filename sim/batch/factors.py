"""Factors: what an experiment varies. A factor turns a place of a design, a fraction or a number, into a value."""

import datetime as dt
import math
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Factor(BaseModel):
    """One varied key of the scenario: values to choose from, or a range."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    values: Annotated[
        tuple[Any, ...] | None, Field(min_length=1, description="Values to choose from: numbers, names, dates, true, …")
    ] = None
    low: Annotated[float | dt.date | None, Field(alias="from", description="Least value of a range, or first day")] = (
        None
    )
    high: Annotated[float | dt.date | None, Field(alias="to", description="Greatest value of a range, or last day")] = (
        None
    )
    scale: Annotated[
        Literal["linear", "log"], Field(description="log: equal steps are equal ratios; needs from above 0")
    ] = "linear"
    integer: Annotated[bool, Field(description="Whole numbers only")] = False
    levels: Annotated[
        int | None, Field(ge=2, description="Number of values of the range in a grid and one at a time")
    ] = None
    like: Annotated[
        str | None,
        Field(description="Another factor, with which this one moves: at the same place of its own range or values"),
    ] = None

    @model_validator(mode="after")
    def _consistent(self) -> "Factor":
        if (self.values is None) == (self.low is None and self.high is None):
            raise ValueError("a factor has either values = [...], or from and to")
        if self.values is not None:
            return self._listed()
        if isinstance(self.low, dt.date) != isinstance(self.high, dt.date) or self.low is None or self.high is None:
            raise ValueError("from and to must both be there, and both be numbers or both dates")
        if not isinstance(self.low, dt.date) and not (math.isfinite(self.low) and math.isfinite(float(self.high))):  # type: ignore[arg-type]
            raise ValueError("from and to must be finite numbers")
        if self.low >= self.high:  # type: ignore[operator]
            raise ValueError(f"from = {_digits(self.low)} must be below to = {_digits(self.high)}. "
                             "Did you exchange them?")  # fmt: skip
        if self.scale == "log" and (isinstance(self.low, dt.date) or self.low <= 0):
            raise ValueError(f'scale = "log" needs from above 0, not {_digits(self.low)}. Try scale = "linear"')
        return self._whole()

    def _listed(self) -> "Factor":
        for name, given in (("scale", self.scale == "log"), ("integer", self.integer), ("levels", self.levels)):
            if given:
                raise ValueError(f"{name} is for a range, and this factor has values. Leave {name} out")
        return self

    def _whole(self) -> "Factor":
        """A range of whole numbers, or of days, has whole ends and enough values for its levels."""
        if self.integer and isinstance(self.low, dt.date):
            raise ValueError("integer is for numbers; a range of dates consists of whole days anyway")
        if self.integer:
            for name, end in (("from", self.low), ("to", self.high)):
                if end != int(end):  # type: ignore[arg-type]
                    raise ValueError(f"{name} = {_digits(end)} is no whole number, and integer = true asks for them")
        if self.levels is not None:
            different = len({self.level(number) for number in range(self.levels)})
            if different < self.levels:
                raise ValueError(
                    f"levels = {self.levels} would repeat values: only {different} of them differ. "
                    f"Write levels = {different}"
                )
        return self

    @property
    def steps(self) -> int | None:
        """Number of values in a grid, None where it was not said."""
        return len(self.values) if self.values is not None else self.levels

    def at(self, fraction: float) -> Any:
        """The value at a fraction of the range, 0 … 1.

        Values, whole numbers and days each have an equal share of it; whole numbers on a log scale shares in
        proportion to log((n + 1) / n).
        """
        if self.values is not None:
            return self.values[min(int(fraction * len(self.values)), len(self.values) - 1)]
        if isinstance(self.low, dt.date) and isinstance(self.high, dt.date):
            days = (self.high - self.low).days
            return self.low + dt.timedelta(days=min(int(fraction * (days + 1)), days))
        low, high = float(self.low), float(self.high)  # type: ignore[arg-type]
        if self.integer:
            return min(math.floor(self._between(low, high + 1.0, fraction)), int(high))
        return min(max(self._between(low, high, fraction), low), high)

    def level(self, number: int) -> Any:
        """A value of a grid, by its number from 0."""
        if self.values is not None:
            return self.values[number]
        assert self.levels is not None
        fraction = number / (self.levels - 1)
        if isinstance(self.low, dt.date) and isinstance(self.high, dt.date):
            return self.low + dt.timedelta(days=round(fraction * (self.high - self.low).days))
        low, high = float(self.low), float(self.high)  # type: ignore[arg-type]
        value = float(f"{self._between(low, high, fraction):.12g}")  # .35, not .35000000000000003
        return round(value) if self.integer else min(max(value, low), high)

    def _between(self, low: float, high: float, fraction: float) -> float:
        return low * (high / low) ** fraction if self.scale == "log" else low + fraction * (high - low)


def _digits(end: Any) -> str:
    return f"{end:g}" if isinstance(end, float) else str(end)
