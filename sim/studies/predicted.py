"""Predicted rates of a pool: those of its mean field, measured as runs are."""

from sim.results import summarise
from sim.scenario.schema import Scenario
from sim.theory.meanfield import mean_field

NODES = 8  # of the quadrature: a boundary needs signs


def pool_rates(scenario: Scenario, logic: str) -> tuple[float, float]:
    """What ``sim.analysis.regimes`` calls own and net, per fan and month, of the mean field's last 90 days."""
    figures = summarise(mean_field(scenario, logic, nodes=NODES).ledger)
    joins, exits = float(figures["joins_per_month"]), float(figures["exits_per_month"])
    return (float(figures["r_fan"] or 0.0) - 1.0) * exits, joins - exits
