"""``sanyu sensitivity``: which factors a figure hangs on, and which conclusions flip."""

import time
from typing import Any

from sim.commands.console import (
    DONE,
    INTERRUPTED,
    SOME_FAILED,
    Json,
    Lang,
    Out,
    Overwrite,
    Quiet,
    announce_compilation,
    check_least,
    patient,
)
from sim.commands.studies import (
    STORE,
    ExperimentFile,
    Pairs,
    Store,
    Threads,
    failures,
    figure_of,
    hand_over,
    in_words,
    load_study,
    logic_of,
    say_interrupted,
    table_of,
    target_of,
)


@patient
def sensitivity(
    experiment: ExperimentFile,
    /,
    *,
    of: str | None = None,
    logic: str | None = None,
    against: str | None = None,
    pairs: Pairs = None,
    threads: Threads = None,
    store: Store = STORE,
    out: Out = None,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
    lang: Lang = "en",
) -> int:
    """Sensitivity of a figure to the factors of an experiment, and which conclusions flip in their space.

    A saltelli design gives Sobol indices with their convergence, a morris design elementary effects, any other sample
    PAWN indices. With two logics or more: in which share of the space one has earned more than the other, by horizon,
    and which factors decide it.

    Parameters
    ----------
    of
        A figure of the summary, or crossover_day [default: the first that the file observes, or margin].
    logic
        Whose figure it is [default: the first of the experiment].
    against
        Take the paired difference to this logic [default: to the second, where there are two].
    """
    for option, value in (("--pairs", pairs), ("--threads", threads)):
        check_least(option, value, 1)
    study = load_study(experiment, pairs)
    from sim.studies.sensitivity import CROSSOVER

    figure = figure_of(study, of, CROSSOVER)
    ours = logic_of(study, logic, "--logic", study.logics[0])
    others = [name for name in study.logics if name != ours]
    theirs = logic_of(study, against, "--against", others[0] if len(others) == 1 else None)
    assert ours is not None
    options: dict[str, Any] = {"of": figure, "logic": ours, "against": theirs}
    target = target_of(study, out, overwrite, "sensitivity", **options)
    announce_compilation(study.experiment.engine)

    from sim.report.study_terminal import print_sensitivity
    from sim.report.study_write import summary_of_sensitivity, write_sensitivity
    from sim.results import Provenance
    from sim.studies.sensitivity import sensitivity as analyse

    began = time.perf_counter()
    try:
        table = table_of(study, store, threads, not quiet and not json, lang)
    except KeyboardInterrupt:
        say_interrupted(store)
        return INTERRUPTED
    with in_words():
        found = analyse(study, table, figure, ours, theirs, study.experiment.seed)
    failed = failures(table)
    seconds = time.perf_counter() - began
    made_by = Provenance.here(seed=study.experiment.seed, engine=study.experiment.engine, seconds=seconds)
    hand_over(
        target, overwrite, json, quiet,
        lambda folder: write_sensitivity(found, study, table, folder, lang, made_by),
        lambda: summary_of_sensitivity(found),
        lambda: print_sensitivity(found, study.base, target, lang),
    )  # fmt: skip
    return SOME_FAILED if failed else DONE
