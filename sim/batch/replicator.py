"""The replicator: which replications of a point to run next, from what those before have shown.

A driver asks ``next_round`` for a point, has the replications run for every logic, tells each value to ``observe``, and
asks again when the round is complete. What is asked next depends on the values alone, not on the order in which they
came, so that any number of processes, and a sweep that was broken off, end with the same runs.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import mean_interval
from sim.analysis.sequential import half_widths, more_needed, targets
from sim.batch.replications import Paired, UntilKnown

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Precision:
    """How well the means of a point are known.

    replications  made
    estimates     of each logic, or the difference: mean and half width of its 95 % interval
    reached       whether all are as narrow as asked; False where ``at_most`` came first
    """

    replications: int
    estimates: tuple[tuple[float, float], ...]
    reached: bool


class Replicator:
    """Hands out the replications of each point in rounds.

    Values are kept for points under way only: 8 bytes for each logic and replication.
    """

    def __init__(self, asked: Paired | UntilKnown, logics: Sequence[str]) -> None:
        self.asked = asked
        self._rows = {logic: row for row, logic in enumerate(self._watched(logics))}
        self._values: dict[
            int, Floats
        ] = {}  # point → [logics watched, replications handed out]; inf: awaited, NaN: failed
        self._open: dict[int, int] = {}  # point → values that are still to come
        self._done: dict[int, Precision] = {}

    def _watched(self, logics: Sequence[str]) -> Sequence[str]:
        if isinstance(self.asked, Paired):
            return ()
        return self.asked.difference or logics

    @property
    def figure(self) -> str | None:
        """The figure whose values are wanted; None where the number of replications is fixed."""
        return None if isinstance(self.asked, Paired) else self.asked.of

    def next_round(self, point: int) -> range | None:
        """Replications of a point to run now, None when it has enough.

        Raises ValueError while values of the round before are missing.
        """
        if point in self._done:
            return None
        if self._open.get(point):
            raise ValueError(f"point {point} waits for {self._open[point]} values of its last round")
        if isinstance(self.asked, Paired):
            self._done[point] = Precision(self.asked.paired, (), True)
            return range(self.asked.paired)
        values = self._values.get(point)
        made = 0 if values is None else values.shape[1]
        more = min(self._more(point), self.asked.at_most - made)
        if more <= 0:
            self._finish(point)
            return None
        room = np.full((len(self._rows), more), np.inf)
        self._values[point] = room if values is None else np.hstack([values, room])
        self._open[point] = more * len(self._rows)
        return range(made, made + more)

    def observe(self, point: int, logic: str, replication: int, value: float | None) -> bool:
        """Tell the figure of a run, None where it failed or has none; True when the round of its point is complete.

        Values that are not waited for, of other logics or for a fixed number, are ignored.
        """
        row = self._rows.get(logic)
        values = self._values.get(point)
        if row is None or values is None or not 0 <= replication < values.shape[1]:
            return False
        if values[row, replication] != np.inf:
            return False  # told before
        values[row, replication] = value if value is not None and math.isfinite(value) else np.nan
        self._open[point] -= 1
        return self._open[point] == 0

    def precision(self, point: int) -> Precision | None:
        """How well a finished point is known, None for one under way."""
        return self._done.get(point)

    def _series(self, point: int) -> Iterable[Floats]:
        """Replications of what is to be known, in their order; pairs of which a run failed are left out."""
        values = self._values[point]
        wanted = (values[0] - values[1])[None, :] if self._pairs else values
        return [row[np.isfinite(row)] for row in wanted]

    @property
    def _pairs(self) -> bool:
        return isinstance(self.asked, UntilKnown) and self.asked.difference is not None

    def _more(self, point: int) -> int:
        assert isinstance(self.asked, UntilKnown)
        a = self.asked
        series = self._series(point) if point in self._values else [np.empty(0)]
        return max(more_needed(row, a.until_half_width, a.relative, a.at_least) for row in series)

    def _finish(self, point: int) -> None:
        assert isinstance(self.asked, UntilKnown)
        a, estimates, reached = self.asked, [], True
        for row in self._series(point):
            mean = mean_interval(row).estimate if len(row) else math.nan
            half = float(half_widths(row)[-1]) if len(row) else math.inf
            estimates.append((mean, half))
            narrow = len(row) > 0 and half <= float(targets(row, a.until_half_width, a.relative)[-1])
            reached = reached and narrow
        made = self._values.pop(point).shape[1]
        self._open.pop(point, None)
        self._done[point] = Precision(made, tuple(estimates), reached)
