"""Samples of shipped scenarios for patterns: smaller or closed pools, replications, paired intervals."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import mean_interval
from sim.engines.arrays import ArrayRows
from sim.engines.run import run
from sim.engines.simulation import Simulation
from sim.results import Interval, Run
from sim.scenario import load_scenario, with_changes
from sim.scenario.machine import cores
from sim.scenario.schema import Scenario
from sim.studies.verdict import Verdict, decided

YEAR = 365  # days

Floats = npt.NDArray[np.float64]


Pattern = Callable[[int, int], Iterator[Verdict]]  # from a seed and a number of pairs to verdicts


def within(interval: Interval, least: float, most: float) -> bool | None:
    """``decided`` for an interval."""
    return decided(interval.low, interval.high, least, most)


def shown(interval: Interval, form: str = ".2f") -> str:
    """An interval in words: estimate (low … high)."""
    return f"{interval.estimate:{form}} ({interval.low:{form}} … {interval.high:{form}})"


def logics(**plans: Mapping[str, Any]) -> dict[str, Any]:
    """Changes that replace the two logics of a shipped scenario by others."""
    off = {"logics.growth": False, "logics.depletion": False}
    return off | {f"logics.{name}": dict(plan) for name, plan in plans.items()}


def sample(name: str, fans: int, changes: Mapping[str, Any]) -> Scenario:
    """A shipped scenario with a smaller sample of its pool; what is made once for everybody shrinks along."""
    whole = load_scenario(name)
    share = fans / whole.pool.fans
    costs = {"costs.item": whole.costs.item * share, "costs.live": whole.costs.live * share}
    return with_changes(whole, {"pool.fans": fans} | costs | dict(changes))


def closed(fans: int, changes: Mapping[str, Any]) -> Scenario:
    """A pool into which nobody comes: the WeChat group, of any size."""
    return with_changes(load_scenario("livestream-group"), {"pool.fans": fans, "market.users": fans} | dict(changes))


def tables(scenario: Scenario, logic: str, seed: int, replication: int, days: Sequence[int]) -> list[dict[str, Any]]:
    """All rows of one run after some numbers of days, for patterns that look at people: column → array."""
    simulation = Simulation(scenario, logic, seed, replication, partial(ArrayRows, threads=1))
    found = []
    for day in range(max(days)):
        simulation.step()
        if day + 1 in days:
            found.append(simulation.rows.table())
    return found


def runs(scenario: Scenario, seed: int, replications: int) -> dict[str, list[Run]]:
    """Runs of all logics, by replication; the numbers do not depend on the threads."""
    cells = [(logic, replication) for logic in scenario.logics for replication in range(replications)]
    found = in_threads(lambda cell: run(scenario, cell[0], seed, cell[1]), cells)
    return {logic: [r for (name, _), r in zip(cells, found, strict=True) if name == logic] for logic in scenario.logics}


def in_threads[Item, Found](task: Callable[[Item], Found], items: list[Item]) -> list[Found]:
    """``task`` of each item, as many at a time as there are cores."""
    with ThreadPoolExecutor(cores()) as pool:
        return list(pool.map(task, items))


def paired(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    """Mean paired difference with its t interval."""
    return mean_interval(np.array(ours, np.float64) - np.array(theirs, np.float64))


def log_ratio(ours: Sequence[float], theirs: Sequence[float]) -> Interval:
    """Ratio of two positive quantities from the mean paired difference of their logarithms."""
    found = mean_interval(np.log(np.array(ours, np.float64)) - np.log(np.array(theirs, np.float64)))
    low, middle, high = np.exp([found.low, found.estimate, found.high])
    return Interval(float(middle), float(low), float(high))
