"""What the commands of studies share: experiment files, their tables, and messages."""

import dataclasses
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from sim.commands.console import (
    DONE,
    INTERRUPTED,
    OUTPUT,
    SOME_FAILED,
    Failed,
    Lang,
    Wrong,
    check_least,
    did_you_mean,
    print_json,
    writing,
)

if TYPE_CHECKING:
    import pandas as pd

    from sim.batch.experiment import Study
    from sim.results import Provenance

ExperimentFile = Annotated[str, Parameter(help="Experiment file, or the name of a shipped one.")]
Pairs = Annotated[
    int | None, Parameter(help="Replications at each point [default: those of the file].", show_default=False)
]
Threads = Annotated[int | None, Parameter(help="Runs at a time [default: one per core].", show_default=False)]

STORE = Path("runs") / "store"
Store = Annotated[
    Path,
    Parameter(group=OUTPUT, help="Folder of all runs, of every study; a run that is there is never made again."),
]


@dataclasses.dataclass(frozen=True, slots=True)
class Telling:
    """Where the results of a study go, and how they are told: as data, as the name of the folder, or in words."""

    target: Path
    overwrite: bool
    json: bool
    quiet: bool
    lang: Lang

    @property
    def talks(self) -> bool:
        """Whether people are told about the progress."""
        return not self.quiet and not self.json


def load_study(file: str, pairs: int | None = None, threads: int | None = None) -> "Study":
    """The checked experiment of a file or of a shipped experiment, with another number of replications if asked for."""
    for option, value in (("--pairs", pairs), ("--threads", threads)):
        check_least(option, value, 1)
    from sim.batch.experiment import load_experiment
    from sim.batch.replications import Paired
    from sim.scenario import ScenarioError, shipped_folder

    path = Path(file)
    if not path.is_file():
        folder = Path(str(shipped_folder())).parent / "experiments"
        shipped = {found.stem: found for found in folder.glob("*.toml")}
        if file not in shipped:
            raise Wrong(f"there is no experiment {file}. {did_you_mean(file, sorted(shipped), 'Shipped')}")
        path = shipped[file]
    try:
        study = load_experiment(path)
    except ScenarioError as error:
        raise Wrong(str(error)) from None
    if pairs is None:
        return study
    return dataclasses.replace(
        study, experiment=study.experiment.model_copy(update={"replications": Paired(paired=pairs)})
    )


def logic_of(study: "Study", logic: str | None, option: str, otherwise: str | None = None) -> str | None:
    """A logic of a study that was named by an option, or another one."""
    if logic is None:
        return otherwise
    if logic not in study.logics:
        raise Wrong(f"{option} {logic}: the experiment runs no such logic. {did_you_mean(logic, study.logics)}")
    return logic


def figure_of(study: "Study", figure: str | None, *more: str) -> str:
    """A figure that was asked for: of the summary, or one of ``more``; by default the first that is observed."""
    from sim.batch.figures import figures

    if figure is None:
        return study.experiment.observe[0] if study.experiment.observe else "margin"
    known = (*figures(), *more)
    if figure not in known:
        raise Wrong(f"--of {figure}: a run reports no such figure. {did_you_mean(figure, known, 'Figures')}")
    return figure


def analysed[Found](
    study: "Study",
    store: Path,
    threads: int | None,
    telling: Telling,
    analyse: Callable[["pd.DataFrame"], Found],
    write: Callable[[Found, "pd.DataFrame", Path, "Provenance"], None],
    summary: Callable[[Found], dict[str, Any]],
    show: Callable[[Found], None],
) -> int:
    """Make the runs of a study, analyse their table, and hand over what was found; returns the exit code.

    write  the files of what was found into a folder;  summary, show: as for ``hand_over``
    """
    began = time.perf_counter()
    try:
        table = table_of(study, store, threads, telling.talks, telling.lang)
    except KeyboardInterrupt:
        say_interrupted(store)
        return INTERRUPTED
    with in_words():
        found = analyse(table)
    failed = failures(table)
    made_by = provenance(study.experiment.seed, study.experiment.engine, began)
    hand_over(telling, lambda folder: write(found, table, folder, made_by), lambda: summary(found), lambda: show(found))
    return SOME_FAILED if failed else DONE


def provenance(seed: int, engine: str, began: float) -> "Provenance":
    """What made the results of a command that began at a reading of ``time.perf_counter``."""
    from sim.results import Provenance

    return Provenance.here(seed=seed, engine=engine, seconds=time.perf_counter() - began)


def table_of(study: "Study", store: Path, processes: int | None, visible: bool, lang: Lang) -> "pd.DataFrame":
    """The table of a study, all of whose runs are made or in the store; KeyboardInterrupt where the user stops it.

    visible  whether the progress is shown
    """
    import tempfile

    from sim.batch.results import read
    from sim.batch.store import StoreError
    from sim.batch.sweep import DiskFull, sweep
    from sim.report.study_terminal import study_progress

    with tempfile.TemporaryDirectory(prefix="sanyu-") as folder, study_progress(visible, lang) as progress:

        def report(at: Any) -> None:
            progress(at.done, at.total or at.done, f"{at.failed} failed" if at.failed else "")

        try:
            outcome = sweep(study, Path(folder) / "study", store, processes=processes, progress=report)
        except (DiskFull, StoreError) as error:
            raise Failed(str(error)) from None
        if outcome.stopped == "interrupted":
            raise KeyboardInterrupt
        return read(Path(folder) / "study")


def hand_over(
    telling: Telling, write: Callable[[Path], None], summary: Callable[[], dict[str, Any]], show: Callable[[], None]
) -> None:
    """Write the folder of a study, and tell what was found.

    write  the files into a folder;  summary: what --json prints;  show: prints it for people
    """
    with writing(telling.target, telling.overwrite) as folder:
        write(folder)
    if telling.json:
        print_json(summary() | {"folder": str(telling.target)})
    elif telling.quiet:
        print(telling.target)
    else:
        show()


def say_interrupted(store: Path) -> None:
    """What is kept of a study that was stopped."""
    print(
        f"Interrupted; the finished runs are kept in {store}, and the same command goes on from there.", file=sys.stderr
    )


def failures(table: Any) -> int:
    """Runs of a table that are not done; they are told on standard error, the first of each message."""
    failed = table[table["status"] != "done"]
    for message, rows in failed.groupby("message", sort=False):
        first = rows.iloc[0]
        place = f"point {first['point']}, {first['logic']}, replication {first['replication']}"
        print(f"{len(rows)} runs {first['status']} (first: {place}): {message}", file=sys.stderr)
    return len(failed)


def target_of(study: "Study", out: Path | None, overwrite: bool, command: str, **options: Any) -> Path:
    """The folder of a study's results; Wrong when it may not be written, before anything is computed."""
    from sim.report.write import default_folder, refusal

    asked = study.experiment
    titled = study.base.model_copy(update={"title": asked.title}) if asked.title else study.base
    target = out or default_folder(titled, command, {**options, "experiment": asked.model_dump_json()})
    if refused := refusal(target, overwrite):
        raise Wrong(refused)
    return target


@contextmanager
def in_words() -> Iterator[None]:
    """What an analysis refuses, and a package that it lacks, as messages."""
    from sim.analysis.samples import NotAnalysable
    from sim.analysis.sensitivity import MissingExtra

    try:
        yield
    except (NotAnalysable, MissingExtra) as error:
        raise Wrong(f"{error}.".replace("..", ".")) from None
