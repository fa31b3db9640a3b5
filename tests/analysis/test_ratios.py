"""The interval of a ratio over runs covers what it promises, at few runs too."""

import math

import numpy as np
import pytest
from samples import FAR

from sim.analysis.ratios import ratio_interval

TRIALS = 3000


def test_a_ratio_of_sums_and_not_a_mean_of_ratios():
    found = ratio_interval(np.array([1.0, 30.0]), np.array([10.0, 30.0]))
    assert found.estimate == pytest.approx(31 / 40)
    assert found.low < found.estimate < found.high


def test_by_hand():
    above, below = np.array([4.0, 6.0, 8.0]), np.array([10.0, 12.0, 14.0])
    rest = above - 0.5 * below  # −1, 0, 1
    assert rest.tolist() == [-1.0, 0.0, 1.0]
    half = 4.302652729749462 * 1.0 / (math.sqrt(3) * 12.0)
    found = ratio_interval(above, below)
    assert (found.estimate, found.low, found.high) == pytest.approx((0.5, 0.5 - half, 0.5 + half))


def test_one_run_has_no_interval_and_nothing_below_no_ratio():
    found = ratio_interval(np.array([2.0]), np.array([4.0]))
    assert (found.estimate, found.low, found.high) == (0.5, -math.inf, math.inf)
    assert ratio_interval(np.array([1.0, 2.0]), np.array([0.0, 0.0])) is None


def coverage(runs, interval):
    """Share of trials in which the interval holds the true ratio: joins caused by fans ÷ exits, as counts of a run."""
    chance = np.random.default_rng(11)
    held = 0
    for _ in range(TRIALS):
        exits = chance.poisson(np.exp(chance.normal(5.0, 0.1, runs)))
        joins = 0.6 * exits * np.exp(chance.normal(0.0, 0.15, runs) - 0.15**2 / 2)
        found = interval(joins, exits.astype(float))
        held += found.low <= 0.6 <= found.high
    return held / TRIALS


@pytest.mark.statistical
@pytest.mark.parametrize("runs", [3, 10])
def test_coverage(runs):
    error = math.sqrt(0.95 * 0.05 / TRIALS)
    assert abs(coverage(runs, ratio_interval) - 0.95) < FAR * error + 0.005  # the linearisation is not exact


@pytest.mark.statistical
def test_too_narrow_an_interval_would_be_noticed():
    def narrow(above, below):
        found = ratio_interval(above, below)
        half = 0.85 * (found.high - found.estimate)
        return type(found)(found.estimate, found.estimate - half, found.estimate + half)

    assert coverage(10, narrow) < 0.95 - FAR * math.sqrt(0.95 * 0.05 / TRIALS) - 0.005
