"""Sweeps: every logic at every point of a design, paired, into a store that never runs one twice."""

import contextlib
import hashlib
import json
import math
import shlex
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sim.batch import folder as folders
from sim.batch.executors import cluster
from sim.batch.experiment import Study
from sim.batch.folder import NotThisSweep
from sim.batch.identity import Identities
from sim.batch.meter import Meter, Progress
from sim.batch.order import Row, figure_of, order_of, rows_of
from sim.batch.replications import Paired
from sim.batch.results import write_results
from sim.batch.store import DiskFull, Store, is_full, new_token, other_versions
from sim.batch.supervisor import Chunk, Processes, Workers, supervise
from sim.batch.work import SCENARIO, Job, Task, Told, make, row_of, told, work
from sim.engines.checkpoints import TEMPORARY
from sim.engines.cluster import NoCluster
from sim.results import Run
from sim.scenario.machine import cores

__all__ = ["DiskFull", "Failure", "NoCluster", "NotThisSweep", "Outcome", "Progress", "Status"]
__all__ += ["reproduce", "resume", "status_of", "sweep"]

EXECUTORS = ("local", "dask", "ray")
EVERY, LOGGED = 1.0, 60.0  # seconds between two notes of progress, and two lines of the log
MOST_FAILURES = 10_000  # that are listed; all are in the results


@dataclass(frozen=True)
class Failure:
    """A run that failed, or killed its worker.

    changes  of the scenario at its point;  status: "failed" or "killed"
    """

    key: str
    point: int
    changes: dict[str, Any]
    logic: str
    seed: int
    replication: int
    status: str
    message: str


@dataclass(frozen=True)
class Outcome:
    """What became of a sweep.

    runs     of the study, one per point, logic and replication
    reused   of them, those that were there before, or that another point has, too
    seconds  of this process
    stopped  "finished" or "interrupted"
    """

    folder: Path
    runs: int
    reused: int
    failures: list[Failure]
    seconds: float
    stopped: str


@dataclass(frozen=True)
class Status:
    """How far the sweep of a folder is, whether or not a process computes it.

    live  whether one does;  pid: its number
    """

    folder: Path
    runs: int | None
    done: int
    failed: int
    killed: int
    live: bool
    pid: int | None
    began: str
    updated: str
    rate: float | None
    remaining: float | None
    finished: bool


