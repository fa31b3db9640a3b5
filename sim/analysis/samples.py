"""Samples: a figure of a study's table by point and replication, and how much of its variation is luck.

A table of runs has the columns ``point``, ``logic``, ``replication`` and ``status``, a column per factor (dotted key)
and a column per figure of a run's summary.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import LEVEL, Floats
from sim.results import Interval

if TYPE_CHECKING:
    import pandas as pd

Integers = npt.NDArray[np.int64]

RUN_COLUMNS = ("point", "logic", "replication", "status")


class NotAnalysable(ValueError):
    """A table cannot be analysed; the text says what it lacks, and what to do."""


@dataclass(frozen=True)
class Samples:
    """A figure at every point of a study, by replication.

    points        [P] numbers of the points, increasing
    replications  [R] numbers of the replications, increasing
    values        [P, R] the figure, or the paired difference between two logics; NaN where there is none
    """

    points: Integers
    replications: Integers
    values: Floats

    @property
    def means(self) -> Floats:
        """Mean over the replications that a point has, [P]; NaN where it has none."""
        counted = np.isfinite(self.values)
        many = counted.sum(axis=1)
        sums = np.where(counted, self.values, 0.0).sum(axis=1)
        found: Floats = np.divide(sums, many, out=np.full(len(many), np.nan), where=many > 0)
        return found


def samples(table: "pd.DataFrame", figure: str, logic: str | None = None, reference: str | None = None) -> Samples:
    """A figure of a table by point and replication; all points of the table, in the order of their numbers.

    logic      whose runs are taken; None: the only one there is
    reference  another logic: then values are ``logic`` − ``reference`` in the same replication of the same point

    Runs that failed or were killed, and runs whose figure is undefined, are NaN. Raises NotAnalysable.
    """
    points = np.unique(table["point"].to_numpy(np.int64))
    replications = np.unique(table["replication"].to_numpy(np.int64))
    if not len(points):
        raise NotAnalysable("the table has no runs. Run the experiment first")
    if figure not in table.columns:
        raise NotAnalysable(f'the table has no figure "{figure}"')
    known = sorted(table["logic"].unique())
    if logic is None:
        if len(known) > 1:
            raise NotAnalysable(f"the table has runs of {', '.join(known)}. Say which of them")
        logic = known[0]
    found = _values(table, figure, logic, known, points, replications)
    if reference is not None:
        found = found - _values(table, figure, reference, known, points, replications)
    return Samples(points, replications, found)


def _values(
    table: "pd.DataFrame", figure: str, logic: str, known: Sequence[str], points: Integers, replications: Integers
) -> Floats:
    if logic not in known:
        raise NotAnalysable(f'the table has no runs of "{logic}"; it has those of {", ".join(known)}')
    rows = table[(table["logic"] == logic) & (table["status"] == "done")]
    found = np.full((len(points), len(replications)), np.nan)
    at = np.searchsorted(points, rows["point"].to_numpy(np.int64))
    of = np.searchsorted(replications, rows["replication"].to_numpy(np.int64))
    found[at, of] = rows[figure].to_numpy(np.float64, na_value=np.nan)
    return found


def complete(found: Samples, figure: str) -> Floats:
    """Means of all points, [P]; raises NotAnalysable where a point has no value.

    Indices from designs with an order cannot do without a point: one NaN makes them all 0 in some libraries.
    """
    means = found.means
    missing = np.flatnonzero(~np.isfinite(means))
    if len(missing):
        first = ", ".join(str(found.points[n]) for n in missing[:3])
        raise NotAnalysable(
            f"{figure} has no value at {len(missing)} of {len(means)} points (first: {first}): the runs failed, or "
            "nothing was there to count. Repair these points, narrow the factors, or choose another figure"
        )
    return means


@dataclass(frozen=True)
class Noise:
    """How much of the variation between the means of points is luck.

    share         of the variance between points that remains of luck after averaging over replications, 0 … 1
    replications  that were averaged
    """

    share: Interval
    replications: int


def noise(found: Samples) -> Noise | None:
    """Share of luck in the means of points, from a two-way analysis of variance; None with a single replication.

        y_pr = m + point_p + replication_r + rest_pr        share = MS_rest ÷ MS_point

    What a replication adds to all points alike (common random numbers) shifts all means together and cancels. The
    interval is that of the F distribution with point effects at random; replications that some point lacks are left
    out. Everywhere the same value: nothing varies, share 0.
    """
    kept = np.isfinite(found.values).all(axis=0)
    values = found.values[:, kept]
    p, r = values.shape
    if r < 2 or p < 2:
        return None
    rows, columns = values.mean(axis=1, keepdims=True), values.mean(axis=0, keepdims=True)
    between = r * float(((rows - values.mean()) ** 2).sum()) / (p - 1)
    rest = float(((values - rows - columns + values.mean()) ** 2).sum()) / ((p - 1) * (r - 1))
    if between <= 0.0:
        return Noise(Interval(0.0, 0.0, 0.0), r)
    from scipy.special import fdtri

    share = rest / between
    low, high = (share * float(fdtri(p - 1, (p - 1) * (r - 1), q)) for q in (0.5 - LEVEL / 2, 0.5 + LEVEL / 2))
    return Noise(Interval(min(1.0, share), min(1.0, low), min(1.0, high)), r)
