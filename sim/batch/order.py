"""In which order the runs of a study are made."""

from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from sim.batch.experiment import Study
from sim.batch.identity import Identities
from sim.batch.replications import Paired
from sim.batch.replicator import Replicator
from sim.batch.store import Index
from sim.batch.work import Task

MOST_OPEN = 64  # points under way at once in a sequential study


class Row(NamedTuple):
    """A run of a study and its place; points that do not differ for a logic share a task."""

    point: int
    task: Task


def rows_of(study: Study, identities: Identities, point: int, replications: Iterable[int]) -> Iterator[Row]:
    """Runs of a point, those of a pair one after the other."""
    changes = study.points[point]
    found = [(logic, identities.of(changes, logic)) for logic in study.logics]
    for replication in replications:
        for logic, identity in found:
            key = identities.key(identity.scenario, logic, replication).hex()
            yield Row(point, Task(key, identity.scenario, identity.changes, logic, replication))


class Fixed:
    """All runs of a study whose number is fixed, point by point."""

    def __init__(self, study: Study, identities: Identities) -> None:
        asked = study.experiment.replications.most
        self._rows = (
            row for point in range(len(study.points)) for row in rows_of(study, identities, point, range(asked))
        )

    def next(self) -> Row | None:
        """The next run, None after the last."""
        return next(self._rows, None)

    def arrived(self, point: int, logic: str, replication: int, value: float) -> None:
        """A run is there."""


class Sequential:
    """Runs of a study in rounds: what a point needs next depends on what its runs before have shown."""

    def __init__(self, study: Study, identities: Identities) -> None:
        self.study, self.identities = study, identities
        self.replicator = Replicator(study.experiment.replications, study.logics)
        self.made: dict[int, int] = {}  # replications handed out of each point
        self._fresh = iter(range(len(study.points)))
        self._ready: deque[int] = deque()
        self._rows: deque[Row] = deque()
        self._open = 0

    def next(self) -> Row | None:
        """The next run; None while all points under way wait for theirs, and after the last."""
        while not self._rows:
            if self._ready:
                self._open -= 1
                self._begin_round(self._ready.popleft())
            elif self._open < MOST_OPEN and (point := next(self._fresh, None)) is not None:
                self._begin_round(point)
            else:
                return None
        return self._rows.popleft()

    def _begin_round(self, point: int) -> None:
        replications = self.replicator.next_round(point)
        if replications is not None:
            self._open += 1
            self.made[point] = replications.stop
            self._rows.extend(rows_of(self.study, self.identities, point, replications))

    def arrived(self, point: int, logic: str, replication: int, value: float) -> None:
        """A run is there; NaN where it has no value."""
        if self.replicator.observe(point, logic, replication, value):
            self._ready.append(point)


def order_of(study: Study, identities: Identities) -> Fixed | Sequential:
    """The order for a study."""
    return (Fixed if isinstance(study.experiment.replications, Paired) else Sequential)(study, identities)


def figure_of(study: Study) -> str | None:
    """The figure that the driver needs to hear of: it decides on replications, or is watched."""
    asked = study.experiment
    wanted = Replicator(asked.replications, study.logics).figure
    return wanted or next(iter(asked.observe), None)


def replications_in(study: Study, identities: Identities, index: Index) -> list[int]:
    """Replications of each point of a study in rounds, as far as the runs that are there tell.

    index  with values of the figure that decides
    """
    order = Sequential(study, identities)
    while (row := order.next()) is not None:
        value = index.get(bytes.fromhex(row.task.key))
        if value is not None:
            order.arrived(row.point, row.task.logic, row.task.replication, value)
    return [order.made.get(point, 0) for point in range(len(study.points))]
