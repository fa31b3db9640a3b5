"""Response curves and heat maps: a figure over one factor or over two, with bands over replications.

Replications are paired: the same people and luck at every point. A value of a factor stands for the mean over all
points that have it, replication by replication; the band is the t interval over replications, so it holds the luck of
the runs and not what the other factors do.
"""

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.pairs import Floats, mean_interval
from sim.analysis.samples import NotAnalysable, Samples, samples
from sim.results import Interval

if TYPE_CHECKING:
    import pandas as pd

MOST_VALUES = 24  # of a factor; more are gathered into bins
BINS = 12


@dataclass(frozen=True)
class Curve:
    """A figure over a factor.

    values          of the factor, in their order: numbers, dates or names; centres of bins where it has too many
    binned          whether they are centres of bins
    mean, low, high [V] of the figure; open bounds are infinite
    runs            [V] replications that stand behind each value
    change          from the first value to the last, by paired replications; None for names, bins and a single value
    """

    values: tuple[Any, ...]
    binned: bool
    mean: Floats
    low: Floats
    high: Floats
    runs: tuple[int, ...]
    change: Interval | None = None


@dataclass(frozen=True)
class Heat:
    """A figure over two factors.

    x, y            values of the factors, in their order
    mean, low, high [len(y), len(x)]; NaN where no run is
    """

    x: tuple[Any, ...]
    y: tuple[Any, ...]
    mean: Floats
    low: Floats
    high: Floats


def response(
    table: "pd.DataFrame", factor: str, figure: str, logic: str | None = None, reference: str | None = None
) -> Curve:
    """A figure over one factor: of a logic, or its paired difference to another.

    A factor with more than 24 different numbers, as a sample has, is gathered into 12 bins of equally many points; then
    points take the place of replications, and the band holds what the other factors do as well. Raises NotAnalysable.
    """
    found = samples(table, figure, logic, reference)
    column = factor_of(table, factor, found)
    if len(_distinct(column)) > MOST_VALUES:
        return _binned(column, factor, found)
    values = _distinct(column)
    intervals, runs = [], []
    for value in values:
        by_replication = _of_replications(found.values[_equal(column, value)])
        runs.append(len(by_replication))
        intervals.append(mean_interval(by_replication) if len(by_replication) else None)
    mean, low, high = _arrays(intervals)
    return Curve(values, False, mean, low, high, tuple(runs), _change(column, values, found))


def _change(column: np.ndarray[Any, Any], values: tuple[Any, ...], found: Samples) -> Interval | None:
    """Mean difference between the points of the last value and those of the first, replication by replication."""
    known = [value for value in values if value is not None]
    if len(known) < 2 or any(isinstance(value, str | bool) for value in known):
        return None
    first, last = (found.values[_equal(column, value)].mean(axis=0) for value in (known[0], known[-1]))
    paired = (last - first)[np.isfinite(last - first)]
    return mean_interval(paired) if len(paired) else None


def heat(
    table: "pd.DataFrame", x: str, y: str, figure: str, logic: str | None = None, reference: str | None = None
) -> Heat:
    """A figure over two factors, each cell the mean over the points that it holds. Raises NotAnalysable."""
    found = samples(table, figure, logic, reference)
    across, up = factor_of(table, x, found), factor_of(table, y, found)
    for name, column in ((x, across), (y, up)):
        if len(_distinct(column)) > MOST_VALUES:
            raise NotAnalysable(
                f"{name} has {len(_distinct(column))} different values, more than {MOST_VALUES}: a heat map is for a "
                "grid. Give the factor levels and the experiment a grid, or draw the response curve"
            )
    xs, ys = _distinct(across), _distinct(up)
    intervals = []
    for value_y in ys:
        for value_x in xs:
            inside = found.values[_equal(across, value_x) & _equal(up, value_y)]
            by_replication = _of_replications(inside)
            intervals.append(mean_interval(by_replication) if len(by_replication) else None)
    mean, low, high = (part.reshape(len(ys), len(xs)) for part in _arrays(intervals))
    return Heat(xs, ys, mean, low, high)


def factor_of(table: "pd.DataFrame", factor: str, found: Samples) -> np.ndarray[Any, Any]:
    """The value of a factor at each of the points of ``found``, [P]; raises NotAnalysable."""
    if factor not in table.columns:
        raise NotAnalysable(f'the table has no factor "{factor}"')
    first = table.drop_duplicates("point").set_index("point")[factor]
    column: np.ndarray[Any, Any] = first.loc[found.points.tolist()].to_numpy()
    return column


def _distinct(column: np.ndarray[Any, Any]) -> tuple[Any, ...]:
    """Values in their order: numbers and dates by size, names by first appearance; None where a key is left alone."""
    found = list(dict.fromkeys(None if _is_missing(value) else value for value in column.tolist()))
    try:
        return tuple(sorted(v for v in found if v is not None)) + ((None,) if None in found else ())
    except TypeError:
        return tuple(found)


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _equal(column: np.ndarray[Any, Any], value: Any) -> np.ndarray[Any, Any]:
    if value is None:
        return np.array([_is_missing(one) for one in column.tolist()])
    return np.array([one == value for one in column.tolist()])


def _of_replications(inside: Floats) -> Floats:
    """Means over points by replication, of the replications that all these points have, [R']."""
    if not len(inside):
        return np.zeros(0)
    found: Floats = inside[:, np.isfinite(inside).all(axis=0)].mean(axis=0)
    return found


def _arrays(intervals: list[Any]) -> tuple[Floats, Floats, Floats]:
    rows = [(i.estimate, i.low, i.high) if i is not None else (np.nan,) * 3 for i in intervals]
    mean, low, high = np.array(rows, np.float64).T
    return mean, low, high


def _binned(column: np.ndarray[Any, Any], factor: str, found: Samples) -> Curve:
    try:
        numbers = column.astype(np.float64)
    except (TypeError, ValueError):
        raise NotAnalysable(f"{factor} has more than {MOST_VALUES} values that are no numbers") from None
    means = found.means
    usable = np.flatnonzero(np.isfinite(means) & np.isfinite(numbers))
    if len(usable) < 2 * BINS:
        raise NotAnalysable(f"{factor}: {len(usable)} points are too few for {BINS} bins of two")
    groups = np.array_split(usable[np.argsort(numbers[usable], kind="stable")], BINS)
    mean, low, high = _arrays([mean_interval(means[group]) for group in groups])
    centres = tuple(float(np.median(numbers[group])) for group in groups)
    return Curve(centres, True, mean, low, high, tuple(len(group) for group in groups))
