"""What theory says of a scenario: the first-order condition, horizons, tolerance, and the parts of R_fan."""

import math

import numpy as np
import pytest

from sim.scenario import load_scenario, with_changes
from sim.theory import frequency, pool
from sim.theory.boundary import Boundary, apart, boundary, distance, lead
from sim.theory.curves import INTEREST, crossover, curves_of
from sim.theory.meanfield import MeanPool, calm
from sim.theory.outlook import outlook

from .test_mean_fan import ALIKE

# messages sell, and do harm slowly
SELLING = ALIKE | {
    "pool.fans": 200,
    "market.users": 10_000,
    "rules.purchase.need_shape": 100.0,
    "rules.purchase.impulse": 0.3,
    "rules.purchase.base": -4.0,
    "rules.purchase.half_intimacy": 0.6,
    "rules.leaving.fatigue": 0.02,
    "rules.leaving.shock": 0.002,
}


def curves(name="livestream-group", logic="depletion", changes=None):
    scenario = with_changes(load_scenario(name), changes or {})
    mean = MeanPool(calm(scenario), logic, 16)
    mean.step()
    return curves_of(mean.brand, scenario, mean.brand.plan, 48)


@pytest.fixture(scope="module")
def alike():
    """A pool of fans who are alike: one curve, so theory 4.6 and 4.7 hold to the letter."""
    return curves(changes=SELLING)


def elasticity(function, f, step=1e-3):
    return (math.log(function(f * (1 + step))) - math.log(function(f * (1 - step)))) / (2 * step)


def test_first_order_condition_of_the_best_frequency():
    """4.6: V = π/(μ + δ) is at its top, for each third of fans."""
    found = curves()
    for third in range(3):
        best = found.best(180.0, third)
        around = [found.value(f, 180.0, third) for f in (0.9 * best, best, 1.1 * best)]
        assert around[1] >= max(around) * (1 - 1e-6)


def test_elasticities_are_equal_where_fans_are_alike(alike):
    best = alike.best()
    assert 5 < best < 100
    margin = elasticity(lambda f: alike.of_pool(f)[0], best)
    hazard = elasticity(lambda f: alike.of_pool(f)[1] + INTEREST, best)
    assert margin == pytest.approx(hazard, abs=0.02)
    margin, hazard = (elasticity(lambda f, n=n: alike.of_pool(f)[n] + n * INTEREST, 1.5 * best) for n in (0, 1))
    assert margin != pytest.approx(hazard, abs=0.02)


def test_the_longer_one_plans_the_less_one_pushes_where_fans_are_alike(alike):
    found = [alike.best(days) for days in (7.0, 30.0, 90.0, 365.0, math.inf)]
    assert found == sorted(found, reverse=True)
    assert found[0] > 1.5 * found[-1]


def test_crossover_is_that_of_the_law(alike):
    few, many = alike.best(), 6 * alike.best()
    mine = crossover(lambda t: alike.value(few, t), lambda t: alike.value(many, t), 36_500.0)
    law = frequency.crossover(
        few, many, lambda f: alike.of_pool(f)[0], lambda f: alike.of_pool(f)[1], INTEREST, longest=36_500.0
    )
    assert mine == pytest.approx(law, rel=2e-2)


def test_the_tolerant_want_more():
    found = outlook(load_scenario("livestream-group"), "depletion")
    thirds = [third.question for third in found.best_by_tolerance]
    assert thirds == sorted(thirds)
    assert thirds[2] > 2 * thirds[0]


def test_the_table_of_a_pool_without_inflow():
    found = outlook(load_scenario("livestream-group"), "depletion")
    assert found.planned == pytest.approx(70.0)
    assert found.notices == pytest.approx(14.0)
    assert found.loop.r_fan == 0.0
    assert found.loop.inflow == 0.0
    assert found.half_life == pytest.approx(math.log(2) / found.loop.exits)
    assert found.standing == 0.0
    assert found.extinction == 1.0
    assert found.critical == 0.0
    assert found.acquisition_cost is None
    assert found.lifetime_value > 0


def test_the_loop_of_liquor_adds_up():
    found = outlook(load_scenario("liquor"), "depletion")
    loop = found.loop
    assert loop.births == loop.feedback + loop.reinvested + loop.referral
    assert loop.r_fan == pytest.approx(loop.births / loop.exits)
    assert loop.feedback > 0
    assert loop.reinvested > 0
    assert loop.referral == 0.0
    assert found.standing == pool.stationary_size(loop.inflow, loop.births, loop.exits, loop.people)
    assert math.isfinite(found.doubling) == (loop.r_fan > 1)


def test_friends_are_part_of_the_loop():
    assert outlook(load_scenario("tennis-coach"), "growth").loop.referral > 0


def test_several_brands_push_too_much_alone():
    found = outlook(with_changes(load_scenario("two-brands"), {"days": 120}), "growth")
    assert found.nash == pytest.approx(2 * found.together)


# ----------------------------------------------------------------------------------------------------- the boundary


def test_the_boundary_lies_where_the_lead_changes_its_sign():
    """The longer the horizon, the less harm messages need to do for growth to lead (4.7)."""
    scenario, harm = load_scenario("livestream-group"), "rules.leaving.fatigue"
    found = boundary(scenario, "days", harm, (360, 720, 1440), (0.0, 0.01, 0.03, 0.1, 0.3, 1.0), method="value")
    assert isinstance(found, Boundary)
    assert found.low == (False, False, False)  # where messages do no harm depletion leads
    assert list(found.ys) == sorted(found.ys, reverse=True)
    assert 0.03 < found.ys[1] < 0.3
    year = with_changes(scenario, {"days": 720})
    leads = [lead(with_changes(year, {harm: factor * found.ys[1]}), *found.logics, "value") for factor in (0.7, 1.4)]
    assert leads[0] < 0 < leads[1]


def test_distance_of_boundaries():
    nan = math.nan
    assert distance((1.0, 2.0, nan), (1.0, 2.5, nan), 5.0) == pytest.approx(0.1 / 3)
    assert distance((1.0, nan), (nan, 1.0), 5.0) == 1.0
    assert np.isclose(distance((), (), 1.0), 0.0)


def test_area_between_boundaries():
    x, y = np.meshgrid(np.linspace(0, 1, 6), np.linspace(0, 1, 5))
    assert apart(x - 0.5, x - 0.5) == 0.0
    assert apart(x - 0.5, x - 0.7) == pytest.approx(0.2, abs=0.01)
    assert apart(x - 0.5, y - 0.5) == pytest.approx(0.5, abs=0.01)  # they cross
    assert apart(x + 1.0, x - 2.0) == 1.0  # neither is in the plane, and they do not agree
    assert apart(x + 1.0, 3.0 * y + 9.0) == 0.0
