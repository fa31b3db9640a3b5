"""The contract of every logic: pure, bounded, within quotas and budget, no longer memory than declared."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.domains import TIERS, ChannelKind
from sim.logics import Advisor, Depletion, Growth
from sim.logics.base import SHORTEST_MONTH_WEEKS
from sim.logics.own import impossible

from .observed import CHANNELS, brief, day, members, random_logics, seen, situations

LOGICS = members()


def test_every_logic_of_the_union_is_tested():
    assert set(LOGICS) == set(random_logics)


def any_logic(draw, kind):
    return draw.draw(random_logics[kind])


@pytest.mark.parametrize("kind", LOGICS)
@settings(max_examples=40)
@given(situation=situations(), data=st.data())
def test_same_input_gives_the_same_plan(kind, situation, data):
    logic = any_logic(data, kind)
    frozen = repr(situation)
    assert logic.plan(brief(), situation) == logic.plan(brief(), situation)
    assert logic.model_copy(deep=True).plan(brief(), situation) == logic.plan(brief(), situation)
    assert repr(situation) == frozen


@pytest.mark.parametrize("kind", LOGICS)
@settings(max_examples=80)
@given(situation=situations(), data=st.data())
def test_plans_have_their_shape_and_bounds(kind, situation, data):
    plan = any_logic(data, kind).plan(brief(), situation)
    for table in (plan.pushes, plan.value_share):
        assert isinstance(table, tuple)
        assert [len(tiers) for tiers in table] == [TIERS] * len(CHANNELS)
    assert all(f >= 0.0 for tiers in plan.pushes for f in tiers)
    assert all(0.0 <= v <= 1.0 for tiers in plan.value_share for v in tiers)
    assert 0.0 <= plan.quality <= 1.0
    assert 0.0 <= plan.discount <= 1.0
    assert isinstance(plan.ads_per_day, int)
    assert plan.ads_per_day >= 0
    assert plan.bid > 0.0
    assert plan.lives_per_week >= 0.0
    assert plan.service_seats >= 0.0
    assert impossible(plan, brief()) == ""


@pytest.mark.parametrize("kind", LOGICS)
@settings(max_examples=60)
@given(situation=situations(), data=st.data())
def test_plans_respect_quotas(kind, situation, data):
    """Of a plan that kept the quotas, the next one keeps them too."""
    logic = any_logic(data, kind)
    if situation.plan is not None:
        kept = tuple(
            tuple(f if c.quota_per_month is None else min(f, c.quota_per_month / SHORTEST_MONTH_WEEKS) for f in tiers)
            for c, tiers in zip(CHANNELS, situation.plan.pushes, strict=True)
        )
        situation = dataclasses.replace(situation, plan=dataclasses.replace(situation.plan, pushes=kept))
    plan = logic.plan(brief(), situation)
    for channel, tiers in zip(CHANNELS, plan.pushes, strict=True):
        if channel.quota_per_month is not None:
            assert max(tiers) * SHORTEST_MONTH_WEEKS <= channel.quota_per_month + 1e-9


def reinvested_share(logic):
    """Share of last week's contribution that a logic may put into ads."""
    if isinstance(logic, Depletion):
        return logic.most_ads_share if logic.replace_exits else 0.0
    if isinstance(logic, Growth):
        return logic.reinvest_ads
    return logic.ads_share if isinstance(logic, Advisor) else 0.0


@pytest.mark.parametrize("kind", LOGICS)
@settings(max_examples=60)
@given(situation=situations(), data=st.data())
def test_budget_is_kept(kind, situation, data):
    logic = any_logic(data, kind)
    plan = logic.plan(brief(), situation)
    own = round(100 * logic.ads_per_day)
    week = situation.history[-7:]
    cap = reinvested_share(logic) * max(0, sum(d.contribution for d in week))
    assert own <= plan.ads_per_day <= own + cap / 7 + 1
    assert plan.ads_reinvested == plan.ads_per_day - own  # what goes beyond the file's budget comes out of the week
    if len(situation.history) < 28 or cap == 0:
        assert plan.ads_per_day == own  # nothing is known yet, or nothing was earned


@pytest.mark.parametrize("kind", LOGICS)
@settings(max_examples=60)
@given(situation=situations(), data=st.data())
def test_what_lies_beyond_the_memory_changes_nothing(kind, situation, data):
    logic = any_logic(data, kind)
    if kind is Depletion:  # its price of a fan looks further back: test_behaviour
        logic = logic.model_copy(update={"replace_exits": False})
    kept = situation.history[-logic.memory :] if logic.memory else ()
    if logic.memory == 0:
        assert logic.plan(brief(), situation) == logic.plan(brief(), dataclasses.replace(situation, history=()))
    elif len(kept) == logic.memory:
        assert logic.plan(brief(), situation) == logic.plan(brief(), dataclasses.replace(situation, history=kept))


@pytest.mark.parametrize("kind", LOGICS)
@settings(max_examples=60)
@given(situation=situations(), data=st.data())
def test_a_group_hears_the_same_whatever_the_tier(kind, situation, data):
    if situation.plan is not None:
        same = tuple((tiers[0],) * TIERS for tiers in situation.plan.pushes)
        situation = dataclasses.replace(situation, plan=dataclasses.replace(situation.plan, pushes=same))
    plan = any_logic(data, kind).plan(brief(), situation)
    for channel, pushes, shares in zip(CHANNELS, plan.pushes, plan.value_share, strict=True):
        if channel.kind == ChannelKind.GROUP:
            assert len(set(pushes)) == 1
            assert len(set(shares)) == 1


@pytest.mark.parametrize("kind", LOGICS)
@settings(max_examples=40)
@given(data=st.data())
def test_nothing_adapts_before_28_days(kind, data):
    logic = any_logic(data, kind)
    first = logic.plan(brief(), seen())
    bad = tuple(day(n, orders=100 - 3 * n, exits=n * n, opened=(0, 0, 0)) for n in range(27))
    again = logic.plan(brief(), seen(bad, plan=first))
    assert again.pushes == first.pushes
    assert again.discount == first.discount
    assert again.ads_per_day == first.ads_per_day


@pytest.mark.parametrize("kind", LOGICS)
def test_the_plan_of_the_brief_alone_follows_the_names(kind):
    """A channel's own name outranks its kind; a channel that is not named gets nothing."""
    logic = kind(pushes_per_week={"room": 3.0, "group": 9.0, "subscription": 1.0})
    assert [tiers[0] for tiers in logic.plan(brief(), seen()).pushes] == [1.0, 3.0, 0.0]


@pytest.mark.parametrize("kind", LOGICS)
def test_quality_starts_as_the_file_says_for_the_day(kind):
    rising = dataclasses.replace(brief(), quality=(0.2, 0.3, 0.4), base_item_cost=0.0)
    logic = kind(pushes_per_week={"room": 3.0})
    found = [logic.plan(rising, seen(number=n)).quality for n in (0, 1, 2, 9)]
    assert found == [0.2, 0.3, 0.4, 0.4]
