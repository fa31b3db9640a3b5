"""What each logic does with what it sees, by hand."""

import datetime as dt
import math

import pytest

from sim.logics import Calendar, Depletion, Fixed, Growth

from .observed import START, brief, day, month, plan, seen

PUSHES = {"letter": 1.5, "room": 8.0, "talk": 2.0}


def room(found):
    return found.pushes[1][0]


# ---------------------------------------------------------------------------------------------------------- growth


@pytest.mark.parametrize(
    ("week", "slower"),
    [
        ({}, False),
        ({"opened": (26, 174, 35)}, True),  # 235 of 270 opens: 87 % of before
        ({"opened": (29, 193, 39)}, False),  # 261: 97 %
        ({"exits": 5}, True),  # 5 against a mean of 3.5
        ({"exits": 4}, False),  # 4 against 3.25: 1.23
    ],
)
def test_growth_slows_down_on_an_alarm(week, slower):
    logic = Growth(pushes_per_week=PUSHES)
    found = logic.plan(brief(), seen(month(week), logic.plan(brief(), seen())))
    expected = {"letter": 1.5, "room": 8.0, "talk": 2.0}
    factor = 0.8 if slower else 1.0
    assert [tiers[2] for tiers in found.pushes] == pytest.approx([factor * f for f in expected.values()])


def test_growth_comes_back_by_5_percent_of_the_plan_and_not_beyond():
    logic, path = Growth(pushes_per_week=PUSHES), []
    in_force = plan(pushes=0.0, discount=0.05)
    in_force = logic.plan(brief(), seen(month({"exits": 9}), logic.plan(brief(), seen())))
    for _ in range(6):
        path.append(room(in_force))
        in_force = logic.plan(brief(), seen(month(), in_force))
    assert path == pytest.approx([6.4, 6.8, 7.2, 7.6, 8.0, 8.0])


def test_growth_never_falls_under_a_quarter_of_the_plan():
    logic = Growth(pushes_per_week=PUSHES)
    in_force = logic.plan(brief(), seen())
    for _ in range(20):
        in_force = logic.plan(brief(), seen(month({"exits": 9}), in_force))
    assert room(in_force) == pytest.approx(2.0)


def test_growth_promotes_to_those_who_have_earned_it():
    found = Growth(pushes_per_week=PUSHES, value_share=0.7).plan(brief(), seen((day(),)))
    assert found.value_share[0] == (1.0, 0.7, 0.7)  # by letter: passers-by get useful content only
    assert found.value_share[2] == (1.0, 0.7, 0.7)
    # the room is a broadcast: 30 of 100 members have earned promotion
    assert found.value_share[1] == pytest.approx((1 - 0.3 * 0.3,) * 3)


def test_growth_promotes_nothing_in_an_empty_room():
    nobody = day(members=((0, 0, 0),) * 3)
    assert Growth(value_share=0.7).plan(brief(), seen((nobody,))).value_share[1] == (1.0,) * 3
    assert Growth(value_share=0.7).plan(brief(), seen()).value_share[1] == (1.0,) * 3


def test_growth_reinvests_a_share_of_last_weeks_contribution_in_quality():
    logic = Growth(pushes_per_week={"room": 7.0}, value_share=1.0, reinvest_content=0.1)
    # 7 useful items a week at c₀ = 3,000 cents; quality .6 costs 7·3000·e^1.8, a tenth of 7·50,000 comes on top
    money = 7 * 3000 * math.exp(1.8) + 0.1 * 350_000
    assert logic.plan(brief(), seen(month())).quality == pytest.approx(math.log(money / 7 / 3000) / 3)
    assert logic.plan(brief(), seen()).quality == pytest.approx(0.6)  # nothing earned yet
    losing = month({"contribution": -50_000})
    assert logic.plan(brief(), seen(losing)).quality == pytest.approx(0.6)
    rich = month({"contribution": 10**9})
    assert logic.plan(brief(), seen(rich)).quality == 0.95
    assert Growth(pushes_per_week={}).plan(brief(), seen(month())).quality == 0.6  # no items, no investment


def test_growth_reinvests_nothing_when_told_so():
    logic = Growth(pushes_per_week={"room": 7.0}, reinvest_content=0.0)
    assert logic.plan(brief(), seen(month())).quality == pytest.approx(0.6)


# ------------------------------------------------------------------------------------------------------- depletion


def test_depletion_escalates_when_orders_fall():
    logic = Depletion(pushes_per_week=PUSHES, discount=0.2)
    first = logic.plan(brief(), seen())
    fell = logic.plan(brief(), seen(month({"orders": 9}), first))
    assert room(fell) == pytest.approx(10.0)
    assert fell.pushes[0][0] == pytest.approx(1.875)
    assert fell.discount == pytest.approx(0.25)
    for steady in ({}, {"orders": 11}):
        same = logic.plan(brief(), seen(month(steady), first))
        assert (same.pushes, same.discount) == (first.pushes, first.discount)


def test_depletion_looks_at_the_week_before_only():
    logic = Depletion(pushes_per_week=PUSHES)
    first = logic.plan(brief(), seen())
    early = tuple(day(n, orders=1000 if n < 14 else 10) for n in range(28))
    assert logic.plan(brief(), seen(early, first)).pushes == first.pushes


