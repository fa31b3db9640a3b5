"""The folder of a run with checkpoints, from its first day until the results take its place.

    unfinished.json   what was asked, by which version and rules, with which scenario, and when it was resumed
    scenario.toml     the fully resolved scenario, and copies of the user's own logics beside it
    assumptions.json  what its values rest on
    replication-R-day-D.checkpoint  the last two of the replication that runs
    replication-R.finished          the results of a replication
    lock              held by the process that computes

Everything that decides a number is recorded. Where any of it has changed, a resumed run would be neither the old nor a
new one, so it is refused.
"""

import dataclasses
import datetime as dt
import difflib
import hashlib
import inspect
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

import numba
import numpy as np

from sim.compiled import fingerprint
from sim.engines.checkpoints import TEMPORARY, Damaged, read_checkpoint, write_checkpoint, written_whole
from sim.engines.memory import restore, state_of
from sim.engines.run import Engine, run
from sim.engines.simulation import Simulation
from sim.logics import LOGICS
from sim.logics.own import source_of
from sim.results import Ending, Run
from sim.scenario import Scenario, ScenarioError, load_scenario, write_scenario

UNFINISHED = "unfinished.json"
SWEEP = "sweep.json"
KINDS = ("run", "sweep")  # of unfinished work that can be resumed
KEPT = 2  # checkpoints of a replication: the last one, and the one before should that be damaged
_PACKAGE = Path(__file__).resolve().parents[1]
_DECIDES_NOTHING = (
    "analysis",
    "batch",
    "commands",
    "report",
    "studies",
    "theory",
    "cli.py",
    "__main__.py",
)  # of any number of a run
_MOST_LINES = 3  # of an edited file that a message shows


class NotResumable(Exception):
    """A folder cannot be resumed; the text says why, and what to do instead."""


@dataclass(frozen=True)
class Asked:
    """The run that is to be made; every: days between checkpoints."""

    logic: str
    seed: int
    replications: int
    engine: Engine
    threads: int
    every: int
    figures: bool = False


@dataclass
class Unfinished:
    """A run with checkpoints under way in a folder.

    maker    versions and sources that decide its numbers, see ``maker_of``
    files    texts of the scenario and of the user's own logics, by file name
    breaks   where it was resumed: replication, day, time, version
    broken   whether it was broken off, and goes on in this process
    notes    of what had to be passed over, to be told the user
    """

    folder: Path
    scenario: Scenario
    asked: Asked
    maker: dict[str, str]
    files: dict[str, str]
    assumptions: list[Any]
    breaks: list[dict[str, Any]] = field(default_factory=list)
    broken: bool = False
    notes: list[str] = field(default_factory=list)

    def run_all(self, threads: int | None = None, progress: Callable[[int], None] | None = None) -> list[Run]:
        """All replications: finished ones are read, the one that was broken off goes on from its last checkpoint.

        Raises NotResumable when another process is at it, or when no checkpoint can be read.
        """
        with _alone(self.folder):
            for stale in self.folder.glob(f"{TEMPORARY}*"):
                stale.unlink()
            runs = [
                self._replication(r, threads or self.asked.threads, progress) for r in range(self.asked.replications)
            ]
            self.note_break(self.asked.replications - 1, self.scenario.days)  # only its results were not written yet
            return runs

    def _replication(self, replication: int, threads: int, progress: Callable[[int], None] | None) -> Run:
        finished = self._finished(replication)
        if finished is not None:
            if progress:
                for day in range(self.scenario.days):
                    progress(day)
            return finished
        keeper = _Keeper(self, replication)
        a = self.asked
        found = run(self.scenario, a.logic, a.seed, replication, a.engine, threads, progress, keeper)
        write_checkpoint(self._results(replication), self.head(replication, found.seconds), _plain_run(found))
        keeper.forget(keep=0)
        return found

    def where(self) -> tuple[int, int]:
        """Number of finished replications, and the day up to which the next one is kept."""
        finished = sum(self._results(replication).exists() for replication in range(self.asked.replications))
        days = [_day_of(path) for path in self.checkpoints(finished)]
        return finished, max(days, default=0)

    def checkpoints(self, replication: int) -> list[Path]:
        """Checkpoints of a replication, the latest first."""
        return sorted(self.folder.glob(f"replication-{replication}-day-*.checkpoint"), key=_day_of, reverse=True)

    def head(self, replication: int, seconds: float) -> dict[str, Any]:
        """What a file of this folder says of itself; seconds: spent on the replication."""
        return {"maker": self.maker, "asked": _same_numbers(self.asked), "replication": replication, "seconds": seconds}

    def load(self, path: Path, replication: int) -> tuple[float, dict[str, Any]]:
        """Seconds and state of a file of this folder.

        Raises Damaged, also for a file of another run.
        """
        head, state = read_checkpoint(path)
        own = self.head(replication, 0.0)
        if any(head.get(key) != own[key] for key in ("maker", "asked", "replication")):
            raise Damaged(f"{path} is of another run")
        return float(head["seconds"]), state

    def note_break(self, replication: int, day: int) -> None:
        """Record from which day a run that was broken off goes on; the first call counts."""
        if not self.broken:
            return
        self.broken = False
        when = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        self.breaks.append({"replication": replication, "day": day, "resumed": when, "by": self.maker["version"]})
        self.write()

    def write(self) -> None:
        """Write ``unfinished.json``, whole."""
        plain = {"kind": "run", "asked": dataclasses.asdict(self.asked), "maker": self.maker, "breaks": self.breaks}
        with written_whole(self.folder / UNFINISHED) as file:
            file.write(json.dumps(plain | {"files": self.files}, indent=2).encode())

    def _results(self, replication: int) -> Path:
        return self.folder / f"replication-{replication}.finished"

    def _finished(self, replication: int) -> Run | None:
        path = self._results(replication)
        if not path.exists():
            return None
        try:
            seconds, state = self.load(path, replication)
        except Damaged as error:
            self.notes.append(f"{error}; the replication is run again.")
            return None
        return _run_of(state, self, replication, seconds)


