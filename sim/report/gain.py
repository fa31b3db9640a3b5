"""R_fan of a scenario in theory, to stand beside what was measured."""

from sim.compiled import INTERPRETED
from sim.scenario.schema import Scenario

NODES = 16  # of the mean field: one digit of R_fan is enough beside a measured one
LONGEST = 240  # days: the pool is measured at its end, theory once load and plans have settled


def gain_in_theory(scenario: Scenario, logic: str) -> float | None:
    """R_fan of the mean field; None where the rules are not compiled, since that would take minutes.

    Of the same 90 days as a measured one in runs of up to 240 days, and of the days up to the 240th in longer ones.
    """
    if INTERPRETED:
        return None
    from sim.theory.meanfield import mean_field
    from sim.theory.outlook import loop_of

    mean = mean_field(scenario, logic, days=min(scenario.days, LONGEST), nodes=NODES)
    loop = loop_of(mean.ledger, float(scenario.market.users))
    return loop.r_fan if loop.exits > 0 else None
