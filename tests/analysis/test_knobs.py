"""What an optimiser may turn, and the plans that come of it."""

import pytest

from sim.logics import Fixed, Growth
from sim.scenario import load_scenario, with_changes
from sim.studies.knobs import Knob, frame_of, knobs_of, places_of, plan_at


@pytest.mark.parametrize("curved", [False, True])
def test_a_place_and_its_value_belong_together(curved):
    knob = Knob(("discount",), 42.0, "discount", curved)
    assert knob.at(0.0) == 0.0
    assert knob.at(1.0) == 42.0
    for place in (0.1, 0.37, 0.8):
        assert knob.place(knob.at(place)) == pytest.approx(place, abs=0.005)
    assert knob.place(100.0) == 1.0
    assert knob.place(-1.0) == 0.0
    assert (knob.at(0.5) < 10.0) == curved


def test_liquor_has_no_knob_that_means_nothing_there():
    found = {knob.key: knob for knob in knobs_of(load_scenario("liquor"))}
    assert "service_seats" not in found  # nobody asks
    assert "ads_per_day" not in found  # no logic of the file buys ads
    assert found["pushes_per_week.douyin-subscription"].high == 2.0  # 8 a month
    assert found["pushes_per_week.wechat-group"].high == 42.0
    assert "tiers.devoted.frequency" in found
    assert all(knob.element != "ads" for knob in found.values())
    assert knobs_of(load_scenario("liquor"), most_ads=500.0)[-1] == Knob(("ads_per_day",), 500.0, "ads", True)


def test_service_is_turned_where_people_ask():
    seats = [knob for knob in knobs_of(load_scenario("car-dealer-service")) if knob.element == "service"]
    assert len(seats) == 1
    assert seats[0].high >= 3.0


def test_tiers_are_not_turned_where_all_read_the_same():
    groups_only = load_scenario("livestream-group")
    names = [c.name for c in groups_only.channels if c.kind not in ("group", "pull")]
    assert names  # WeChat has others; without them there is nothing to turn
    knobs = knobs_of(groups_only, ["tiers"])
    assert [knob.element for knob in knobs] == ["tiers"] * 3
    alone = groups_only.model_copy(
        update={"platforms": tuple(
            p.model_copy(update={"channels": tuple(c for c in p.channels if c.kind in ("group", "pull"))})
            for p in groups_only.platforms
        )}
    )  # fmt: skip
    assert knobs_of(alone, ["tiers"]) == ()


def test_only_the_elements_that_are_asked_for_are_turned():
    found = knobs_of(load_scenario("liquor"), ["value_share", "quality"])
    assert [knob.key for knob in found] == ["value_share", "quality"]


def test_a_plan_takes_the_rest_from_the_logic_it_is_like():
    scenario = load_scenario("liquor")
    growth = scenario.logics["growth"]
    assert isinstance(growth, Growth)
    knobs = knobs_of(scenario, ["pushes", "value_share"])
    table = plan_at(frame_of(growth), knobs, {knob.key: 1.0 for knob in knobs})
    plan = Fixed.model_validate(table)
    assert plan.discount == growth.discount
    assert plan.lives_per_week == growth.lives_per_week
    assert plan.value_share == 1.0
    assert set(plan.pushes_per_week) == {c.name for c in scenario.channels if c.kind != "pull"}  # no kinds left


def test_a_hand_written_logic_has_its_place_among_the_candidates():
    scenario = with_changes(load_scenario("liquor"), {"brand.content.quality": 0.6})
    knobs = knobs_of(scenario)
    places = places_of(scenario.logics["depletion"], scenario, knobs)
    plan = plan_at(frame_of(scenario.logics["depletion"]), knobs, places)
    assert plan["pushes_per_week"]["wechat-group"] == pytest.approx(21.0, rel=0.01)
    assert plan["pushes_per_week"]["douyin-subscription"] == pytest.approx(2.0)
    assert plan["pushes_per_week"]["moments"] == 0.0
    assert plan["value_share"] == pytest.approx(0.1)
    assert plan["discount"] == pytest.approx(0.2)
    assert plan["quality"] == pytest.approx(0.6)
    assert {tier["frequency"] for tier in plan["tiers"].values()} == {1.0}
