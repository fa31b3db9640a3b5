"""The market of a day, by hand: intensities per head from yesterday's aggregates and the plan."""

import math

import numpy as np
import pytest
from worlds import begun, everything, small

from sim.engines.reservoir import Response
from sim.engines.run import run
from sim.plans import Plan

PLAN = Plan(
    pushes=(), value_share=(), quality=0.8, discount=0.2, ads_per_day=50_000, bid=3000.0, lives_per_week=0.0
)  # fmt: skip
USERS, FANS = 100_000, 1000


def sigma(x):
    return 1 / (1 + math.exp(-x))


@pytest.fixture
def market():
    scenario = small(
        "liquor",
        {
            "pool.fans": FANS, "market.users": USERS, "feed.exposures_at_least": 0, "feed.exposures_per_fan": 2.0,
            "segments.everyone": False, "segments.one.share": 0.25, "segments.two.share": 0.75,
            "segments.two.match_value": 0.5, "segments.two.need": 2.0, "segments.two.deal_response": 1.5,
        },
    )  # fmt: skip
    return begun(scenario).market


def test_exposures_follow_from_the_active_core_and_quality(market):
    weight = (1 + 1.0 * 30 / (30 + 0.05 * 1000)) * (2 * 0.8) ** 0.5  # A = 30, A_h = .05 · max(1000, 1000)
    day = market.day(0, PLAN, 2, 30, 1000, 1.0)
    assert day.weight == pytest.approx(weight)
    assert day.exposures == pytest.approx(2.0 * FANS * weight * (1 + 2 * 0.05))  # two lives, .05 entries each


def test_first_responses_by_hand(market):
    lives, followers, season = 2, 1500, 1.3
    day = market.day(0, PLAN, lives, 0, followers, season)
    seen = 2.0 * FANS * 1.6**0.5 / USERS
    viewed = seen * lives * 0.05
    reached = 1 - math.exp(-day.impressions / USERS)
    for s, (match, need, response) in enumerate([(0.0, 1.0, 1.0), (0.5, 2.0, 1.5)]):
        odds = math.log(0.008 / 0.992) + 1.5 * (0.8 - 0.5) + 1.5 * (sigma(match) - 0.5) + 2.0 * (0.35 - 0.35)
        follow = sigma(odds + 0.05 * math.log(1501 / 10_000))
        wants = 1 - math.exp(-need / 28 * season)
        expected = {
            Response.FOLLOW_FROM_FEED: seen * follow,
            Response.ORDER_FROM_FEED: seen * (1 - follow) * wants * sigma(-6.2 + 4 * 0.35) * 0.3,
            Response.CLICK_AD: reached * 0.02,
            Response.FOLLOW_FROM_LIVE: viewed * 0.02,
            Response.ORDER_IN_LIVE: viewed * 0.98 * 0.4 * sigma(-6.2 + 4 * 0.35 + 4 * response * 0.2),
        }
        assert list(day.rates[s]) == pytest.approx([expected[kind] for kind in Response], rel=1e-9)


def test_known_people_meet_ads_no_more_often_than_others(market):
    day = market.day(0, PLAN, 0, 0, 0, 1.0)
    seen = 2.0 * FANS * 1.6**0.5 / USERS
    by_ads = (1 - math.exp(-day.impressions / USERS)) / 30
    assert day.exposure == pytest.approx((seen + by_ads,) * 2)
    assert day.ad_share == pytest.approx((by_ads / (seen + by_ads),) * 2)


def test_ads_are_bought_at_the_average_price_within_the_budget(market):
    bought = [market.day(d, PLAN, 0, 0, 0, 1.0) for d in range(3)]
    spent = 0.0
    for d, day in enumerate(bought):
        median = 2000 * math.exp(0.02 / 30.4375 * d) * ((1e6 + spent) / 1e6) ** 0.25
        z = (math.log(3000 / median)) / 0.6
        cdf = lambda x: 0.5 * (1 + math.erf(x / math.sqrt(2)))  # noqa: E731
        price = median * math.exp(0.18) * cdf(z - 0.6) / cdf(z)
        assert day.ad_spend <= PLAN.ads_per_day
        assert day.impressions == pytest.approx(1000 * PLAN.ads_per_day / price, abs=1)
        assert day.ad_spend == pytest.approx(day.impressions * price / 1000, abs=1)
        spent = day.ad_spend


def test_a_budget_beyond_what_is_on_offer_is_not_spent(market):
    rich = Plan((), (), 0.8, 0.2, 10**9, 3000.0, 0.0)
    day = market.day(0, rich, 0, 0, 0, 1.0)
    won = 0.5 * (1 + math.erf(math.log(3000 / 2000) / 0.6 / math.sqrt(2)))
    assert day.impressions == int(5.0 * USERS * won)
    assert day.ad_spend < 10**9


def test_without_budget_nobody_is_reached(market):
    day = market.day(0, Plan((), (), 0.8, 0.2, 0, 3000.0, 0.0), 0, 0, 0, 1.0)
    assert (day.impressions, day.ad_spend) == (0, 0)
    assert all(rates[Response.CLICK_AD] == 0 for rates in day.rates)
    assert day.ad_share == (0.0, 0.0)


def test_a_run_feeds_back_yesterdays_active_core():
    scenario = everything({"days": 60})
    ledger = run(scenario, "depletion", 3).ledger
    core = np.append(0, ledger.one("ACTIVE_CORE")[:-1])
    feedback = 1 + 1.0 * core / (core + 0.05 * 1000)
    assert core.max() > 5
    assert ledger.weight == pytest.approx(feedback * (2 * ledger.quality) ** 0.5, rel=1e-12)
    base = max(0.08 * 300, scenario.platforms[0].feed.exposures_at_least)
    expected = base * ledger.weight * (1 + ledger.lives * 0.5)
    assert ledger.exposures == pytest.approx(expected, abs=0.5)


def test_a_run_sees_yesterdays_followers():
    simulation, seen = begun(everything({"days": 30}), "depletion", 3), []
    day = simulation.market.day

    def watched(number, plan, lives, active_core, followers, *rest):
        seen.append((active_core, followers))
        return day(number, plan, lives, active_core, followers, *rest)

    simulation.market.day = watched
    for _ in range(30):
        simulation.step()
    ledger = simulation.ledger
    fans, core = ledger.of("ROWS")[:, 2].tolist(), ledger.one("ACTIVE_CORE").tolist()
    assert seen == list(zip([0, *core[:-1]], [300, *fans[:-1]], strict=True))
