"""The laws in closed form give the published numbers, their limits and each other."""

import math

import numpy as np
import pytest
from scipy import stats

from sim.theory import customers, frequency, market, pool, trust

# ---------------------------------------------------------------- the pool (4.1 – 4.5)


def test_source_group_halves_in_101_days():
    assert pool.half_life(0.0, math.log(200 / 163)) * 30 == pytest.approx(101.65, abs=0.05)


@pytest.mark.parametrize(
    ("inflow", "birth", "exit_rate", "reachable"),
    [(0, 0.3, 0.1, 1000), (5, 0.05, 0.1, 1000), (5, 0.3, 0.1, 1000), (5, 0.0, 0.1, 1000), (5, 0.05, 0.1, math.inf)],
)
def test_the_pool_comes_to_rest_where_the_law_says(inflow, birth, exit_rate, reachable):
    rest = pool.stationary_size(inflow, birth, exit_rate, reachable)
    still = (inflow + birth * rest) * (1 - rest / reachable) - exit_rate * rest
    assert still == pytest.approx(0, abs=1e-9)
    path = pool.size_over_time(np.array([0.0, 3000.0]), 10, inflow, birth, exit_rate, reachable)
    assert path[-1] == pytest.approx(rest, rel=1e-4)
    assert pool.grows_now(0.9 * rest, inflow, birth, exit_rate, reachable)
    assert not pool.grows_now(1.1 * rest, inflow, birth, exit_rate, reachable)


def test_a_pool_below_one_dies_and_one_above_grows():
    assert pool.stationary_size(0, 0.05, 0.1, 1000) == 0
    assert pool.stationary_size(0, 0.2, 0.1) == math.inf
    assert pool.stationary_size(0, 0.2, 0.1, 1000) == pytest.approx(1000 * (1 - 1 / 2))
    assert pool.doubling_time(0.2, 0.1) == pytest.approx(math.log(2) / 0.1)


def test_reinvesting_all_margin_grows_exactly_when_a_fan_is_worth_its_cost():
    assert pool.r_fan_of_economics(0, 0, 0.1, 1, 0.5, 5) == pytest.approx(1)


def test_tiers_without_downgrades():
    up1, up2, out = 0.02, 0.01, (0.05, 0.03, 0.01)
    matrix = np.array([[-(up1 + out[0]), 0, 0], [up1, -(up2 + out[1]), 0], [0, up2, -out[2]]])
    births, margins = np.array([0.01, 0.05, 0.2]), np.array([1.0, 3.0, 9.0])
    law = pool.tiers(matrix, births, margins)
    first = 1 / (up1 + out[0])
    second = up1 * first / (up2 + out[1])
    third = up2 * second / out[2]
    assert law.times == pytest.approx([first, second, third])
    assert law.r_fan == pytest.approx(births @ [first, second, third])
    assert law.lifetime_value == pytest.approx(margins @ [first, second, third])
    for factor in (0.9, 1.1):  # the eigenvalue changes its sign where R_fan passes 1
        scaled = pool.tiers(matrix, births / law.r_fan * factor, margins)
        assert np.sign(scaled.growth_rate) == np.sign(factor - 1)


def test_branching():
    birth, leave = 0.15, 0.1
    assert sum(pool.offspring(n, birth, leave) for n in range(400)) == pytest.approx(1)
    assert sum(n * pool.offspring(n, birth, leave) for n in range(800)) == pytest.approx(pool.r_fan(birth, leave))
    assert pool.extinction(birth, leave) == pytest.approx(2 / 3)
    assert pool.daily_extinction(birth, leave) == pytest.approx(0.616, abs=5e-4)
    assert pool.extinction(0.05, 0.1) == 1
    assert pool.daily_extinction(0.05, 0.1) == pytest.approx(1, abs=1e-9)
    assert pool.total_progeny(0.05, 0.1) == 2


def test_stationary_law_has_the_moments_of_immigration_birth_and_death():
    law = pool.stationary_law(2.0, 0.06, 0.1)
    assert law.mean() == pytest.approx(2 / 0.04)
    assert law.var() == pytest.approx(2 * 0.1 / 0.04**2)
    assert pool.stationary_law(2.0, 0.0, 0.1).mean() == pytest.approx(20)
    with pytest.raises(ValueError, match="not below"):
        pool.stationary_law(2.0, 0.1, 0.1)


