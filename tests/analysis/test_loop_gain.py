"""R_fan of a run: its interval covers, its verdict is as sure as it says, and its parts are all joins."""

import math

import numpy as np
import pytest

from sim.analysis.loop_gain import gain_interval, loop_verdict
from sim.analysis.pairs import mean_interval
from sim.analysis.ratios import ratio_interval
from sim.domains import PoolState

REPETITIONS = 1000
BIRTH, LEAVE, INFLOW, FANS, DAYS = 0.010, 0.020, 2.5, 250, 90
LEAVES = -math.expm1(-LEAVE)


def pools(repetitions, seed=20211123, factor=1.0):
    """Births, all joins and exits of immigration, birth and death over 90 days, each [repetitions]."""
    chance = np.random.default_rng(seed)
    fans = np.full(repetitions, FANS)
    born, came, gone = (np.zeros(repetitions) for _ in range(3))
    for _ in range(DAYS):
        births, others = chance.poisson(factor * BIRTH * fans), chance.poisson(INFLOW, repetitions)
        left = chance.binomial(fans, LEAVES)
        fans = fans + births + others - left
        born, came, gone = born + births, came + births + others, gone + left
    return born, came, gone


def within_binomial_error(share, level=0.95, n=REPETITIONS):
    return abs(share - level) < 4 * math.sqrt(level * (1 - level) / n)


def coverage(factor=1.0):
    true = BIRTH / LEAVES
    born, _, gone = pools(REPETITIONS, factor=factor)
    found = [gain_interval(c, c, e) for c, e in zip(born, gone, strict=True)]
    return np.mean([interval.low <= true <= interval.high for interval in found])


@pytest.mark.statistical
def test_the_interval_of_one_run_covers_95_percent():
    share = coverage()
    print(f"coverage of R_fan of one run: {share:.3f}")
    assert within_binomial_error(share)


@pytest.mark.statistical
def test_births_a_tenth_off_are_found_out():
    assert not within_binomial_error(coverage(1.1))


def stopped(seed):
    """R_fan at the pair at which a comparison stops: ten pairs, then until the lead in margin is clear five times."""
    born, came, gone = pools(60, seed)
    chance = np.random.default_rng(seed)
    lead = 2.0 * (came - gone) + chance.normal(60.0, 80.0, 60)  # what a pool earns and how it grows go together
    clear = 0
    for n in range(10, 61):
        interval = mean_interval(lead[:n])
        clear = clear + 1 if interval.low > 0 or interval.high < 0 else 0
        if clear > 5:
            break
    return ratio_interval(born[:n], gone[:n]), n


@pytest.mark.statistical
def test_the_interval_over_runs_covers_95_percent_with_the_stopping_rule():
    true, found = BIRTH / LEAVES, [stopped(seed) for seed in range(REPETITIONS)]
    lengths = {n for _, n in found}
    assert min(lengths) == 15
    assert len(lengths) > 5  # the rule had something to decide
    share = np.mean([interval.low <= true <= interval.high for interval, _ in found])
    print(f"coverage of R_fan over runs, stopping rule included: {share:.3f}")
    assert within_binomial_error(share)


@pytest.mark.statistical
def test_a_verdict_is_as_sure_as_it_says():
    """Of pools that just grow by themselves: P(R > 1) is uniform, so half of the verdicts say growing."""
    born, came, gone = pools(REPETITIONS, factor=LEAVES / BIRTH)
    verdicts = [loop_verdict(b, b, c, e) for b, c, e in zip(born, came, gone, strict=True)]
    chances = np.array([found.chances[PoolState.GROWING] for found in verdicts])
    for level in (0.1, 0.5, 0.9):
        assert within_binomial_error((chances < level).mean(), level)


def test_verdicts_by_hand():
    growing = loop_verdict(400.0, 400.0, 500.0, 200.0)
    assert growing.state == PoolState.GROWING
    assert growing.confidence > 0.999
    fed = loop_verdict(100.0, 100.0, 300.0, 200.0)
    assert fed.state == PoolState.FED
    depleting = loop_verdict(50.0, 50.0, 100.0, 200.0)
    assert depleting.state == PoolState.DEPLETING
    assert sum(depleting.chances.values()) == pytest.approx(1.0)
    assert loop_verdict(0.0, 0.0, 0.0, 0.0).state is None
    assert loop_verdict(3.0, 3.0, 3.0, 0.0).chances[PoolState.GROWING] == 1.0


def test_intervals_by_hand():
    assert gain_interval(5.0, 5.0, 0.0) is None
    found = gain_interval(100.0, 100.0, 200.0)
    error = 1.959964 * math.sqrt(1 / 100 + 1 / 200)
    expected = (0.5 * math.exp(-error), 0.5, 0.5 * math.exp(error))
    assert (found.low, found.estimate, found.high) == pytest.approx(expected)
    none = gain_interval(0.0, 0.0, 200.0)
    assert (none.estimate, none.low, none.high) == (0.0, 0.0, 3.0 / 200.0)
    half = gain_interval(100.0, 50.0, 200.0)  # joins that are only half by the fans vary less
    assert half.high - half.low < found.high - found.low
