"""The oracle: what it chooses from a truth, that it keeps the contract, and that nobody else sees the truth."""

import dataclasses
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import begun, small

from sim.domains import MAX_CHANNELS, TIERS, ChannelKind
from sim.engines.world import brief_of, world_of
from sim.logics import Advisor, Calendar, Depletion, Fixed, Growth, Oracle
from sim.logics.base import SHORTEST_MONTH_WEEKS
from sim.logics.mixed import Mixed
from sim.logics.oracle import FREQUENCIES, Informed, Truth, allowed_frequencies, informed, is_upper_bound
from sim.plans import Brief, Plan, Seen, SeenDay
from sim.rules.climate import compilable
from sim.rules.mean_fan import MeanFan, Steady, worth_of
from sim.scenario import load_scenario

from .observed import START, day, seen

LIQUOR = load_scenario("liquor")
CHANNELS = len(LIQUOR.channels)
SUBSCRIPTION, GROUP = 0, 1
BOTH = 1 << SUBSCRIPTION | 1 << GROUP
AVERAGE = MeanFan(
    tier=0, channels=BOTH, sensitivity=1.4, trust=0.35, trust_prior=0.35, fatigue=1.0, intimacy=0.5, frailty=1.0,
    affinity=0.0, buying=0.9, need_rate=0.036, attrition=0.25, deal_response=1.0, match_value=0.0, match_promotion=0.0,
    match_product=0.0,
    deal_proneness=0.0, reference_price=1.0,
)  # fmt: skip


@cache
def world():
    return compilable(world_of(LIQUOR))


def truth(groups=None, fans=None, members=5000):
    groups = tuple(groups or (AVERAGE._replace(tier=tier) for tier in range(TIERS)))
    return Truth(
        groups=groups, fans=tuple(fans or (1000,) * len(groups)), world=world(), season=1.0,
        commission=(0.02,) * CHANNELS, home_commission=0.02, fees=(0.0,) * CHANNELS, members=(members,) * CHANNELS,
    )  # fmt: skip


def situation(members=(700, 200, 100)):
    last = day(members=(members,) * CHANNELS)
    return Seen(1, START, (last,), None)


def pushes(found=None, **parameters):
    """What an oracle that sees this truth pushes, by channel and tier."""
    return Oracle(**parameters).prepare(lambda: found or truth()).plan(brief_of(LIQUOR), situation()).pushes


# ------------------------------------------------------------------------------------------------------ the choice


def daily(value_share, f):
    """The day's value and promotions of f pushes a week, all in one channel."""
    return [f / 7 * value_share, f / 7 * (1 - value_share)]


def lifetime_value(fan, group, subscription, shares, interest=0.08, item=400.0):
    """π/(μ + δ) of a fan, put together by hand from ``worth_of``."""
    zeros = [0.0] * MAX_CHANNELS
    value, promotion = list(zeros), list(zeros)
    for c, f in ((SUBSCRIPTION, subscription), (GROUP, group)):
        value[c], promotion[c] = daily(shares[c][fan.tier], f)
    delta = float(np.log1p(interest)) / 365.25
    costs = [[x] * 6 + zeros[6:] for x in (item * float(np.exp(3.0 * 0.6)) / 5000, item / 5000, 0.02)]
    steady = Steady(value, promotion, zeros, *costs[:2], zeros, costs[2], 0.02, 0.6, 0.05, 1.0, delta)
    worth = worth_of(compilable(fan), compilable(steady), world())
    return worth.margin / (worth.exits + delta)


