"""Laws that the engine has no switch for, against draws of their own; and what 5 % do to those that are exact.

Tiers with constant rates (theory 4.3), the urn of equal creators (4.13) and uniform bidders (4.14) are simulated here,
since the engine's tiers are by intimacy, its feed saturates, and its bidders are log-normal.
"""

import math
from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, z_of_mean, z_of_variance
from worlds import small

from sim.scenario import with_changes
from sim.theory import frequency, market, pool
from sim.theory.curves import curves_of
from sim.theory.meanfield import MeanPool, calm

# ------------------------------------------------------------------------------------------------- tiers (4.3)

UP, DOWN, OUT = (0.02, 0.012), (0.006, 0.004), (0.03, 0.02, 0.008)  # a day: to the next tier, back, out of the pool
BIRTHS, MARGINS = np.array([0.004, 0.012, 0.03]), np.array([1.0, 3.0, 9.0])


def transitions(factor=1.0):
    """Rates A, columns = from; ``factor`` on the way up."""
    up1, up2 = factor * UP[0], factor * UP[1]
    leave = (up1 + OUT[0], up2 + DOWN[0] + OUT[1], DOWN[1] + OUT[2])
    return np.array([[-leave[0], DOWN[0], 0.0], [up1, -leave[1], DOWN[1]], [0.0, up2, -leave[2]]])


@lru_cache(maxsize=2)
def lives(factor=1.0, fans=60_000):
    """Time in each tier and births of fans who enter the first one, [fans, 3] and [fans]."""
    chance, rates = np.random.default_rng(43), transitions(factor)
    tier, alive = np.zeros(fans, int), np.ones(fans, bool)
    times, births = np.zeros((fans, 3)), np.zeros(fans)
    while alive.any():
        who = np.flatnonzero(alive)
        at = tier[who]
        stay = chance.exponential(-1.0 / rates[at, at])
        times[who, at] += stay
        births[who] += chance.poisson(BIRTHS[at] * stay)
        draw = chance.random(len(who)) * -rates[at, at]
        up = np.where(at < 2, rates[np.minimum(at + 1, 2), at], 0.0)
        down = np.where(at > 0, rates[np.maximum(at - 1, 0), at], 0.0)
        tier[who] = np.where(draw < up, at + 1, np.where(draw < up + down, at - 1, at))
        alive[who] = draw < up + down
    return times, births


def tiers_z(factor=1.0):
    """Distances of times in each tier, R_fan and lifetime value from the law."""
    law, (times, births) = pool.tiers(transitions(), BIRTHS, MARGINS), lives(factor)
    found = [z_of_mean(times[:, t], law.times[t]) for t in range(3)]
    return [*found, z_of_mean(births, law.r_fan), z_of_mean(times @ MARGINS, law.lifetime_value)]


@pytest.mark.statistical
def test_times_in_tiers_births_and_value_are_those_of_the_law():
    assert max(map(abs, tiers_z())) < FAR


@pytest.mark.statistical
def test_upgrades_5_percent_off_are_found_out():
    assert min(tiers_z(1.05)[2:]) > FAR  # those that rest on the way up


# ------------------------------------------------------------------------------- exact laws, and what 5 % do to them


@pytest.mark.parametrize("off", ["eta", "natural", "harm"])
def test_a_best_frequency_of_curves_5_percent_off_is_found_out(off):
    """4.6: the closed form and the numeric optimum, of which one has a parameter that is 5 % off."""
    right = {"eta": 0.5, "natural": 0.01, "harm": 0.001}
    wrong = right | {off: 1.05 * right[off]}
    found = frequency.best(lambda f: f ** right["eta"], lambda f: right["natural"] + right["harm"] * f)
    assert found == pytest.approx(frequency.best_power(right["eta"], 1.0, right["natural"], right["harm"]), rel=1e-6)
    assert found != pytest.approx(frequency.best_power(wrong["eta"], 1.0, wrong["natural"], wrong["harm"]), rel=0.03)


