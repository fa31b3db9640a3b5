"""Compare: all logics of a scenario on the same people with the same luck, until the verdict is clear."""

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.analysis.pairs import crossover, is_clear, mean_band, mean_interval, share_interval
from sim.analysis.ratios import ratio_interval
from sim.engines.run import Engine, run
from sim.logics.oracle import is_upper_bound
from sim.loop import lineage, loop_parts
from sim.observables import observables
from sim.results import CAUSES_BY_FANS, Band, Comparison, Duel, Interval, Run
from sim.scenario.machine import cores
from sim.scenario.schema import Scenario
from sim.studies.runner import Stopped

LEAST_PAIRS = 10
STEADY = 5  # a clear verdict must stay clear for so many more pairs
BUDGET = 800_000_000  # fan-days in all; limits only pairs beyond the first ten


@dataclass(frozen=True)
class Progress:
    """How far a comparison is."""

    done: int  # pairs that every logic has finished
    total: int  # pairs planned so far
    fan_days: int
    message: str


def compare(
    scenario: Scenario,
    seed: int = 0,
    pairs: int | None = None,
    engine: Engine = "arrays",
    threads: int | None = None,
    progress: Callable[[Progress], None] | None = None,
) -> Comparison:
    """Compare all logics of a scenario by paired replications.

    pairs    a fixed number of replications per logic (at least 2); None: ten, then as many more as the verdict
             between the best logic and the runner-up needs to stay clear for five pairs, within a budget of 8·10⁸
             fan-days
    threads  runs at a time, default the number of cores; the numbers do not depend on it
    progress called after each finished run

    Interrupted (KeyboardInterrupt) with at least two finished pairs, it returns these, ``stopped = "interrupted"``.
    """
    began = time.perf_counter()
    runs, stopped = paired_runs(scenario, seed, pairs, engine, threads, progress)
    return _compared(scenario, runs, seed, engine, stopped, time.perf_counter() - began)


def paired_runs(
    scenario: Scenario,
    seed: int,
    pairs: int | None,
    engine: Engine = "arrays",
    threads: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    of_pair: Callable[[int], Scenario] | None = None,
) -> tuple[dict[str, list[Run]], str]:
    """The runs of ``compare`` without its statistics: logic → runs by pair, equally many, and why no more.

    of_pair  the scenario of each pair, where they differ; with the same names of logics as ``scenario``
    """
    if pairs is not None and pairs < 2:
        raise ValueError(f"pairs = {pairs}: a paired difference needs at least 2")
    names = tuple(scenario.logics)
    runs: dict[str, list[Run]] = {name: [] for name in names}
    stop = threading.Event()
    wanted = LEAST_PAIRS if pairs is None else pairs
    stopped = "fixed"

    def one(name: str, replication: int) -> Run:
        def check(_: int) -> None:
            if stop.is_set():
                raise Stopped

        question = of_pair(replication) if of_pair else scenario
        return run(question, name, seed, replication, engine, threads=1, progress=check)

    def report(message: str) -> None:
        if progress:
            done = min(len(found) for found in runs.values())
            progress(Progress(done, wanted, fan_days(runs), message))

    pool = ThreadPoolExecutor(threads or cores())
    waiting: dict[tuple[int, str], Future[Run]] = {}
    try:
        done = 0
        while True:
            for replication in range(done, wanted):
                for name in names:
                    if (replication, name) not in waiting:
                        waiting[replication, name] = pool.submit(one, name, replication)
            for name in names:
                runs[name].append(waiting[done, name].result())
                report(name)
            done += 1
            if done < wanted:
                continue
            if pairs is not None:
                break
            if _verdict_is_clear(runs):
                stopped = "clear"
                break
            if len(names) == 1 or fan_days(runs) * (done + 1) / done > BUDGET:
                stopped = "budget" if len(names) > 1 else "fixed"
                break
            wanted = done + 1
    except KeyboardInterrupt:
        finished = min(len(found) for found in runs.values())
        if finished < 2:
            raise
        stopped = "interrupted"
    finally:
        stop.set()
        for future in waiting.values():
            future.cancel()
        pool.shutdown(wait=True)
    finished = min(len(found) for found in runs.values())
    return {name: found[:finished] for name, found in runs.items()}, stopped