def test_no_other_frequency_of_the_grid_is_better_in_any_channel():
    found = pushes()
    shares = Oracle().plan(brief_of(LIQUOR), situation()).value_share
    group = found[GROUP][0]
    fans = [AVERAGE._replace(tier=tier) for tier in range(TIERS)]

    def whole(f):
        return sum(lifetime_value(fan, f, found[SUBSCRIPTION][fan.tier], shares) for fan in fans)

    values = {f: whole(f) for f in FREQUENCIES}
    assert max(values, key=lambda f: values[f]) == group
    assert sorted(values.values())[-2] < values[group]  # the grid tells them apart
    for fan in fans:
        of_tier = {
            f: lifetime_value(fan, group, f, shares) for f in allowed_frequencies(SUBSCRIPTION, brief_of(LIQUOR))
        }
        assert max(of_tier, key=lambda f: of_tier[f]) == found[SUBSCRIPTION][fan.tier]


def test_the_more_fans_bear_the_more_often_they_are_pushed():
    """Theory 4.6: the best frequency rises with tolerance."""
    chosen = [
        pushes(truth([AVERAGE._replace(tier=t, sensitivity=s) for t in range(TIERS)]))[GROUP][0]
        for s in (20.0, 5.0, 1.4, 0.3)
    ]
    assert chosen == sorted(chosen)
    assert len(set(chosen)) >= 3


def test_the_less_the_future_counts_the_more_often_they_are_pushed():
    """Theory 4.7: a short horizon pushes more."""
    chosen = [pushes(interest=interest)[GROUP][0] for interest in (0.0, 1.0)]
    assert chosen[0] < chosen[1]


def test_each_tier_gets_its_own_frequency_where_tiers_can_be_told_apart():
    tender, hardy = AVERAGE._replace(sensitivity=60.0), AVERAGE._replace(sensitivity=0.3)
    of_tier = [tender._replace(tier=0), hardy._replace(tier=1), hardy._replace(tier=2)]
    subscribed = [fan._replace(channels=1 << SUBSCRIPTION) for fan in of_tier]
    found = pushes(truth([*of_tier, *subscribed], members=1_000_000))
    assert found[SUBSCRIPTION][0] < found[SUBSCRIPTION][1] == 2.0
    assert len(set(found[GROUP])) == 1  # a group is a broadcast


def test_fans_of_whom_there_are_many_count_for_more():
    tender, hardy = AVERAGE._replace(sensitivity=20.0), AVERAGE._replace(sensitivity=0.3)
    groups = [tender._replace(tier=0), hardy._replace(tier=1)]
    few, many = (pushes(truth(groups, (hundreds, 1000)))[GROUP][0] for hundreds in (10, 100_000))
    assert many < few


def test_items_that_few_share_are_not_made():
    assert pushes(truth(members=5_000_000))[GROUP][0] > 0
    assert pushes(truth(members=3))[GROUP][0] == 0


def test_without_the_truth_or_without_fans_it_keeps_the_starting_plan():
    oracle, told = Oracle(), brief_of(LIQUOR)
    start = oracle.plan(told, situation())
    assert [tiers[0] for tiers in start.pushes][:2] == [1.5, 7.0]
    nobody = Truth((), (), world(), 1.0, (0.0,) * CHANNELS, 0.0, (0.0,) * CHANNELS, (0,) * CHANNELS)
    assert oracle.prepare(lambda: nobody).plan(told, situation()) == start


def test_only_the_pushes_differ_from_the_starting_plan():
    oracle, told = Oracle(discount=0.1, lives_per_week=2.0, ads_per_day=3.0), brief_of(LIQUOR)
    start, found = oracle.plan(told, situation()), oracle.prepare(truth).plan(told, situation())
    assert found.pushes != start.pushes
    assert dataclasses.replace(found, pushes=start.pushes) == start


