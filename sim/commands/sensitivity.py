"""``sanyu sensitivity``: which factors a figure hangs on, and which conclusions flip."""

from typing import Any

from sim.commands.console import Json, Lang, Out, Overwrite, Quiet, announce_compilation, patient
from sim.commands.studies import (
    STORE,
    ExperimentFile,
    Pairs,
    Store,
    Telling,
    Threads,
    analysed,
    figure_of,
    load_study,
    logic_of,
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
    study = load_study(experiment, pairs, threads)
    from sim.studies.sensitivity import CROSSOVER

    figure = figure_of(study, of, CROSSOVER)
    ours = logic_of(study, logic, "--logic", study.logics[0])
    others = [name for name in study.logics if name != ours]
    theirs = logic_of(study, against, "--against", others[0] if len(others) == 1 else None)
    assert ours is not None
    options: dict[str, Any] = {"of": figure, "logic": ours, "against": theirs}
    telling = Telling(target_of(study, out, overwrite, "sensitivity", **options), overwrite, json, quiet, lang)
    announce_compilation(study.experiment.engine)

    from sim.report.study_terminal import print_sensitivity
    from sim.report.study_write import summary_of_sensitivity, write_sensitivity
    from sim.studies.sensitivity import sensitivity as analyse

    return analysed(
        study, store, threads, telling,
        lambda table: analyse(study, table, figure, ours, theirs, study.experiment.seed),
        lambda found, table, folder, made_by: write_sensitivity(found, study, table, folder, lang, made_by),
        summary_of_sensitivity,
        lambda found: print_sensitivity(found, study.base, telling.target, lang),
    )  # fmt: skip
