"""The folder of a study: what was asked, all that is needed to go on with it, and how far it is.

    sweep.json        the experiment, its factors, where its runs are kept, versions, machine
    scenario.toml     the fully resolved base scenario, and copies of the user's own logics beside it
    points.npy        the points of the design, as places of its factors
    progress.json     how far it is, written about every second
    log.txt           one line a minute, and what else is worth a note
    lock              held by the process that computes
    design.parquet, results.parquet, failures.json, daily.parquet   written at the end

A study goes on from these files alone: a table of points may be gone by then, and a sample may come out otherwise with
another version of the library that draws it.
"""

import contextlib
import datetime as dt
import hashlib
import json
import os
import platform
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np

from sim.batch.designs import Points
from sim.batch.experiment import Experiment, Study
from sim.batch.factors import Factor
from sim.batch.identity import maker as maker_now
from sim.batch.identity import scenario_hash
from sim.batch.work import SCENARIO
from sim.engines.checkpoints import written_whole
from sim.scenario import Scenario, ScenarioError, load_scenario, write_scenario

SWEEP, POINTS, PROGRESS, LOCK, LOG = "sweep.json", "points.npy", "progress.json", "lock", "log.txt"
RESULTS, DESIGN, FAILURES, SERIES = "results.parquet", "design.parquet", "failures.json", "daily.parquet"
_FORMAT = 1
_DATE = "$date"
_WAIT = 0.5  # seconds for which a lock is tried, so that who only looks does not keep out who computes


class NotThisSweep(Exception):
    """A folder holds another sweep, or none, or one that is being computed; the text says what to do."""


@dataclass(frozen=True)
class Record:
    """What ``sweep.json`` says.

    scenarios  logic → hash of the base scenario;  points: hash of the file of points
    """

    format: int
    title: str
    experiment: dict[str, Any]
    factors: dict[str, Any]
    scenarios: dict[str, str]
    points: str
    maker: dict[str, str]
    store: str
    executor: str
    processes: int | None
    address: str | None
    machine: str
    began: str
    command: str

    def write(self, folder: Path) -> None:
        """Write ``sweep.json``, whole."""
        with written_whole(folder / SWEEP) as file:
            file.write(json.dumps(asdict(self), indent=2, ensure_ascii=False, default=_date).encode())


def record_of(study: Study, store: Path, executor: str, processes: int | None, address: str | None) -> Record:
    """What a study's folder has to say."""
    tree = study.experiment.model_dump(by_alias=True, exclude_none=True)
    factors = {key: factor.model_dump(by_alias=True, exclude_none=True) for key, factor in study.factors.items()}
    plain = json.loads(json.dumps([tree, factors], default=_date), object_hook=_undated)
    return Record(
        format=_FORMAT,
        title=study.experiment.title,
        experiment=plain[0],
        factors=plain[1],
        scenarios={logic: scenario_hash(study.base, logic) for logic in study.logics},
        points=_points_hash(study.points),
        maker=maker_now(study.base),
        store=str(store.absolute()),
        executor=executor,
        processes=processes,
        address=address,
        machine=f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores",
        began=now(),
        command=" ".join(["sanyu", *sys.argv[1:]]),
    )


def lay_out(study: Study, folder: Path, record: Record) -> None:
    """Record what a folder is for; refuse one that is for something else.

    ``sweep.json`` comes last: a folder without one holds no sweep yet.
    """
    if (folder / SWEEP).is_file():
        _check_same(folder, read_record(folder), record)
        return
    strangers = [f.name for f in folder.iterdir() if f.name not in (LOCK, SCENARIO, POINTS) and f.suffix != ".py"]
    strangers = [name for name in strangers if not name.startswith(".")]
    if strangers:
        raise NotThisSweep(f"{folder} holds other files ({', '.join(sorted(strangers)[:3])}). Give another --out.")
    write_scenario(study.base, folder)
    with written_whole(folder / POINTS) as file:
        np.save(file, study.points.places, allow_pickle=False)
    record.write(folder)


def read_record(folder: Path) -> Record:
    """What ``sweep.json`` of a folder says; raises NotThisSweep."""
    if not folder.is_dir():
        raise NotThisSweep(f"{folder}: there is no such folder.")
    file = folder / SWEEP
    if not file.is_file():
        raise NotThisSweep(f"{folder} holds no sweep. sanyu sweep FILE --out FOLDER begins one.")
    try:
        tree = json.loads(file.read_text("utf-8"), object_hook=_undated)
        return Record(**{field.name: tree[field.name] for field in fields(Record)})
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise NotThisSweep(f"{file} is damaged ({error}). Begin it in another folder; its runs are kept.") from None


