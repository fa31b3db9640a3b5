"""A mean day among other brands by hand: what a brand is to its fans, and how a need is decided among brands."""

import numpy as np
import pytest

from sim.domains import MAX_CHANNELS
from sim.engines.world import world_of
from sim.rules.climate import compilable
from sim.rules.follow import relevance
from sim.rules.mean_beside import cell_presence
from sim.rules.mean_buying import mean_buying
from sim.rules.mean_reading import MeanReading
from sim.rules.mean_state import MeanState, MeanTraits
from sim.rules.presence import presence
from sim.rules.rivalry import ALONE, Surroundings, preferred
from sim.rules.rows import Fan, Person
from sim.scenario import load_scenario
from sim.theory.meanfield import MeanPool, calm

FAN = MeanTraits(0, 0.8, 1.0, 0.04, 0.3, 0.35, 90, 0.5, 0.5)
STATE = MeanState(0.4, 2.0, 0.9, 0.6, 0.1, 0.9, 0.0, 0.8, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
READ = MeanReading(0.4, 2.0, 0.1, 0.6, 0.0, 0.3, 0.0, 0.5, 0.0)


@pytest.fixture(scope="module")
def world():
    return compilable(world_of(load_scenario("liquor")))


@pytest.fixture(scope="module")
def climate():
    """A day with messages and a live."""
    mean = MeanPool(calm(load_scenario("liquor")), "growth", 4)
    for _ in range(5):
        mean.step()
        if any(mean.brand.today.climate.notice):
            break
    return mean.brand.today.climate


def buys(appeal, climate, world):
    return mean_buying(FAN, STATE, READ, 0.9, Surroundings(0.0, 0.0, appeal, 0.0), climate, world)


def chance(orders):
    """Probability of buying when the brand is thought of, from what an appeal of 2 does to orders."""
    return 1.0 - (orders(0.0) / orders(2.0) - 1.0) / 2.0


def test_a_need_is_decided_among_all_brands(climate, world):
    """Orders fall as ``preferred`` says, at every appeal; impulses are no decision among brands."""
    p = world.rules.rivalry
    for part in ("at_list", "at_deal"):
        found = chance(lambda appeal, part=part: getattr(buys(appeal, climate, world), part))
        assert 0.0 < found < 1.0
        for appeal in (0.5, 5.0):
            around = Surroundings(0.0, 0.0, appeal, 0.0)
            ratio = getattr(buys(appeal, climate, world), part) / getattr(buys(0.0, climate, world), part)
            assert ratio == pytest.approx(preferred(found, around, p) / preferred(found, ALONE, p), rel=1e-9)
    assert buys(5.0, climate, world).impulses == buys(0.0, climate, world).impulses > 0.0


def test_a_cell_is_to_others_what_a_fan_is(climate, world):
    """Members of a channel for certain, who may all still buy: ``presence`` of one such person."""
    inside = np.zeros((1, MAX_CHANNELS))
    inside[0, :2] = 1.0
    state = STATE._replace(buying=1.0)
    person = Person(5, 0, FAN.tolerance, 1.0, FAN.need_rate, FAN.affinity, FAN.trust_prior)
    columns = dict.fromkeys(Fan._fields, 0) | {
        "channels": 3, "tier": 1, "source": 1, "updated_on": int(climate.day), "trust": state.trust,
        "fatigue": state.fatigue, "intimacy": state.intimacy, "deal_proneness": state.proneness,
        "reference_price": state.reference,
    }  # fmt: skip
    columns |= dict.fromkeys(("expectation", "need_debt", "threshold", "spend"), 0.0)
    expected = presence(person, Fan(**columns), climate, world)
    fan = FAN._replace(rel_promotion=relevance(world.segments.match_promotion[0], person.affinity))
    found = cell_presence(0, fan, state, 1, inside, climate, world)
    assert tuple(found) == pytest.approx(tuple(expected), rel=1e-12)
    assert min(expected) > 0.0
    half = cell_presence(0, fan, STATE._replace(buying=0.5), 1, inside, climate, world)
    assert half.appeal == pytest.approx(0.5 * expected.appeal)
