"""The loop: what fans bring, R_fan, the rates of the stages, and what moves them."""

import math

import numpy as np
import pytest
from worlds import begun, everything, small

from sim.domains import Domain, PoolState, Source, Stage, word
from sim.engines.run import run
from sim.loop import (
    CAUSED_BY_FANS,
    STAGE_RATES,
    expected_events,
    joins_by_fans,
    joins_by_feedback,
    joins_by_reinvested_ads,
    loop_gain,
    loop_parts,
    pool_state,
    ratio,
    stage_counts,
    stage_rate,
    trailing,
)

SEED = 7


@pytest.fixture(scope="module")
def finished():
    """A run in which every mechanism works, and the operator's days."""
    simulation = begun(everything({"logics.depletion.replace_exits": True, "days": 120}), "depletion", SEED)
    days = [simulation.step() for _ in range(120)]
    return simulation.ledger, days


# ------------------------------------------------------------------------------------------------------- arithmetic


def test_trailing_sums_and_ratios():
    assert trailing(np.array([1, 2, 3, 4]), 2).tolist() == [1, 3, 5, 7]
    assert trailing(np.array([1, 2, 3]), 90).tolist() == [1, 3, 6]
    assert ratio(np.array([1.0, 2.0]), np.array([4.0, 0.0])).tolist() == [0.25, 0.0]


@pytest.mark.parametrize(
    ("gain", "joins", "exits", "state"),
    [
        (1.2, 20, 10, PoolState.GROWING),
        (0.8, 20, 10, PoolState.FED),
        (1.0, 10, 10, PoolState.FED),
        (0.8, 9, 10, PoolState.DEPLETING),
        (math.nan, 9, 0, PoolState.FED),  # nobody left, so no gain is known
        (0.0, 0, 0, None),
    ],
)
def test_states_of_a_pool(gain, joins, exits, state):
    assert pool_state(gain, joins, exits) == state


# ------------------------------------------------------------------------------------------- what the operator sees


def test_the_operator_sees_the_counters_of_the_ledger(finished):
    ledger, days = finished
    counts = stage_counts(ledger)
    for name, column in counts.items():
        assert [getattr(day, name) for day in days] == column.tolist(), name
    assert all(counts[name].sum() > 0 for name in counts if name != "invited")


@pytest.mark.parametrize("stage", Stage, ids=lambda s: s.name)
def test_a_rate_is_the_same_from_the_days_and_from_the_ledger(finished, stage):
    ledger, days = finished
    column = run_column(ledger, f"stage_{word(stage)}")
    for end in (7, 30, 120):
        assert (stage_rate(stage, days[end - 7 : end]) or 0.0) == pytest.approx(column[end - 1])


def run_column(ledger, name):
    from sim.observables import observables

    return next(o for o in observables(ledger.channels, ledger.segments) if o.name == name).value(ledger)


def test_a_rate_without_anything_to_count_is_none(finished):
    _, days = finished
    silent = days[0]._replace(reached=0, responses=0)
    assert stage_rate(Stage.ACQUIRE, [silent]) is None
    assert stage_rate(Stage.ACQUIRE, []) is None


def test_expected_events_of_a_rate(finished):
    _, days = finished
    week = days[-7:]
    for stage in (Stage.ACQUIRE, Stage.DEPOSIT, Stage.ACTIVATE, Stage.CONVERT, Stage.REPURCHASE):
        known = STAGE_RATES[stage]
        happened = sum(getattr(day, known.count) for day in week)
        assert expected_events(stage, stage_rate(stage, week), week) == pytest.approx(happened)


def test_stages_flow_into_each_other(finished):
    counts = stage_counts(finished[0])
    assert (counts["joins"] <= counts["contacts"]).all()
    assert (counts["responses"] <= counts["contacts"]).all()
    assert (counts["active"] <= counts["fans"] + finished[0].of("EXITS").sum(axis=1)).all()
    assert (counts["repeat_orders"] <= counts["orders"]).all()
    assert (counts["orders_followers"] <= counts["orders"]).all()


def test_a_page_of_the_ledger_is_its_day(finished):
    ledger, _ = finished
    page = ledger.on(50)
    assert page.tallies.tolist() == [ledger.tallies[50].tolist()]
    assert page.contribution.tolist() == [ledger.contribution[50]]
    assert page.channels == ledger.channels


# -------------------------------------------------------------------------------------------------- what fans bring


