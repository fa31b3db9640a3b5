"""Equal spend: with the same money, which logic is better? Every other logic is run on the reference's money.

In each pair of runs the other logic may spend, week by week, what the reference spent in that pair (``Budgeted``), so
that spends are equal in every pair and about equal in time. Spend is what the operator decides on: ads, content,
lives and message fees. Goods and commission follow from sales; a discount is a lower price, no spend.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import mean_band, mean_interval
from sim.engines.run import Engine
from sim.logics.budgeted import Budgeted
from sim.results import Band, Comparison, Interval, Run
from sim.scenario.schema import Scenario
from sim.studies.compare import Progress, paired_runs

TOLERANCE = 0.05  # spends that differ by less than this share are called equal

Reached = Literal["equal", "more", "less"]


@dataclass(frozen=True)
class OnBudget:
    """One logic on the reference's money; money in cents, totals at the horizon.

    own_spend, spend    what it spends left alone, and with the reference's money
    own_ratio, ratio    the same relative to the reference in the same pair; None: the reference spends nothing
    reached             "equal": within 5 %; "more": what is not cut, pushes and lives, costs more; "less": ads and
                        better content did not take more
    own_lead, lead      cumulative margin of the reference − this logic, left alone and with the reference's money
    change              margin of this logic with the reference's money − left alone
    fans_end            fans at the end, with the reference's money
    gmv                 GMV, with the reference's money
    lead_by_day         band of ``lead`` by day
    """

    logic: str
    own_spend: Interval
    spend: Interval
    own_ratio: Interval | None
    ratio: Interval | None
    reached: Reached
    own_lead: Interval
    lead: Interval
    change: Interval
    fans_end: Interval
    gmv: Interval
    lead_by_day: Band


@dataclass(frozen=True)
class EqualSpend:
    """All other logics of a comparison on the money of one of them.

    reference  whose money it is;  spend: what it spends, cents
    logics     the other logics, in the order of the scenario
    pairs      replications, the first of the comparison
    stopped    "fixed", or "interrupted" with fewer pairs than asked for
    runs       logic → its runs with the reference's money, in the order of the pairs
    """

    reference: str
    spend: Interval
    logics: dict[str, OnBudget]
    pairs: int
    stopped: str
    runs: dict[str, list[Run]]


def equal_spend(
    comparison: Comparison,
    reference: str | None = None,
    pairs: int | None = None,
    threads: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> EqualSpend:
    """Run every other logic of a comparison on the reference's money, on the same people with the same luck.

    reference  name of a logic, default the first of the comparison
    pairs      how many of the comparison's pairs (at least 2), default all
    progress   called after each finished run with the runs finished and the runs in all

    Interrupted (KeyboardInterrupt) with at least two finished pairs, it returns these. Raises KeyError for an unknown
    logic and ValueError for a number of pairs that the comparison does not have.
    """
    whose = comparison.logics[0] if reference is None else reference
    if whose not in comparison.logics:
        raise KeyError(f'there is no logic "{whose}"; the comparison has: {", ".join(comparison.logics)}')
    wanted = comparison.pairs if pairs is None else pairs
    if not 2 <= wanted <= comparison.pairs:
        raise ValueError(f"pairs = {wanted} is outside 2 … {comparison.pairs}, the pairs of the comparison")
    engine: Engine = "agents" if comparison.engine == "agents" else "arrays"
    others = [name for name in comparison.logics if name != whose]
    finished = 0

    def report(_: Progress) -> None:
        nonlocal finished
        finished += 1
        if progress:
            progress(finished, wanted * len(others))

    def of_pair(pair: int) -> Scenario:
        return on_budget(comparison.scenario, others, comparison.runs[whose][pair].ledger.spend)

    runs, stopped = paired_runs(of_pair(0), comparison.seed, wanted, engine, threads, report, of_pair)
    done = len(runs[others[0]])
    theirs = comparison.runs[whose][:done]
    return EqualSpend(
        reference=whose,
        spend=mean_interval(_spend(theirs)),
        logics={name: _compared(name, theirs, comparison.runs[name][:done], runs[name]) for name in others},
        pairs=done,
        stopped=stopped,
        runs=runs,
    )


def on_budget(scenario: Scenario, logics: Sequence[str], allowance: npt.NDArray[np.int64]) -> Scenario:
    """The scenario with these logics alone, each on an allowance: cents by day, shape [D]."""
    ads = any(platform.ads for platform in scenario.platforms)
    by_day = tuple(int(cents) for cents in allowance)
    return scenario.model_copy(
        update={"logics": {name: Budgeted(scenario.logics[name], by_day, ads) for name in logics}}
    )


def _spend(runs: Sequence[Run]) -> npt.NDArray[np.float64]:
    return np.array([run.ledger.spend.sum() for run in runs], np.float64)


def _margin(runs: Sequence[Run]) -> npt.NDArray[np.int64]:
    """Cumulative margin by run and day, [R, D]."""
    return np.stack([run.ledger.margin.cumsum() for run in runs])


def _compared(name: str, reference: Sequence[Run], alone: Sequence[Run], funded: Sequence[Run]) -> OnBudget:
    """Statistics of one logic on the reference's money; all runs by pair."""
    theirs, own, spent = (_spend(runs) for runs in (reference, alone, funded))
    own_ratio, ratio = (mean_interval(x / theirs) if theirs.all() else None for x in (own, spent))
    margin = {key: _margin(runs) for key, runs in (("theirs", reference), ("own", alone), ("now", funded))}
    lead = (margin["theirs"] - margin["now"]).astype(np.float64)
    return OnBudget(
        logic=name,
        own_spend=mean_interval(own),
        spend=mean_interval(spent),
        own_ratio=own_ratio,
        ratio=ratio,
        reached=_reached(float(spent.sum()), float(theirs.sum())),
        own_lead=mean_interval((margin["theirs"] - margin["own"])[:, -1].astype(np.float64)),
        lead=mean_interval(lead[:, -1]),
        change=mean_interval((margin["now"] - margin["own"])[:, -1].astype(np.float64)),
        fans_end=mean_interval(np.array([run.summary["fans_end"] for run in funded], np.float64)),
        gmv=mean_interval(np.array([run.summary["gmv"] for run in funded], np.float64)),
        lead_by_day=mean_band(lead),
    )


def _reached(spent: float, allowed: float) -> Reached:
    if abs(spent - allowed) <= TOLERANCE * allowed:
        return "equal"
    return "more" if spent > allowed else "less"
