"""People find goods (E-16): searches and visits unasked, switched off, moved, counted, and against theory."""

import math

import numpy as np
import pytest
from samples import FAR, z_of_share
from worlds import FINDING, HOMEPAGE, NO_LEAVING, SEARCH, SHELF, SILENT, begun, everything

from sim.domains import TIERS, Source
from sim.engines.dispatch import Dispatch
from sim.engines.run import run
from sim.engines.world import brief_of, world_of
from sim.plans import Plan
from sim.rules.climate import compilable
from sim.rules.search import found_by_search, searches
from sim.scenario import load_scenario, with_changes

DAYS = 60
QUIET = {"logics.depletion": False, "logics.quiet": SILENT, "brand.content.videos_per_week": 0.0}


def shelf(search=SEARCH, homepage=HOMEPAGE, days=DAYS, **changes):
    """``everything`` with a shelf beside Douyin and WeChat."""
    store = [channel for channel in SHELF["channels"] if channel["kind"] != "pull"]
    place = SHELF | {"search": search or {"use": 0.0}, "channels": [*store, *([homepage] if homepage else [])]}
    return everything(FINDING | {"platforms": [*FINDING["platforms"][:2], place], "days": days} | changes)


def assert_same(a, b):
    columns = [column for column in a.columns if column in b.columns]
    assert len(columns) > 100
    assert a[columns].equals(b[columns])


# ------------------------------------------------------------------------------------------ with common random numbers


def test_without_a_search_nothing_of_it_happens_and_all_else_stays():
    none = run(shelf(None, None), "depletion", 3).daily
    assert_same(run(shelf({"use": 0.9}, None), "depletion", 3).daily, none)
    assert none[["searches", "orders_search", "gmv_search", "joins_search"]].to_numpy().sum() == 0


def test_a_homepage_that_nobody_visits_changes_nothing():
    without = run(shelf(homepage=None), "depletion", 3).daily
    assert_same(run(shelf(homepage=HOMEPAGE | {"open": 0.0}), "depletion", 3).daily, without)


def test_visits_change_nobody_who_follows_elsewhere():
    """A homepage stands open to those who are in touch on its platform: nobody, if nobody is there."""
    nobody = {"channels.store.joins_at_follow": 0.0}
    without = run(shelf(homepage=None, **nobody), "depletion", 3).daily
    with_one = run(shelf(homepage=HOMEPAGE | {"open": 1.0}, **nobody), "depletion", 3).daily
    assert with_one["visits_homepage"].sum() == 0
    assert_same(with_one, without)


def test_repurchase_intent_alone_leaves_first_responses_as_they_are():
    """Who has not bought searches for goods, not for the brand: the same people respond first on the same days."""
    still = {"rules.exposure.feedback": 0.0, "rules.follow.followers": 0.0, "logics.depletion.escalate": False}
    # searches win people back, who would give contents a start and ads their targets
    still |= {"rules.exposure.cold_start": 0.0, "rules.ads.targeting": 0.0, "ads.retarget_share": 0.0}
    still |= {"rules.referral.share": 0.0, "rules.conformity.sales": 0.0, "sources.teacher": False}
    a, b = (shelf(SEARCH | {"repurchase_intent": intent}, **still) for intent in (0.0, 0.9))
    first = ["flow_untouched_public", "flow_untouched_private", "flow_untouched_commercial"]
    ours, theirs = (run(scenario, "depletion", 3).daily for scenario in (a, b))
    assert ours[first].equals(theirs[first])
    assert not ours["orders"].equals(theirs["orders"])


# ------------------------------------------------------------------------------------------------ moved, in directions


def moved(less, more, column, logic="depletion", seeds=range(6)):
    """Mean paired difference of a column's sum, in standard errors."""
    gaps = [run(more, logic, s).daily[column].sum() - run(less, logic, s).daily[column].sum() for s in seeds]
    return np.mean(gaps) / (np.std(gaps, ddof=1) / math.sqrt(len(gaps)))


def test_the_brands_share_brings_people():
    assert moved(shelf(), shelf(SEARCH | {"share": 0.1}), "joins_search") > FAR


def test_repurchase_intent_brings_orders_without_a_message():
    never, often = (shelf(SEARCH | {"repurchase_intent": intent}) for intent in (0.0, 0.9))
    assert moved(never, often, "orders_search") > FAR


@pytest.mark.parametrize("column", ["orders_homepage", "intimacy_mean", "active_share"])
def test_visits_bring_the_brand_to_mind(column):
    assert moved(shelf(), shelf(homepage=HOMEPAGE | {"open": 0.6}), column) > FAR


def test_on_a_shelf_who_has_bought_comes_back_without_a_message():
    """E-16: on Douyin a repeat purchase needs a private trigger; on a shelf it does not."""
    assert moved(shelf(None, None, 150, **QUIET), shelf(SEARCH, None, 150, **QUIET), "orders_followers", "quiet") > FAR


# ------------------------------------------------------------------------------------------------------------- counted


