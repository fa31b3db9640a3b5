"""Intervals, crossover days and verdicts from paired differences."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.analysis.pairs import (
    crossover,
    is_clear,
    mean_band,
    mean_interval,
    share_interval,
    stays_above,
)

samples = st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=20)


@given(samples)
def test_mean_interval_is_the_t_interval_of_scipy(values):
    values = np.array(values)
    found = mean_interval(values)
    assert found.estimate == pytest.approx(values.mean(), abs=1e-9)
    error = stats.sem(values)
    if error > 1e-6:
        low, high = stats.t.interval(0.95, len(values) - 1, loc=values.mean(), scale=error)
        assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9, abs=1e-6)


def test_a_single_replication_tells_nothing():
    found = mean_interval(np.array([3.0]))
    assert (found.estimate, found.low, found.high) == (3.0, -np.inf, np.inf)


def test_band_is_the_interval_of_every_day():
    values = np.random.default_rng(1).normal(size=(7, 30)).cumsum(axis=1)
    band = mean_band(values)
    for d in range(30):
        one = mean_interval(values[:, d])
        assert (band.mean[d], band.low[d], band.high[d]) == pytest.approx((one.estimate, one.low, one.high))


@pytest.mark.parametrize(
    ("path", "day"),
    [
        ([1, 2, 3], 0),  # at once
        ([-1, -2, -3], 3),  # never
        ([0, 0, 0], 3),  # equal is not above
        ([-1, 1, 2], 1),
        ([1, -1, 2], 2),  # what was lost again does not count
        ([-1, 1, -1], 3),
        ([-1, 1, 0], 3),
        ([1], 0),
        ([-1], 1),
    ],
)
def test_stays_above_is_the_first_day_of_the_last_lead(path, day):
    assert stays_above(np.array(path, float)) == day


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30))
def test_stays_above_means_what_it_says(path):
    day = int(stays_above(np.array(path)))
    assert all(x > 0 for x in path[day:])
    assert day == 0 or path[day - 1] <= 0


def paths(mean, noise=1.0, pairs=10):
    """Pairs of differences around a path, symmetric, so that their mean is the path."""
    offsets = np.linspace(-noise, noise, pairs)
    return np.asarray(mean, float) + offsets[:, None]


def test_crossover_by_hand():
    found = crossover(paths(np.arange(-50, 50) - 0.5, noise=10.0))
    # t interval: half-width 2.262 · sd / √10, sd of 10 points from −10 to 10
    half = stats.t.ppf(0.975, 9) * np.linspace(-10, 10, 10).std(ddof=1) / np.sqrt(10)
    assert found.day == 51
    assert found.low == 51 - int(half - 0.5) - 1
    assert found.high == 51 + int(half + 0.5)
    assert found.share_crossing == 1.0


def test_crossover_that_never_comes_is_beyond_the_horizon():
    found = crossover(paths(np.full(60, -100.0)))
    assert (found.day, found.low, found.high, found.share_crossing) == (None, None, None, 0.0)


def test_crossover_at_once_is_day_0():
    found = crossover(paths(np.full(60, 100.0)))
    assert (found.day, found.low, found.high, found.share_crossing) == (0, 0, 0, 1.0)


def test_crossover_may_be_likely_but_not_certain_within_the_horizon():
    found = crossover(paths(np.linspace(-20, 2, 60), noise=10.0))
    assert found.day is not None
    assert found.low is not None
    assert found.high is None  # beyond the horizon
    assert 0.5 < found.share_crossing < 1.0


@given(st.integers(0, 2**64 - 1), st.integers(2, 12), st.integers(2, 40))
def test_crossover_is_ordered_and_repeatable(seed, pairs, days):
    chance = np.random.default_rng(days * pairs)
    differences = chance.normal(size=(pairs, days)).cumsum(axis=1)
    found = crossover(differences, seed)
    assert found == crossover(differences, seed)
    first, low, high = (days if x is None else x for x in (found.day, found.low, found.high))
    assert 0 <= low <= first <= high <= days
    assert 0.0 <= found.share_crossing <= 1.0


@pytest.mark.parametrize(("successes", "trials"), [(0, 10), (1, 10), (5, 10), (9, 10), (10, 10), (3, 7), (250, 1000)])
def test_share_interval_is_jeffreys(successes, trials):
    found = share_interval(successes, trials)
    low, high = stats.beta.ppf((0.025, 0.975), successes + 0.5, trials - successes + 0.5)
    assert found.estimate == successes / trials
    assert found.low == pytest.approx(0.0 if successes == 0 else low)
    assert found.high == pytest.approx(1.0 if successes == trials else high)


def spread(mean, n, noise=1.0):
    return mean + noise * np.tile([-1.0, 1.0], n)[:n]


def test_clear_needs_least_pairs_and_steady_more():
    final = spread(10.0, 30)
    assert not is_clear(final[:9], least=10, steady=0)
    assert is_clear(final[:10], least=10, steady=0)
    assert not is_clear(final[:14], least=10, steady=5)
    assert is_clear(final[:15], least=10, steady=5)


def test_clear_works_for_losing_too():
    assert is_clear(-spread(10.0, 15), least=10, steady=5)


def test_what_includes_0_is_not_clear():
    assert not is_clear(spread(0.1, 15), least=10, steady=5)


def test_clear_once_is_not_steady():
    final = spread(1.5, 15)
    final[12] = -40.0  # between the first clear size and the last
    assert is_clear(final[:10], least=10, steady=0)
    assert not is_clear(final, least=10, steady=5)


def test_clear_for_one_and_then_the_other_is_not_clear():
    final = np.concatenate([spread(10.0, 10, 0.1), np.full(60, -30.0)])
    assert not is_clear(final, least=10, steady=60)


def test_a_single_pair_is_never_clear():
    assert not is_clear(np.array([10.0]), least=1, steady=0)


def told_apart(level_falls):
    """Share of comparisons of equal logics that are called clear within 150 pairs."""
    chance, apart = np.random.default_rng(5), 0
    for final in chance.normal(size=(300, 150)):
        if level_falls:
            apart += any(is_clear(final[:n], 10, 5) for n in range(15, 150))
        else:  # the perturbed sibling: every size at 95 %
            mean = final.cumsum() / np.arange(1, 151)
            error = [np.inf, *(final[:n].std(ddof=1) / np.sqrt(n) * stats.t.ppf(0.975, n - 1) for n in range(2, 151))]
            sign = np.sign(mean) * (np.abs(mean) > error)
            apart += any(abs(sign[n - 6 : n].sum()) == 6 for n in range(15, 150))
    return apart / 300


@pytest.mark.statistical
def test_equal_logics_are_seldom_told_apart_however_many_pairs_are_added():
    assert told_apart(level_falls=True) < 0.05 + 4 * np.sqrt(0.05 * 0.95 / 300)
    assert told_apart(level_falls=False) > 0.05 + 4 * np.sqrt(0.05 * 0.95 / 300)
