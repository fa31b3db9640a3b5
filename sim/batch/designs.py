"""Designs: which points of a space of factors are run. A point is what it changes of the scenario, by dotted key."""

import datetime as dt
import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

Point = dict[str, Any]


class Factor(BaseModel):
    """One varied key: values to choose from, or a range.

    levels   values of the range in a grid and one at a time
    integer  round to whole numbers
    like     another key, with which this one moves: both are at the same fraction of their ranges, or at the same
             number of their values
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    values: tuple[Any, ...] | None = Field(None, min_length=1)
    low: float | dt.date | None = Field(None, alias="from")
    high: float | dt.date | None = Field(None, alias="to")
    scale: Literal["linear", "log"] = "linear"
    integer: bool = False
    levels: int | None = Field(None, ge=2)
    like: str | None = None

    @model_validator(mode="after")
    def _consistent(self) -> "Factor":
        if (self.values is None) == (self.low is None and self.high is None):
            raise ValueError("a factor has either values = [...], or from and to")
        if self.values is not None:
            return self
        if isinstance(self.low, dt.date) != isinstance(self.high, dt.date) or self.low is None or self.high is None:
            raise ValueError("from and to must both be there, and both be numbers or both dates")
        if not isinstance(self.low, dt.date) and not (math.isfinite(self.low) and math.isfinite(float(self.high))):  # type: ignore[arg-type]
            raise ValueError("from and to must be finite numbers")
        if self.low >= self.high:  # type: ignore[operator]
            raise ValueError(f"from = {self.low} must be below to = {self.high}. Did you exchange them?")
        if self.scale == "log" and (isinstance(self.low, dt.date) or self.low <= 0):
            raise ValueError(f'scale = "log" needs from above 0, not {self.low}. Try scale = "linear"')
        return self

    @property
    def steps(self) -> int | None:
        """Number of values in a grid, None where it was not said."""
        return len(self.values) if self.values is not None else self.levels

    def at(self, fraction: float) -> Any:
        """The value at a fraction of the range, 0 … 1; of values, each has an equal share of it."""
        if self.values is not None:
            return self.values[min(int(fraction * len(self.values)), len(self.values) - 1)]
        if isinstance(self.low, dt.date) and isinstance(self.high, dt.date):
            return self.low + dt.timedelta(days=round(fraction * (self.high - self.low).days))
        low, high = float(self.low), float(self.high)  # type: ignore[arg-type]
        value = low * (high / low) ** fraction if self.scale == "log" else low + fraction * (high - low)
        return round(value) if self.integer else min(max(value, low), high)

    def level(self, number: int) -> Any:
        """A value of the grid, by its number from 0."""
        if self.values is not None:
            return self.values[number]
        assert self.levels is not None
        return self.at(number / (self.levels - 1))


class Design(BaseModel):
    """How points are chosen.

    samples  of a Latin hypercube, or a Sobol sequence: there a power of two
    seed     of the sample; the runs' chance has its own
    """

    model_config = ConfigDict(extra="forbid", frozen=True)
    kind: Literal["grid", "one-at-a-time", "latin-hypercube", "sobol"]
    samples: int | None = Field(None, ge=1)
    seed: int = Field(0, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> "Design":
        sampled = self.kind in ("latin-hypercube", "sobol")
        if sampled and self.samples is None:
            raise ValueError(f"a {self.kind} design needs samples, such as samples = 64")
        if not sampled and self.samples is not None:
            raise ValueError(f"a {self.kind} design takes no samples; its factors have values or levels")
        n = self.samples or 1
        if self.kind == "sobol" and n & (n - 1):
            below = 1 << (n.bit_length() - 1)
            raise ValueError(
                f"samples = {n} is not a power of two, and only at powers of two is a Sobol sequence balanced in "
                f"every factor. Try {below} or {2 * below}"
            )
        return self


def points(design: Design, factors: Mapping[str, Factor]) -> list[Point]:
    """All points of a design, each once, in its order. One at a time begins with the scenario as it is.

    Factors with ``like`` follow the one they name and add no points. Raises KeyError for factors that lack levels.
    """
    free = [key for key, factor in factors.items() if factor.like is None]
    if design.kind in ("latin-hypercube", "sobol"):
        found = [_fractions(factors, dict(zip(free, row, strict=True))) for row in _sample(design, len(free))]
    else:
        counts: list[int] = []
        for key in free:
            steps = factors[key].steps
            if steps is None:
                raise KeyError(key)
            counts.append(steps)
        if design.kind == "grid":
            chosen = [dict(zip(free, row, strict=True)) for row in itertools.product(*map(range, counts))]
        else:
            chosen = [{}, *({key: n} for key, count in zip(free, counts, strict=True) for n in range(count))]
        found = [_levels(factors, numbers) for numbers in chosen]
    return _distinct(found)


def _sample(design: Design, width: int) -> Sequence[Sequence[float]]:
    from scipy.stats import qmc

    rng = np.random.default_rng(design.seed)
    assert design.samples is not None
    if design.kind == "sobol":
        sample = qmc.Sobol(width, scramble=True, rng=rng).random_base2(design.samples.bit_length() - 1)
    else:
        sample = qmc.LatinHypercube(width, rng=rng).random(design.samples)
    rows: Sequence[Sequence[float]] = sample.tolist()
    return rows


def _fractions(factors: Mapping[str, Factor], of: Mapping[str, float]) -> Point:
    return {key: factor.at(of[factor.like or key]) for key, factor in factors.items()}


def _levels(factors: Mapping[str, Factor], of: Mapping[str, int]) -> Point:
    return {key: factor.level(of[factor.like or key]) for key, factor in factors.items() if (factor.like or key) in of}


def _distinct(found: list[Point]) -> list[Point]:
    """Rounding can make points equal; the first of them stays."""
    return list({repr(sorted(point.items())): point for point in reversed(found)}.values())[::-1]
