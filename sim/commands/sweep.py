"""``sanyu sweep`` and ``sanyu status``, and how ``sanyu resume`` goes on with a sweep."""

import math
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter

from sim.commands.console import (
    DONE,
    INTERRUPTED,
    OUTPUT,
    SOME_FAILED,
    Failed,
    Json,
    Lang,
    Quiet,
    Wrong,
    announce_compilation,
    check_least,
    patient,
    print_json,
    say,
    shell_words,
)
from sim.commands.studies import STORE, ExperimentFile, Store, load_study

if TYPE_CHECKING:
    from sim.batch.experiment import Study
    from sim.batch.pilot import Estimate
    from sim.batch.sweep import Outcome
    from sim.report.words import Words

MANY_HOURS, MANY_BYTES = 12, 20 * 2**30  # beyond which a sweep asks first

Processes = Annotated[int | None, Parameter(help="Worker processes [default: one per core].")]
Executor = Annotated[
    Literal["local", "dask", "ray"],
    Parameter(help="Processes of this machine, or the workers of a Dask or Ray cluster."),
]
Cluster = Annotated[
    str | None,
    Parameter(help="Address of the cluster [default: one on this machine, for as long as the command runs]."),
]


@patient
def sweep(
    experiment: ExperimentFile,
    /,
    *,
    executor: Executor = "local",
    processes: Processes = None,
    cluster: Cluster = None,
    dry_run: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    yes: Annotated[bool, Parameter(negative="", show_default=False)] = False,
    store: Store = STORE,
    out: Annotated[Path | None, Parameter(group=OUTPUT)] = None,
    json: Json = False,
    quiet: Quiet = False,
    lang: Lang = "en",
) -> int:
    """Run every logic at every point of an experiment, on the same people with the same luck.

    What is finished is kept whatever happens; the same command, or sanyu resume DIR, does the rest.

    Parameters
    ----------
    dry_run
        Say how many runs, how long, how much disk and memory, and run no more than a pilot.
    yes
        Do not ask, however large the experiment is.
    out
        Folder of the study [default: runs/TITLE-HASH].
    """
    check_least("--processes", processes, 1)
    if executor == "local" and cluster is not None:
        raise Wrong("--cluster is the address of a Dask or Ray cluster. Add --executor dask or --executor ray.")
    study = load_study(experiment)
    target = out or _default_folder(study)
    _tell_versions(study, store)
    announce_compilation(study.experiment.engine)
    from sim.scenario.machine import cores

    shown = not quiet and not json
    at_once = processes or cores()
    guess = _estimate(study, store, at_once) if dry_run or _may_be_large(study) else None
    if dry_run:
        assert guess is not None
        _print_estimate(study, guess, at_once, json, lang)
        return DONE
    if guess is not None and not yes:
        _ask(study, guess, at_once, shown, lang)

    from sim.batch import sweep as batch
    from sim.report.terminal_sweep import sweep_progress

    with _messages(), sweep_progress(shown, *_watched(study, lang)) as progress:
        found = batch.sweep(study, target, store, executor, processes, progress, cluster)
    return _finish(found, json, quiet, lang)


def status(folder: Path, /, *, json: Json = False, lang: Lang = "en") -> int:
    """Say how far a sweep is, whether another process computes it or it was broken off.

    Parameters
    ----------
    folder
        The folder of the sweep.
    """
    from sim.batch.sweep import status_of
    from sim.report.data import plain
    from sim.report.terminal_sweep import print_status

    with _messages():
        found = status_of(folder)
    if json:
        print_json(plain(found))
    else:
        print_status(found, lang)
        if not found.live and not found.finished:
            say("To go on:\n  " + shell_words("sanyu", "resume", str(folder)))
    return DONE


def go_on(folder: Path, threads: int | None, json: bool, quiet: bool, lang: Any, only: str | None = None) -> int:
    """Do what is left of a sweep; only: the key of one run, which is made here and told."""
    if only is not None:
        return _only(folder, only)
    if threads is not None:
        raise Wrong("--threads belongs to a run with checkpoints, and a sweep gives each process one thread.")
    from sim.batch import sweep as batch
    from sim.batch.folder import study_in
    from sim.report.terminal_sweep import sweep_progress

    with _messages():
        study, _ = study_in(folder)
    announce_compilation(study.experiment.engine)
    with _messages(), sweep_progress(not quiet and not json, *_watched(study, lang)) as progress:
        found = batch.resume(folder, progress=progress)
    return _finish(found, json, quiet, lang)