def sweep(
    study: Study,
    folder: Path,
    store: Path,
    executor: str | Workers = "local",
    processes: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    address: str | None = None,
    again: bool = False,
) -> Outcome:
    """Make all runs of a study that the store lacks.

    folder     laid out, or gone on with where it holds the same study
    store      of all studies: a run that is there is not made again
    executor   "local", "dask", "ray", or a cluster that was opened;  address: of a running cluster
    processes  workers, default one per core
    again      also make those anew that failed, or killed their worker

    Raises NotThisSweep where the folder holds something else or another process computes there, and DiskFull where
    runs cannot be kept; both say what to do. KeyboardInterrupt ends in an Outcome: the chunks in flight are kept if
    they finish within seconds.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with folders.alone(folder), _explained(folder, store):
        record = folders.record_of(study, store, executor if isinstance(executor, str) else "local", processes, address)
        folders.lay_out(study, folder, record)
        return _Driver(study, folder, folders.read_record(folder), progress, again).run(executor, processes, address)


def resume(
    folder: Path,
    processes: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    executor: str | Workers | None = None,
    address: str | None = None,
    again: bool = False,
) -> Outcome:
    """Make the runs that the sweep of a folder still lacks; from the folder alone, with the executor of then.

    Raises as ``sweep`` does.
    """
    record = folders.read_record(folder)
    with folders.alone(folder), _explained(folder, Path(record.store)):
        study, record = folders.study_in(folder)
        folders.check_maker(folder, record, study.base)
        driver = _Driver(study, folder, record, progress, again)
        return driver.run(executor or record.executor, processes or record.processes, address or record.address)


def status_of(folder: Path) -> Status:
    """How far the sweep of a folder is; raises NotThisSweep where there is none."""
    record = folders.read_record(folder)
    pid = folders.holder(folder)
    file = folder / folders.PROGRESS
    noted: dict[str, Any] = json.loads(file.read_text("utf-8")) if file.is_file() else {}
    live = pid is not None
    return Status(
        folder=folder,
        runs=noted.get("total"),
        done=noted.get("done", 0),
        failed=noted.get("failed", 0),
        killed=noted.get("killed", 0),
        live=live,
        pid=pid or None,
        began=record.began,
        updated=noted.get("updated", record.began),
        rate=noted.get("rate") if live else None,
        remaining=noted.get("remaining") if live else None,
        finished=noted.get("state") == "finished" and not live,
    )


def reproduce(folder: Path, key: str) -> Run:
    """One run of a sweep alone, in this process; what goes wrong in it is raised.

    key  of the run, or the beginning of it

    Raises NotThisSweep where the sweep has no such run.
    """
    study, record = folders.study_in(folder)
    folders.check_maker(folder, record, study.base)
    identities = Identities(study.base, study.experiment.seed, study.experiment.engine, record.maker)
    for point in range(len(study.points)):
        for row in rows_of(study, identities, point, range(study.experiment.replications.most)):
            if row.task.key.startswith(key):
                return make(_job(study, folder, record, None), row.task)
    raise NotThisSweep(
        f"the sweep in {folder} has no run {key}. Its failures and their keys are in {folders.FAILURES}."
    )


def _job(study: Study, folder: Path, record: folders.Record, figure: str | None) -> Job:
    digest = hashlib.sha256((folder / SCENARIO).read_bytes()).hexdigest()
    asked, store = study.experiment, Store.of(Path(record.store), record.maker)
    return Job(folder.absolute(), digest, store.folder, asked.seed, asked.engine, figure, tuple(sorted(asked.daily)))


@contextlib.contextmanager
def _explained(folder: Path, store: Path) -> Iterator[None]:
    """A full disk is told as what it is."""
    try:
        yield
    except OSError as error:
        if not is_full(error) or isinstance(error, DiskFull):
            raise
        raise DiskFull(
            error.errno,
            f"the disk of {store} or {folder} is full. All runs until then are kept. Free some space, then: "
            + shlex.join(["sanyu", "resume", str(folder)]),
        ) from error


@contextlib.contextmanager
def _workers(executor: str | Workers, processes: int | None, address: str | None) -> Iterator[Workers]:
    """Workers that end with the sweep, unless they were there before."""
    if not isinstance(executor, str):
        yield executor
        return
    with contextlib.closing(_opened(executor, processes, address)) as found:
        yield found


def _opened(executor: str, processes: int | None, address: str | None) -> Workers:
    """Raises ValueError for an unknown executor and NoCluster where there is none."""
    width = processes or cores()
    if executor == "local":
        return Processes(width)
    if executor in EXECUTORS:
        return cluster("dask" if executor == "dask" else "ray", width, address)
    raise ValueError(f'there is no executor "{executor}"; there are: {", ".join(EXECUTORS)}')


class _Driver:
    """Where a sweep's tasks come from, and where its results go."""

    def __init__(
        self,
        study: Study,
        folder: Path,
        record: folders.Record,
        progress: Callable[[Progress], None] | None,
        again: bool,
    ) -> None:
        self.study, self.folder, self.record, self.heard, self.again = study, folder, record, progress, again
        asked = study.experiment
        figure = figure_of(study)
        self.store = Store.of(Path(record.store), record.maker)
        self.order = order_of(study, Identities(study.base, asked.seed, asked.engine, record.maker))
        self.job = _job(study, folder, record, figure)
        self.flying: dict[str, list[Row]] = {}  # key → places in the study that wait for the run
        self.failures: list[Failure] = []
        self.first: Task | None = None
        fixed = isinstance(asked.replications, Paired)
        self.meter = Meter(len(study.points) * len(study.logics) * asked.replications.most if fixed else None)

    def run(self, executor: str | Workers, processes: int | None, address: str | None) -> Outcome:
        """All of it."""
        began = time.perf_counter()
        self._open()
        stopped = "finished"
        try:
            self.first = next(iter(self._gather(1)), None)
            if self.first is not None:
                with _workers(executor, processes, address) as workers:
                    supervise(self, partial(work, self.job), workers)
            self._note("writing")
            write_results(self.folder)
        except KeyboardInterrupt:
            stopped = "interrupted"
        except BaseException as error:
            with contextlib.suppress(OSError):
                self._log(f"stopped: {type(error).__name__}: {error}")
                self._note("stopped")
            raise
        self.failures.sort(key=lambda failure: (failure.point, failure.logic, failure.replication))
        self._write_failures()
        self._note(stopped)
        if self.heard:
            self.heard(self.meter.progress())
        seconds, m = time.perf_counter() - began, self.meter
        self._log(f"{stopped} after {seconds:.1f} s: {m.done:,} runs, {m.reused:,} of them reused, "
                  f"{m.failed:,} failed, {m.killed:,} killed")  # fmt: skip
        return Outcome(self.folder, m.done, m.reused, self.failures, seconds, stopped)

    def _open(self) -> None:
        self.store.prepare(self.record.maker)
        self.store.forget_unfinished()
        for line in other_versions(Path(self.record.store), self.store):
            self._log(line)
        self.index = self.store.index(self.job.figure, self.job.series, only_done=self.again)
        self._log(f"begins, with {len(self.index):,} runs of this version in the store")
        self._note("running")

    # the source that the supervisor draws from

    def take(self, most: int) -> Chunk[Task] | None:
        """Tasks that are not in the store, in the order of the design."""
        tasks = self._gather(most) if self.first is None else [self.first]
        self.first = None
        return Chunk(new_token(), tasks) if tasks else None

    def _gather(self, most: int) -> list[Task]:
        tasks: list[Task] = []
        while len(tasks) < most and (row := self.order.next()) is not None:
            key = bytes.fromhex(row.task.key)
            if (waiting := self.flying.get(row.task.key)) is not None:
                waiting.append(row)
            elif (value := self.index.get(key)) is not None:
                self._arrived(row, *self.index.bad.get(key, ("done", "")), value, reused=True)
            else:
                self.flying[row.task.key] = [row]
                tasks.append(row.task)
            self.beat()
        return tasks

    def finished(self, chunk: Chunk[Task], result: Told) -> None:
        """Runs have arrived in the store."""
        for task, status, value in zip(chunk.tasks, result.status, result.values, strict=True):
            self._settle(task, status, result.messages.get(task.key, ""), value)

    def recovered(self, chunk: Chunk[Task]) -> Told | None:
        """What a worker wrote before it died."""
        shard = self.store.shard(chunk.token)
        return told(self.store.read(shard).to_pylist(), self.job.figure) if shard.is_file() else None

    def killed(self, task: Task) -> None:
        """Record a run that kills its workers."""
        message = "it killed its worker process"
        self.store.write(new_token(), [row_of(self.job, task, "killed", message)], self.job.series)
        self._settle(task, "killed", message, math.nan)

    def beat(self) -> None:
        """Note progress from time to time."""
        if self.meter.due(EVERY):
            self._note("running")
            if self.heard:
                self.heard(self.meter.progress())
            if self.meter.due(LOGGED):
                self._log(self.meter.line())
                self._write_failures()

    def _settle(self, task: Task, status: str, message: str, value: float) -> None:
        key = bytes.fromhex(task.key)
        self.index.add(key, value)
        if status != "done":
            self.index.bad[key] = (status, message)
        for number, row in enumerate(self.flying.pop(task.key)):
            self._arrived(row, status, message, value, reused=number > 0)

    def _arrived(self, row: Row, status: str, message: str, value: float, reused: bool) -> None:
        task = row.task
        self.meter.count(status, reused)
        if self.meter.is_extreme(value):
            self.meter.extreme(value, self._shown(row))
        if status != "done" and len(self.failures) < MOST_FAILURES:
            changes, seed = self.study.points[row.point], self.job.seed
            self.failures.append(
                Failure(task.key, row.point, changes, task.logic, seed, task.replication, status, message)
            )
        self.order.arrived(row.point, task.logic, task.replication, value)

    def _shown(self, row: Row) -> str:
        changes = ", ".join(f"{key} = {_digits(value)}" for key, value in self.study.points[row.point].items())
        return f"{changes or 'the scenario as it is'}; {row.task.logic}, replication {row.task.replication}"

    # notes

    def _note(self, state: str) -> None:
        told = self.meter.plain() | {"state": state, "updated": folders.now()}
        _write(self.folder / folders.PROGRESS, json.dumps(told))

    def _write_failures(self) -> None:
        """Each with the command that makes it alone."""
        alone = ["sanyu", "resume", str(self.folder), "--only"]
        told = [asdict(failure) | {"command": shlex.join([*alone, failure.key])} for failure in self.failures]
        _write(self.folder / folders.FAILURES, json.dumps(told, indent=2, ensure_ascii=False, default=str))

    def _log(self, text: str) -> None:
        with (self.folder / folders.LOG).open("a", encoding="utf-8") as file:
            file.write(f"{folders.now()} {text}\n")


def _write(path: Path, text: str) -> None:
    """A note that is whole whenever it is read; it need not outlive a loss of power."""
    aside = path.with_name(f"{TEMPORARY}{path.name}")
    aside.write_text(text, encoding="utf-8")
    aside.replace(path)


def _digits(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
