"""``sanyu responses``: curves and maps of an experiment's figures over its factors."""

import time

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
    hand_over,
    in_words,
    load_study,
    say_interrupted,
    table_of,
    target_of,
)


@patient
def responses(
    experiment: ExperimentFile,
    /,
    *,
    pairs: Pairs = None,
    threads: Threads = None,
    store: Store = STORE,
    out: Out = None,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
    lang: Lang = "en",
) -> int:
    """Response curves with bands over each factor of an experiment, and maps over two.

    The figures are those that the experiment observes, else margin, fans, exits and R_fan.
    """
    for option, value in (("--pairs", pairs), ("--threads", threads)):
        check_least(option, value, 1)
    study = load_study(experiment, pairs)
    target = target_of(study, out, overwrite, "responses")
    announce_compilation(study.experiment.engine)

    from sim.report.data import plain
    from sim.report.study_terminal import print_responses
    from sim.report.study_write import write_responses
    from sim.results import Provenance
    from sim.studies.responses import responses as analyse

    began = time.perf_counter()
    try:
        table = table_of(study, store, threads, not quiet and not json, lang)
    except KeyboardInterrupt:
        say_interrupted(store)
        return INTERRUPTED
    with in_words():
        found = analyse(study, table)
    failed = failures(table)
    seconds = time.perf_counter() - began
    made_by = Provenance.here(seed=study.experiment.seed, engine=study.experiment.engine, seconds=seconds)
    hand_over(
        target, overwrite, json, quiet,
        lambda folder: write_responses(found, study, table, folder, lang, made_by),
        lambda: plain(found),
        lambda: print_responses(found, study.base, target, lang),
    )  # fmt: skip
    return SOME_FAILED if failed else DONE