fans = st.builds(
    MeanFan,
    tier=st.integers(0, 2), channels=st.integers(1, 63), sensitivity=st.floats(0, 1e4), trust=st.floats(0, 1),
    trust_prior=st.floats(0, 1), fatigue=st.floats(0, 1e3), intimacy=st.floats(0, 10), frailty=st.floats(0, 20),
    affinity=st.floats(-5, 5), buying=st.floats(0, 1), need_rate=st.floats(0, 3), attrition=st.floats(0, 1),
    deal_response=st.floats(0, 10), match_value=st.floats(-5, 5), match_promotion=st.floats(-5, 5),
    match_product=st.floats(-5, 5),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(
    groups=st.lists(fans, min_size=1, max_size=4),
    sizes=st.lists(st.integers(1, 10**6), min_size=4, max_size=4),
    members=st.integers(0, 10**6),
    asked=st.dictionaries(st.sampled_from(["group", "subscription", "direct", "moments"]), st.floats(0, 700)),
    share=st.floats(0, 1),
)
def test_with_sight_the_contract_of_every_logic_holds(groups, sizes, members, asked, share):
    oracle = Oracle(pushes_per_week=asked, value_share=share)
    seen_truth = truth(groups, sizes[: len(groups)], members)
    told, facts = brief_of(LIQUOR), situation()
    plan = oracle.prepare(lambda: seen_truth).plan(told, facts)
    assert plan == oracle.prepare(lambda: seen_truth).plan(told, facts)
    for channel, tiers, start in zip(told.channels, plan.pushes, oracle.plan(told, facts).pushes, strict=True):
        assert len(tiers) == TIERS
        assert all(f >= 0.0 for f in tiers)
        if channel.quota_per_month is not None:
            assert max(tiers) * SHORTEST_MONTH_WEEKS <= channel.quota_per_month + 1e-9
        if channel.kind == ChannelKind.GROUP:
            assert len(set(tiers)) == 1
        if not any(start):
            assert not any(tiers)


# ------------------------------------------------------------------------------------------- who sees the truth


def test_what_an_operator_sees_does_not_hold_what_only_an_oracle_sees():
    hidden = {"trust", "fatigue", "tolerance", "sensitivity", "need_rate", "frailty", "intimacy"}
    for known in (Brief, Seen, SeenDay, Plan):
        assert not hidden & set(known.__annotations__)
    assert {"trust", "fatigue", "sensitivity", "need_rate"} <= set(MeanFan._fields)


def forbidden():
    raise AssertionError("somebody looked at the truth")


@pytest.mark.parametrize("logic", [Growth(), Depletion(), Fixed(), Calendar(), Advisor()], ids=lambda x: x.kind)
def test_no_other_logic_is_given_the_truth(logic):
    assert informed(logic, forbidden) is logic
    assert not is_upper_bound(logic)
    mixture = Mixed(logic, logic, frozenset({"discount"}))
    assert informed(mixture, forbidden) == mixture


def test_an_oracle_in_a_mixture_sees_and_the_other_half_does_not():
    found = informed(Mixed(Growth(), Oracle(), frozenset({"frequency"})), truth)
    assert isinstance(found.base, Growth)
    assert isinstance(found.other, Informed)
    alone = Oracle().prepare(truth).plan(brief_of(LIQUOR), situation())
    mixed = found.plan(brief_of(LIQUOR), dataclasses.replace(situation(), day=0))
    assert mixed.pushes == alone.pushes
    assert not is_upper_bound(found)


def test_the_truth_is_asked_for_when_a_plan_is_due_and_not_before():
    asked = []

    def counted():
        asked.append(1)
        return truth()

    mixture = informed(Mixed(Growth(), Oracle(), frozenset({"frequency"})), counted)
    plan = mixture.plan(brief_of(LIQUOR), dataclasses.replace(situation(), day=0))
    for number in range(1, 15):
        plan = mixture.plan(brief_of(LIQUOR), Seen(number, START, situation().history, plan))
    assert len(asked) == 3  # days 0, 7 and 14


@pytest.mark.parametrize("logic", ["growth", "often"])
def test_rows_are_summed_for_an_oracle_only(logic):
    simulation = begun(small("upper-bound"), logic)
    simulation.rows.table = forbidden
    for _ in range(15):
        simulation.step()


def test_the_starting_plan_keeps_to_what_an_operator_sees():
    assert Oracle().plan(brief_of(LIQUOR), seen()).value_share[GROUP] == (1.0,) * TIERS
