"""Trust: stationary mean and second moment of the linear rule (theory 4.9)."""

import math

import numpy as np
import pytest
from samples import FAR, z_of_mean

from sim.parameters import daily
from sim.rules.trust import TrustRules, drifted, gained, lost

CHAINS = 40_000
drift, gain, loss = (getattr(rule, "py_func", rule) for rule in (drifted, gained, lost))  # they work on arrays too


def rules(a, ratio):
    return daily(TrustRules(gain=a, loss_ratio=ratio))


def by_events(p, a, ratio, events=600):
    """Trust after many events, each positive with probability p, without drift."""
    chance, table = np.random.default_rng(5), rules(a, ratio)
    trust = np.full(CHAINS, 0.5)
    for _ in range(events):
        good = chance.random(CHAINS) < p
        trust = np.where(good, gain(trust, 1.0, table), loss(trust, 1.0, table))
    return trust


def by_days(up, down, a, ratio, prior, time, days=900):
    """Trust after many days with a positive event of probability ``up`` and a negative one of ``down``, with drift."""
    chance, table, keep = np.random.default_rng(6), rules(a, ratio), math.exp(-1 / time)
    trust = np.full(CHAINS, 0.5)
    for _ in range(days):
        trust = drift(trust, prior, keep)
        trust = np.where(chance.random(CHAINS) < up, gain(trust, 1.0, table), trust)
        trust = np.where(chance.random(CHAINS) < down, loss(trust, 1.0, table), trust)
    return trust


def mean_by_days(up, down, a, ratio, prior, time):
    """Exact daily counterpart of 4.9: the fixed point of one day, which is linear in the mean."""
    keep = math.exp(-1 / time)

    def day(mean):
        rested = prior + (mean - prior) * keep
        return (rested + up * a * (1 - rested)) * (1 - down * ratio * a)

    return day(0.0) / (1 - (day(1.0) - day(0.0)))


P, A, RATIO = 0.7, 0.05, 3.0
MEAN = P * A / (P * A + (1 - P) * RATIO * A)
SQUARE = (P * A**2 + 2 * P * A * (1 - A) * MEAN) / (1 - P * (1 - A) ** 2 - (1 - P) * (1 - RATIO * A) ** 2)


def test_theory_has_its_published_numbers():
    assert pytest.approx(0.4375) == MEAN
    assert pytest.approx(0.01218, abs=1e-5) == SQUARE - MEAN**2


@pytest.mark.statistical
def test_stationary_trust_without_drift():
    trust = by_events(P, A, RATIO)
    assert abs(z_of_mean(trust, MEAN)) < FAR
    assert abs(z_of_mean(trust**2, SQUARE)) < FAR


@pytest.mark.statistical
def test_stationary_trust_with_a_loss_5_percent_off_is_found_out():
    trust = by_events(P, A, RATIO * 1.05)
    assert z_of_mean(trust, MEAN) < -FAR
    assert z_of_mean(trust**2, SQUARE) < -FAR


DRIFTING = (0.21, 0.21, 0.03, 3.0, 0.35, 60.0)


@pytest.mark.statistical
def test_stationary_trust_with_drift():
    assert abs(z_of_mean(by_days(*DRIFTING), mean_by_days(*DRIFTING))) < FAR


@pytest.mark.statistical
@pytest.mark.parametrize("which", [0, 3, 4])
def test_stationary_trust_with_drift_5_percent_off_is_found_out(which):
    off = [x * (1.05 if i == which else 1.0) for i, x in enumerate(DRIFTING)]
    assert abs(z_of_mean(by_days(*off), mean_by_days(*DRIFTING))) > FAR


@pytest.mark.parametrize(("per_week", "mean"), [(0.5, 0.33), (21.0, 0.26)])
def test_the_daily_law_tends_to_the_continuous_one(per_week, mean):
    """4.9: half of the events positive, α₊ = .03, α₋ = .09, T₀ = .35, τ = 60 d."""
    f = 0.5 * per_week / 7
    continuous = (f * 0.03 + 0.35 / 60) / (f * 0.03 + f * 0.09 + 1 / 60)
    assert continuous == pytest.approx(mean, abs=0.005)
    small = 1e-3
    assert mean_by_days(f * small, f * small, 0.03, 3.0, 0.35, 60.0 / small) == pytest.approx(continuous, rel=1e-3)


def test_without_drift_the_total_frequency_does_not_matter():
    found = [mean_by_days(f, f, 0.03, 3.0, 0.35, 1e9) for f in (0.01, 0.1)]
    assert found == pytest.approx([0.25, 0.25], abs=0.003)