def test_what_a_search_sells_pays_the_commission_of_the_shelf():
    """Nothing but searches sells here, on the shelf, which takes half; Douyin takes nothing."""
    douyin = {"extends": "douyin-2021-07", "shop": {"opening_commission": 0.0, "commission": 0.0}}
    place = SHELF | {"shop": {"commission": 0.5}, "channels": SHELF["channels"][:1]}
    unsalient = {"rules.purchase.touch": 1.0, "rules.purchase.salience": 0.0, "feed.exposures_at_least": 0}
    changes = {"platforms": [douyin, "wechat-2021-07", place], "days": 150, "brand.category": ""}
    daily = run(everything(FINDING | changes | unsalient | QUIET | {"feed.exposures_per_fan": 0}), "quiet", 4).daily
    assert daily["orders"].sum() > 20
    assert daily["orders_search"].equals(daily["orders"])
    assert abs(daily["commission"].sum() - 0.5 * daily["gmv_search"].sum()) <= daily["orders"].sum() / 2


def test_visits_are_not_messages():
    nobody_talks = {"channels.douyin-group.chatter": 0.0}
    daily = run(shelf(homepage=HOMEPAGE | {"open": 0.5}, **QUIET, **nobody_talks), "quiet", 3).daily
    assert daily["visits_homepage"].sum() > 100
    for column in ("delivered", "opened", "fatigue_mean", "members_homepage", "content_cost"):
        assert daily[column].sum() == 0, column
    assert (daily["active_share"] > 0).any()


def test_a_plan_that_pushes_to_a_homepage_sends_nothing():
    brief = brief_of(shelf())
    everywhere = ((7.0,) * TIERS,) * len(brief.channels)
    plan = Plan(everywhere, everywhere, 0.5, 0.0, 0, 3000.0, 0.0)
    dispatch = Dispatch(brief, 0.0)
    dispatch.day(0, plan, [1] * len(brief.channels))
    by_channel = (dispatch.sent("value") + dispatch.sent("promotion")).reshape(-1, TIERS)
    assert (by_channel[:-1] == 1).all()
    assert (by_channel[-1] == 0).all()


def test_joins_by_search_are_their_own_source():
    found = run(shelf(), "depletion", 3)
    assert found.ledger.of("JOINS")[:, Source.SEARCH].sum() == found.daily["joins_search"].sum() > 0


# ------------------------------------------------------------------------------------------------------ against theory


def test_who_has_bought_is_found_again_by_intent_or_by_chance():
    world = compilable(world_of(shelf()))
    assert found_by_search(0, world) == pytest.approx(0.5 * 0.02)
    assert found_by_search(1, world) == pytest.approx(0.4 + 0.6 * 0.01)
    assert found_by_search(9, compilable(world_of(shelf(None)))) == 0.0


@pytest.mark.statistical
@pytest.mark.parametrize(("orders", "found"), [(0, 0.01), (1, 0.406)])
def test_searches_come_as_often_as_needs_lead_there(orders, found):
    simulation, climates = begun(shelf(days=1, **{"market.season": 1.5})), []
    advance = simulation.rows.advance
    simulation.rows.advance = lambda climate, tally: (climates.append(climate), advance(climate, tally))
    simulation.step()
    rate, world = 0.3 / found, simulation.world
    drawn = [searches(n, rate, orders, 0, climates[0], world, 99) for n in range(40_000)]
    assert abs(z_of_share(sum(drawn), len(drawn), 1 - math.exp(-rate * 1.5 * found))) < FAR
    assert abs(z_of_share(sum(drawn), len(drawn), 1 - math.exp(-rate * 1.5 * found * 1.05))) > FAR
    assert not any(searches(n, rate, orders, 1, climates[0], world, 99) for n in range(100))  # buys no more


@pytest.mark.statistical
def test_visits_unasked_come_as_often_as_the_formula_says():
    """Σ over fans of open·(1 + a_rel(rel − ½))·(T/T₀)^θ_o; nothing moves trust here, and nobody comes or leaves."""
    still = {"market.users": 40_000, "feed.exposures_per_fan": 0, "feed.exposures_at_least": 0} | NO_LEAVING
    still |= {
        "rules.purchase.base": -30.0,
        "pool.fans": 2000,
        "pool.channels": {"store": 1.0},
        "brand.path.guidance": 1.0,
    }
    simulation = begun(shelf({"use": 0.0}, days=20, **QUIET, **still), "quiet")
    table = simulation.rows.table()
    rel = 1 / (1 + np.exp(-table["affinity"].astype(float)))
    chance = np.minimum(1.0, 0.1 * (1 + 0.6 * (rel - 0.5)) * np.sqrt(table["trust"].astype(float) / 0.35))
    for _ in range(20):
        simulation.step()
    visits, spread = simulation.ledger.of("VISITS").sum(), math.sqrt(20 * (chance * (1 - chance)).sum())
    assert abs(visits - 20 * chance.sum()) / spread < FAR
    assert abs(visits - 20 * chance.sum() * 1.1) / spread > FAR


def test_a_shelf_of_presets_runs():
    alone = {"platforms": ["shelf-2021"], "days": 30, "pool.fans": 100, "brand.category": ""}
    scenario = with_changes(load_scenario("liquor"), alone | {"pool.channels": {"shelf-store": 1.0}})
    assert run(scenario, "growth", 1).daily["visits_shelf_storefront"].sum() > 0
