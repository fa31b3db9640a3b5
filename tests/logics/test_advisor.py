"""The advisor: which stage it finds weakest, which task it proposes, what the task does, and what counts as done."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.domains import Stage
from sim.engines.tasks import TaskDesk
from sim.logics import Advisor
from sim.logics.base import within_quotas
from sim.logics.tasks import ALL, TASKS, Limits, Situation, tired_channel
from sim.plans import Advice

from .observed import CHANNELS, brief, day, month, plan, seen, situations

PUSHES = {"letter": 1.5, "room": 8.0, "talk": 2.0}
LIMITS = Limits(quality=0.95, discount=0.2, lives=14.0, value_share=0.3, ads_share=0.05)

# what makes each stage fall to half of what it was three weeks ago
HALVED = {
    Stage.ACQUIRE: {"responses": 20, "contacts": 30, "joins": 2},  # deposit stays: 2 of 30 against 3 of 50
    Stage.DEPOSIT: {"joins": 1},
    Stage.ACTIVATE: {"active": 30, "orders_followers": 4},
    Stage.CONVERT: {"orders_followers": 4},
    Stage.REPURCHASE: {"repeat_orders": 2},
}


def advised(week=None, before=None, brief_=None, **parameters):
    """What an advisor plans after a month in which the last week was as ``week`` says."""
    logic = Advisor(pushes_per_week=PUSHES, **parameters)
    told = brief_ or brief()
    first = logic.plan(told, seen((day(),)))
    return logic, first, logic.plan(told, seen(month(week, before), first))


def enough(**values):
    """A day with twenty times the events, so that a week says something."""
    counts = (
        "responses",
        "contacts",
        "joins",
        "active",
        "orders_followers",
        "orders",
        "repeat_orders",
        "reached",
        "fans",
    )
    base = day()
    return {name: 20 * values.get(name, getattr(base, name)) for name in counts}


# -------------------------------------------------------------------------------------------------------- diagnosis


@pytest.mark.parametrize("stage", HALVED, ids=lambda stage: stage.name)
def test_the_stage_that_fell_gets_the_task(stage):
    goal = "fans" if stage in (Stage.ACQUIRE, Stage.DEPOSIT, Stage.ACTIVATE) else "conversion"
    _, _, found = advised(enough(**HALVED[stage]), enough(), main_goal=goal, secondary_weight=0.0)
    assert found.advice.stage == stage
    assert TASKS[found.advice.task].stage == stage
    assert found.advice.rate < found.advice.target
    assert found.advice.day == 28


def test_the_main_goal_decides_between_two_weak_stages():
    both = enough(joins=1, repeat_orders=2)
    for goal, other, stage in (
        ("fans", "conversion", Stage.DEPOSIT),
        ("conversion", "fans", Stage.REPURCHASE),
    ):
        _, _, found = advised(both, enough(), main_goal=goal, secondary_goal=other, secondary_weight=0.2)
        assert found.advice.stage == stage


def test_without_a_secondary_goal_its_stages_do_not_count():
    _, _, found = advised(enough(repeat_orders=0), enough(), main_goal="fans", secondary_goal="none")
    assert found.advice.stage in (Stage.ACQUIRE, Stage.DEPOSIT, Stage.ACTIVATE)


def test_a_target_of_its_own_outranks_the_month():
    _, _, found = advised(enough(), enough(), targets={"activate": 0.4})  # 60 of 300 are active
    assert (found.advice.stage, found.advice.target) == (Stage.ACTIVATE, 0.4)
    assert found.advice.rate == pytest.approx(0.2)


def test_a_bad_week_of_a_few_events_is_not_believed():
    """Deposit fell by half where 400 joins were expected, repurchase to nothing where five orders were."""
    few = {"orders": 1, "repeat_orders": 0}
    usual = enough() | {"orders": 1, "repeat_orders": 1}
    both = enough(joins=1.5) | few
    _, _, found = advised(both, usual, main_goal="conversion", secondary_goal="fans", secondary_weight=1.0)
    assert found.advice.stage == Stage.DEPOSIT
    many = usual | {"orders": 200, "repeat_orders": 200}
    _, _, found = advised(
        both | {"orders": 200, "repeat_orders": 0}, many, main_goal="conversion", secondary_goal="fans",
        secondary_weight=1.0,
    )  # fmt: skip
    assert found.advice.stage == Stage.REPURCHASE


def test_where_nothing_was_counted_there_is_no_advice():
    nothing = dict.fromkeys(
        ("reached", "responses", "contacts", "joins", "active", "orders", "repeat_orders", "fans"), 0
    )
    _, first, found = advised(nothing, nothing)
    assert found.advice is None
    assert found.pushes == first.pushes


def test_no_advice_before_28_days():
    logic = Advisor(pushes_per_week=PUSHES)
    first = logic.plan(brief(), seen())
    assert logic.plan(brief(), seen(month(enough(joins=0), enough(), days=27), first)).advice is None


def test_the_same_task_is_not_proposed_twice_running_if_there_is_another():
    logic, _, found = advised(enough(**HALVED[Stage.CONVERT]), enough(), main_goal="conversion")
    assert found.advice.task == "promote-to-earned"
    again = logic.plan(brief(), seen(month(enough(**HALVED[Stage.CONVERT]), enough()), found, number=35))
    assert again.advice.task == "offer"


def test_a_stage_without_a_possible_task_makes_room_for_the_next():
    at_best = brief(quality=0.95)
    _, _, found = advised(enough(joins=1), enough(), brief_=at_best, main_goal="fans", best_quality=0.95)
    assert found.advice.stage != Stage.DEPOSIT


# ------------------------------------------------------------------------------------------------- change of plan


def at(history=None, **facts):
    told = dataclasses.replace(brief(), **facts)
    return Situation(told, seen(history or month(), plan()), LIMITS)


CHANGES = {
    "hold-live": lambda a, b: b.lives_per_week == a.lives_per_week + 1.0,
    "live-sale": lambda a, b: b.lives_per_week == a.lives_per_week + 1.0,
    "buy-traffic": lambda a, b: b.ads_per_day - a.ads_per_day == b.ads_reinvested == round(0.05 * 350_000 / 7),
    "better-content": lambda a, b: b.quality == pytest.approx(a.quality + 0.05),
    "slow-down": lambda a, b: b.pushes == (a.pushes[0], tuple(0.8 * f for f in a.pushes[1]), a.pushes[2]),
    "publish-useful": lambda a, b: b.value_share == ((0.6,) * 3,) * 3,
    "promote-to-earned": lambda a, b: b.value_share == ((0.5, 0.4, 0.4), (0.4, 0.4, 0.4), (0.5, 0.4, 0.4)),
    "offer-to-devoted": lambda a, b: b.value_share == ((0.5, 0.5, 0.4), (0.4, 0.4, 0.4), (0.5, 0.5, 0.4)),
    "offer": lambda a, b: b.discount == pytest.approx(a.discount + 0.05),
    "better-offer": lambda a, b: b.discount == pytest.approx(a.discount + 0.05),
}  # fmt: skip
TIRED = month({"opened": (30, 120, 40)})  # the room's opens fall from a third to a fifth


@pytest.mark.parametrize("task", ALL, ids=lambda task: task.name)
def test_a_task_changes_what_it_says_and_nothing_else(task):
    before = plan(discount=0.1)
    situation = at(TIRED)
    assert task.possible(before, situation)
    after = task.change(before, situation)
    assert CHANGES[task.name](before, after)
    moved = {name for name in before.__dataclass_fields__ if getattr(before, name) != getattr(after, name)}
    assert len(moved - {"ads_reinvested"}) == 1
    assert task.channel(situation) == ("room" if task.name == "slow-down" else "")


AT_THE_END = {
    "hold-live": {"lives_per_week": 14.0}, "live-sale": {"lives_per_week": 14.0}, "better-content": {"quality": 0.95},
    "publish-useful": {"value_share": ((1.0,) * 3,) * 3}, "promote-to-earned": {"value_share": ((0.3,) * 3,) * 3},
    "offer-to-devoted": {"value_share": ((0.3,) * 3,) * 3}, "offer": {"discount": 0.2},
    "better-offer": {"discount": 0.2}, "slow-down": {"pushes": ((0.0,) * 3,) * 3},
}  # fmt: skip


@pytest.mark.parametrize("name", AT_THE_END)
def test_no_task_goes_beyond_its_limit(name):
    assert not TASKS[name].possible(dataclasses.replace(plan(), **AT_THE_END[name]), at(TIRED))


def test_traffic_is_bought_only_where_ads_are_sold_and_something_was_earned():
    buy = TASKS["buy-traffic"]
    assert not buy.possible(plan(), at(ads=False))
    assert not buy.possible(plan(), at(month({"contribution": -1})))


def test_a_live_needs_somewhere_to_be_seen():
    deaf = tuple(dataclasses.replace(c, live_notice=False) for c in CHANNELS)
    assert not TASKS["hold-live"].possible(plan(), at(channels=deaf, feed=False))
    assert TASKS["hold-live"].possible(plan(), at(channels=deaf, feed=True))


def test_the_tired_channel():
    assert tired_channel(at()) is None
    assert tired_channel(at(TIRED)) == 1
    # nobody opens less, but two thirds say that messages drive them out: the channel with the most per member
    driven = month({"exits_by_cause": (1, 2, 0, 0, 0, 0)})
    assert tired_channel(at(driven)) == 1
    assert tired_channel(at(month({"exits_by_cause": (2, 1, 0, 0, 0, 0)}))) is None


@settings(max_examples=60)
@given(situation=situations(), name=st.sampled_from(sorted(TASKS)))
def test_tasks_that_are_possible_keep_plans_within_bounds(situation, name):
    if len(situation.history) < 28:
        return
    task, before = TASKS[name], situation.plan
    before = dataclasses.replace(before, pushes=within_quotas(before.pushes, CHANNELS))
    place = Situation(brief(), situation, LIMITS)
    if not task.possible(before, place):
        return
    after = task.change(before, place)
    assert after != before
    assert all(f >= 0.0 for tiers in after.pushes for f in tiers)
    assert all(0.0 <= v <= 1.0 for tiers in after.value_share for v in tiers)
    assert 0.0 <= after.quality <= 1.0
    assert 0.0 <= after.discount <= 1.0
    assert after.ads_per_day >= before.ads_per_day


def test_what_tasks_moved_goes_back_by_a_fifth_a_week():
    logic, _, elsewhere = advised(main_goal="conversion")
    now = dataclasses.replace(
        elsewhere, discount=0.15, lives_per_week=5.0, quality=0.8, ads_per_day=900, ads_reinvested=900
    )
    back = logic.plan(brief(), seen(month(enough(joins=1), enough()), now, number=35))
    assert back.lives_per_week == pytest.approx(4.0)
    assert back.discount == pytest.approx(0.05 + 0.8 * 0.10)
    assert back.ads_per_day == back.ads_reinvested == 0  # bought traffic ends with its week
    assert back.quality == pytest.approx(0.6 + 0.8 * 0.2 + (0.05 if back.advice.task == "better-content" else 0.0))


# ------------------------------------------------------------------------------------------------ judged and paid

WEEK = tuple(day(n) for n in range(7))
DONE = {  # task → (week before, week of the task that fulfils it, week that does not)
    "hold-live": ({}, {"lives": 1}, {"lives": 0}),
    "live-sale": ({"lives": 1}, {"lives": 1}, {"lives": 0}),
    "buy-traffic": ({}, {"ad_spend": 5}, {}),
    "better-content": ({}, {"joins": 4}, {}),
    "slow-down": ({}, {"delivered": (300, 480, 100)}, {"delivered": (300, 600, 100)}),
    "publish-useful": ({}, {"useful": 1}, {"useful": 0}),
    "promote-to-earned": ({}, {"orders_followers": 10}, {}),
    "offer": ({}, {"orders_followers": 10}, {}),
    "offer-to-devoted": ({}, {"repeat_orders": 5}, {}),
    "better-offer": ({}, {"repeat_orders": 5}, {}),
}


@pytest.mark.parametrize("name", TASKS)
def test_a_task_is_done_by_what_the_platform_sees(name):
    before, done, undone = DONE[name]
    advice = Advice(28, TASKS[name].stage, name, 0.1, 0.2)
    week = [tuple(day(n, **values) for n in range(7)) for values in (before, done, undone)]
    assert TASKS[name].done(advice, week[0], week[1])
    assert not TASKS[name].done(advice, week[0], week[2])


def desk_of(weeks):
    """Rewards by day, and the desk, when each week's advice is to publish and ``weeks`` says how much was published."""
    desk, history, rewards = TaskDesk(0.3), [], []
    for n in range(7 * len(weeks)):
        advice = Advice(n - n % 7, Stage.ACTIVATE, "publish-useful", 0.1, 0.2)
        rewards.append(desk.day(n, advice, tuple(history)))
        history.append(day(n, useful=weeks[n // 7]))
    return rewards, desk


def test_a_completed_task_is_paid_in_the_week_after():
    rewards, desk = desk_of([1, 0, 1, 1])
    assert rewards == [0.0] * 7 + [0.3] * 7 + [0.0] * 7 + [0.3] * 7
    assert [task.done for task in desk.tasks] == [True, False, True, None]
    assert [task.advice.day for task in desk.tasks] == [0, 7, 14, 21]


def test_a_plan_without_a_task_earns_nothing():
    desk = TaskDesk(0.3)
    assert [desk.day(n, None, WEEK) for n in range(30)] == [0.0] * 30
    assert desk.tasks == []


def test_every_stage_but_fission_has_a_task():
    assert {task.stage for task in ALL} == set(Stage) - {Stage.FISSION}
    assert len(TASKS) == len(ALL)
