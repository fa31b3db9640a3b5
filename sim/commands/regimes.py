"""``sanyu regimes``: the map growing / fed / depleting over two factors."""

import time
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from sim.commands.console import (
    DONE,
    INTERRUPTED,
    SOME_FAILED,
    Json,
    Lang,
    Out,
    Overwrite,
    Quiet,
    Wrong,
    announce_compilation,
    check_least,
    patient,
    say,
)
from sim.commands.studies import (
    STORE,
    ExperimentFile,
    Pairs,
    Store,
    Telling,
    Threads,
    hand_over,
    in_words,
    load_study,
    logic_of,
    provenance,
    say_interrupted,
    target_of,
)

if TYPE_CHECKING:
    from sim.batch.experiment import Study
    from sim.studies.regimes import RegimeMap

LEAST_POINTS = 9


@patient
def regimes(
    experiment: ExperimentFile,
    /,
    *,
    points: Annotated[int, Parameter(help="Points of the map for each logic, the first 25 on a grid.")] = 60,
    logic: str | None = None,
    theory: bool = True,
    pairs: Pairs = None,
    threads: Threads = None,
    store: Store = STORE,
    out: Out = None,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
    lang: Lang = "en",
) -> int:
    """Map where a pool grows by itself, is fed from outside or runs dry, over the two factors of an experiment.

    The file's design is not used: the map begins with a grid of five values each and is refined where the regime
    changes. Regimes are those of the last 90 days; the theory's boundary is drawn in.

    Parameters
    ----------
    logic
        Only this logic [default: all that the file runs].
    theory
        Draw in where the mean field says that the regime changes; it takes a minute or two a logic.
    """
    check_least("--points", points, LEAST_POINTS, "A map begins with a grid.")
    study = load_study(experiment, pairs, threads)
    from sim.batch.replications import Paired

    only = logic_of(study, logic, "--logic")
    logics = study.logics if only is None else (only,)
    _check_ranges(study, experiment)
    asked = study.experiment.replications
    replications = asked.paired if isinstance(asked, Paired) else asked.at_least
    options: dict[str, Any] = {"points": points, "logics": logics}
    telling = Telling(target_of(study, out, overwrite, "regimes", **options), overwrite, json, quiet, lang)
    announce_compilation(study.experiment.engine)

    from sim.report.study_terminal import print_regimes, study_progress
    from sim.report.study_write import summary_of_regimes, write_regimes
    from sim.scenario import with_changes
    from sim.studies.predicted import pool_rates
    from sim.studies.regimes import regimes as make
    from sim.studies.stored import Stored

    began = time.perf_counter()
    run = Stored(store, study.base, threads, study.experiment.engine)
    with in_words(), study_progress(telling.talks, lang, "points") as progress:
        found = make(
            lambda values: with_changes(study.base, values), study.factors, logics, run, points, replications,
            study.experiment.seed, pool_rates if theory else None, progress,
        )  # fmt: skip
    if not any(found.cells.values()):
        say_interrupted(store)
        return INTERRUPTED
    made_by = provenance(found.seed, study.experiment.engine, began)
    hand_over(
        telling,
        lambda folder: write_regimes(found, study.base, folder, lang, made_by),
        lambda: summary_of_regimes(found),
        lambda: print_regimes(found, study.base, telling.target, lang),
    )  # fmt: skip
    if found.broken:
        say_interrupted(store)
        return INTERRUPTED
    return SOME_FAILED if _say_failed(found) else DONE


def _check_ranges(study: "Study", experiment: str) -> None:
    """Wrong for factors that are lists of values."""
    for key in study.points.free:
        if study.factors[key].values is not None:
            raise Wrong(f"{experiment}: {key} has values, and a map needs ranges. Write {{ from = …, to = … }}")


def _say_failed(found: "RegimeMap") -> bool:
    """Whether points have no run; the first of them are told."""
    failed = [cell for cells in found.cells.values() for cell in cells if cell.regime is None]
    for cell in failed[:3]:
        say(f"No run at {dict(zip(found.factors, cell.values, strict=True))}: {cell.message}")
    return bool(failed)