class _Keeper:
    """Keeps the checkpoints of one replication."""

    def __init__(self, of: Unfinished, replication: int) -> None:
        self.of, self.replication = of, replication

    def begin(self, simulation: Simulation) -> float:
        """Let a replication that was just set up remember its last checkpoint that can be read; seconds before it."""
        paths = self.of.checkpoints(self.replication)
        for path in paths:
            try:
                seconds, state = self.of.load(path, self.replication)
            except Damaged as error:
                self.of.notes.append(f"{error}; the checkpoint before it is used.")
                continue
            restore(simulation, state)
            self.of.note_break(self.replication, simulation.day)
            return seconds
        if paths:
            raise NotResumable(
                f"{self.of.notes[-1].partition(';')[0]}, and {self.of.folder} has no other checkpoint. "
                f"Delete {', '.join(path.name for path in paths)} there, and sanyu resume {self.of.folder} runs this "
                "replication from its first day."
            )
        self.of.note_break(self.replication, 0)
        return 0.0

    def after_day(self, simulation: Simulation, seconds: float) -> None:
        """Keep a checkpoint when its day has come."""
        day = simulation.day
        if day % self.of.asked.every or day >= self.of.scenario.days:
            return
        path = self.of.folder / f"replication-{self.replication}-day-{day}.checkpoint"
        write_checkpoint(path, self.of.head(self.replication, seconds), state_of(simulation))
        self.forget(keep=KEPT)

    def forget(self, keep: int) -> None:
        """Remove all checkpoints but the latest."""
        for path in self.of.checkpoints(self.replication)[keep:]:
            path.unlink()


def begin(folder: Path, scenario: Scenario, asked: Asked, assumptions: Sequence[Any]) -> None:
    """Lay out the folder of a run with checkpoints; ``resumed`` opens it.

    folder       an empty one
    assumptions  what the scenario rests on, as plain data
    """
    write_scenario(scenario, folder)
    (folder / "assumptions.json").write_text(json.dumps(assumptions, ensure_ascii=False), encoding="utf-8")
    files = [folder / "scenario.toml", *folder.glob("*.py")]
    Unfinished(folder, scenario, asked, maker_of(scenario), _texts(files), list(assumptions)).write()


def kind_of(folder: Path) -> str:
    """What the unfinished work in a folder is, one of ``KINDS``.

    Raises NotResumable where there is none.
    """
    return "sweep" if (folder / SWEEP).is_file() else str(_read(folder)["kind"])


def resumed(folder: Path, broken: bool = True) -> Unfinished:
    """The run with checkpoints in a folder, ready to go on; broken: False for one that has only been laid out.

    Raises NotResumable when there is none, or when anything that decides its numbers has changed.
    """
    plain = _read(folder)
    anew = f"sanyu run {folder / 'scenario.toml'} --checkpoint-every DAYS --out FOLDER begins a new run."
    try:
        asked, maker, files = Asked(**plain["asked"]), dict(plain["maker"]), dict(plain["files"])
        breaks, assumptions = list(plain["breaks"]), json.loads((folder / "assumptions.json").read_text("utf-8"))
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise NotResumable(f"{folder} cannot be resumed: its files are damaged ({error}). {anew}") from None
    if edited := _edits(files, _texts([folder / name for name in files])):
        raise NotResumable(
            f"{folder} cannot be resumed, since its scenario was edited:\n{edited}\nUndo that; or {anew}"
        )
    try:
        scenario = load_scenario(folder / "scenario.toml")
    except ScenarioError as error:
        raise NotResumable(f"{folder} cannot be resumed, since its scenario does not load here:\n{error}") from None
    here = maker_of(scenario)
    if differences := [
        f"  {name}: {maker.get(name, 'none')} then, {here.get(name, 'none')} now"
        for name in {**maker, **here}
        if maker.get(name) != here.get(name)
    ]:
        raise NotResumable(
            f"{folder} cannot be resumed, since what computes it has changed:\n"
            + "\n".join(differences)
            + f"\nUse again what was used then; or {anew}"
        )
    return Unfinished(folder, scenario, asked, maker, files, assumptions, breaks, broken)