def _finish(found: "Outcome", json: bool, quiet: bool, lang: Any) -> int:
    from sim.report.data import plain
    from sim.report.terminal_sweep import print_outcome

    if found.stopped == "interrupted":
        say(f"Interrupted; the {found.runs:,} finished runs are kept. To go on:")
        say("  " + shell_words("sanyu", "resume", str(found.folder)))
        return INTERRUPTED
    if json:
        print_json(plain(found))
    elif quiet:
        print(found.folder)
    else:
        print_outcome(found, lang)
    if not found.failures:
        return DONE
    say(f"{len(found.failures):,} of {found.runs:,} runs failed. To see one fail alone:")
    for one in found.failures[:3]:
        say("  " + shell_words("sanyu", "resume", str(found.folder), "--only", one.key))
    if len(found.failures) > 3:
        say(f"The commands of all are in {found.folder / 'failures.json'}.")
    return SOME_FAILED


def _only(folder: Path, key: str) -> int:
    """One run, here; what it raises is shown whole."""
    from sim.batch.sweep import reproduce
    from sim.report.data import plain

    with _messages():
        found = reproduce(folder, key)
    print_json(plain(found))
    return DONE


def _tell_versions(study: "Study", root: Path) -> None:
    """Say once, when a version begins to fill a store, why the runs that are there are not reused."""
    from sim.batch.identity import maker
    from sim.batch.store import Store, other_versions

    own = Store.of(root, maker(study.base))
    if not own.folder.exists():
        for line in other_versions(root, own):
            say(f"{root}: {line}")


def _default_folder(study: "Study") -> Path:
    """``runs/TITLE-HASH`` by the scenario and the experiment."""
    from sim.report.write import default_folder

    titled = study.base.model_copy(update={"title": study.experiment.title})
    return default_folder(titled, "sweep", {"experiment": study.experiment.model_dump_json(by_alias=True)})


def _watched(study: "Study", lang: Any) -> "tuple[Words, str | None]":
    """The figure whose highest and lowest values are shown, and the words for it."""
    from sim.batch.order import figure_of
    from sim.report.words import words_of

    return words_of(study.base, lang), figure_of(study)


def _may_be_large(study: "Study") -> bool:
    """Whether it is worth a pilot to learn how long a sweep takes."""
    fan_days = study.base.days * max(study.base.pool.fans, 1000)
    runs = len(study.points) * len(study.logics) * study.experiment.replications.most
    return runs >= 20_000 or runs * fan_days >= 5e10


def _ask(study: "Study", guess: "Estimate", processes: int, shown: bool, lang: Any) -> None:
    """Let a large sweep be confirmed; Wrong where nobody can."""
    from sim.scenario.machine import physical_memory

    most = physical_memory() or math.inf
    if guess.seconds < 3600 * MANY_HOURS and guess.bytes_on_disk < MANY_BYTES and guess.memory < most:
        return
    from sim.report.terminal_sweep import duration, print_estimate, size
    from sim.report.words import words

    w = words("en")
    if not (shown and _on_a_terminal()):
        raise Wrong(
            f"That is a large sweep: {guess.runs:,} runs, {duration(guess.seconds, w)}, {size(guess.bytes_on_disk)} on "
            f"disk, {size(guess.memory)} of memory; and nobody is here to be asked. Add --yes if you mean it."
        )
    print_estimate(study, guess, processes, lang)
    from rich.prompt import Confirm

    if not Confirm.ask(words(lang)("sweep.ask"), default=False):
        raise Wrong("Nothing was run.")


def _on_a_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _estimate(study: "Study", store: Path, processes: int) -> "Estimate":
    from sim.batch.pilot import estimate

    return estimate(study, store, processes)


def _print_estimate(study: "Study", guess: "Estimate", processes: int, json: bool, lang: Any) -> None:
    from sim.report.data import plain
    from sim.report.terminal_sweep import print_estimate

    if json:
        print_json(plain(guess))
    else:
        print_estimate(study, guess, processes, lang)


@contextmanager
def _messages() -> Iterator[None]:
    """What a sweep says of its folder, its disk or its cluster, as messages with exit codes."""
    from sim.batch.store import StoreError
    from sim.batch.sweep import DiskFull, NotThisSweep
    from sim.engines.cluster import NoCluster

    try:
        yield
    except (NotThisSweep, StoreError) as error:
        raise Wrong(str(error)) from None
    except NoCluster as error:
        raise Wrong(f"--executor: {error}") from None
    except DiskFull as error:
        raise Failed(error.strerror or str(error)) from None
