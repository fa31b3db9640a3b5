"""Fans who bring fans: a branching process (theory 4.4), and immigration, birth and death (theory 4.5), day by day.

The engine's day: each follower shares with p = 1 − e^−β, then leaves with q = 1 − e^−μ; who comes is at risk from the
next day on. The laws below are those of such days; that they tend to the continuous ones is a test of its own.
"""

import math
from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, chi_square_z, z_of_mean, z_of_share, z_of_variance
from scipy import stats

from sim.engines.network import OPEN
from sim.engines.run import run
from sim.scenario import load_scenario, with_changes

from .friends import MANY, MONTH, families, friends, lived, probability, sharing
from .pools import ONLY, STEADY_FEED

FANS = 60_000
SHARE, LEAVE = 0.03, 0.05  # per day


def offspring_law(p, q, most):
    """P(N = n) of the fans that one fan brings, n = 0 … most − 1, and P(N ≥ most)."""
    first = p / (1 - (1 - p) * (1 - q))  # brings one before leaving
    again = (1 - q) * first
    law = [1 - first] + [first * again ** (n - 1) * (1 - again) for n in range(1, most)]
    return np.array([*law, 1 - sum(law)])


@lru_cache(maxsize=4)
def dying(factor):
    """Offspring of the initial fans, and sizes of their families, when nearly all have left; factor on sharing."""
    simulation = lived(friends(FANS, 260, factor * SHARE, LEAVE))
    stubs = simulation.word_of_mouth.network.stubs[:FANS].astype(int) & OPEN
    joined = simulation.ledger.of("JOINS").sum()
    assert simulation.ledger.of("ROWS")[-1, 2] < 0.005 * (FANS + joined)
    return 8000 - stubs, np.bincount(families(simulation, FANS), minlength=FANS)


@pytest.mark.statistical
def test_offspring_is_geometric():
    offspring, _ = dying(1.0)
    law = offspring_law(probability(SHARE), probability(LEAVE), 8)
    observed = np.bincount(np.minimum(offspring, 8), minlength=9)
    assert chi_square_z(observed, FANS * law) < FAR
    assert abs(z_of_mean(offspring, probability(SHARE) / probability(LEAVE))) < FAR


@pytest.mark.statistical
def test_offspring_5_percent_off_is_found_out():
    offspring, _ = dying(1.05)
    law = offspring_law(probability(SHARE), probability(LEAVE), 8)
    assert chi_square_z(np.bincount(np.minimum(offspring, 8), minlength=9), FANS * law) > FAR
    assert z_of_mean(offspring, probability(SHARE) / probability(LEAVE)) > FAR


@pytest.mark.statistical
def test_a_family_that_dies_out_has_1_over_1_minus_r_members():
    assert abs(z_of_mean(dying(1.0)[1], 1 / (1 - probability(SHARE) / probability(LEAVE)))) < FAR
    assert z_of_mean(dying(1.05)[1], 1 / (1 - probability(SHARE) / probability(LEAVE))) > FAR


def extinct_by(p, q, days):
    """Probability that the family of one fan has no follower left after some days."""
    s = 0.0
    for _ in range(days):
        s = (1 - p + p * s) * (q + (1 - q) * s)
    return s


FEW, DAYS, GROWING, SHRINKING = 20_000, 30, 0.15, 0.10


@lru_cache(maxsize=2)
def extinct(factor):
    """Families without a follower after some days."""
    simulation = lived(friends(FEW, DAYS, factor * GROWING, SHRINKING))
    table = simulation.rows.table()
    alive = families(simulation, FEW)[table["channels"] != 0]
    return FEW - len(np.unique(alive))


@pytest.mark.statistical
def test_families_die_out_as_often_as_the_branching_process():
    law = extinct_by(probability(GROWING), probability(SHRINKING), DAYS)
    assert abs(z_of_share(extinct(1.0), FEW, law)) < FAR
    assert z_of_share(extinct(1.05), FEW, law) < -FAR


def test_the_daily_branching_process_tends_to_the_continuous_one():
    beta, mu = GROWING, SHRINKING
    found = [extinct_by(beta * step, mu * step, round(2000 / step)) for step in (1.0, 0.1, 0.01)]
    error = [abs(x - mu / beta) for x in found]  # min(1, 1/R), R = 1.5
    assert error[0] > 5 * error[1] > 25 * error[2]
    assert error[2] < 1e-3
    geometric = [mu / (beta + mu) * (beta / (beta + mu)) ** n for n in range(6)]
    assert offspring_law(beta * 1e-6, mu * 1e-6, 6)[:6] == pytest.approx(geometric, rel=1e-5)


# ------------------------------------------------------------------------------------ immigration, birth and death

PER_DAY, BORN, RUNS, LENGTH = 12.0, 0.06, 120, 60


@lru_cache(maxsize=2)
def fed(factor):
    """Followers at the end of independent runs that begin empty, fed by the feed and by invitations."""
    scenario = with_changes(
        load_scenario("liquor"),
        ONLY
        | STEADY_FEED
        | sharing(factor * BORN)
        | {
            "pool.fans": 0, "pool.channels": None, "days": LENGTH, "market.users": 10**9, "network": MANY,
            "feed.exposures_at_least": PER_DAY / 0.008, "brand.content.quality": 0.5, "rules.follow.followers": 0.0,
            "rules.exposure.feedback": 0.0, "rules.exposure.known": 0.0, "rules.purchase.base": -30.0,
            "rules.leaving.natural": 0.10 * MONTH,
        },
    )  # fmt: skip
    return np.array([run(scenario, "quiet", 42, r).ledger.of("ROWS")[-1, 2] for r in range(RUNS)])


def stock(immigrants, p, q, days):
    """Mean and variance of the fans after some days: each stays or leaves, and brings one or none."""
    mean = variance = 0.0
    for _ in range(days):
        variance = (1 - q + p) ** 2 * variance + (q * (1 - q) + p * (1 - p)) * mean + immigrants
        mean = (1 - q + p) * mean + immigrants
    return mean, variance


@pytest.mark.statistical
def test_a_fed_pool_with_word_of_mouth_has_the_mean_and_variance_of_immigration_birth_and_death():
    mean, variance = stock(PER_DAY, probability(BORN), probability(0.10), LENGTH)
    assert z_of_variance(fed(1.0), mean) > FAR  # far from a Poisson pool
    assert abs(z_of_mean(fed(1.0), mean)) < FAR
    assert abs(z_of_variance(fed(1.0), variance)) < FAR


@pytest.mark.statistical
def test_word_of_mouth_5_percent_off_is_found_out():
    mean, _ = stock(PER_DAY, probability(BORN), probability(0.10), LENGTH)
    assert z_of_mean(fed(1.05), mean) > FAR


def test_daily_immigration_birth_and_death_tends_to_the_negative_binomial():
    immigrants, beta, mu = PER_DAY, BORN, 0.10
    negative_binomial = stats.nbinom(immigrants / beta, 1 - beta / mu)
    assert negative_binomial.mean() == pytest.approx(immigrants / (mu - beta))
    assert negative_binomial.var() == pytest.approx(immigrants * mu / (mu - beta) ** 2)
    for step, tolerance in ((1.0, 0.2), (0.1, 0.02), (0.01, 0.002)):
        days = math.ceil(2000 / step / 10)
        mean, variance = stock(immigrants * step, beta * step, mu * step, days)
        assert mean == pytest.approx(negative_binomial.mean(), rel=1e-3)
        assert variance == pytest.approx(negative_binomial.var(), rel=tolerance)