def maker_of(scenario: Scenario) -> dict[str, str]:
    """Versions and hashes of sources that decide the numbers of a run of a scenario in this process."""
    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        place = path.relative_to(_PACKAGE)
        if place.parts[0] not in _DECIDES_NOTHING:
            digest.update(place.as_posix().encode() + b"\0" + path.read_bytes())
    found = {
        "version": metadata.version("sanyu"),
        "python": sys.version.split()[0],
        "numpy": np.__version__,
        "numba": numba.__version__,
        "rules": fingerprint(),
        "sources": digest.hexdigest()[:16],
    }
    logics = [*scenario.logics.values(), *(rival.logic for rival in scenario.rivals.values())]
    for logic in logics:
        kind = logic.kind
        if kind not in LOGICS and source_of(kind) is None:  # of an installed package: there is no copy in the folder
            text = Path(inspect.getfile(type(logic))).read_bytes()
            found[f"logic {kind}"] = hashlib.sha256(text).hexdigest()[:16]
    return found


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Keep other processes out of a folder; the system lets go of it when this one ends in whatever way."""
    try:
        import fcntl
    except ImportError:  # not on Windows
        yield
        return
    with (folder / "lock").open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotResumable(f"{folder} is being computed by another process. Let it finish, or end it.") from None
        yield


def _same_numbers(asked: Asked) -> dict[str, Any]:
    """What of the question decides numbers: not threads, nor days between checkpoints."""
    return {"logic": asked.logic, "seed": asked.seed, "engine": asked.engine}


def _day_of(path: Path) -> int:
    return int(path.stem.rpartition("-")[2])


def _read(folder: Path) -> dict[str, Any]:
    if not folder.is_dir():
        whole = folder.with_name(f".{folder.name}.new")  # where results wait for the old folder to make room
        if (whole / "provenance.json").is_file():
            raise NotResumable(f"{folder} is finished; its results only need their name. Rename {whole} to {folder}.")
        raise NotResumable(f"{folder}: there is no such folder.")
    if (folder / "provenance.json").is_file():
        raise NotResumable(f"{folder} is finished: its results are there, and there is nothing to resume.")
    file = folder / UNFINISHED
    if not file.is_file():
        raise NotResumable(
            f"{folder} holds no run with checkpoints, and no sweep. sanyu run FILE --checkpoint-every DAYS --out "
            "FOLDER begins the one, sanyu sweep EXPERIMENT --out FOLDER the other."
        )
    try:
        found: dict[str, Any] = json.loads(file.read_text("utf-8"))
        if found["kind"] not in KINDS:
            raise ValueError(f"this version resumes {', '.join(KINDS)}, not {found['kind']!r}")
    except (OSError, LookupError, TypeError, ValueError) as error:
        raise NotResumable(
            f"{folder} cannot be resumed: {UNFINISHED} in it is damaged ({error}). "
            f"sanyu run {folder / 'scenario.toml'} --checkpoint-every DAYS --out FOLDER begins a new run."
        ) from None
    return found


def _texts(files: Sequence[Path]) -> dict[str, str]:
    """Texts of those files that exist, by name."""
    return {file.name: file.read_bytes().decode("utf-8", "surrogateescape") for file in files if file.is_file()}


def _edits(before: dict[str, str], now: dict[str, str]) -> str:
    """The first lines in which files differ from what they were; empty where they do not."""
    found = []
    for name, text in before.items():
        if name not in now:
            found.append(f"  {name} is missing")
        else:
            lines = difflib.unified_diff(text.splitlines(), now[name].splitlines(), lineterm="", n=0)
            changed = [line for line in lines if line[:1] in "+-" and line[:3] not in ("+++", "---")]
            found += [f"  {name}: {line}" for line in changed[:_MOST_LINES]]
            found += [f"  … {len(changed) - _MOST_LINES} more lines"] if len(changed) > _MOST_LINES else []
    return "\n".join(found)


def _plain_run(of: Run) -> dict[str, Any]:
    """What of a finished run neither the folder nor the question says."""
    return {
        "ledger": of.ledger,
        "rivals": of.rivals,
        "cohort_months": of.cohort_months,
        "cohort_counts": of.cohort_counts,
        "tasks": of.tasks,
        "days": of.ending.days,
    }


def _run_of(state: dict[str, Any], of: Unfinished, replication: int, seconds: float) -> Run:
    days = state.pop("days")
    return Run(
        scenario=of.scenario,
        logic=of.asked.logic,
        seed=of.asked.seed,
        replication=replication,
        engine=of.asked.engine,
        ending=Ending("horizon", days),
        seconds=seconds,
        **state,
    )
