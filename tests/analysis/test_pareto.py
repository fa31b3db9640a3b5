"""Pareto fronts of means, and of candidates that luck cannot rule out."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.analysis.pareto import front, non_dominated


def test_the_front_of_a_small_table():
    aims = np.array([[1, 5], [2, 4], [2, 3], [5, 1], [0, 0], [np.nan, 9], [5, 1]], float)
    np.testing.assert_array_equal(non_dominated(aims), [True, True, False, True, False, False, True])


@given(arrays(np.float64, st.tuples(st.integers(1, 12), st.integers(1, 3)), elements=st.integers(0, 4).map(float)))
def test_front_is_what_its_definition_says(aims):
    found = non_dominated(aims)
    for n, one in enumerate(aims):
        bettered = any((other >= one).all() and (other > one).any() for other in aims)
        assert found[n] != bettered
    assert found.any()


def paired(means, sd, replications=10, seed=1):
    """Candidates whose luck is shared but for a part of size sd."""
    rng = np.random.default_rng(seed)
    shared = 100 * rng.normal(size=(1, replications, 2))
    return np.array(means, float)[:, None, :] + shared + sd * rng.normal(size=(len(means), replications, 2))


def test_shared_luck_does_not_blur_the_front():
    found = front(paired([[10, 1], [9, 0], [1, 10]], sd=0.01))
    np.testing.assert_array_equal(found.best, [True, False, True])
    np.testing.assert_array_equal(found.possible, [True, False, True])


def test_a_candidate_within_luck_of_the_front_stays_possible():
    found = front(paired([[10, 10], [9.9, 9.9], [0, 0]], sd=5.0, seed=3))
    assert found.possible[:2].all()
    assert not found.possible[2]


def test_one_replication_rules_nothing_out():
    found = front(paired([[10, 1], [9, 0]], sd=0.0, replications=1))
    np.testing.assert_array_equal(found.best, [True, False])
    assert found.possible.all()


@pytest.mark.statistical
def test_possible_keeps_a_candidate_that_is_as_good():
    """Two equal candidates: luck rules one out in at most about one in twenty cases (two aims, one side)."""
    lost = sum(not front(paired([[1, 1], [1, 1]], sd=1.0, seed=seed)).possible.all() for seed in range(400))
    assert lost / 400 < 0.05 + 3 * np.sqrt(0.05 * 0.95 / 400)
    assert lost > 0
