"""``sanyu responses``: curves and maps of an experiment's figures over its factors."""

from sim.commands.console import Json, Lang, Out, Overwrite, Quiet, announce_compilation, patient
from sim.commands.studies import (
    STORE,
    ExperimentFile,
    Pairs,
    Store,
    Telling,
    Threads,
    analysed,
    load_study,
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
    study = load_study(experiment, pairs, threads)
    telling = Telling(target_of(study, out, overwrite, "responses"), overwrite, json, quiet, lang)
    announce_compilation(study.experiment.engine)

    from sim.report.data import plain
    from sim.report.study_terminal import print_responses
    from sim.report.study_write import write_responses
    from sim.studies.responses import responses as analyse

    return analysed(
        study, store, threads, telling,
        lambda table: analyse(study, table),
        lambda found, table, folder, made_by: write_responses(found, study, table, folder, lang, made_by),
        plain,
        lambda found: print_responses(found, study.base, telling.target, lang),
    )  # fmt: skip
