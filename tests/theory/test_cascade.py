"""The cascade against its closed form: how far contents get, mean, concentration, tail; the mean law of the feed."""

import math
from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, chi_square_z, z_of_mean, z_of_share
from worlds import begun

from sim.engines.feed import brand_plays, pools_of
from sim.engines.field import gini
from sim.rules.cascade import content_draws, content_plays, expected_plays, pass_probability
from sim.rules.climate import compilable
from sim.scenario import load_scenario, with_changes
from sim.theory import cascade

SIZES = (350.0, 4e3, 15e3, 125e3, 5e5, 2e6, 8.5e6)
WIDTH = 300.0
KEY = 20210801


def pools(**changes):
    """Pools of the shipped feed, with changes."""
    scenario = with_changes(load_scenario("liquor"), {f"feed.{name}": value for name, value in changes.items()})
    return compilable(pools_of(scenario.platforms[0].feed, 10**9))


@lru_cache(maxsize=8)
def sample(passed, n=200_000):
    """Plays of n contents."""
    found = pools()
    draws = (content_draws(KEY, 0, 0, number) for number in range(n))
    return np.array([content_plays(start, luck, passed, found) for luck, start, _ in draws])


# passed, mean plays and Gini of a simulation in the evidence (M1): the heavy tail leaves its second digit open
EVIDENCE = [(0.10, 1.1e3, 0.645), (0.20, 4.7e3, 0.885), (0.25, 10.2e3, 0.932), (0.30, None, 0.955)]


@pytest.mark.parametrize(("passed", "mean", "concentration"), EVIDENCE)
def test_closed_form_agrees_with_the_simulation_of_the_evidence(passed, mean, concentration):
    assert cascade.gini_plays(SIZES, passed, WIDTH) == pytest.approx(concentration, abs=0.04 if passed < 0.2 else 0.01)
    if mean:
        assert cascade.mean_plays(SIZES, passed) == pytest.approx(mean, rel=0.02)


def test_the_tail_has_no_mean_without_the_last_pool():
    growth = (SIZES[-1] / SIZES[0]) ** (1 / 6)
    assert cascade.tail_exponent(0.25, growth) == pytest.approx(0.82, abs=0.01)


def test_the_rule_expects_what_the_closed_form_says():
    found = pools()
    for passed in (0.0, 0.1, 0.25, 0.6, 1.0):
        assert expected_plays(passed, found) == pytest.approx(cascade.mean_plays(SIZES, passed), rel=1e-14)


def ends_z(passed, drawn):
    """Distance of the pools in which drawn contents end from the closed form."""
    edges = np.cumsum([501.0, *SIZES[1:4], np.inf])
    observed = np.histogram(sample(drawn), [0, *edges])[0]
    p = [q for q, _ in cascade.outcomes(SIZES, passed)]
    return chi_square_z(observed, observed.sum() * np.array([*p[:4], sum(p[4:])]))


@pytest.mark.statistical
def test_contents_end_in_the_pools_of_the_closed_form():
    assert ends_z(0.25, 0.25) < FAR


@pytest.mark.statistical
def test_a_pass_probability_5_percent_off_is_found_out():
    assert ends_z(0.25, 0.2625) > FAR


def light_z(factor):
    """Distance of mean plays from the closed form where the tail is light: three pools."""
    found = pools(pools=[4e3, 15e3])
    sizes, n = SIZES[:3], 400
    days = np.array([brand_plays(day, 500, 0.25, found, KEY)[0] / 500 for day in range(n)])
    spread = math.sqrt(cascade.variance_plays(sizes, 0.25, WIDTH) / 500)
    z = (days.mean() - factor * cascade.mean_plays(sizes, 0.25)) / (spread / math.sqrt(n))
    dispersion = (days.var(ddof=1) / spread**2 - 1) / math.sqrt(2 / (n - 1))
    return abs(z), abs(dispersion)


@pytest.mark.statistical
def test_plays_have_the_mean_and_the_variance_of_the_closed_form():
    assert max(light_z(1.0)) < FAR


@pytest.mark.statistical
def test_a_mean_5_percent_off_is_found_out():
    assert light_z(1.05)[0] > FAR


@pytest.mark.statistical
def test_first_pools_are_uniform_between_their_bounds():
    first = sample(0.25)[sample(0.25) <= 500]
    assert first.min() == 200
    assert first.max() == 500
    assert abs(z_of_mean(first, 350)) < FAR
    assert abs(z_of_share((first < 275).sum(), len(first), 75 / 301)) < FAR


def gini_z(passed):
    """Distance of measured Gini coefficients from the closed form, over three pools, which 5,000 contents fill well."""
    found, samples = pools(pools=[4e3, 15e3]), []
    for part in range(40):
        draws = (content_draws(KEY, 1 + part, 0, number) for number in range(5_000))
        samples.append(gini(np.array([content_plays(start, luck, 0.1, found) for luck, start, _ in draws])))
    return abs(z_of_mean(samples, cascade.gini_plays(SIZES[:3], passed, WIDTH)))


@pytest.mark.statistical
def test_measured_gini_is_that_of_the_closed_form():
    assert gini_z(0.1) < FAR


@pytest.mark.statistical
def test_a_gini_of_a_pass_probability_5_percent_off_is_found_out():
    assert gini_z(0.105) > FAR


def test_gini_of_equal_and_of_concentrated_counts():
    assert gini(np.full(50, 7)) == 0.0
    assert gini(np.zeros(5, np.int64)) == 0.0
    assert gini(np.array([0, 0, 0, 12])) == pytest.approx(0.75)  # one of n has all: 1 − 1/n
    assert gini(np.array([1, 2, 3, 4])) == pytest.approx(0.25)


# ------------------------------------------------------------------------------------------- the mean law of the feed


@lru_cache(maxsize=2)
def shown(cascades, base, days=1500):
    """Daily exposures of contents, in a feed with a light tail, over many days of one plan."""
    scenario = with_changes(
        load_scenario("liquor"),
        {
            "feed.exposures_at_least": base, "feed.exposures_per_fan": 0.0, "feed.pools": [4e3, 15e3],
            "feed.cascade": cascades, "brand.content.per_day": 20, "feed.accounts": 0, "pool.fans": 300,
        },
    )  # fmt: skip
    simulation = begun(scenario, "growth", seed=5)
    simulation.step()
    market, plan = simulation.brand.market, simulation.brand.plan
    return np.array([market.day(day, plan, 0, 30, 300, 1.0).exposures for day in range(days)]), market


@pytest.mark.statistical
def test_the_cascade_keeps_the_mean_law_of_the_feed():
    exposures, _ = shown(True, 1000.0)
    expected, _ = shown(False, 1000.0)
    assert len(set(expected)) == 1
    assert exposures.std() > 0.2 * exposures.mean()
    assert abs(z_of_mean(exposures, expected[0])) < FAR


@pytest.mark.statistical
def test_a_law_5_percent_off_is_found_out():
    exposures, _ = shown(True, 1050.0)
    assert abs(z_of_mean(exposures, shown(False, 1000.0)[0][0])) > FAR


def test_weight_acts_through_passing():
    found = pools()
    for weight in (0.2, 0.7, 1.0, 1.6, 3.0, 20.0):
        passed = pass_probability(weight, found)
        assert expected_plays(passed, found) == pytest.approx(weight * expected_plays(0.25, found), rel=1e-9)
    assert pass_probability(1.0, found) == pytest.approx(0.25, rel=1e-14)
    assert pass_probability(0.0, found) == 0.0
    assert pass_probability(1e9, found) == 1.0