def test_joins_by_fans_are_no_more_than_joins(finished):
    ledger, _ = finished
    joins = ledger.of("JOINS")
    caused = joins_by_fans(ledger)
    assert (caused >= 0).all()
    assert (caused <= joins.sum(axis=1) + 1e-9).all()
    assert caused == pytest.approx(sum(term(ledger) for term in CAUSED_BY_FANS))
    assert joins_by_feedback(ledger).sum() > 0
    assert joins_by_reinvested_ads(ledger).sum() > 0


def test_feedback_is_what_active_fans_add_to_the_weight(finished):
    """1 − 1/(1 + k·A/(A + A_h)) of yesterday's active core, whatever the quality of content."""
    ledger, _ = finished
    active = np.concatenate([[0], ledger.one("ACTIVE_CORE")[:-1]])
    share = active / (active + 50.0)  # A_h = .05·max(300, 1000)
    assert ledger.feedback == pytest.approx(1 - 1 / (1 + share))
    assert ledger.feedback[0] == 0.0


def test_r_fan_by_hand(finished):
    ledger, _ = finished
    joins, won_back = ledger.of("JOINS"), ledger.one("WIN_BACKS")
    new = 1 - won_back / np.maximum(1, joins.sum(axis=1))
    organic = (joins[:, Source.FEED] + joins[:, Source.LIVE]) * ledger.feedback
    bought = joins[:, Source.AD] * ledger.ads_reinvested / np.maximum(1, ledger.ad_spend)
    invited = joins[:, Source.INVITATION] + joins[:, Source.REWARD]
    caused, exits = ((organic + bought) * new + invited)[-90:].sum(), ledger.of("EXITS")[-90:].sum()
    assert won_back.sum() > 0
    assert invited.sum() > 0
    assert loop_gain(ledger)[-1] == pytest.approx(caused / exits)
    assert loop_parts(ledger) == pytest.approx((caused, exits))


def test_without_exits_there_is_no_gain():
    scenario = everything({
        "days": 20, "rules.leaving.natural": 0.0, "rules.leaving.fatigue": 0.0, "rules.leaving.neglect": 0.0,
        "rules.leaving.shock": 0.0,
    })  # fmt: skip
    found = run(scenario, "depletion", SEED)
    assert not loop_gain(found.ledger).any()
    assert found.summary["r_fan"] is None


def test_without_feedback_the_feed_brings_nothing_by_fans():
    ledger = run(everything({"days": 60, "rules.exposure.feedback": 0.0}), "depletion", SEED).ledger
    assert ledger.of("JOINS")[:, Source.FEED].sum() > 0
    assert joins_by_feedback(ledger).sum() == 0.0


def test_a_fixed_budget_is_not_paid_by_fans():
    fixed = run(everything({"days": 60}), "depletion", SEED).ledger
    assert fixed.of("JOINS")[:, Source.AD].sum() > 0
    assert joins_by_reinvested_ads(fixed).sum() == 0.0


def test_reinvested_ads_raise_the_gain_and_cost_what_they_say():
    """Growth that puts a third of its contribution into ads: R_fan rises, nothing else is bought with it."""
    without, third = (
        run(
            everything({
                "days": 120, "logics.growth": {"reinvest_ads": share}, "logics.depletion": False,
                "ads.cpm": 5.0, "ads.reference_spend": 100_000.0,
            }),
            "growth", SEED,
        ).ledger
        for share in (0.0, 1 / 3)
    )  # fmt: skip
    assert without.ads_reinvested.sum() == without.ad_spend.sum() == 0
    assert third.ads_reinvested.tolist() == third.ad_spend.tolist()  # no budget of its own
    assert third.ad_spend[:28].sum() == 0  # not before four weeks are known
    assert third.ad_spend[28:].sum() > 0
    assert loop_gain(third)[-1] > loop_gain(without)[-1]
    assert np.array_equal(third.tallies[:28], without.tallies[:28])


# -------------------------------------------------------------------------------------------- traffic for small tasks


def advised(reward, **changes):
    return run(small("advisor", {"feed.task_reward": reward} | changes), "fans-first", SEED)


def test_a_reward_of_nothing_changes_nothing_and_a_reward_only_what_comes_after_it():
    without, paid = advised(0.0), advised(0.5)
    first = next(advice.day for advice, done in without.tasks if done) + 7
    assert np.array_equal(without.ledger.tallies[:first], paid.ledger.tallies[:first])
    assert without.ledger.exposures[:first].tolist() == paid.ledger.exposures[:first].tolist()
    assert without.ledger.reward.sum() == 0.0
    assert set(paid.ledger.reward.tolist()) == {0.0, 0.5}
    assert paid.ledger.exposures[first] == pytest.approx(1.5 * without.ledger.exposures[first], abs=1)