def study_in(folder: Path) -> tuple[Study, Record]:
    """The study of a folder, without any of the files that it was made from.

    Raises NotThisSweep when they do not load here.
    """
    record = read_record(folder)
    try:
        experiment = Experiment.model_validate(record.experiment)
        base = load_scenario(folder / SCENARIO)
        factors = {key: Factor.model_validate(factor) for key, factor in record.factors.items()}
        points = Points(factors, np.load(folder / POINTS, allow_pickle=False))
    except ScenarioError as error:
        raise NotThisSweep(f"the scenario in {folder} does not load here:\n{error}") from None
    except (OSError, ValueError) as error:
        raise NotThisSweep(f"{folder} is damaged: {error}. Begin it in another folder; its runs are kept.") from None
    study = Study(experiment, base, points)
    if _points_hash(points) != record.points or any(
        scenario_hash(base, logic) != record.scenarios.get(logic) for logic in study.logics
    ):
        raise NotThisSweep(
            f"{folder / SCENARIO} or {POINTS} there was edited. Undo that, or begin a sweep of the edited scenario in "
            "another folder."
        )
    return study, record


def check_maker(folder: Path, record: Record, base: Scenario) -> None:
    """Raises NotThisSweep where what computes numbers has changed since a folder was laid out."""
    if changed := _changed(record.maker, maker_now(base)):
        raise NotThisSweep(
            f"{folder} holds a sweep whose numbers were computed otherwise:\n{changed}\n"
            "They are never mixed. Use again what was used then, or begin it anew in another folder."
        )


def _check_same(folder: Path, then: Record, now_: Record) -> None:
    check: list[tuple[str, Any, Any]] = [
        (key, then.experiment.get(key), now_.experiment.get(key))
        for key in {**then.experiment, **now_.experiment}
        if key not in ("title", "scenario", "design")
    ]
    check += [("points of the design", then.points, now_.points), ("scenario", then.scenarios, now_.scenarios)]
    check += [("store", then.store, now_.store)]
    differ = [f"  {name}: {_short(old)} then, {_short(new)} now" for name, old, new in check if old != new]
    makers = _changed(then.maker, now_.maker)
    if lines := "\n".join([*differ, *([makers] if makers else [])]):
        raise NotThisSweep(
            f"{folder} holds another sweep:\n{lines}\nGive another --out; with the same --store, runs that both have "
            "in common are not made again."
        )


def _changed(then: dict[str, str], now_: dict[str, str]) -> str:
    return "\n".join(
        f"  {name}: {then.get(name, 'none')} then, {now_.get(name, 'none')} now"
        for name in {**then, **now_}
        if then.get(name) != now_.get(name)
    )


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _points_hash(points: Points) -> str:
    digest = hashlib.sha256(str((points.places.shape, points.places.dtype.str)).encode())
    digest.update(np.ascontiguousarray(points.places).tobytes())
    return digest.hexdigest()[:32]


def _date(value: Any) -> Any:
    if isinstance(value, dt.date):
        return {_DATE: value.isoformat()}
    raise TypeError(f"an experiment cannot hold a {type(value).__name__}")


def _undated(tree: dict[str, Any]) -> Any:
    return dt.date.fromisoformat(tree[_DATE]) if tree.keys() == {_DATE} else tree


def now() -> str:
    """The time, to the second."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Keep other drivers out of a folder; the system lets go of it when this process ends in whatever way."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    with (folder / LOCK).open("a+") as file:
        end = time.monotonic() + _WAIT
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                if time.monotonic() > end:
                    raise NotThisSweep(
                        f"{folder} is being computed by another process. Let it finish, or end it; "
                        f"sanyu status {folder} says how far it is."
                    ) from None
                time.sleep(0.02)
        with contextlib.suppress(OSError):  # a full disk must not keep from resuming
            os.ftruncate(file.fileno(), 0)
            os.write(file.fileno(), str(os.getpid()).encode())
        yield


def holder(folder: Path) -> int | None:
    """Number of the process that computes a folder, None where none does; 0 where its number is not known."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        return None
    try:
        with (folder / LOCK).open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                text = file.read().strip()
                return int(text) if text.isdigit() else 0
    except FileNotFoundError:
        pass
    return None
