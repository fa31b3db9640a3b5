"""The newsletter scenario against what industry reports print of e-mail and app push (evidence M4, M6, L7)."""

import pytest

from sim.engines.run import run
from sim.scenario import load_scenario, with_changes

DAYS = 180


@pytest.fixture(scope="module")
def year():
    scenario = with_changes(load_scenario("email-newsletter"), {"pool.fans": 4000, "days": DAYS})
    return {logic: run(scenario, logic, 11).daily.sum(numeric_only=True) for logic in scenario.logics}


def unsubscribed(daily):
    """Of messages that drive a reader away at once, per mail delivered; who lapses in silence clicks on nothing."""
    return (daily["exits_fatigue"] + daily["exits_shock"]) / daily["delivered_email"]


@pytest.mark.parametrize("logic", ["twice", "depletion"])
def test_deals_by_mail_lose_one_to_five_readers_in_a_thousand(year, logic):
    assert 0.001 <= unsubscribed(year[logic]) <= 0.005


def test_a_useful_letter_loses_fewer_per_mail_than_deals(year):
    assert unsubscribed(year["growth"]) < min(unsubscribed(year["twice"]), unsubscribed(year["depletion"]))


def test_opening_rates_are_those_of_consumer_lists_and_fall_with_frequency(year):
    rates = {logic: daily["opened_email"] / daily["delivered_email"] for logic, daily in year.items()}
    assert 0.15 <= rates["growth"] <= 0.30
    assert rates["growth"] > rates["twice"] > rates["depletion"]
    push = year["growth"]["opened_app_push"] / year["growth"]["delivered_app_push"]
    assert 0.034 <= push <= 0.06  # 4.6 % on Android, 3.4 % on iOS; readers trust the shop more than others do


def test_more_mails_bring_more_openings_but_less_than_in_proportion(year):
    """L7: response per send falls about as 1/n; the total is nearly flat."""
    per_reader = {logic: daily["opened_email"] / daily["fans_private"] for logic, daily in year.items()}
    assert per_reader["growth"] < per_reader["twice"] < per_reader["depletion"] < 7 * per_reader["growth"]
