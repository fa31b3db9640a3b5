"""Sequential replications: value tables, and the coverage of the intervals that remain."""

import math

import numpy as np
import pytest

from sim.analysis import sequential
from sim.analysis.pairs import mean_interval
from sim.analysis.sequential import LEAST, STEADY, half_widths, is_narrow, more_needed, targets

REPETITIONS = 4000
SHORTFALL = 0.01  # of the level, which sequential stopping with these corrections costs


def test_half_widths_are_those_of_the_intervals():
    values = 1e9 + np.random.default_rng(1).normal(size=30)
    found = half_widths(values)
    assert found[0] == math.inf
    for n in (2, 3, 10, 30):
        interval = mean_interval(values[:n])
        assert found[n - 1] == pytest.approx((interval.high - interval.low) / 2, rel=1e-5)


def test_a_share_of_the_mean_is_corrected_for_the_mean_being_unknown():
    assert targets(np.array([4.0, -8.0]), 0.25, True) == pytest.approx([0.8, 0.4])
    assert targets(np.array([4.0, -8.0]), 0.25, False) == pytest.approx([0.25, 0.25])


def test_narrow_once_is_not_narrow():
    values = np.array([0.0, 1.0] * 20)
    final = half_widths(values)[-1]
    assert not is_narrow(values, final)  # narrow at the last size only
    assert is_narrow(values, half_widths(values)[-STEADY - 1 :].max())
    assert not is_narrow(np.zeros(LEAST + STEADY - 1), 1.0)
    assert is_narrow(np.zeros(LEAST + STEADY), 1.0)


@pytest.mark.parametrize(("values", "more"), [([], 15), ([1.0] * 12, 3), ([1.0] * 15, 0)])
def test_there_is_no_look_before_there_are_enough(values, more):
    assert more_needed(np.array(values), 0.1) == more


def test_as_many_more_are_made_as_the_variance_asks_for_and_never_more_than_there_are():
    values = np.array([0.0, 1.0] * 10)
    half = half_widths(values)[-1]
    assert more_needed(values, half / math.sqrt(1.5)) == 10
    assert more_needed(values, half / 1.01) == STEADY
    assert more_needed(values, half / 100) == 20
    assert more_needed(values - 0.5, 0.1, relative=True) == 20  # a mean of zero is never known to a share of it


def stopped(values, width, least):
    """Replications after which a point stops."""
    n = 0
    while more := more_needed(values[:n], width, least=least):
        n = min(n + more, len(values))
        if n == len(values):
            break
    return n


def coverage(width, least, draw):
    generator = np.random.default_rng(20)
    hits, sizes = 0, []
    for _ in range(REPETITIONS):
        values = draw(generator, 400)
        n = stopped(values, width, least)
        hits += abs(values[:n].mean()) <= half_widths(values[:n])[-1]
        sizes.append(n)
    return hits / REPETITIONS, float(np.mean(sizes))


def normal(generator, size):
    return generator.standard_normal(size)


def least_coverage():
    return 0.95 - SHORTFALL - 3 * math.sqrt(0.95 * 0.05 / REPETITIONS)


@pytest.mark.statistical
@pytest.mark.parametrize("wanted", [12, 20, 50])
def test_intervals_keep_their_level_though_somebody_looked_often(wanted):
    """wanted: replications that the true variance asks for; .945, .946 and .945 in 10,000 repetitions."""
    found, made = coverage(1.96 / math.sqrt(wanted), LEAST, normal)
    assert found >= least_coverage()
    assert wanted <= made <= wanted + 15


@pytest.mark.statistical
def test_without_the_corrections_they_do_not(monkeypatch):
    monkeypatch.setattr(sequential, "STEADY", 1)
    found, _ = coverage(1.96 / math.sqrt(12), 2, normal)
    assert found < least_coverage()
