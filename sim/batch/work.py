"""What a worker does: it runs a chunk of tasks and writes one shard of them."""

import math
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from sim.batch.store import Store
from sim.engines.run import Engine, run
from sim.results import Run
from sim.scenario import Scenario, load_scenario, with_changes

if TYPE_CHECKING:
    import pyarrow as pa

SCENARIO = "scenario.toml"
_KEPT = 8  # scenarios of points that a worker keeps
_LONGEST = 4000  # characters of a message


class Task(NamedTuple):
    """One run.

    key      32 digits;  scenario: its hash
    changes  of the base scenario, those that this logic can notice
    """

    key: str
    scenario: str
    changes: dict[str, Any]
    logic: str
    replication: int


@dataclass(frozen=True)
class Job:
    """What all tasks of a sweep have in common; small, since it goes out with every chunk.

    folder  of the study, where the base scenario lies;  digest: of that file
    store   folder of the version
    figure  of which the driver wants to hear
    series  names of daily series to keep
    """

    folder: Path
    digest: str
    store: Path
    seed: int
    engine: Engine
    figure: str | None
    series: tuple[str, ...]


class Told(NamedTuple):
    """What a worker tells of a chunk: status and figure of each run, and the messages of those that failed."""

    status: list[str]
    values: list[float]
    messages: dict[str, str]


def work(job: Job, token: str, tasks: Sequence[Task]) -> Told:
    """Run a chunk and write its shard.

    Raises OSError where it cannot be written. What a run raises is recorded as its failure.
    """
    rows, days = [], []
    for task in tasks:
        row, series = _one(job, task)
        rows.append(row)
        if series is not None:
            days.append(series)
    store = Store(job.store)
    if days:
        import pyarrow as pa

        store.write_series(token, pa.concat_tables(days))
    store.write(token, rows, job.series)
    return told(rows, job.figure)


def told(rows: Sequence[Mapping[str, Any]], figure: str | None) -> Told:
    """What is told of the rows of a shard."""
    values = [row.get(figure) if figure else None for row in rows]
    messages = {row["key"]: row["message"] for row in rows if row["status"] != "done"}
    return Told([row["status"] for row in rows], [math.nan if v is None else float(v) for v in values], messages)


def row_of(job: Job, task: Task, status: str, message: str | None = None) -> dict[str, Any]:
    """The row of a run without figures."""
    own = {"key": task.key, "scenario": task.scenario, "logic": task.logic, "replication": task.replication}
    return own | {"seed": job.seed, "engine": job.engine, "status": status, "message": message}


def make(job: Job, task: Task) -> Run:
    """Run a task; what goes wrong is raised."""
    return run(_scenario(job, task.changes), task.logic, job.seed, task.replication, job.engine)


def _one(job: Job, task: Task) -> "tuple[dict[str, Any], pa.Table | None]":
    try:
        found = make(job, task)
        series = _days(task.key, found, job.series) if job.series else None
        return row_of(job, task, "done") | found.summary, series
    except Exception as error:
        message = f"{type(error).__name__}: {error}"[:_LONGEST]
        return row_of(job, task, "failed", message), None


def _days(key: str, found: Run, series: Sequence[str]) -> "pa.Table":
    """Daily series of a run."""
    import pyarrow as pa

    from sim.observables import observables

    known = {o.name: o for o in observables(found.ledger.channels, found.ledger.segments)}
    days = len(found.ledger.ad_spend)
    kept = {"key": pa.array([key] * days), "day": pa.array(range(days), pa.int32())}
    return pa.table(kept | {name: pa.array(known[name].value(found.ledger), pa.float64()) for name in series})


_bases: dict[str, Scenario] = {}
_points: OrderedDict[tuple[str, str], Scenario] = OrderedDict()


def _scenario(job: Job, changes: dict[str, Any]) -> Scenario:
    """The scenario of a task; the last few are kept, and the base is read once in a process."""
    base = _bases.get(job.digest)
    if base is None:
        _bases.clear()
        base = _bases[job.digest] = load_scenario(job.folder / SCENARIO)
    if not changes:
        return base
    name = (job.digest, repr(changes))
    found = _points.get(name)
    if found is None:
        found = _points[name] = with_changes(base, changes)
        if len(_points) > _KEPT:
            _points.popitem(last=False)
    return found