def test_traffic_for_tasks_brings_more_responses():
    without, paid = (advised(reward, **{"feed.exposures_at_least": 2000.0}).ledger for reward in (0.0, 2.0))
    responses = [stage_counts(ledger)["responses"].sum() for ledger in (without, paid)]
    assert responses[1] > responses[0] + 4 * math.sqrt(responses[0] + responses[1])


def test_rewards_follow_completed_tasks():
    found = advised(0.5)
    days = {advice.day + 7 + n for advice, done in found.tasks if done for n in range(7)}
    assert {d for d in range(90) if found.ledger.reward[d] > 0} == {d for d in days if d < 90}
    assert {done for _, done in found.tasks} >= {True, None}
    assert [advice.day for advice, _ in found.tasks] == list(range(28, 90, 7))


def test_the_table_of_advice_has_a_row_for_every_task():
    found = advised(0.5)
    table = found.advice
    assert list(table["day"]) == [advice.day for advice, _ in found.tasks]
    assert str(table["date"].iloc[0].date()) == "2021-08-29"
    assert table["done"].isna().sum() == 1
    assert set(table["stage"]) <= {word(stage) for stage in Stage}
    assert len(run(small("advisor", {"days": 10}), "growth", SEED).advice) == 0


# ---------------------------------------------------------------------------------------------------- summary figures


def test_summary_figures_from_the_daily_table(finished):
    ledger, _ = finished
    from sim.results import summarise

    found = summarise(ledger)
    reach = ledger.exposures + ledger.impressions + ledger.of("DELIVERED").sum(axis=1)
    assert found["gmv_per_reach"] == pytest.approx(1000 * ledger.of("GMV").sum() / reach.sum())
    sold = ledger.of("GMV").sum() - run_column(ledger, "gmv_no_channel").sum()
    assert found["gmv_per_push"] == pytest.approx(sold / ledger.of("DELIVERED").sum())
    followers = ledger.of("ROWS")[-90:, Domain.PRIVATE]
    assert found["active_share"] == pytest.approx(ledger.one("ACTIVE")[-90:].sum() / followers.sum())
    first, every = ledger.one("ORDERS_FIRST")[-90:].sum(), ledger.of("ORDERS")[-90:].sum()
    assert found["repurchase_rate"] == pytest.approx(1 - first / every)
    assert found["r_fan"] == pytest.approx(loop_gain(ledger)[-1])


def test_gmv_adds_up_over_kinds_of_buyers(finished):
    ledger, _ = finished
    gmv = ledger.of("GMV").sum(axis=1)
    assert (run_column(ledger, "gmv_others") + ledger.one("GMV_FOLLOWERS") == gmv).all()
    assert (run_column(ledger, "gmv_returning") + ledger.one("GMV_FIRST") == gmv).all()


def test_indices_are_read_off_fans_and_weight(finished):
    """人气值: more fans, a higher value (E-30). 经营值: the weight in the feed, rescaled (E-31)."""
    ledger, _ = finished
    followers, popularity = ledger.of("ROWS")[:, Domain.PRIVATE], run_column(ledger, "popularity_value")
    order = np.argsort(followers, kind="stable")
    assert (np.diff(popularity[order]) >= 0).all()
    assert popularity[np.argmax(followers)] > popularity[np.argmin(followers)]
    assert run_column(ledger, "operating_value") == pytest.approx(100 * ledger.weight)


# --------------------------------------------------------------------------------------------------------- lineage


def test_every_join_has_one_cause(finished):
    from sim.loop import caused_variance, joins_by_cause, joins_by_fans, lineage, loop_parts
    from sim.results import summarise

    ledger, _ = finished
    causes = joins_by_cause(ledger)
    assert sum(causes.values()) == pytest.approx(ledger.of("JOINS").sum(axis=1))
    assert all((column > -1e-9).all() for name, column in causes.items() if name != "win_backs")
    by_fans = causes["feedback"] + causes["reinvested_ads"] + causes["invitation"]
    assert by_fans == pytest.approx(joins_by_fans(ledger))
    traced, (caused, exits) = lineage(ledger), loop_parts(ledger)
    assert traced["exits"] == exits
    assert traced["feedback"] + traced["reinvested_ads"] + traced["invitation"] == pytest.approx(caused)
    assert 0 < caused_variance(ledger) <= caused
    found = summarise(ledger)
    parts = [found[f"r_fan_{cause}"] for cause in ("feedback", "reinvested_ads", "invitation")]
    assert sum(parts) == pytest.approx(found["r_fan"])
