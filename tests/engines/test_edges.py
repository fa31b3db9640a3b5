"""Scenarios at the edges of what the schema allows."""

import pytest
from worlds import everything

from sim.engines.run import run
from sim.scenario import ScenarioError, load_scenario, with_changes


def group(changes):
    return with_changes(load_scenario("livestream-group"), {"days": 10, "pool.fans": 50} | changes)


def test_an_empty_pool_runs():
    assert run(everything({"pool.fans": 0, "days": 20}), "depletion").ledger.of("JOINS").any()


def test_one_day_runs():
    assert len(run(group({"days": 1}), "depletion").daily) == 1


def test_a_run_over_new_year_and_a_leap_day():
    import datetime as dt

    found = run(group({"start": dt.date(2023, 12, 20), "days": 75}), "depletion")
    assert found.cohorts["month"].unique().tolist() == ["2023-12", "2024-01", "2024-02", "2024-03"]


@pytest.mark.parametrize(
    "changes",
    [{"pool.channels.wechat-group": 0.5}, {"pool.channels": None}],
    ids=["half of the pool in the group", "channels of the pool left out"],
)
def test_an_initial_pool_that_is_not_all_in_a_channel_runs_or_is_refused(changes):
    try:
        scenario = group(changes)
    except ScenarioError:
        return
    run(scenario, "depletion")


@pytest.mark.parametrize("quota", [0, 127, 128, 255])
def test_every_quota_that_a_file_may_name_runs_or_is_refused(quota):
    try:
        scenario = group({"channels.wecom.quota_per_month": quota})
    except ScenarioError:
        assert quota > 127
        return
    run(scenario, "depletion")


@pytest.mark.parametrize("trust", [0.0, 0.01, 0.99, 1.0])
def test_every_trust_that_a_file_may_name_runs_or_is_refused(trust):
    try:
        scenario = group({"brand.trust": trust, "brand.trust_bought": trust, "pool.trust": trust})
    except ScenarioError:
        return
    found = run(scenario, "depletion").daily
    assert found.notna().all().all()


def test_openings_count_as_activity_even_if_they_bring_no_closeness():
    daily = run(group({"rules.tiers.visit": 0.0, "rules.lives.minutes": 0.0}), "depletion").daily
    assert daily["opened"].sum() > 0
    assert ((daily["active_share"] > 0) == (daily["opened"] > 0)).all()
