"""The theory's rates of a pool against runs of it."""

import numpy as np
import pytest

from sim.analysis.regimes import FIGURES, regime
from sim.engines.run import run
from sim.studies.predicted import pool_rates
from tests.worlds import small


@pytest.mark.statistical
@pytest.mark.parametrize("logic", ["growth", "depletion"])
def test_predicted_rates_lie_among_those_of_runs(logic):
    """The mean field is an approximation: within the luck of a run, and on its side of zero where runs are clear."""
    scenario = small("liquor", {"pool.fans": 1000, "days": 120})
    rows = [run(scenario, logic, seed=3, replication=r).summary for r in range(8)]
    gain, joins, exits = (np.array([row[name] or 0.0 for row in rows], float) for name in FIGURES)
    found = regime(gain, joins, exits)
    own, net = pool_rates(scenario, logic)
    for predicted, measured, values in ((own, found.own, (gain - 1) * exits), (net, found.net, joins - exits)):
        assert abs(predicted - measured.estimate) < 3 * values.std(ddof=1)
        if measured.low > 0 or measured.high < 0:
            assert (predicted > 0) == (measured.estimate > 0)
