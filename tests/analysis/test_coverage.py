"""Coverage of the crossover interval at ten pairs, measured on random walks whose mean crosses on a known day."""

import numpy as np
import pytest

from sim.analysis import pairs
from sim.analysis.pairs import crossover, mean_band, stays_above

DAYS, PAIRS, TRUE = 160, 10, 81  # the mean is −½ on day 80 and +½ on day 81
REPETITIONS = 1000


def repetitions(n=REPETITIONS, noise=1.6):
    """Differences [R, D] around a path that falls and then rises through 0."""
    chance = np.random.default_rng(20210801)
    mean = np.arange(DAYS) - (TRUE - 0.5)
    for _ in range(n):
        scale = noise * chance.gamma(4.0, 0.25, size=(PAIRS, 1))  # pairs differ in their noise: heavy tails
        yield mean + (scale * chance.normal(size=(PAIRS, DAYS))).cumsum(axis=1)


def covered(interval):
    low, high = interval
    return low <= TRUE <= high


def of_crossover(differences):
    found = crossover(differences)
    return tuple(DAYS if x is None else x for x in (found.low, found.high))


def of_bootstrap(differences):
    """The perturbed sibling: percentiles of the crossover days of bootstrap samples of pairs."""
    chance = np.random.default_rng(1)
    weights = chance.multinomial(PAIRS, np.full(PAIRS, 1 / PAIRS), size=400) / PAIRS
    return tuple(np.quantile(stays_above(weights @ differences), (0.025, 0.975), method="inverted_cdf"))


def within_binomial_error(share, level=0.95):
    return abs(share - level) < 4 * np.sqrt(level * (1 - level) / REPETITIONS)


@pytest.fixture(scope="module")
def coverage():
    found = [(covered(of_crossover(d)), covered(of_bootstrap(d))) for d in repetitions()]
    return np.mean(found, axis=0)


@pytest.mark.statistical
def test_crossover_interval_covers_95_percent_at_ten_pairs(coverage, record_property):
    record_property("coverage", float(coverage[0]))
    print(f"coverage of the crossover interval: {coverage[0]:.3f}; of a percentile bootstrap: {coverage[1]:.3f}")
    assert within_binomial_error(coverage[0])


@pytest.mark.statistical
def test_a_percentile_bootstrap_covers_less(coverage):
    assert not within_binomial_error(coverage[1])
    assert coverage[1] < coverage[0]


@pytest.mark.statistical
def test_the_t_interval_of_the_mean_covers_95_percent():
    hits = [b.low[-1] <= DAYS - 0.5 - TRUE <= b.high[-1] for b in map(mean_band, repetitions())]
    assert within_binomial_error(np.mean(hits))
    assert pairs.LEVEL == 0.95
