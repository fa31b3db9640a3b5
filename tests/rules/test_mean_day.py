"""The mean day by hand: each mean against the rule whose draws it averages, and what must not get lost."""

import math

import numpy as np
import pytest

from sim.domains import MAX_CHANNELS, Cause
from sim.engines.world import world_of
from sim.rules.climate import compilable
from sim.rules.leaving import fatigue_hazard, natural_hazard, neglect_hazard, trust_factor
from sim.rules.mean_buying import mean_order
from sim.rules.mean_day import put, send
from sim.rules.mean_leaving import alone_in, mean_leaving
from sim.rules.mean_reading import asked, trust_after
from sim.rules.mean_state import CELL, MEMBERS, SIZE, TRUST, MeanState, MeanTraits, morning_of
from sim.rules.messages import load
from sim.rules.purchase import attrition_probability, order_event, utility
from sim.rules.tally import TALLY_SIZE, Slot
from sim.scenario import load_scenario
from sim.theory.meanfield import MeanPool, calm

FAN = MeanTraits(0, 0.8, 1.0, 0.04, 0.0, 0.35, 90, 0.5, 0.5)
STATE = MeanState(0.4, 2.0, 0.5, 0.6, 0.0, 1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
SUBSCRIPTION, GROUP = 0, 1


@pytest.fixture(scope="module")
def world():
    return compilable(world_of(load_scenario("liquor")))


@pytest.fixture(scope="module")
def climate():
    mean = MeanPool(calm(load_scenario("liquor")), "growth", 4)
    mean.step()
    return mean.brand.today.climate


def members(**inside):
    found = np.zeros((2, MAX_CHANNELS))
    for c, share in inside.items():
        found[0, int(c[1:])] = share
    return found


def test_an_order_is_the_mean_over_the_quality_felt(world):
    """Three points of a normal: exact for polynomials of degree five, and within a thousandth of a fine sum here."""
    p = world.rules.purchase
    z = np.linspace(-6, 6, 4001)
    share = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
    felt = np.clip(0.7 + p.surprise * z, 0, 1)
    values = [utility(float(q), 0.45, p) for q in felt]  # far from the kink at expectation
    trait = p.attrition_a / (p.attrition_a + p.attrition_b + 2.0)
    found = mean_order(0.45, 2.0, world)
    assert found.experience == pytest.approx(0.7, abs=1e-9)
    assert found.attrition == pytest.approx(share @ [attrition_probability(trait, v, p) for v in values], rel=0.02)
    assert found.up - found.down == pytest.approx(share @ [order_event(v, p) for v in values], rel=0.03)


def test_trust_moves_by_expected_events(world):
    gain, ratio = float(world.rules.trust.gain), float(world.rules.trust.loss_ratio)
    assert trust_after(0.4, 1.0, 0.0, world) == pytest.approx(0.4 + gain * 0.6)
    assert trust_after(0.4, 0.0, 0.5, world) == pytest.approx(0.4 * (1 - 0.5 * ratio * gain))
    assert trust_after(0.4, 0.0, 0.0, world) == 0.4


def test_clocks_of_a_night(world):
    found = morning_of(0.5, STATE, FAN, world)
    assert found.fatigue == pytest.approx(2.0 * math.exp(-1 / 7))
    assert found.trust == pytest.approx(0.35 + 0.05 * math.exp(-1 / 120))
    assert found.intimacy == pytest.approx(0.5 * math.exp(-1 / 30))
    bought = morning_of(0.5, STATE._replace(bought=1.0), FAN, world)
    known = 0.35 + 0.4 * (0.7 - 0.35)
    assert bought.trust == pytest.approx(known + (0.4 - known) * math.exp(-1 / 120))


def test_who_is_in_a_strong_channel_asks_more(world):
    strong = [c for c in range(world.channels.joined) if world.service.strong >> c & 1]
    weak_only, both = members(c0=1.0), members(c0=1.0)
    both[0, strong[0]] = 0.25
    low, high = float(world.service.asks[1]), float(world.service.asks[4])
    assert asked(0, 1, weak_only, world) == pytest.approx(low)
    assert asked(0, 1, both, world) == pytest.approx(0.75 * low + 0.25 * high)


def test_alone_in_a_channel(world):
    inside = members(c0=1.0, c1=0.3, c2=0.1)
    assert alone_in(0, 0, inside, world) == pytest.approx(0.7 * 0.9)
    assert alone_in(0, 1, inside, world) == 0.0


def left(world, climate, inside, fatigue=3.0):
    tally = np.zeros(TALLY_SIZE)
    gone = mean_leaving(
        0, FAN, 0, 0.4, fatigue, 0.5, 0.001, inside, np.zeros(MAX_CHANNELS + 1), climate, world, 100.0, tally
    )
    return gone, tally


def test_exits_are_those_of_the_additive_hazard(world, climate):
    """In one channel every exit ends the relationship, and the causes share the hazard of the rules."""
    p = world.rules.leaving
    natural, neglected = natural_hazard(90, 1.0, 0.5, False, p), neglect_hazard(0.5, p)
    tired = fatigue_hazard(load(3.0, 0.8, world.one_day.load), p)
    factor = trust_factor(0.4, world.brand.trust, p)  # below 1: nobody distrusts
    hazard = (natural + tired + neglected) * factor + 0.001
    gone, tally = left(world, climate, members(c0=1.0))
    assert gone == pytest.approx(-100 * math.expm1(-hazard), rel=1e-9)
    causes = tally[Slot.EXITS : Slot.EXITS + len(Cause)]
    assert causes.sum() == pytest.approx(gone, rel=1e-9)
    assert causes[Cause.NATURAL] / causes[Cause.NEGLECT] == pytest.approx(natural / neglected)
    assert causes[Cause.DISTRUST] == 0.0


def test_fatigue_costs_one_channel_of_two(world, climate):
    one, _ = left(world, climate, members(c0=1.0))
    inside = members(c0=1.0, c1=1.0)
    two, tally = left(world, climate, inside)
    assert two < one
    assert tally[Slot.EXITS + Cause.FATIGUE] == 0.0
    lost = tally[Slot.CHANNEL_LEAVES : Slot.CHANNEL_LEAVES + 2]
    assert lost.sum() > 0
    # masses: members stay in proportion, less who left the channel
    stay = 100.0 - two
    assert inside[0, :2] * stay == pytest.approx(stay - lost, rel=1e-9)


@pytest.mark.parametrize("intimacy", [0.0, 0.13, 0.59, 0.61, 1.7, 2.3, 9.0])
def test_sending_keeps_people_and_their_mean_intimacy(world, intimacy):
    levels, tiers = np.array([0.0, 0.3, 0.6, 0.4, 1.0, 2.0, 1.4, 2.5, 4.0]), np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    after, row = np.zeros((9, CELL)), np.zeros(CELL)
    put(0, STATE, members(c0=1.0), np.zeros((2, MAX_CHANNELS)), row, world)
    send(0, intimacy, 0, 50.0, row, levels, tiers, after, world)
    assert after[:, SIZE].sum() == pytest.approx(50.0)
    assert after[:, SIZE] @ levels / 50 == pytest.approx(min(intimacy, 4.0))
    arrived = after[:, SIZE] > 0
    assert set(tiers[arrived]) == {0 if intimacy < 0.6 else 1 if intimacy < 2.0 else 2}
    means = after[arrived] / after[arrived, SIZE][:, None]
    assert means[:, TRUST] == pytest.approx(STATE.trust)
    assert means[:, MEMBERS] == pytest.approx(1.0)