# ---------------------------------------------------------------- frequency (4.6 – 4.8, 4.17)


@pytest.mark.parametrize(("eta", "gamma", "discount"), [(0.5, 1.0, 0.0), (0.3, 1.5, 0.002), (0.8, 2.0, 0.0)])
def test_best_power_frequency_is_the_numeric_one(eta, gamma, discount):
    exact = frequency.best_power(eta, gamma, 0.01, 0.001, discount)
    found = frequency.best(lambda f: f**eta, lambda f: 0.01 + 0.001 * f**gamma, discount)
    assert found == pytest.approx(exact, rel=1e-6)
    # the condition itself: elasticities are equal
    hazard, slope = 0.01 + 0.001 * exact**gamma, 0.001 * gamma * exact ** (gamma - 1)
    assert eta == pytest.approx(exact * slope / (hazard + discount))


def test_push_until_caused_churn_equals_natural_churn():
    assert frequency.best_power(0.5, 1, 0.01, 0.001) == pytest.approx(10)


def test_best_frequencies_of_the_other_hazards():
    found = frequency.best(lambda f: f**0.5, lambda f: 0.01 * math.exp(0.2 * f), most=200)
    assert found == pytest.approx(frequency.best_exponential(0.5, 0.2), rel=1e-6)
    assert frequency.best_saturating(0.3, 10, 1) == pytest.approx(5.8301, abs=1e-4)
    found = frequency.best(lambda f: -math.expm1(-0.3 * f), lambda f: 10 + f)
    assert found == pytest.approx(5.8301, abs=1e-3)


@pytest.mark.parametrize("natural", [0.002, 0.01, 0.03])
def test_best_frequency_of_the_additive_hazard(natural):
    eta, harm, k_f, weight, tolerance = 0.4, 0.01, 0.85, 0.6, 0.7

    def hazard(f):
        return natural + harm * math.expm1(k_f * f * weight / tolerance)

    exact = frequency.best_additive(eta, natural, harm, k_f, weight, tolerance)
    assert frequency.best(lambda f: f**eta, hazard, most=50) == pytest.approx(exact, rel=1e-6)
    assert frequency.best_additive(eta, natural, harm, k_f, weight, 2 * tolerance) == pytest.approx(2 * exact)
    if natural == harm:
        assert exact == pytest.approx(eta * tolerance / (k_f * weight))


HORIZONS = {4: 79, 13: 25, 26: 13, 52: 7.0, 104: 4.0, 520: 2.5}  # weeks → best frequency


def test_the_longer_one_plans_the_less_one_pushes():
    """Theory 4.7: μ₀ = .01 a week, h = .004, η = ½, at most 200 a week."""
    margin, hazard = (lambda f: f**0.5), (lambda f: 0.01 + 0.004 * f)
    found = {weeks: frequency.best(margin, hazard, horizon=weeks, most=200) for weeks in (1, *HORIZONS)}
    assert found.pop(1) == 200
    for weeks, expected in HORIZONS.items():
        assert found[weeks] == pytest.approx(expected, rel=0.03), weeks
    assert frequency.best(margin, hazard) == pytest.approx(2.5)


def test_growth_overtakes_after_61_weeks():
    margin, hazard = (lambda f: f**0.5), (lambda f: 0.01 + 0.004 * f)
    assert frequency.crossover(2.5, 14, margin, hazard) == pytest.approx(60.9, abs=0.05)
    ratio = frequency.value(2.5, margin, hazard) / frequency.value(14, margin, hazard)
    assert ratio == pytest.approx(1.39, abs=0.005)


def test_crossover_may_never_come_or_be_there_from_the_start():
    margin, hazard = (lambda f: f**0.5), (lambda f: 0.01 + 0.0001 * f)
    assert frequency.crossover(2.5, 14, margin, hazard) == math.inf
    assert frequency.crossover(2.5, 14, lambda f: 1 / f, hazard) == 0


def test_critical_frequency_is_where_the_pool_stands_still():
    f = frequency.critical(0.03, 0.01, 0.004)
    assert 0.01 + 0.004 * f == pytest.approx(0.03)
    assert frequency.critical(0.03, 0.01, 0.004, inflow=2, size=100) == pytest.approx(10)
    assert frequency.critical(0.005, 0.01, 0.004) == 0