def test_depletion_stops_at_its_caps_and_at_the_quota():
    logic = Depletion(pushes_per_week=PUSHES, most_pushes=20.0, discount=0.2, most_discount=0.42)
    in_force = logic.plan(brief(), seen())
    for _ in range(12):
        in_force = logic.plan(brief(), seen(month({"orders": 1}), in_force))
    assert room(in_force) == 20.0
    assert in_force.pushes[0][0] == 2.0  # 8 a month
    assert in_force.discount == pytest.approx(0.42)


def test_depletion_that_starts_above_the_cap_stays_there():
    logic = Depletion(pushes_per_week={"room": 30.0}, most_pushes=20.0)
    in_force = logic.plan(brief(), seen())
    assert room(logic.plan(brief(), seen(month({"orders": 1}), in_force))) == 30.0


def test_depletion_without_escalation_only_repeats_itself():
    logic = Depletion(pushes_per_week=PUSHES, escalate=False)
    first = logic.plan(brief(), seen())
    again = logic.plan(brief(), seen(month({"orders": 1}), first))
    assert (again.pushes, again.discount) == (first.pushes, first.discount)


@pytest.mark.parametrize(
    ("history", "cents"),
    [
        (month(), 3 * 300),  # 3 exits a day at ¥3 each
        (month({"exits": 0}), 0),
        (month({"exits": 500}), 15_000),  # .3 of 350,000 a week
        (month({"contribution": -1}), 0),
        (month({"ad_spend": 1400, "joins_by_ads": 2}), 3 * 700),  # observed: 700 cents a fan
        (month({"ad_spend": 1400}), 3 * 300),  # nobody came: still the first guess
        (month(days=27), 0),
    ],
)
def test_depletion_buys_back_the_lost_within_its_cap(history, cents):
    logic = Depletion(first_fan_cost=3.0, most_ads_share=0.3)
    found = logic.plan(brief(), seen(history, logic.plan(brief(), seen())))
    assert found.ads_per_day == pytest.approx(cents, abs=1)
    assert Depletion(replace_exits=False).plan(brief(), seen(history)).ads_per_day == 0


# ------------------------------------------------------------------------------------------------ fixed, calendar


def test_fixed_says_what_its_parameters_say():
    logic = Fixed(
        pushes_per_week=PUSHES, value_share=0.4, discount=0.1, ads_per_day=12.34, bid=25.0, lives_per_week=2.0
    )
    found = logic.plan(brief(), seen(month({"orders": 0})))
    assert found.pushes == ((1.5,) * 3, (8.0,) * 3, (2.0,) * 3)
    assert found.value_share == ((0.4,) * 3,) * 3
    assert (found.discount, found.ads_per_day, found.bid, found.lives_per_week) == (0.1, 1234, 2500.0, 2.0)


def test_fixed_is_cut_to_the_quota():
    assert Fixed(pushes_per_week={"letter": 5.0}).plan(brief(), seen()).pushes[0] == (2.0,) * 3


def calendar():
    return Calendar(
        pushes_per_week=PUSHES, discount=0.1, lives_per_week=1.0,
        phases=(
            {"from": START + dt.timedelta(days=10), "discount": 0.3, "pushes_per_week": {"room": 20.0}},
            {"from": START + dt.timedelta(days=20), "lives_per_week": 5.0},
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("number", "discount", "pushes", "lives"),
    [
        (0, 0.1, 8.0, 1.0), (9, 0.1, 8.0, 1.0), (10, 0.3, 20.0, 1.0),
        (19, 0.3, 20.0, 1.0), (20, 0.3, 20.0, 5.0), (99, 0.3, 20.0, 5.0),
    ],
)  # fmt: skip
def test_calendar_changes_on_the_day_of_a_phase(number, discount, pushes, lives):
    found = calendar().plan(brief(), seen(number=number))
    assert (found.discount, room(found), found.lives_per_week) == (discount, pushes, lives)


def test_calendar_plans_every_day():
    assert calendar().every == 1


def test_calendar_refuses_phases_out_of_order():
    later, sooner = START + dt.timedelta(days=20), START + dt.timedelta(days=10)
    with pytest.raises(ValueError, match="must follow each other"):
        Calendar(phases=({"from": later}, {"from": sooner}))


def test_everything_else_stays_as_before_in_a_phase():
    found = calendar().plan(brief(), seen(number=15))
    assert found.pushes[0] == (1.5,) * 3
    assert found.pushes[2] == (2.0,) * 3
    assert found.value_share == ((0.5,) * 3,) * 3


def test_depletion_prices_a_fan_by_what_its_memory_holds():
    logic = Depletion(most_ads_share=1.0)
    old = tuple(day(n, ad_spend=100_000, joins_by_ads=1) for n in range(40))
    recent = month({"ad_spend": 1400, "joins_by_ads": 2})
    first = logic.plan(brief(), seen())
    assert logic.plan(brief(), seen((*old, *recent), first)) == logic.plan(brief(), seen(recent, first, number=68))
