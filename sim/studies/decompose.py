"""Decompose: which element of a logic makes how much of the difference to another (Shapley shares).

Two logics differ in several elements at once: frequency, value share, content, discount, ads, service. The margin is
simulated with every subset of elements swapped; an element's Shapley value (Shapley 1953) is its mean effect over
all orders of swapping, so that the values add up to the whole difference.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from itertools import combinations
from math import factorial

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import mean_interval
from sim.engines.desk import is_asked
from sim.engines.run import Engine
from sim.logics.mixed import ELEMENTS, Mixed
from sim.results import Interval
from sim.scenario.schema import Scenario
from sim.studies.compare import Progress, paired_runs

PAIRS = 4

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Decomposition:
    """Shapley shares of the difference in cumulative margin at the horizon, cents.

    logic, reference  the difference is logic − reference
    difference        of the whole logics, on the pairs of the decomposition
    shares            element → its share, with a t interval over pairs; they add up to the difference
    pairs             replications that every mixture has finished
    stopped           "fixed", or "interrupted" with fewer pairs than asked for
    """

    logic: str
    reference: str
    difference: Interval
    shares: dict[str, Interval]
    pairs: int
    stopped: str


def decompose(
    scenario: Scenario,
    logic: str,
    reference: str,
    seed: int = 0,
    pairs: int = PAIRS,
    engine: Engine = "arrays",
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Decomposition:
    """Shapley shares of the margin that ``logic`` earns beyond ``reference``.

    Simulates all mixtures (2⁵ = 32, or 2⁶ = 64 where people ask the brand) on the same pairs, which are the first pairs
    of ``compare`` with this seed. An element in which both logics have the same parameters is swapped too: an adaptive
    logic may still do otherwise.

    pairs     replications of each mixture (at least 2)
    progress  called after each finished run with the runs finished and the runs in all

    Interrupted (KeyboardInterrupt) with at least two finished pairs, it returns the shares on these. Raises KeyError
    for an unknown logic and ValueError for two logics that are one, or fewer than two pairs.
    """
    for name in (logic, reference):
        if name not in scenario.logics:
            raise KeyError(f'there is no logic "{name}"; the scenario has: {", ".join(scenario.logics)}')
    if logic == reference:
        raise ValueError(f'a difference is between two logics, and both are "{logic}"')
    elements = elements_of(scenario)
    base, other = scenario.logics[reference], scenario.logics[logic]
    names = {subset: "+".join(sorted(subset)) or "none" for subset in subsets(elements)}
    mixed = scenario.model_copy(update={"logics": {name: Mixed(base, other, taken) for taken, name in names.items()}})
    finished = 0

    def report(_: Progress) -> None:
        nonlocal finished
        finished += 1
        if progress:
            progress(finished, pairs * len(names))

    runs, stopped = paired_runs(mixed, seed, pairs, engine, threads, report)
    margin = {
        taken: np.array([int(run.ledger.margin.sum()) for run in runs[name]], np.int64) for taken, name in names.items()
    }
    scaled = scaled_shapley(elements, margin)
    whole = margin[frozenset(elements)] - margin[frozenset()]
    shares = {element: mean_interval(sums / factorial(len(elements))) for element, sums in scaled.items()}
    return Decomposition(logic, reference, mean_interval(whole.astype(np.float64)), shares, len(whole), stopped)


def elements_of(scenario: Scenario) -> tuple[str, ...]:
    """The elements in which plans for a scenario can differ: service only where somebody asks."""
    return tuple(element for element in ELEMENTS if element != "service" or is_asked(scenario))


def subsets(elements: Collection[str]) -> list[frozenset[str]]:
    """All subsets, small ones first."""
    return [frozenset(chosen) for size in range(len(elements) + 1) for chosen in combinations(elements, size)]


def scaled_shapley(elements: Collection[str], value: Mapping[frozenset[str], Integers]) -> dict[str, Integers]:
    """n! times the Shapley value of each of n elements: whole numbers, so that sums over elements are exact.

    value  subset of elements → what it is worth, by pair

    Over subsets S without the element it sums |S|!·(n − |S| − 1)!·(v(S ∪ element) − v(S)).
    """
    n = len(elements)
    return {
        element: sum(
            (
                factorial(len(without))
                * factorial(n - len(without) - 1)
                * (value[without | {element}] - value[without])
                for without in subsets([other for other in elements if other != element])
            ),
            np.zeros_like(value[frozenset()]),
        )
        for element in elements
    }
