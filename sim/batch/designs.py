"""Designs: which points of a space of factors are run. A point is what it changes of the scenario, by dotted key.

Points are held as an array of places, one row per point and one column per free factor, and turned into values when
they are asked for: a million points of five factors are 40 MB. Sampling is that of SciPy and SALib.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, ClassVar, Literal, overload

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Discriminator, Field, model_validator

from sim.batch.factors import Factor

Point = dict[str, Any]
Places = npt.NDArray[np.float64] | npt.NDArray[np.int32]

AS_IT_IS = -1  # the number of a level where a point leaves a key as the scenario has it
LARGEST = 10_000_000  # points of a design


class DesignError(ValueError):
    """A design cannot be made; the text says why, and what to do."""


@dataclass(frozen=True)
class Points(Sequence[Point]):
    """The points of a design, in its order.

    factors  dotted key → factor, those that move with another among them
    places   [N, K] of the free factors: fractions of their ranges (float64), or numbers of their levels (int32),
             ``AS_IT_IS`` where a point does not change the key

    Points can be equal, where rounding makes them so: their runs are shared, and the order, from which Saltelli and
    Morris indices are computed, is kept.
    """

    factors: Mapping[str, Factor]
    places: Places

    @property
    def free(self) -> tuple[str, ...]:
        """Keys of the columns of ``places``: the factors that move with no other."""
        return tuple(key for key, factor in self.factors.items() if factor.like is None)

    @property
    def stepped(self) -> bool:
        """True where places are numbers of levels, not fractions."""
        return bool(np.issubdtype(self.places.dtype, np.integer))

    def __len__(self) -> int:
        return len(self.places)

    @overload
    def __getitem__(self, number: int) -> Point: ...
    @overload
    def __getitem__(self, number: slice) -> list[Point]: ...
    def __getitem__(self, number: int | slice) -> Point | list[Point]:
        if isinstance(number, slice):
            return [self._point(row) for row in self.places[number]]
        return self._point(self.places[number])

    def __iter__(self) -> Iterator[Point]:
        return (self._point(row) for row in self.places)

    def _point(self, row: npt.NDArray[Any]) -> Point:
        of = dict(zip(self.free, row.tolist(), strict=True))
        found = {}
        for key, factor in self.factors.items():
            place = of[factor.like or key]
            if not self.stepped:
                found[key] = factor.at(place)
            elif place != AS_IT_IS:
                found[key] = factor.level(place)
        return found

    def column(self, key: str) -> list[Any]:
        """Values of a factor at all points, None where the scenario's own is left."""
        factor = self.factors[key]
        places = self.places[:, self.free.index(factor.like or key)].tolist()
        if not self.stepped:
            return [factor.at(place) for place in places]
        return [None if place == AS_IT_IS else factor.level(place) for place in places]


class _Kind(BaseModel, ABC):
    model_config = ConfigDict(extra="forbid", frozen=True)
    needs_levels: ClassVar[bool] = False

    @abstractmethod
    def places(self, factors: Sequence[Factor]) -> Places:
        """Places of all points for the free factors; raises DesignError."""


class _Stepped(_Kind):
    needs_levels: ClassVar[bool] = True


class Grid(_Stepped):
    """Every combination of the values of all factors; the last one changes fastest."""

    kind: Literal["grid"] = "grid"

    def places(self, factors: Sequence[Factor]) -> Places:
        """[product of levels, K] numbers of levels."""
        counts = [factor.steps or 1 for factor in factors]
        size = int(np.prod(counts, dtype=np.float64))
        if size > LARGEST:
            raise DesignError(
                f"a grid of {' × '.join(map(str, counts))} values has {size:,} points, more than {LARGEST:,}. "
                'Take fewer levels, or a sample of the same space: kind = "sobol", samples = 1024'
            )
        return np.stack(np.unravel_index(np.arange(size), counts), axis=1).astype(np.int32)


class OneAtATime(_Stepped):
    """The scenario as it is, then every value of each factor alone."""

    kind: Literal["one-at-a-time"] = "one-at-a-time"

    def places(self, factors: Sequence[Factor]) -> Places:
        """[1 + sum of levels, K] numbers of levels."""
        counts = [factor.steps or 1 for factor in factors]
        found = np.full((1 + sum(counts), len(counts)), AS_IT_IS, np.int32)
        first = 1
        for column, count in enumerate(counts):
            found[first : first + count, column] = np.arange(count)
            first += count
        return found


def _power_of_two(samples: int, kind: str) -> None:
    if samples & (samples - 1):
        below = 1 << (samples.bit_length() - 1)
        raise ValueError(
            f"samples = {samples} is not a power of two, and only at powers of two is the sequence behind a {kind} "
            f"design balanced in every factor. Try {below} or {2 * below}"
        )


_SAMPLES = Field(ge=1, le=LARGEST, description="Number of points")
_SEED = Field(ge=0, lt=2**64, description="Seed of the sample; the chance of the runs has its own")


class LatinHypercube(_Kind):
    """A sample with one point in each of as many equal parts of every factor's range."""

    kind: Literal["latin-hypercube"] = "latin-hypercube"
    samples: Annotated[int, _SAMPLES]
    seed: Annotated[int, _SEED] = 0

    def places(self, factors: Sequence[Factor]) -> Places:
        """[samples, K] fractions."""
        from scipy.stats import qmc

        return qmc.LatinHypercube(len(factors), rng=np.random.default_rng(self.seed)).random(self.samples)