def fan_days(runs: dict[str, list[Run]]) -> int:
    """Fan-days spent in runs."""
    return sum(r.summary["fan_days"] for found in runs.values() for r in found)


def _final(run: Run) -> int:
    return int(run.ledger.margin.sum())


def _ranking(runs: dict[str, list[Run]]) -> tuple[str, ...]:
    """Logics by mean margin, best first; where two or more can be followed, upper bounds come after them."""
    bounds = {name for name, of in runs.items() if is_upper_bound(of[0].scenario.logics[name])}
    apart = len(runs) - len(bounds) >= 2
    return tuple(sorted(runs, key=lambda name: (apart and name in bounds, -np.mean([_final(r) for r in runs[name]]))))


def _verdict_is_clear(runs: dict[str, list[Run]]) -> bool:
    if len(runs) < 2:
        return False
    best, second = _ranking(runs)[:2]
    final = np.array([_final(a) - _final(b) for a, b in zip(runs[best], runs[second], strict=True)], np.float64)
    return is_clear(final, LEAST_PAIRS, STEADY)


def _compared(
    scenario: Scenario, runs: dict[str, list[Run]], seed: int, engine: str, stopped: str, seconds: float
) -> Comparison:
    """Statistics of finished pairs."""
    first = next(iter(runs.values()))[0]
    found = observables(first.ledger.channels, first.ledger.segments)
    values: dict[str, dict[str, np.ndarray]] = {
        name: {o.name: np.stack([o.value(r.ledger) for r in of]).astype(np.float64) for o in found}
        for name, of in runs.items()
    }
    bands = {name: {o: mean_band(v) for o, v in of.items()} for name, of in values.items()}
    totals = {name: _totals(r.summary for r in of) | _loop_gain(of) for name, of in runs.items()}
    flows = {o.name for o in found if o.unit.endswith("/day")}
    duels = {(a, b): _duel(a, b, values[a], values[b], flows, seed) for a in runs for b in runs if a != b}
    return Comparison(
        scenario=scenario,
        logics=tuple(runs),
        seed=seed,
        pairs=min(len(found) for found in runs.values()),
        engine=engine,
        bands=bands,
        totals=totals,
        duels=duels,
        ranking=_ranking(runs),
        clear=_verdict_is_clear(runs),
        stopped=stopped,
        fan_days=fan_days(runs),
        seconds=seconds,
        runs=runs,
    )


def _totals(summaries: Iterable[dict[str, Any]]) -> dict[str, Interval]:
    """Figures of the whole run over replications; a figure that some run does not have is left out."""
    rows = list(summaries)
    return {
        name: mean_interval(np.array([row[name] for row in rows], np.float64))
        for name in rows[0]
        if all(row[name] is not None for row in rows)
    }


def _loop_gain(runs: list[Run]) -> dict[str, Interval]:
    """R_fan and its parts over runs: ratios of sums, not means of ratios."""
    parts = np.array([loop_parts(run.ledger) for run in runs])
    traced = [lineage(run.ledger) for run in runs]
    found = {"r_fan": ratio_interval(parts[:, 0], parts[:, 1])}
    for cause in CAUSES_BY_FANS:
        found[f"r_fan_{cause}"] = ratio_interval(np.array([one[cause] for one in traced]), parts[:, 1])
    return {name: gain for name, gain in found.items() if gain is not None}


def _duel(
    a: str, b: str, ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray], flows: set[str], seed: int
) -> Duel:
    difference = ours["margin_cum"] - theirs["margin_cum"]
    band: Band = mean_band(difference)
    wins = int((difference[:, -1] > 0).sum())
    at_horizon = {
        name: mean_interval((v - theirs[name]).sum(axis=1) if name in flows else (v - theirs[name])[:, -1])
        for name, v in ours.items()
    }
    return Duel(
        logic=a,
        reference=b,
        difference=band,
        final=mean_interval(difference[:, -1]),
        crossover=crossover(difference, seed),
        wins=share_interval(wins, len(difference)),
        wins_by_day=(difference > 0).mean(axis=0),
        differences=at_horizon,
    )
