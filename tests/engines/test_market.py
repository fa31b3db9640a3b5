"""The market of a day, by hand: intensities per head from yesterday's aggregates and the plan."""

import datetime as dt
import math

import numpy as np
import pytest
from worlds import FINDING, begun, everything, small

from sim.engines.market import Activity
from sim.engines.reservoir import Response
from sim.engines.run import run
from sim.plans import Plan

PLAN = Plan(
    pushes=(), value_share=(), quality=0.8, discount=0.2, ads_per_day=50_000, bid=3000.0, lives_per_week=0.0
)  # fmt: skip
USERS, FANS = 100_000, 1000
BP = 1.5  # b_p


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
            "feed.cascade": False, "feed.accounts": 50, "feed.price_war": 0.1, "ads.growth": 0.02,
        },
    )  # fmt: skip
    return begun(scenario).brand.market


def clicked(day, active=0, unevenness=1.5):
    """Probability of a click, and share of users reached, on a market day."""
    prospecting = day.impressions - day.feed.retargeting
    reached = 1 - (1 + prospecting / USERS * unevenness) ** (-1 / unevenness)
    return 0.02 * (1 + 0.01 * math.log(1 + active)), reached


def test_exposures_follow_from_the_active_core_and_quality(market):
    weight = (1 + 1.0 * 30 / (30 + 0.05 * 1000)) * (2 * 0.8) ** 0.5  # A = 30, A_h = .05 · max(1000, 1000)
    day = market.day(0, PLAN, 2, 30, 1000, 1.0)
    assert day.weight == pytest.approx(weight)
    assert day.exposures == pytest.approx(2.0 * FANS * weight * (1 + 2 * 0.05))  # two lives, .05 entries each


def test_active_groups_give_contents_and_lives_a_start(market):
    day = market.day(0, PLAN, 2, 0, 1000, 1.0, Activity(groups=400))
    start = 1 + 0.2 * 120 / (120 + 50)  # S = .3 · 400, A_h = 50
    assert day.weight == pytest.approx(1.6**0.5)
    assert day.feed.seed_views == pytest.approx(120)
    assert day.exposures == pytest.approx(2.0 * FANS * day.weight * start * (1 + 2 * 0.05))
    assert day.feed.live_entries == pytest.approx(day.exposures * 0.1 / 1.1)


def test_ads_make_the_brand_known_and_the_known_are_noticed(market):
    first = market.day(0, PLAN, 0, 0, 1000, 1.0)
    _, reached = clicked(first)
    assert first.feed.aware == pytest.approx(reached)
    silent = Plan((), (), 0.8, 0.2, 0, 3000.0, 0.0)
    second = market.day(1, silent, 0, 0, 1000, 1.0)
    assert second.exposures / first.exposures == pytest.approx(1 + 0.5 * reached)  # of the evening before
    assert second.feed.aware == pytest.approx(reached * math.exp(-1 / 21))


def test_first_responses_by_hand(market):
    lives, followers, season, number = 2, 1500, 1.3, 60
    day = market.day(number, PLAN, lives, 0, followers, season, Activity(active=200))
    price = math.exp(0.1 * number / 30.4375)  # competitors ask less and less
    assert day.public_price == pytest.approx(price)
    seen = 2.0 * FANS * 1.6**0.5 / USERS
    viewed = seen * lives * 0.05
    click, reached = clicked(day, active=200)
    assert day.click == pytest.approx(click)
    for s, (match, need, response) in enumerate([(0.0, 1.0, 1.0), (0.5, 2.0, 1.5)]):
        odds = math.log(0.008 / 0.992) + 1.5 * (0.8 - 0.5) + 1.5 * (sigma(match) - 0.5) + 2.0 * (0.35 - 0.35)
        follow = sigma(odds + 0.05 * math.log(1501 / 10_000))
        wants = 1 - math.exp(-need / 28 * season)
        expected = {
            Response.FOLLOW_FROM_FEED: seen * follow,
            Response.ORDER_FROM_FEED: seen * (1 - follow) * wants * sigma(-6.2 + 4 * 0.35 - BP * math.log(price)) * 0.3,
            Response.CLICK_AD: reached * click,
            Response.FOLLOW_FROM_LIVE: viewed * 0.02,
            Response.ORDER_IN_LIVE: viewed
            * 0.98
            * 0.4
            * sigma(-6.2 + 4 * 0.35 + 1.25 * response * 0.2 - BP * math.log(0.8 * price)),
            Response.FOLLOW_FROM_SEARCH: 0.0,
            Response.ORDER_FROM_SEARCH: 0.0,
        }
        in_store = {Response.LEAVE_LEAD_IN_FEED, Response.LEAVE_LEAD_IN_LIVE, Response.WALK_INTO_STORE}
        expected |= dict.fromkeys(in_store, 0.0)  # deals close online
        assert list(day.rates[s]) == pytest.approx([expected[kind] for kind in Response], rel=1e-9)


