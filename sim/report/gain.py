"""R_fan of a logic as people are told it: measured with its interval, how sure the pool's state is, and in theory."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.analysis.loop_gain import gain_interval, loop_verdict
from sim.analysis.ratios import ratio_interval
from sim.analysis.regimes import regime
from sim.compiled import INTERPRETED
from sim.domains import PoolState
from sim.loop import caused_variance, lineage, loop_parts
from sim.report.data import plain
from sim.results import CAUSES_BY_FANS, Interval, Run
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.theory.meanfield import Trajectory

NODES = 48  # of the mean field: with 16 there were 14 % too many followers of liquor after two years, with 48 4 %
LONGEST = 1080  # days that the mean field is followed; a longer run is compared with the last of them
KEPT = 16


@dataclass(frozen=True)
class Gain:
    """R_fan of a logic over the last 90 days.

    measured    joins caused by fans ÷ exits, over all runs, with its 95 % interval; None where nobody left
    by_cause    its parts, by cause; they add up to it
    state       growing, fed or depleting; None where nobody came or left
    confidence  probability that the state is this one, given the luck of the runs
    theory      that of the mean field over the same days; None where nobody leaves, and of an oracle
    """

    measured: Interval | None
    by_cause: dict[str, Interval]
    state: PoolState | None
    confidence: float
    theory: float | None


def gain_of(runs: Sequence[Run]) -> Gain:
    """The gain of a logic: over runs by t intervals, of a single one by the variance of its counts."""
    traced = [lineage(run.ledger) for run in runs]
    parts = np.array([loop_parts(run.ledger) for run in runs])
    if len(runs) > 1:
        figures = np.array([[run.summary[name] for name in ("r_fan", "joins_per_month", "exits_per_month")]
                            for run in runs], np.float64)  # fmt: skip
        found = regime(*figures.T)
        measured, state, confidence = ratio_interval(parts[:, 0], parts[:, 1]), found.state, found.confidence
        causes = {name: ratio_interval(np.array([one[name] for one in traced]), parts[:, 1]) for name in CAUSES_BY_FANS}
    else:
        (caused, exits), variance = parts[0], caused_variance(runs[0].ledger)
        verdict = loop_verdict(caused, variance, sum(traced[0].values()) - traced[0]["exits"], exits)
        measured, state, confidence = gain_interval(caused, variance, exits), verdict.state, verdict.confidence
        causes = {
            name: gain_interval(traced[0][name], variance * traced[0][name] / caused if caused else 0.0, exits)
            for name in CAUSES_BY_FANS
        }
    scenario, logic = runs[0].scenario, runs[0].logic
    return Gain(
        measured=measured,
        by_cause={name: part for name, part in causes.items() if part is not None},
        state=state,
        confidence=confidence,
        theory=gain_in_theory(scenario, logic),
    )


def plain_gain(gain: Gain) -> dict[str, Any]:
    """The same for JSON: the state as a word."""
    return {**plain(gain), "state": None if gain.state is None else gain.state.name.lower()}


_known: dict[tuple[int, str], tuple[Scenario, "Trajectory | None"]] = {}


def in_theory(scenario: Scenario, logic: str) -> "Trajectory | None":
    """The mean field of a run: the days that it has, at most 1,080.

    None for an oracle, which plans by single fans, and where rules are not compiled, since it would take minutes. The
    last ones are kept, since terminal, summary, report and figures show the same.
    """
    if INTERPRETED or scenario.logics[logic].kind == "oracle":
        return None
    key = (id(scenario), logic)
    if key not in _known:
        from sim.theory.meanfield import mean_field

        if len(_known) >= KEPT:
            _known.pop(next(iter(_known)))
        found = mean_field(scenario, logic, days=min(scenario.days, LONGEST), nodes=NODES)
        _known[key] = (scenario, found)  # the scenario is held, so that its id stays its own
    return _known[key][1]


def gain_in_theory(scenario: Scenario, logic: str) -> float | None:
    """R_fan of the mean field, measured as a run is; None where nobody leaves, and where there is no mean field."""
    mean = in_theory(scenario, logic)
    if mean is None:
        return None
    caused, exits = loop_parts(mean.ledger)
    return caused / exits if exits > 0 else None
