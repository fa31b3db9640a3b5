"""Segments pushed to apart: how often, what, and on which days each hears of the brand (E-49, 分层匹配)."""

import dataclasses
import re

import numpy as np
import pytest
from worlds import begun, everything, run_through, small

from sim.engines.dispatch import Dispatch
from sim.engines.run import run
from sim.logics import Fixed
from sim.logics.own import impossible
from sim.scenario import ScenarioError, load_scenario, with_changes

from .observed import brief, plan, seen

SEED = 5
TWO = dataclasses.replace(brief(), segments=("many", "few"))
APART = {"many": {"frequency": 2.0, "value_share": 0.0}, "few": {"frequency": 0.5, "schedule": ["monday"]}}


def test_a_logic_plans_factors_shares_and_days_for_the_segments_that_it_names():
    found = Fixed(pushes_per_week={"room": 4.0}, value_share=0.5, segments={"few": {"frequency": 0.5}}).plan(
        TWO, seen()
    )
    assert found.by_segment
    assert found.segment_frequency == (1.0, 0.5)
    assert found.segment_value_share == found.segment_schedule == ()
    assert [found.pushes_to(segment, 1, 0) for segment in (0, 1)] == [4.0, 2.0]
    full = Fixed(pushes_per_week={"room": 4.0}, segments=APART).plan(TWO, seen())
    assert [full.value_share_to(segment, 1, 2) for segment in (0, 1)] == [0.0, 0.5]
    assert [full.weekdays_for(segment, 1) for segment in (0, 1)] == [(), (0,)]
    assert not Fixed(pushes_per_week={"room": 4.0}).plan(TWO, seen()).by_segment


def sent(plans):
    """Messages by day, audience and channel × tier: value, promotion; and items made by day."""
    dispatch = Dispatch(TWO, 0.0)
    value, promotion, costs = [], [], []
    for n, p in enumerate(plans):
        costs.append(dispatch.day(n, p, (1, 1, 1)).cost)
        value.append(dispatch.sent("value"))
        promotion.append(dispatch.sent("promotion"))
    return np.array(value), np.array(promotion), np.array(costs)


def test_each_segment_gets_its_own_messages():
    full = Fixed(pushes_per_week={"room": 4.0}, value_share=1.0, segments=APART).plan(TWO, seen())
    value, promotion, _ = sent([full] * 70)
    rooms = (value[:, :, 3], promotion[:, :, 3])
    assert rooms[0].sum(axis=0).tolist() == [0, 20]  # 2 a week, useful
    assert rooms[1].sum(axis=0).tolist() == [80, 0]  # 8 a week, all of them offers
    days = {(TWO.start.weekday() + int(n)) % 7 for n in np.flatnonzero(rooms[0][:, 1])}
    assert days == {0}


def test_segments_treated_alike_get_what_all_get():
    """An audience of its own for every segment sends the same messages as one audience, at the same cost."""
    plain = plan(pushes=9.0)
    apart = dataclasses.replace(plain, segment_frequency=(1.0, 1.0))
    one, two = sent([plain] * 30), sent([apart] * 30)
    for a, b in zip(one[:2], two[:2], strict=True):
        assert np.array_equal(b[:, 0], a[:, 0])
        assert np.array_equal(b[:, 1], a[:, 0])
    assert np.array_equal(one[2], two[2])


def test_what_was_made_for_one_segment_serves_the_others():
    """Half as often on other days needs no item more; twice as often needs twice as many."""
    base = Fixed(pushes_per_week={"room": 2.0}, value_share=0.0)
    costs = [
        sent([base.model_copy(update={"segments": Fixed(segments=more).segments}).plan(TWO, seen())] * 70)[2].sum()
        for more in ({}, {"few": {"frequency": 0.5, "schedule": ["sunday"]}}, {"many": {"frequency": 2.0}})
    ]
    assert costs[1] == costs[0]
    assert costs[2] == pytest.approx(2 * costs[0], rel=0.06)


