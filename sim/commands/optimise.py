"""``sanyu optimise``: the best fixed plan for margin, fans or both, judged on fresh pairs."""

import time
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from sim.commands.console import (
    DONE,
    INTERRUPTED,
    Engine,
    File,
    Json,
    Lang,
    Out,
    Overwrite,
    Quiet,
    Seed,
    Wrong,
    announce_compilation,
    check_least,
    check_seed,
    did_you_mean,
    load_file,
    logic_of,
    patient,
    target_of_scenario,
)
from sim.commands.studies import STORE, Store, Telling, Threads, hand_over, in_words, provenance, say_interrupted

LEAST_TRIALS = 4


@patient
def optimise(
    file: File,
    /,
    *,
    for_: Annotated[Literal["margin", "fans", "both"], Parameter(name="--for")] = "margin",
    days: int | None = None,
    trials: int = 80,
    pairs: int = 8,
    fresh: int = 20,
    budget: float | None = None,
    least_trust: float | None = None,
    turn: tuple[str, ...] = (),
    most_pushes: float = 42.0,
    most_ads: float | None = None,
    like: str | None = None,
    sampler: Literal["tpe", "nsga2", "random"] = "tpe",
    seed: Seed = 0,
    threads: Threads = None,
    store: Store = STORE,
    engine: Engine = "arrays",
    out: Out = None,
    overwrite: Overwrite = False,
    json: Json = False,
    quiet: Quiet = False,
    lang: Lang = "en",
) -> int:
    """Search the best fixed plan: pushes by channel and tier, value share, discount, quality, ads, service seats.

    Candidates meet the same people with the same luck, and one that is clearly worse is given up after three pairs. The
    winner is tried again on fresh pairs, beside the logics of the file; best.toml extends the file by it.

    Parameters
    ----------
    for_
        What is to be large at the end: margin, fans, or both (a front of plans).
    days
        Horizon [default: the days of the file].
    trials
        Candidates.
    pairs
        Replications of a candidate that is not given up.
    fresh
        Replications of the winner and of the file's logics, with another seed.
    budget
        What the plan may spend in all, in the file's money: ads, content, service, fees, rewards and sources.
    least_trust
        Least mean trust of fans at the end, 0 to 1.
    turn
        Only this: pushes, tiers, value_share, discount, quality, ads, service; may be given several times.
    most_pushes
        Most pushes a week in a channel; quotas hold anyway.
    most_ads
        Most ads a day, in the file's money [default: three times what a logic of the file spends].
    like
        The logic from which the plan takes what is not turned [default: the first].
    sampler
        How candidates are chosen.
    """
    check_seed(seed)
    leasts = {"--trials": (trials, LEAST_TRIALS), "--pairs": (pairs, 2), "--fresh": (fresh, 2)}
    for option, (value, least) in (leasts | {"--threads": (threads, 1), "--days": (days, 1)}).items():
        check_least(option, value, least)
    _check_ranges(budget, least_trust, most_pushes, most_ads)
    loaded = load_file(file)
    from sim.scenario import with_changes
    from sim.studies.knobs import knobs_of
    from sim.studies.optimise import Limits, Progress
    from sim.studies.optimise import optimise as search

    scenario = loaded.scenario if days is None else with_changes(loaded.scenario, {"days": days})
    named = logic_of(loaded, like, "--like")
    limits = Limits(None if budget is None else 100.0 * budget, least_trust)
    knobs = knobs_of(scenario, _elements(turn), most_pushes, most_ads or 0.0)
    options: dict[str, Any] = {"for": for_, "days": days, "trials": trials, "pairs": pairs, "fresh": fresh}
    options |= {"limits": limits, "knobs": knobs, "like": named, "sampler": sampler, "seed": seed}
    target = target_of_scenario(loaded, out, overwrite, "optimise", **options)
    telling = Telling(target, overwrite, json, quiet, lang)
    announce_compilation(engine)

    from sim.report.study_axes import shown, words_for
    from sim.report.study_terminal import print_optimum, study_progress
    from sim.report.study_write import summary_of_optimum, write_optimum
    from sim.studies.stored import Stored

    began = time.perf_counter()
    first = "margin" if for_ != "fans" else "fans_end"
    with in_words(), study_progress(telling.talks, lang, "candidates") as progress:

        def report(at: Progress) -> None:
            note = "" if at.best is None else shown(first, at.best, words_for(scenario, lang))
            progress(at.done, at.total, note)

        run = Stored(store, scenario, threads, engine)
        found = search(
            scenario, run, for_, limits, trials, pairs, fresh, seed, sampler, named, knobs,
            progress=report,
        )  # fmt: skip
    if not found.trials:
        say_interrupted(store)
        return INTERRUPTED
    made_by = provenance(seed, engine, began)
    hand_over(
        telling,
        lambda folder: write_optimum(found, file, folder, target, lang, made_by),
        lambda: summary_of_optimum(found),
        lambda: print_optimum(found, target, lang),
    )  # fmt: skip
    if found.broken:
        say_interrupted(store)
        return INTERRUPTED
    return DONE


def _check_ranges(budget: float | None, trust: float | None, pushes: float, ads: float | None) -> None:
    """Wrong for limits that no plan can mean."""
    if trust is not None and not 0.0 <= trust <= 1.0:
        raise Wrong(f"--least-trust {trust:g} is outside 0 … 1. Try --least-trust 0.4")
    for option, value in (("--budget", budget), ("--most-ads", ads)):
        if value is not None and not value >= 0.0:
            raise Wrong(f"{option} {value:g} is below 0. Try {option} 20000")
    if not 0.0 < pushes <= 700.0:
        raise Wrong(f"--most-pushes {pushes:g} is outside 0 … 700. Try --most-pushes 42")


def _elements(turn: tuple[str, ...]) -> tuple[str, ...]:
    """What is turned; Wrong for what cannot be."""
    from sim.studies.knobs import ELEMENTS

    for element in turn:
        if element not in ELEMENTS:
            raise Wrong(f"--turn {element}: there is no such element. {did_you_mean(element, ELEMENTS)}")
    return turn or ELEMENTS