class Sobol(_Kind):
    """A scrambled Sobol sequence: points that fill the space evenly. For Sobol *indices* see ``saltelli``."""

    kind: Literal["sobol"] = "sobol"
    samples: Annotated[int, Field(ge=1, le=LARGEST, description="Number of points, a power of two")]
    seed: Annotated[int, _SEED] = 0

    @model_validator(mode="after")
    def _consistent(self) -> "Sobol":
        _power_of_two(self.samples, self.kind)
        return self

    def places(self, factors: Sequence[Factor]) -> Places:
        """[samples, K] fractions."""
        from scipy.stats import qmc

        engine = qmc.Sobol(len(factors), scramble=True, rng=np.random.default_rng(self.seed))
        return engine.random_base2(self.samples.bit_length() - 1)


class Saltelli(_Kind):
    """The sample from which Sobol indices are computed (Saltelli 2002): first-order and total effect of each factor.

    Of each of ``samples`` base points come K + 2 points in a row: A, then A with one factor after the other taken from
    B, then B; with ``second_order`` 2 K + 2, since B with one factor after the other from A lies between. That is the
    order in which ``SALib.analyze.sobol`` wants the results.
    """

    kind: Literal["saltelli"] = "saltelli"
    samples: Annotated[int, Field(ge=2, le=LARGEST, description="Number of base points, a power of two")]
    second_order: Annotated[bool, Field(description="Also for the effects of pairs of factors: twice the runs")] = False
    seed: Annotated[int, _SEED] = 0

    @model_validator(mode="after")
    def _consistent(self) -> "Saltelli":
        _power_of_two(self.samples, self.kind)
        return self

    def block(self, factors: int) -> int:
        """Points of each base point."""
        return (2 * factors if self.second_order else factors) + 2

    def places(self, factors: Sequence[Factor]) -> Places:
        """[samples · block, K] fractions."""
        _check_size(self.samples * self.block(len(factors)), "samples")
        sampler = _salib("sobol", self.kind)
        rng = np.random.default_rng(self.seed)  # not the number: 0 would be a seed to us and none to others
        found: Places = sampler.sample(
            problem(len(factors)), self.samples, calc_second_order=self.second_order, seed=rng
        )
        return found


class Morris(_Kind):
    """Trajectories that change one factor after the other (Morris 1991): which factors matter, from few runs.

    Each of ``trajectories`` is K + 1 points in a row, neighbours of which differ in one factor by half of its range or
    somewhat more, the step that ``SALib.analyze.morris`` expects.
    """

    kind: Literal["morris"] = "morris"
    trajectories: Annotated[int, Field(ge=2, le=LARGEST, description="Number of trajectories; 10 … 50 are usual")]
    levels: Annotated[int, Field(ge=2, le=1000, description="Places in each range, an even number")] = 4
    seed: Annotated[int, _SEED] = 0

    @model_validator(mode="after")
    def _consistent(self) -> "Morris":
        if self.levels % 2:
            raise ValueError(
                f"levels = {self.levels} is odd, and only with an even number are all places equally likely. "
                f"Try {self.levels + 1}"
            )
        return self

    def block(self, factors: int) -> int:
        """Points of each trajectory."""
        return factors + 1

    def places(self, factors: Sequence[Factor]) -> Places:
        """[trajectories · (K + 1), K] fractions."""
        _check_size(self.trajectories * self.block(len(factors)), "trajectories")
        sampler = _salib("morris", self.kind)
        found: Places = sampler.sample(
            problem(len(factors)), self.trajectories, num_levels=self.levels, seed=np.random.default_rng(self.seed)
        )
        return np.clip(found, 0.0, 1.0)  # its additions leave the last bit open


class Table(_Kind):
    """Points of the user's own: a CSV or Parquet file with a row per point and a column per dotted key."""

    kind: Literal["table"] = "table"
    file: Annotated[str, Field(description="A .csv or .parquet file, from the folder of the experiment file")]

    def places(self, factors: Sequence[Factor]) -> Places:
        """Not from factors: ``sim.batch.tables`` reads the file."""
        raise DesignError("a table has its points in its file")


Design = Annotated[
    Grid | OneAtATime | LatinHypercube | Sobol | Saltelli | Morris | Table,
    Discriminator("kind"),
]
KINDS: dict[str, type[_Kind]] = {
    kind.model_fields["kind"].default: kind
    for kind in (Grid, OneAtATime, LatinHypercube, Sobol, Saltelli, Morris, Table)
}


def points(design: Any, factors: Mapping[str, Factor]) -> Points:
    """All points of a design, in its order; factors with ``like`` follow the one they name and add none.

    Raises KeyError for factors that lack levels, and DesignError.
    """
    free = {key: factor for key, factor in factors.items() if factor.like is None}
    if design.needs_levels:
        for key, factor in factors.items():
            if factor.steps is None:
                raise KeyError(key)
    return Points(dict(factors), design.places(list(free.values())))


def _check_size(size: int, option: str) -> None:
    if size > LARGEST:
        raise DesignError(f"this would be {size:,} points, more than {LARGEST:,}. Take fewer {option}")


def problem(factors: int) -> dict[str, Any]:
    """What SALib calls a problem, over fractions of the ranges: its samplers and analyses take it."""
    return {"num_vars": factors, "names": [f"x{n}" for n in range(factors)], "bounds": [[0.0, 1.0]] * factors}


def _salib(module: str, kind: str) -> Any:
    from importlib import import_module

    try:
        return import_module(f"SALib.sample.{module}")
    except ImportError:
        raise DesignError(
            f'a {kind} design needs SALib, which is not installed. Try: python3 -m pip install "sanyu[study]"'
        ) from None