def test_a_plan_that_begins_to_tell_segments_apart_goes_on_where_it_was():
    plain = plan(pushes=1.0)
    apart = dataclasses.replace(plain, segment_frequency=(1.0, 1.0))
    dispatch, promoted = Dispatch(TWO, 0.0), Dispatch(TWO, 0.0)
    total, total_of_one = np.zeros(9), np.zeros(9)
    for n, p in enumerate([plain] * 5 + [apart] * 9):
        dispatch.day(n, p, (1, 1, 1))
        promoted.day(n, plain, (1, 1, 1))
        total += dispatch.sent("value")[-1]
        total_of_one += promoted.sent("value")[0]
    assert np.array_equal(total, total_of_one)


# ------------------------------------------------------------------------------------------------------ whole runs


def test_fans_hear_what_their_segment_is_sent():
    """Of two segments alike in everything, the one that is pushed to four times as often tires and leaves sooner."""
    changes = {
        "segments.everyone": False, "segments.many.share": 0.5, "segments.few.share": 0.5, "pool.fans": 4000,
        "days": 60, "market.users": 4000, "logics.growth": False,
        "logics.depletion": {
            "kind": "fixed", "pushes_per_week": {"group": 14.0},
            "segments": {"many": {"frequency": 2.0}, "few": {"frequency": 0.5}},
        },
    }  # fmt: skip
    simulation = begun(small("livestream-group", changes), "depletion", SEED)
    run_through(simulation)
    table = simulation.rows.table()
    here = (table["channels"] & ~table["muted"]) != 0
    loads = [table["fatigue"][here & (table["segment"] == s)].mean() for s in (0, 1)]
    assert loads[0] > 2.5 * loads[1]
    left = [1.0 - here[table["segment"] == s].mean() for s in (0, 1)]
    assert left[0] > 1.3 * left[1]


def test_factors_of_1_change_no_life():
    base = small("whom-to-push", {"logics.matched": False, "logics.tailored": False})
    alike = {"logics.same.segments": {"busy-families": {"frequency": 1.0}}}
    a, b = (run(with_changes(base, more), "same", SEED).ledger for more in ({}, alike))
    assert np.array_equal(a.tallies, b.tallies)
    assert np.array_equal(a.content, b.content)


def test_engines_agree_where_segments_are_told_apart_and_everything_works():
    segments = {
        "bargain": {"frequency": 1.5, "value_share": 0.0},
        "regular": {"frequency": 0.4, "schedule": ["friday"]},
    }
    scenario = everything({"days": 60, "logics.depletion.segments": segments})
    fast, plain = (run(scenario, "depletion", SEED, engine=engine) for engine in ("arrays", "agents"))
    assert np.array_equal(fast.ledger.tallies, plain.ledger.tallies)
    assert not np.array_equal(fast.ledger.tallies, run(everything({"days": 60}), "depletion", SEED).ledger.tallies)


# -------------------------------------------------------------------------------------------------------- mistakes


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({"busy-familys": {"frequency": 2.0}}, "busy-familys is not a segment. Did you mean busy-families"),
        ({"others": {"frequenzy": 2.0}}, "frequenzy is unknown here. Did you mean frequency"),
        ({"others": {"frequency": -1.0}}, "outside 0 … 100"),
        ({"others": {"schedule": ["someday"]}}, "someday"),
    ],
)
def test_mistakes_are_named(table, message):
    with pytest.raises(ScenarioError) as found:
        with_changes(load_scenario("whom-to-push"), {"logics.same.segments": table})
    assert re.search(message, str(found.value)), str(found.value)


@pytest.mark.parametrize(
    "wrong",
    [
        {"segment_frequency": (1.0,)},
        {"segment_frequency": (1.0, -1.0)},
        {"segment_value_share": (0.5, 2.0)},
        {"segment_schedule": ((9,), None)},
    ],
)
def test_a_logic_of_the_users_own_cannot_plan_the_impossible(wrong):
    good = plan(pushes=1.0)
    assert impossible(dataclasses.replace(good, segment_frequency=(1.0, 2.0)), TWO) == ""
    assert impossible(dataclasses.replace(good, **wrong), TWO)
