"""PAR and RULE rows: the value changes in a shipped scenario, and the observable moves as stated.

Both sides meet the same people with the same luck, so that the difference of a pair of runs is what the value did.
"""

import functools
import json
import math

import numpy as np
import pytest
from worlds import small

from sim.engines.run import run

from .rows import EFFECTS

REPLICATIONS = 4
T_95 = 2.353  # one-sided quantile of Student's t with 3 degrees of freedom


@functools.cache
def totals(scenario, logic, changes):
    """Sums over the days of all observables, by replication."""
    question = small(scenario, json.loads(changes))
    return [run(question, logic, seed=99, replication=r).daily.sum(numeric_only=True) for r in range(REPLICATIONS)]


@pytest.mark.parametrize("effect", EFFECTS, ids=str)
def test_the_observable_moves_as_stated(effect):
    before = totals(effect.scenario, effect.logic, json.dumps(effect.given))
    after = totals(effect.scenario, effect.logic, json.dumps(effect.given | effect.changes))
    sign = {"up": 1, "down": -1}[effect.direction]
    moved = sign * np.array([b[effect.observable] - a[effect.observable] for a, b in zip(before, after, strict=True)])
    assert moved.mean() > T_95 * moved.std(ddof=1) / math.sqrt(REPLICATIONS), moved
