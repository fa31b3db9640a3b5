"""Deaths only: exponential survival, frailty, and half-life (theory 4.1, 4.18)."""

import math

import pytest
from samples import FAR, z_of_share

from sim.engines.run import run

from .pools import pool

FANS, DAYS, PER_MONTH = 80_000, 120, 0.3
RATE = PER_MONTH / 30.4375  # per day


def survivors(changes, days=DAYS):
    found = run(pool(FANS, days, {"rules.leaving.natural": PER_MONTH} | changes), seed=42)
    return found, int(found.daily["fans_private"].iloc[-1])


def survival_z(law, changes=None, factor=1.0):
    _, left = survivors((changes or {}) | {"rules.leaving.natural": PER_MONTH * factor})
    return z_of_share(left, FANS, law)


EXPONENTIAL = math.exp(-RATE * DAYS)
GAMMA = 1 / (1 + RATE * DAYS)  # frailty of variance 1
WEEKS = math.exp(-RATE * DAYS * 2)


@pytest.mark.statistical
def test_natural_exit_alone_is_exponential():
    assert abs(survival_z(EXPONENTIAL)) < FAR


@pytest.mark.statistical
def test_natural_exit_5_percent_off_is_found_out():
    assert survival_z(EXPONENTIAL, factor=1.05) < -FAR


@pytest.mark.statistical
def test_frailty_makes_survival_a_gamma_mixture():
    assert abs(survival_z(GAMMA, {"rules.leaving.frailty": 1.0})) < FAR
    assert survival_z(GAMMA, {"rules.leaving.frailty": 1.0}, factor=1.05) < -FAR


@pytest.mark.statistical
def test_neglect_of_the_fully_silent_is_exponential():
    """With intimacy gone at once the neglect term is a constant rate."""
    only = {"rules.leaving.natural": 0.0, "rules.leaving.neglect": PER_MONTH, "rules.tiers.fading": 1e-3}
    left = run(pool(FANS, DAYS, only), seed=42).daily["fans_private"].iloc[-1]
    assert abs(z_of_share(left, FANS, EXPONENTIAL)) < FAR
    off = only | {"rules.leaving.neglect": 1.05 * PER_MONTH}
    assert z_of_share(run(pool(FANS, DAYS, off), seed=42).daily["fans_private"].iloc[-1], FANS, EXPONENTIAL) < -FAR


@pytest.mark.statistical
def test_the_first_days_multiply_natural_exit():
    """Initial fans of age 0 joined on day −1: tenure is 1 … 7 in the first week, 8 … 30 until day 29."""
    changes = {"pool.age": 0.0, "rules.leaving.first_week": 4.0, "rules.leaving.first_month": 2.0}
    law = math.exp(-RATE * (7 * 4 + 23 * 2 + (DAYS - 30)))
    assert abs(survival_z(law, changes)) < FAR
    assert survival_z(law, changes, factor=1.05) < -FAR


@pytest.mark.statistical
def test_half_life_of_a_pool_without_inflow():
    """ln 2 / μ, for the daily rate of the summary: exits of a day ÷ fans at its end, e^μ − 1."""
    for factor, is_right in ((1.0, True), (1.05, False)):
        found, _ = survivors({"rules.leaving.natural": PER_MONTH * factor}, days=90)
        half = math.log(2) / math.expm1(RATE)
        error = half / math.sqrt(found.summary["exits"])
        assert (abs(found.summary["half_life_days"] - half) / error < FAR) == is_right


@pytest.mark.statistical
def test_exits_are_all_of_the_one_cause_that_is_left():
    found, left = survivors({})
    assert found.summary["exits"] == found.daily["exits_natural"].sum() == FANS - left
