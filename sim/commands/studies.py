"""What the commands of studies share: experiment files, their tables, and messages."""

import dataclasses
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from sim.commands.console import OUTPUT, Failed, Lang, Wrong, print_json, writing

if TYPE_CHECKING:
    import pandas as pd

    from sim.batch.experiment import Study

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


def load_study(file: str, pairs: int | None = None) -> "Study":
    """The checked experiment of a file or of a shipped experiment, with another number of replications if asked for."""
    from sim.batch.experiment import load_experiment
    from sim.batch.replications import Paired
    from sim.scenario import ScenarioError, shipped_folder
    from sim.scenario.mistakes import did_you_mean

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
    from sim.scenario.mistakes import did_you_mean

    if logic is None:
        return otherwise
    if logic not in study.logics:
        raise Wrong(f"{option} {logic}: the experiment runs no such logic. {did_you_mean(logic, study.logics)}")
    return logic


def figure_of(study: "Study", figure: str | None, *more: str) -> str:
    """A figure that was asked for: of the summary, or one of ``more``; by default the first that is observed."""
    from sim.batch.figures import figures
    from sim.scenario.mistakes import did_you_mean

    if figure is None:
        return study.experiment.observe[0] if study.experiment.observe else "margin"
    known = (*figures(), *more)
    if figure not in known:
        raise Wrong(f"--of {figure}: a run reports no such figure. {did_you_mean(figure, known, 'Figures')}")
    return figure


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
    target: Path,
    overwrite: bool,
    json: bool,
    quiet: bool,
    write: Callable[[Path], None],
    summary: Callable[[], dict[str, Any]],
    show: Callable[[], None],
) -> None:
    """Write the folder of a study, and tell what was found: as data, as the name of the folder, or in words.

    write  the files into a folder;  summary: what --json prints;  show: prints it for people
    """
    with writing(target, overwrite) as folder:
        write(folder)
    if json:
        print_json(summary() | {"folder": str(target)})
    elif quiet:
        print(target)
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
