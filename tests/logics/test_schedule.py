"""A schedule: from names of weekdays in a logic's table to the days on which a run's messages go out."""

import numpy as np
import pytest
from worlds import begun, run_through, small

from sim.logics import Calendar, Fixed
from sim.logics.base import WEEKDAYS, scheduled
from sim.logics.budgeted import Budgeted
from sim.logics.mixed import Mixed
from sim.logics.own import impossible

from .observed import CHANNELS, START, brief, plan, seen


def test_the_name_of_a_channel_outranks_its_kind_and_days_are_in_order():
    logic = Fixed(schedule={"group": ["sunday", "monday", "sunday"], "room": ["wednesday"], "direct": ["friday"]})
    assert scheduled(logic, CHANNELS) == ((), (2,), (4,))
    assert scheduled(Fixed(schedule={"group": ["sunday", "monday", "sunday"]}), CHANNELS) == ((), (0, 6), ())
    assert scheduled(Fixed(), CHANNELS) == ()


def test_weekdays_are_those_of_the_calendar():
    assert [WEEKDAYS.index(f"{START:%A}".lower())] == [START.weekday()]


def test_a_phase_changes_the_days_of_its_channels_only():
    calendar = Calendar(
        schedule={"room": ["monday"], "letter": ["friday"]},
        phases=({"from": START.replace(day=20), "schedule": {"room": ["tuesday", "thursday"]}},),
    )
    assert calendar.plan(brief(), seen(number=18)).schedule == ((4,), (0,), ())
    assert calendar.plan(brief(), seen(number=19)).schedule == ((4,), (1, 3), ())


def test_frequency_brings_its_days_along():
    """When a logic is decomposed, or put on another's money, messages stay on their days."""
    daily, weekly = Fixed(), Fixed(schedule={"room": ["monday"]})
    mixed = Mixed(daily, weekly, frozenset({"frequency"})).plan(brief(), seen())
    assert mixed.schedule == ((), (0,), ())
    assert Mixed(daily, weekly, frozenset({"content"})).plan(brief(), seen()).schedule == ()
    assert Budgeted(weekly, (10**6,) * 30).plan(brief(), seen()).schedule == ((), (0,), ())


@pytest.mark.parametrize("days", [((0,),), ((0,), (7,), ()), ((0,), (-1,), ())])
def test_an_impossible_schedule_is_named(days):
    assert impossible(plan(schedule=((0,), (6,), ())), brief()) == ""
    assert "schedule needs the weekdays 0 … 6 of 3 channels" in impossible(plan(schedule=days), brief())


def sent_by_weekday(schedule):
    """Messages delivered by channel and weekday over whole weeks of a run in which nobody leaves."""
    pushes = {"moments": 12.0, "group": 7.0}
    scenario = small(
        "douyin-to-wechat",
        {
            "days": 56, "logics.stay": {
                "kind": "fixed", "pushes_per_week": pushes, "schedule": schedule,
                "ask_to_join": dict.fromkeys(("group", "direct", "article", "moments"), 0.0),
            },
            "pool.channels": {"moments": 1.0, "douyin-group": 1.0}, "feed.exposures_at_least": 0,
            "feed.exposures_per_fan": 0.0, "rules.leaving.natural": 0.0, "rules.leaving.fatigue": 0.0,
            "rules.leaving.neglect": 0.0, "rules.leaving.shock": 0.0, "channels.moments.accounts.ban": 0.0,
        },
    )  # fmt: skip
    simulation = begun(scenario, "stay")
    run_through(simulation)
    delivered = dict(zip([c.name for c in scenario.channels], simulation.ledger.of("DELIVERED").T, strict=False))
    first = scenario.start.weekday()
    return {
        name: np.bincount((first + np.arange(56)) % 7, weights=delivered[name], minlength=7).astype(int).tolist()
        for name in ("moments", "douyin-group")
    }


def test_posts_of_the_week_go_out_on_the_scheduled_days_and_no_other_channel_hears_of_it():
    free, fixed = sent_by_weekday({}), sent_by_weekday({"moments": ["friday", "sunday"]})
    members = sum(fixed["moments"]) // 96  # 12 a week for eight weeks
    assert members > 100
    assert fixed["moments"] == [0, 0, 0, 0, 48 * members, 0, 48 * members]
    assert sum(free["moments"]) == sum(fixed["moments"])
    assert min(free["moments"]) > 0
    assert free["douyin-group"] == fixed["douyin-group"]