def test_first_responses_by_search_by_hand():
    """Needs a day · share that begins with a search here · share of the brand in what it shows."""
    segments = {"segments.one.share": 1.0, "segments.one.need": 2.0}
    changes = {"segments.bargain": False, "segments.regular": False, "industry.need_interval": 28.0}
    changes |= {"segments.one.trust_shift": 0.5, "brand.persona": 0.0, "sources.teacher": False}
    simulation = begun(everything(FINDING | changes | segments))
    rates = simulation.brand.market.day(0, PLAN, 0, 0, 9_999, 1.3).rates[0]
    met = 2.0 / 28 * 1.3 * 0.5 * 0.02
    trust = sigma(math.log(0.35 / 0.65) + 0.5)
    follow = sigma(math.log(0.04 / 0.96) + 1.5 * (0.8 - 0.5) + 2.0 * (trust - 0.35))
    assert rates[Response.FOLLOW_FROM_SEARCH] == pytest.approx(met * follow, rel=1e-9)
    order = met * (1 - follow) * sigma(-3.0 + 4 * trust) * 0.3
    assert rates[Response.ORDER_FROM_SEARCH] == pytest.approx(order, rel=1e-9)


def test_first_responses_of_a_store_by_hand():
    """Contact data instead of orders, and visitors of the store who come of their own accord."""
    changes = {
        "pool.fans": FANS, "market.users": USERS, "feed.exposures_at_least": 0, "feed.exposures_per_fan": 2.0,
        "industry.closing": "store", "industry.decision_days": 30.0, "store.visitors": 4.0, "brand.price": 150.0,
        "feed.cascade": False,
    }  # fmt: skip
    day = begun(small("liquor", changes)).brand.market.day(0, PLAN, 2, 0, FANS, 1.5)
    rates = dict(zip(Response, day.rates[0], strict=True))
    ready = 0.5 * 0.3 * sigma(-1.5 * math.log(150 / 120))  # half, by a card; on the mind; a dear brand
    wants = 1 - math.exp(-1.5 / 28 * 30)
    seen, viewed = 2.0 * FANS * 1.6**0.5 / USERS, 2.0 * FANS * 1.6**0.5 / USERS * 2 * 0.05
    follow = rates[Response.FOLLOW_FROM_FEED] / seen
    assert rates[Response.LEAVE_LEAD_IN_FEED] == pytest.approx(seen * (1 - follow) * wants * ready)
    assert rates[Response.LEAVE_LEAD_IN_LIVE] == pytest.approx(viewed * 0.98 * wants * ready)
    assert rates[Response.WALK_INTO_STORE] == pytest.approx(4.0 * 1.5 / USERS)
    assert rates[Response.ORDER_FROM_FEED] == rates[Response.ORDER_IN_LIVE] == 0.0


def test_where_people_are_met_is_a_plain_integer():
    """Compiled rules take their types from the first scenario of a process, which may have neither feed nor search."""
    assert type(begun(small("livestream-group")).brand.market.home) is int
    assert begun(everything(FINDING)).brand.market.home == 0


def test_known_people_meet_ads_no_more_often_than_others(market):
    day = market.day(0, PLAN, 0, 0, 0, 1.0)
    seen = 2.0 * FANS * 1.6**0.5 / USERS
    by_ads = clicked(day)[1] / 30
    assert day.exposure == pytest.approx((seen + by_ads,) * 2)
    assert day.ad_share == pytest.approx((by_ads / (seen + by_ads),) * 2)


