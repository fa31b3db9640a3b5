"""The mean way to a store: open needs and leads settle where the formula of a constant plan says."""

import math

import numpy as np
import pytest

from sim.engines.world import world_of
from sim.rules.climate import compilable
from sim.rules.leads import step_probability
from sim.rules.mean_fan import Touched, orders_in_store
from sim.rules.mean_prospects import mean_prospects, ready
from sim.rules.mean_reading import MeanAnswer, MeanReading
from sim.rules.mean_state import MeanState, MeanTraits
from sim.rules.purchase import salience
from sim.rules.rivalry import ALONE
from sim.rules.tally import TALLY_SIZE, Slot
from sim.scenario import load_scenario
from sim.theory.meanfield import MeanPool, calm

from .test_mean_fan import fan, steady

NEEDS, OFFERED, OPENED, TRUST, INTIMACY = 0.02, 0.05, 0.12, 0.4, 0.8


@pytest.fixture(scope="module")
def world():
    return compilable(world_of(load_scenario("photo-studio")))


@pytest.fixture(scope="module")
def climate():
    mean = MeanPool(calm(load_scenario("photo-studio")), "growth", 12)
    mean.step()
    return mean.brand.today.climate


def lived(world, climate, days):
    """Steps of one fan by day; trust and intimacy stand still, and messages are always alike."""
    traits = MeanTraits(0, 1.0, 1.0, NEEDS / float(climate.season), 0.0, TRUST, 90, 0.5, 0.5)
    read = MeanReading(TRUST, 0.0, 0.0, 0.5, 0.0, OFFERED, 0.0, OPENED, 0.0)
    answer = MeanAnswer(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0, 0.0, float(world.rules.leads.qualified))
    window, waiting, qualified, sold, leads = 0.0, 0.0, 0.0, [], []
    for _ in range(days):
        state = MeanState(TRUST, 0.0, INTIMACY, 0.5, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, qualified, window, waiting)
        tally = np.zeros(TALLY_SIZE)
        found = mean_prospects(traits, state, read, INTIMACY, answer, 1.0, ALONE, climate, world, tally)
        window, waiting, qualified = found.window, found.waiting, found.qualified
        sold.append(found.sold)
        leads.append(tally[Slot.LEADS])
    return np.array(sold), np.array(leads), qualified


def test_who_decides_are_the_leads_of_as_many_days_as_a_decision_takes(world, climate):
    _, leads, qualified = lived(world, climate, 400)
    mean = 1 / -math.expm1(-1 / float(world.brand.decision_days))
    assert qualified == pytest.approx(leads[-1] * float(world.rules.leads.qualified) * mean, rel=1e-6)


def test_the_way_settles_where_the_formula_of_a_constant_plan_says(world, climate):
    """But for those who decide or wait, whom the formula takes to be few: here 1 % of all."""
    plan = steady(discount=float(climate.discount), season=1.0)
    match = float(world.segments.match_product[0])
    person = fan(need_rate=NEEDS, trust=TRUST, intimacy=INTIMACY, match_product=match + float(climate.proof_buy),
                 deal_response=float(world.segments.deal_response[0]))  # fmt: skip
    seen = Touched(0.0, 0.0, 0.0, 0.0, OPENED, OFFERED, 0.0, 0.0, 0.0, 0.0)
    expected = orders_in_store(person, plan, seen, TRUST, INTIMACY, world).with_offer
    sold, _, qualified = lived(world, climate, 400)
    assert qualified < 0.02
    assert sold[-1] == pytest.approx(expected, rel=0.02)
    other = Touched(0.0, 0.0, 0.0, 0.0, 1.5 * OPENED, OFFERED, 0.0, 0.0, 0.0, 0.0)  # who is reminded more often
    assert orders_in_store(person, plan, other, TRUST, INTIMACY, world).with_offer > 1.02 * sold[-1]


def test_a_lead_needs_a_thought_of_the_brand_and_a_step(world, climate):
    proof = float(climate.proof_buy) + float(world.segments.match_product[0])
    step = step_probability(
        world.rules.leads.ready, TRUST, 0.2, world.segments.deal_response[0], world.brand.relative_price, proof,
        world.rules.purchase,
    )  # fmt: skip
    found = ready(0, TRUST, 0.2, INTIMACY, True, climate, world)
    assert found == pytest.approx(step * salience(INTIMACY, True, False, world.rules.purchase), rel=1e-12)
    assert found > ready(0, TRUST, 0.0, INTIMACY, False, climate, world)
