"""Fairness: what a comparison says at equal spend, and which element of the logics makes the difference.

Both follow a comparison. Asked for, they run in full; unasked, what is cheap beside the comparison runs by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sim.engines.run import Engine
from sim.logics.mixed import ELEMENTS
from sim.results import Comparison
from sim.studies import decompose as decomposing
from sim.studies import equal_spend as equalising
from sim.studies.decompose import Decomposition
from sim.studies.equal_spend import EqualSpend

FEW_PAIRS = 4  # of equal spend, unasked
SPARE = 400_000_000  # fan-days that a decomposition may take, unasked: about half a minute on two cores
DAY = 10_000  # fan-days that take as long as what a day of a run takes besides its fans
MIXTURES = 2 ** len(ELEMENTS)


@dataclass(frozen=True)
class Fairness:
    """Both parts, each None if it was not made.

    asked        names of the parts that were to be made
    interrupted  the user stopped it: of these, one may be missing or have fewer pairs than asked for
    """

    equal_spend: EqualSpend | None = None
    decomposition: Decomposition | None = None
    asked: tuple[str, ...] = ()
    interrupted: bool = False


def examine(
    comparison: Comparison,
    equal_spend: bool | None = None,
    decompose: bool | None = None,
    reference: str | None = None,
    threads: int | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Fairness:
    """Equal spend and decomposition of a comparison.

    equal_spend  True: on all pairs; False: not; None: on the first four, if the number of pairs was not fixed
    decompose    True: the best logic against the runner-up; False: not; None: if the number of pairs was not fixed,
                 and all mixtures take no more than 4·10⁸ fan-days
    reference    whose money the others get, default the first logic
    progress     called after each finished run with the part, the runs finished and the runs in all

    Interrupted (KeyboardInterrupt), it returns what is finished.
    """
    money_pairs, share_pairs = pairs_of(comparison, equal_spend, decompose)
    engine: Engine = "agents" if comparison.engine == "agents" else "arrays"
    asked = tuple(part for part, pairs in (("equal_spend", money_pairs), ("decomposition", share_pairs)) if pairs)
    found = Fairness(asked=asked)

    def of(part: str) -> Callable[[int, int], None]:
        return lambda done, total: progress(part, done, total) if progress else None

    try:
        if money_pairs:
            money = equalising.equal_spend(comparison, reference, money_pairs, threads, of("equal_spend"))
            found = replace(found, equal_spend=money, interrupted=money.stopped == "interrupted")
        if share_pairs and not found.interrupted:
            best, second = comparison.ranking[:2]
            shares = decomposing.decompose(
                comparison.scenario,
                best,
                second,
                comparison.seed,
                pairs=share_pairs,
                engine=engine,
                threads=threads,
                progress=of("decomposition"),
            )
            found = replace(found, decomposition=shares, interrupted=shares.stopped == "interrupted")
    except KeyboardInterrupt:
        return replace(found, interrupted=True)
    return found


def pairs_of(comparison: Comparison, equal_spend: bool | None, decompose: bool | None) -> tuple[int, int]:
    """Pairs of equal spend and of the decomposition; 0 for what is not made."""
    unasked = comparison.stopped in ("clear", "budget")  # neither interrupted nor a number of pairs of the user's own
    money = comparison.pairs if equal_spend else min(FEW_PAIRS, comparison.pairs) * (unasked and equal_spend is None)
    affordable = MIXTURES * decomposing.PAIRS * cost_of_a_run(comparison) <= SPARE
    shares = decompose or (decompose is None and unasked and affordable)
    return money, decomposing.PAIRS if shares else 0


def cost_of_a_run(comparison: Comparison) -> float:
    """What a run of the comparison took, in fan-days; its days count beside its fans."""
    runs = comparison.pairs * len(comparison.logics)
    return comparison.fan_days / runs + DAY * comparison.scenario.days
