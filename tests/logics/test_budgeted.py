"""A logic on another's money: the account by hand, the plan it changes, and nothing else."""

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.logics import Depletion, Fixed
from sim.logics.base import BEST_QUALITY, value_items
from sim.logics.budgeted import Budgeted, extra_money, spending
from sim.logics.mixed import Mixed

from .observed import brief, day, members, plan, random_logics, seen, situations

DAYS = 400
cents = st.integers(0, 10**7)


@pytest.mark.parametrize(
    ("allowed", "spent", "weeks", "extra"),
    [
        ([], [], 10, 0.0),
        ([70], [70], 10, 0.0),
        ([70], [40], 10, 30 + 30 / 4),  # missing last week, and a quarter of the 30 left over
        ([70], [100], 10, -30 - 30 / 4),
        ([70, 70], [40, 77.5], 10, 30 + 22.5 / 4),  # week 2 got 37.5 extra: its own were 40 again
        ([70], [40], 3, 30 + 30 / 2),  # two weeks are left
        ([10, 0, 0, 0, 0], [0, 0, 0, 0, 0], 10, 10 / 4),  # the first week is older than four
        ([0], [50], 3, -50 - 50 / 2),
        ([0, 0], [50, 50], 3, -100.0),  # what could not be saved adds up to no more than twice a week's spend
        ([90] * 5, [0] * 5, 6, 180.0),  # what could not be spent adds up to no more than twice an allowance
    ],
)
def test_the_account_by_hand(allowed, spent, weeks, extra):
    assert extra_money(allowed, spent, weeks) == pytest.approx(extra)


@given(st.lists(cents, max_size=60))
def test_who_spends_the_allowance_gets_nothing_extra(spent):
    assert extra_money(spent, spent, len(spent) + 0.5) == 0.0


def operated(own, allowed, most=math.inf):
    """Spends of an operator who would spend ``own`` a week, given the extra, and can spend at most ``most`` of it."""
    spent, weeks = [], len(own)
    for week in range(weeks):
        extra = extra_money(allowed[:week], spent, weeks)
        room = most[week] if isinstance(most, list) else most
        spent.append(round(own[week] + max(-own[week], min(extra, room))))
    return spent


@given(st.integers(0, 10**6), st.floats(0.1, 10), st.integers(20, 120))
def test_steady_spends_come_out_equal(own, ratio, weeks):
    """Also what the first week, which nobody has settled yet, spent too much: a tenth of 20 weeks is more than that."""
    allowed = round(ratio * own)
    spent = operated([own] * weeks, [allowed] * weeks)
    assert abs(sum(spent) - allowed * weeks) <= weeks  # half a cent a week


@given(st.lists(st.integers(5000, 10_000), min_size=30, max_size=100), st.data())
def test_uneven_spends_come_out_equal_but_for_the_last_weeks(allowed, data):
    """What is missing at the end is at most what the last week differs from the weeks before."""
    own = data.draw(st.lists(st.integers(5000, 10_000), min_size=len(allowed), max_size=len(allowed)))
    spent = operated(own, allowed)
    assert abs(sum(spent) - sum(allowed)) <= 10_000 + len(own)


def test_what_could_not_be_spent_is_spent_later():
    own, allowed = [100] * 60, [200] * 60
    held = operated(own, allowed, [0] * 30 + [1e9] * 30)
    assert held[29] == 100
    assert abs(sum(held) - sum(allowed)) <= 60
    assert max(held) <= 100 + 2 * 200  # in no rush


@given(st.floats(-1e7, 1e7), st.floats(0, 14), st.floats(0, 1), st.integers(0, 10**7), st.booleans())
def test_money_moves_ads_and_quality_only_and_within_their_limits(extra, items, quality, ads_per_day, ads):
    before = plan(quality=quality, ads_per_day=ads_per_day)
    after = spending(before, extra, items, brief(), ads)
    assert dataclasses.replace(after, quality=quality, ads_per_day=ads_per_day) == before
    assert 0.0 <= after.quality <= max(quality, BEST_QUALITY) + 1e-12
    assert isinstance(after.ads_per_day, int)
    assert after.ads_per_day >= 0
    if not ads:
        assert after.ads_per_day == ads_per_day


def cost(found, items, ads):
    told = brief()
    return items * told.base_item_cost * math.exp(told.quality_cost * found.quality) + found.ads_per_day * ads


@given(st.floats(-1e6, 1e6), st.floats(0, 14), st.floats(0, 0.95), st.integers(0, 10**6), st.booleans())
def test_the_plan_costs_what_it_should_or_stands_at_a_limit(extra, items, quality, ads_per_day, ads):
    before = plan(quality=quality, ads_per_day=ads_per_day)
    after = spending(before, extra, items, brief(), ads)
    missing = cost(before, items, ads) + extra - cost(after, items, ads)
    cheapest = after.quality < 1e-9 and (not ads or after.ads_per_day == 0)
    best = not ads and (items == 0 or after.quality > BEST_QUALITY - 1e-9)
    if missing > 1.0 + 1e-6 * abs(extra):
        assert best
    elif missing < -1.0 - 1e-6 * abs(extra):
        assert cheapest or items == 0