def test_ads_are_bought_at_the_average_price_within_the_budget(market):
    bought = [market.day(d, PLAN, 0, 0, 0, 1.0) for d in range(3)]
    spent = 0.0
    for d, day in enumerate(bought):
        others = 1e6 * 1.069 ** (d / 30.4375)
        median = 2000 * math.exp(0.02 / 30.4375 * d) * ((others + spent) / 1e6) ** 0.25
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
    assert day.ad_share == [0.0, 0.0]


def test_part_of_the_ads_goes_to_those_who_clicked(market):
    day = market.day(0, PLAN, 0, 0, 0, 1.0, Activity(commercial=50_000))
    meant = int(0.1 * day.impressions)
    assert day.feed.retargeting == meant
    assert day.retarget == pytest.approx(1 - math.exp(-meant / 50_000))
    few = market.day(0, PLAN, 0, 0, 0, 1.0, Activity(commercial=100))
    assert few.feed.retargeting == 100  # one a day and person
    assert few.retarget == pytest.approx(1 - math.exp(-1))
    nobody = market.day(0, PLAN, 0, 0, 0, 1.0)
    assert (nobody.feed.retargeting, nobody.retarget) == (0, 0)


def test_a_run_feeds_back_yesterdays_active_core():
    scenario = everything({"days": 60, "feed.cascade": False, "rules.exposure.awareness": 0.0})
    ledger = run(scenario, "depletion", 3).ledger
    core = np.append(0, ledger.one("ACTIVE_CORE")[:-1])
    feedback = 1 + 1.0 * core / (core + 0.05 * 1000)
    assert core.max() > 5
    assert ledger.weight == pytest.approx(feedback * (2 * ledger.quality) ** 0.5, rel=1e-12)
    groups = [c for c, name in enumerate(ledger.channels) if name.endswith("group")]
    seeds = 0.3 * np.append(0, ledger.of("VISITS")[:-1, groups].sum(axis=1))
    assert seeds.max() > 5
    base = max(0.08 * 300, scenario.platforms[0].feed.exposures_at_least * scenario.brand.matrix.accounts)
    expected = base * ledger.weight * (1 + ledger.lives * 0.5) * (1 + 0.2 * seeds / (seeds + 0.05 * 1000))
    assert ledger.exposures == pytest.approx(expected, abs=0.5)


def test_a_run_sees_yesterdays_followers():
    simulation, seen = begun(everything({"days": 30}), "depletion", 3), []
    day = simulation.brand.market.day

    def watched(number, plan, lives, active_core, followers, season, activity, *others):
        seen.append((active_core, followers, activity.active, activity.commercial))
        return day(number, plan, lives, active_core, followers, season, activity, *others)

    simulation.brand.market.day = watched
    for _ in range(30):
        simulation.step()
    ledger = simulation.ledger
    fans, core = ledger.of("ROWS")[:, 2].tolist(), ledger.one("ACTIVE_CORE").tolist()
    active, commercial = ledger.one("ACTIVE").tolist(), ledger.of("ROWS")[:, 1].tolist()
    yesterday = ([0, *core[:-1]], [300, *fans[:-1]], [0, *active[:-1]], [0, *commercial[:-1]])
    assert seen == list(zip(*yesterday, strict=True))
    assert max(commercial) > 5


def test_ads_are_dearer_in_the_season_of_advertising_and_nothing_else_is():
    """Peaks of high-ticket goods: the same money buys fewer impressions from the first day of the peak on."""
    base = {"days": 40, "logics.growth.ads_per_day": 50.0, "logics.growth.reinvest_ads": 0.0}
    peak = {"market.ad_season": {dt.date(2021, 8, 1): 1.0, dt.date(2021, 8, 21): 2.0}}
    plain, dear = (run(small("liquor", base | more), "growth", 3).daily for more in ({}, peak))
    assert plain["impressions"][:20].equals(dear["impressions"][:20])
    assert (dear["impressions"][20:] < 0.9 * plain["impressions"][20:]).all()
    assert (abs(dear["ad_spend"] - plain["ad_spend"]) <= 1).all()  # cents; impressions are whole
    assert plain["exposures"][:21].equals(dear["exposures"][:21])
