"""Sweeps: every logic at every point of a design, paired, into a store that never runs one twice."""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from sim.batch import store
from sim.batch.experiment import Study
from sim.batch.supervisor import supervise
from sim.engines.checkpoints import written_whole
from sim.engines.run import run
from sim.engines.unfinished import maker_of
from sim.scenario import Scenario, to_dict

ABOUT = "sweep.json"
_OURS = {"key": "string", "status": "string", "message": "string", "logic": "string", "seed": "uint64"}
_FIGURE = "float64"


class NotThisSweep(Exception):
    """A folder holds another sweep, or none; the text says what differs and what to do."""


@dataclass(frozen=True)
class Task:
    """One run; point: what it changes."""

    key: str
    scenario: Scenario
    point: dict[str, Any]
    logic: str
    seed: int
    replication: int
    engine: Any

    def row(self, status: str, message: str | None = None, **figures: Any) -> dict[str, Any]:
        """The row of this run in the store."""
        own = {"key": self.key, "status": status, "message": message, "logic": self.logic, "seed": self.seed}
        return {**figures, **self.point, **own, "replication": self.replication}


def tasks_of(study: Study) -> Iterator[Task]:
    """All runs of a study, those of a pair one after the other."""
    asked = study.experiment
    maker = maker_of(study.base)
    for point, scenario in zip(study.points, study.scenarios, strict=True):
        decisive = to_dict(scenario)
        for replication in range(asked.replications.paired):
            for logic in study.logics:
                key = store.key_of(
                    scenario=decisive,
                    logic=logic,
                    seed=asked.seed,
                    replication=replication,
                    engine=asked.engine,
                    maker=maker,
                )
                yield Task(key, scenario, point, logic, asked.seed, replication, asked.engine)


def columns_of(study: Study) -> dict[str, str]:
    """Columns of the store: the run, its factors, and the observed figures."""
    factors = {key: _kind([point[key] for point in study.points if key in point]) for key in study.experiment.vary}
    return {**_OURS, "replication": "int64", **factors, **dict.fromkeys(study.experiment.observe, _FIGURE)}


def _kind(values: Sequence[Any]) -> str:
    if all(isinstance(value, bool) for value in values):
        return "bool_"
    if all(isinstance(value, int | float) for value in values):
        return "float64"
    return "date32" if all(isinstance(value, dt.date) for value in values) else "string"


def sweep(study: Study, folder: Path, processes: int, done: Callable[[int, int], None] | None = None) -> dict[str, str]:
    """Make all runs of a study that its folder lacks; key → done, failed or killed of each run of the study.

    done  called with the number of finished runs, and of all

    Raises NotThisSweep where the folder holds another one, or another process computes there. KeyboardInterrupt comes
    through after the runs in flight are kept.
    """
    folder.mkdir(parents=True, exist_ok=True)
    (folder / store.SHARDS).mkdir(exist_ok=True)
    with _alone(folder):
        _lay_out(study, folder)
        there = store.status(folder)
        tasks = list(tasks_of(study))
        left = [task for task in tasks if task.key not in there]
        finished = len(tasks) - len(left)

        def count(more: int) -> None:
            nonlocal finished
            finished += more
            if done:
                done(finished, len(tasks))

        columns = columns_of(study)

        def killed(task: Task) -> None:
            store.write(folder, [task.row("killed", "it killed its worker process")], columns)

        def is_done(chunk: Sequence[Task]) -> bool:
            return store.shard(folder, [task.key for task in chunk]).is_file()

        supervise(left, partial(_work, folder, columns), killed, count, processes, is_done)
        found = store.status(folder)
    return {task.key: found[task.key] for task in tasks}


def _work(folder: Path, columns: dict[str, str], chunk: Sequence[Task]) -> None:
    """In a worker: run a chunk and write its shard."""
    store.write(folder, [_one(task) for task in chunk], columns)


def _one(task: Task) -> dict[str, Any]:
    try:
        found = run(task.scenario, task.logic, task.seed, task.replication, task.engine)
        return task.row("done", **found.summary)
    except Exception as error:
        return task.row("failed", f"{type(error).__name__}: {error}")


def _lay_out(study: Study, folder: Path) -> None:
    """Record what the folder is for; refuse one that is for something else."""
    maker = maker_of(study.base)
    about = {"maker": maker, "columns": columns_of(study)}
    file = folder / ABOUT
    if file.is_file():
        before = json.loads(file.read_text("utf-8"))
        for what in ("maker", "columns"):
            old, new = before[what], about[what]
            if changed := [
                f"  {name}: {old.get(name, 'none')} then, {new.get(name, 'none')} now"
                for name in {**old, **new}
                if old.get(name) != new.get(name)
            ]:
                lines = "\n".join(changed)
                raise NotThisSweep(
                    f"{folder} holds runs of another {'version' if what == 'maker' else 'table'}:\n{lines}\n"
                    "They are never mixed. Use what was used then, or another --out."
                )
    text = json.dumps({**about, "experiment": study.experiment.model_dump(mode="json", by_alias=True)}, indent=2)
    with written_whole(file) as out:
        out.write(text.encode())


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other drivers out of a folder."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotThisSweep(f"{folder} is being computed by another process. Let it finish, or end it.") from None
        yield
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)