@pytest.mark.parametrize(("natural", "harm"), [(0.0105, 0.004), (0.01, 0.0042)])
def test_60_9_weeks_need_the_rates_to_be_right(natural, harm):
    """4.7: with a rate 5 % off growth overtakes at another time."""
    margin = math.sqrt
    assert frequency.crossover(2.5, 14, margin, lambda f: 0.01 + 0.004 * f) == pytest.approx(60.9, abs=0.05)
    assert abs(frequency.crossover(2.5, 14, margin, lambda f: natural + harm * f) - 60.9) > 0.5


def test_a_rising_hazard_cannot_make_contacting_too_rarely_costly():
    """4.8: V(f₁)/V(f₂) = π(f₁)/π(f₂)·μ(f₂)/μ(f₁) exceeds the ratio of margins exactly where the hazard falls."""
    few, many = 0.5, 3.0

    def margin(f):
        return f**0.3

    def rising(f):
        return 0.02 + 0.01 * f

    def shaped(f):
        return 0.1 * math.exp(-1.5 * f) + 0.01 * f

    for hazard, exceeds in ((rising, False), (shaped, True)):
        ratio = frequency.value(many, margin, hazard) / frequency.value(few, margin, hazard)
        assert ratio == pytest.approx(margin(many) / margin(few) * hazard(few) / hazard(many))
        assert ratio != pytest.approx(margin(many) / margin(few) * 1.05 * hazard(few) / hazard(many), rel=0.02)
        assert (ratio > margin(many) / margin(few)) == exceeds


@pytest.mark.parametrize(("neglect", "falls"), [(0.03, True), (0.0, False)])
def test_neglect_makes_the_exit_rate_of_a_pool_fall_before_it_rises(neglect, falls):
    """4.8 for a scenario: the U shape is the neglect term's, and is gone without it."""
    scenario = calm(with_changes(small("livestream-group"), {"rules.leaving.neglect": neglect}))
    mean = MeanPool(scenario, "growth", 16)
    mean.step()
    curves = curves_of(mean.brand, scenario, mean.brand.plan, 48)
    exits = [curves.of_pool(f)[1] for f in (0.1, 7.0, 14.0, 70.0)]
    assert (min(exits[1:3]) < 0.8 * exits[0]) == falls
    assert exits[3] > exits[2]


# ----------------------------------------------------------------------------------- urn and bidders (4.13, 4.14)


CREATORS, START, DRAWS = 10, 2.0, 300


def urn(factor=1.0, urns=60_000):
    """Share of each creator of an urn in which a draw adds 1 to its weight; ``factor`` on what it adds."""
    chance, weights = np.random.default_rng(413), np.full((urns, CREATORS), START)
    for _ in range(DRAWS):
        chosen = (chance.random((urns, 1)) * weights.sum(axis=1, keepdims=True) > weights.cumsum(axis=1)).sum(axis=1)
        weights[np.arange(urns), chosen] += factor
    return weights / weights.sum(axis=1, keepdims=True)


def urn_z(factor=1.0):
    """Distance of mean and variance of a share from the Dirichlet law, of which n draws give n/(n + Nw₀)."""
    variance = market.urn_variance(CREATORS, START) * DRAWS / (DRAWS + CREATORS * START)
    shares = urn(factor)[:, 0]  # those of one urn are dependent
    return z_of_mean(shares, 1.0 / CREATORS), z_of_variance(shares, variance)


@pytest.mark.statistical
def test_shares_of_equal_creators_are_dirichlet():
    mean, variance = urn_z()
    assert abs(mean) < FAR
    assert abs(variance) < FAR


@pytest.mark.statistical
def test_reinforcement_5_percent_off_is_found_out():
    assert urn_z(1.05)[1] > FAR


def prices(bidders, highest=1.0, auctions=200_000):
    """Second-highest bids of uniform bidders."""
    bids = np.random.default_rng(414).random((auctions, bidders)) * highest
    return np.sort(bids, axis=1)[:, -2]


@pytest.mark.statistical
@pytest.mark.parametrize("bidders", [2, 5, 12])
def test_mean_price_of_uniform_bidders(bidders):
    assert abs(z_of_mean(prices(bidders), market.second_price(bidders))) < FAR
    assert z_of_mean(prices(bidders, 1.05), market.second_price(bidders)) > FAR