@pytest.mark.parametrize("brands", [1, 2, 5])
def test_brands_alone_push_n_times_too_much(brands):
    eta, k = 0.5, 0.1
    alone = frequency.nash(eta, k)
    others = (brands - 1) * alone

    def own(f):
        return f**eta * math.exp(-k * (f + others))

    assert own(alone) > max(own(0.99 * alone), own(1.01 * alone))
    together = frequency.cooperative(eta, k, brands)

    def each(f):
        return f**eta * math.exp(-k * brands * f)

    assert each(together) > max(each(0.99 * together), each(1.01 * together))
    assert alone / together == pytest.approx(brands)


# ---------------------------------------------------------------- trust (4.9)


def test_where_trust_settles():
    assert trust.stationary_mean(0.7, 0.3, 0.05, 0.15) == pytest.approx(0.4375)
    assert trust.stationary_square(0.7, 0.05, 0.15) - 0.4375**2 == pytest.approx(0.01218, abs=5e-6)
    for week, expected in ((0.5, 0.33), (21, 0.26)):
        found = trust.stationary_mean(week / 14, week / 14, 0.03, 0.09, 0.35, 60)
        assert found == pytest.approx(expected, abs=0.005)
    assert trust.most_promotion(0.5, 3) == pytest.approx(1 / 3)
    assert trust.relaxation_time(0.1, 0.1, 0.05, 0.15, 50) == pytest.approx(25)


# ---------------------------------------------------------------- customers (4.10, 4.11)


def test_repeat_purchases_of_the_published_fit():
    weeks = {4: 0.196, 13: 0.534, 26: 0.901, 39: 1.195, 52: 1.444, 78: 1.858}
    for week, expected in weeks.items():
        assert customers.purchases_bg_nbd(week, 0.2426, 4.4135, 0.7929, 2.4258) == pytest.approx(expected, abs=6e-4)
    mean, variance = customers.purchases_nbd(39, 0.8, 4.0)
    law = stats.nbinom(0.8, 4.0 / (4.0 + 39))
    assert (mean, variance) == pytest.approx((law.mean(), law.var()))
    assert customers.purchases_expected(0, 39, 39, 0.8, 4) < mean < customers.purchases_expected(20, 39, 39, 0.8, 4)


def test_cohorts_of_the_published_fit():
    expected = (0.629, 0.472, 0.383, 0.325, 0.284, 0.254, 0.230)
    found = [customers.survival_sbg(t, 0.764, 1.296) for t in range(1, 8)]
    assert found == pytest.approx(expected, abs=6e-4)
    kept = [customers.retention_sbg(t, 0.764, 1.296) for t in range(1, 8)]
    assert np.cumprod(kept) == pytest.approx(found)
    assert (np.diff(kept) > 0).all()


# ---------------------------------------------------------------- market (4.12 – 4.16)


def test_diffusion_concentration_auction_reach():
    peak, rate = market.bass_peak(0.03, 0.38)
    assert peak == pytest.approx(6.19, abs=0.005)
    slope = (market.bass_share(peak + 1e-4, 0.03, 0.38) - market.bass_share(peak - 1e-4, 0.03, 0.38)) / 2e-4
    assert slope == pytest.approx(rate, rel=1e-6)
    assert market.urn_variance(10, 2) == pytest.approx(0.004286, abs=1e-6)
    assert market.second_price(5) == pytest.approx(0.6667, abs=1e-4)
    assert market.reach_nbd(100, 100, 1e9) == pytest.approx(market.reach_poisson(100, 100))
    assert market.reach_nbd(100, 100, 0.5) < market.reach_poisson(100, 100)


def test_waiting():
    assert market.waits(3, 20, 8) == pytest.approx(0.702, abs=5e-4)
    assert market.answered_within(0.5, 3, 20, 8) == pytest.approx(0.905, abs=5e-4)
    assert market.waits(1, 3, 8) == pytest.approx(3 / 8)  # M/M/1
    assert market.waits(3, 30, 8) == 1
    assert market.answered_within(0.5, 3, 30, 8) == 0