def test_both_are_scaled_alike():
    told = brief()
    item = told.base_item_cost * math.exp(told.quality_cost * 0.6)
    half = spending(plan(ads_per_day=8000), -0.5 * (8000 + 0.4 * item), 0.4, told, True)
    assert half.ads_per_day == 4000
    assert half.quality == pytest.approx(0.6 + math.log(0.5) / told.quality_cost)


def test_ads_take_what_content_cannot():
    told = brief()
    best = told.base_item_cost * (math.exp(told.quality_cost * BEST_QUALITY) - math.exp(told.quality_cost * 0.6))
    found = spending(plan(), best + 5000.0, 1.0, told, True)
    assert found.quality == pytest.approx(BEST_QUALITY)
    assert found.ads_per_day == 5000
    assert spending(plan(), 5000.0, 0.0, told, True).ads_per_day == 5000  # no useful content at all
    assert spending(plan(), 5000.0, 0.0, told, False) == plan()  # and no ads: nothing to spend it on


def test_a_plan_above_the_best_quality_keeps_it():
    assert spending(plan(quality=0.99), 1e6, 1.0, brief(), False).quality == pytest.approx(0.99)


@pytest.mark.parametrize("free", [{"base_item_cost": 0.0}, {"quality_cost": 0.0}])
def test_where_quality_costs_nothing_it_is_not_bought(free):
    told = dataclasses.replace(brief(), **free)
    assert spending(plan(), 5000.0, 3.0, told, True).quality == 0.6
    assert spending(plan(), 5000.0, 3.0, told, False) == plan()


@pytest.mark.parametrize("kind", members())
@settings(max_examples=40)
@given(situation=situations(), data=st.data())
def test_nothing_of_a_logic_changes_but_ads_and_quality(kind, situation, data):
    logic = data.draw(random_logics[kind])
    budgeted = Budgeted(logic, (data.draw(cents),) * DAYS)
    found = budgeted.plan(brief(), situation)
    kept = situation.history[-logic.memory :] if logic.memory else ()
    alone = logic.plan(brief(), dataclasses.replace(situation, history=kept))
    assert dataclasses.replace(found, quality=alone.quality, ads_per_day=alone.ads_per_day) == alone
    assert budgeted.plan(brief(), situation) == found
    assert (budgeted.every, budgeted.content_every, budgeted.memory) == (logic.every, logic.content_every, DAYS)


def test_what_it_has_spent_decides_and_finished_weeks_count():
    logic = Fixed(pushes_per_week={"room": 7.0}, value_share=1.0)
    poor = Budgeted(logic, (0,) * DAYS)
    days = tuple(day(n, spent=9000) for n in range(20))
    assert poor.plan(brief(), seen(days[:6])) == logic.plan(brief(), seen())  # no week is finished
    assert poor.plan(brief(), seen(days[:7])).quality < 0.6
    assert poor.plan(brief(), seen(days[:13])) == poor.plan(brief(), seen(days[:7]))
    rich = Budgeted(logic, (50_000,) * DAYS)
    assert rich.plan(brief(), seen(days)).quality == pytest.approx(BEST_QUALITY)
    assert rich.plan(brief(), seen(days)).ads_per_day > 0
    assert dataclasses.replace(rich, ads=False).plan(brief(), seen(days)).ads_per_day == 0


def test_the_logic_sees_no_more_than_its_memory():
    class Spy(Fixed):
        def plan(self, brief, seen):
            assert len(seen.history) == 0
            return super().plan(brief, seen)

    Budgeted(Spy(), (100,) * DAYS).plan(brief(), seen(tuple(day(n) for n in range(30))))


def test_a_mixture_may_be_budgeted():
    mixed = Mixed(Fixed(), Depletion(), frozenset({"content", "ads"}))
    budgeted = Budgeted(mixed, (100,) * DAYS)
    assert (budgeted.every, budgeted.content_every, budgeted.memory) == (1, 7, DAYS)
    assert budgeted.plan(brief(), seen()) == mixed.plan(brief(), seen())


def test_value_items_are_one_a_day_and_channel():
    pushes, shares = ((2.0,) * 3, (21.0,) * 3, (5.0,) * 3), ((0.5, 1.0, 0.0), (0.5,) * 3, (1.0,) * 3)
    assert value_items(pushes, shares, None) == 2.0 + 7.0 + 5.0
    empty = day(members=((1, 0, 0), (1, 0, 0), (0, 0, 0)))
    assert value_items(pushes, shares, empty) == 2.0 + 7.0
    assert value_items(pushes, shares, None, ((), (4, 6), (0,))) == 2.0 + 2.0 + 1.0
