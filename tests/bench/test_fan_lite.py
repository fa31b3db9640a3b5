"""fan-lite is one model in every engine that it is written for; the check that says so can fail."""

import importlib
import itertools

import numpy as np
import pytest

from benchmarks.fan_lite import on_numba, on_numpy, on_sanyu
from benchmarks.fan_lite.check import LIMIT, deviations, trust_moments
from benchmarks.fan_lite.model import HEAVY, ORDINARY, VARIANTS

AGENTS = {"mesa": 4000, "numpy": 20_000, "numba": 20_000, "sanyu": 20_000}


@pytest.mark.statistical
@pytest.mark.parametrize("variant", VARIANTS)
@pytest.mark.parametrize("engine", AGENTS)
def test_every_engine_lives_the_model(engine, variant):
    agents, rules = AGENTS[engine], VARIANTS[variant]
    daily = importlib.import_module(f"benchmarks.fan_lite.on_{engine}").prepare(agents, 100, 3, rules, 1)()
    assert (daily.domains.sum(axis=1) == agents).all()
    worst = deviations(daily, agents, rules)
    assert max(worst.values()) <= LIMIT, worst


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("rules", "changed"),
    [
        (HEAVY, {"follow": 0.63}),
        (HEAVY, {"liked": 0.63}),
        (HEAVY, {"opened": 0.525}),
        (HEAVY, {"buy": 0.021}),
        (ORDINARY, {"leave": 0.0105}),
        (ORDINARY, {"recovery": 0.81}),
    ],
    ids=lambda value: "".join(value) if isinstance(value, dict) else "",
)
def test_the_check_finds_an_error_of_five_percent(rules, changed):
    agents = 60_000
    daily = on_numpy.prepare(agents, 100, 3, rules._replace(**changed))()
    assert max(deviations(daily, agents, rules).values()) > LIMIT


@pytest.mark.parametrize("variant", VARIANTS)
def test_the_loop_by_hand_and_the_kernel_machinery_are_equal_to_the_integer(variant):
    rules = VARIANTS[variant]
    by_hand = on_numba.prepare(3000, 60, 11, rules, 1)()
    for threads in (1, 3):
        own = on_sanyu.prepare(3000, 60, 11, rules, threads)()
        assert (own.domains == by_hand.domains).all()
        assert (own.purchases == by_hand.purchases).all()
        assert (own.trust == by_hand.trust).all()
    assert by_hand.purchases.sum() > 0
    assert (by_hand.domains[-1, 2] > 0) == (variant == "ordinary")


def test_moments_of_trust_are_those_of_all_outcomes_of_a_day():
    rules, outcomes = HEAVY, {}
    once = [
        (1.0 - rules.opened, lambda t: t),
        (rules.opened * rules.liked, lambda t: t + rules.gain * (1.0 - t)),
        (rules.opened * (1.0 - rules.liked), lambda t: t - rules.loss * t),
    ]
    for (p, first), (q, second) in itertools.product(once, once):
        trust = second(first(rules.trust))
        outcomes[trust] = outcomes.get(trust, 0.0) + p * q
    mean, square = trust_moments(rules, 1)
    assert mean[1] == pytest.approx(sum(p * t for t, p in outcomes.items()), rel=1e-14)
    assert square[1] == pytest.approx(sum(p * t * t for t, p in outcomes.items()), rel=1e-14)


def test_an_agent_who_is_gone_stays_as_he_was():
    rules = ORDINARY._replace(leave=1e9)  # whoever opens one message leaves
    daily = on_sanyu.prepare(2000, 30, 0, rules, 1)()
    assert (np.diff(daily.domains[:, 2]) >= 0).all()
    assert daily.domains[-1, 2] > 1000
    twice = on_sanyu.prepare(2000, 30, 0, rules._replace(buy=0.0), 1)()
    assert (twice.domains == daily.domains).all()  # draws have addresses: whether people buy changes nothing else
