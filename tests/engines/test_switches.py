"""Each mechanism alone, M1 to M19: switched off by ordinary parameters, it takes away what it does and nothing else.

Both runs of a pair meet the same people with the same luck. What a mechanism does not reach is equal to the integer:
for the whole run where its effects end somewhere, or else up to its first event, after which all may depend on it.
"""

from fnmatch import fnmatch
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from worlds import SEARCH, begun, equal_tables, run_through, small

from sim.observables import observables
from sim.rules.rows import NEVER

SEED = 11
TRAITS = ("segment", "tolerance", "frailty", "need_rate", "affinity")

# nothing of the whole pool reaches the feed, so that who is met when does not depend on how fans live
UNHEARD = {
    "rules.exposure.feedback": 0.0, "rules.exposure.cold_start": 0.0, "rules.follow.followers": 0.0,
    "rules.ads.targeting": 0.0, "ads.retarget_share": 0.0,
}  # fmt: skip
NO_ADS = {key: value for key, value in UNHEARD.items() if "ads" not in key}  # where no platform sells any
EAGER = {"rules.purchase.base": -3.0, "industry.need_interval": 10.0}

FEED = ("contents", "plays*", "exposures*", "gini_exposure", "head_share", "newcomer_share", "exposure_share", "lives")
EXITS = ("exits", "mutes", "channel_leaves_*")  # a channel, or all of them
MONEY = ("contribution", "margin*", "spend", "gmv_per_*")


def steady(logic, **values):
    """A fixed plan in place of a logic, so that no difference comes back through the operator."""
    pushes = {"group": 7.0, "subscription": 2.0}
    return {f"logics.{logic}": {"kind": "fixed", "pushes_per_week": pushes, "value_share": 0.5, **values}}


class Switch(NamedTuple):
    """A mechanism and how it is switched off.

    given   on both sides;  off: switches the mechanism off
    silent  columns in which something happens with it and nothing without it
    moves   columns whose sums differ
    only    patterns of columns that may differ at all; None: later days may differ in everything
    first   what begins the mechanism's effects: days before the first with any of it are equal in all columns
    told    patterns of columns that say what is planned or expected, and differ from the first day
    felt    … and so is that day itself but for these patterns; None: that day may differ in everything
    spared  patterns of columns that are equal throughout
    comers  the same people respond in the same order
    pool    fans of the starting pool who stay live the same lives
    """

    scenario: str
    logic: str
    given: dict
    off: dict
    silent: tuple = ()
    moves: tuple = ()
    only: tuple | None = None
    first: tuple = ()
    told: tuple = ()
    felt: tuple | None = None
    spared: tuple = ()
    comers: bool = True
    pool: bool = False


FIXED = steady("growth", ads_per_day=10.0, lives_per_week=3.0)
SELDOM = steady("growth", pushes_per_week={"group": 1.0})  # the first message goes out on day 6

SWITCHES = {
    "M1 the cascade of a content": Switch(
        "liquor", "growth", UNHEARD | FIXED, {"feed.cascade": False},
        moves=("plays", "exposures_feed", "joins_feed"), silent=("contents", "plays_best"),
        spared=("delivered_wecom", "impressions", "ad_spend", "cpm", "lives", "exposures_live"),
        comers=False, pool=True,
    ),
    "M1 the other accounts of the feed": Switch(
        "liquor", "growth", FIXED, {"feed.accounts": 0},
        silent=("gini_exposure", "head_share", "newcomer_share", "exposure_share"),
        only=("gini_exposure", "head_share", "newcomer_share", "exposure_share"),
    ),
    "M2 ads": Switch(
        "liquor", "growth", UNHEARD | FIXED | {"rules.exposure.awareness": 0.0}, {"logics.growth.ads_per_day": 0.0},
        silent=("impressions", "ad_spend", "ad_clicks", "joins_ad", "aware_share", "fans_commercial"),
        moves=("joins",), spared=FEED, comers=False, pool=True,
    ),
    "M2 retargeting": Switch(
        "liquor", "growth", UNHEARD | FIXED | {"market.users": 30_000, "ads.retarget_share": 0.3},
        {"ads.retarget_share": 0.0},
        silent=("retargeted", "impressions_retargeting"), moves=("touches",),
        first=("fans_commercial",), felt=(), spared=("impressions", "ad_spend", "cpm"), comers=False, pool=True,
    ),
    "M2 growth of competitors": Switch(
        "liquor", "growth", UNHEARD | FIXED, {"ads.competitors": 0.0},
        moves=("cpm", "impressions"), spared=FEED, comers=False, pool=True,
    ),
    "M3 following in a live": Switch(
        "liquor", "growth", UNHEARD | FIXED | {"feed.exposures_per_live": 2.0}, {"rules.follow.from_live": 0.0},
        silent=("joins_live",), moves=("joins",), spared=(*FEED, "impressions"), comers=False, pool=True,
    ),
    "M3 the guided path": Switch(
        "guided-follow", "growth",
        UNHEARD | steady("growth") | {"rules.follow.base": 0.002, "rules.purchase.base": -4.0},
        {"brand.path.follow": []},
        silent=("guided", "joins_payment"), first=("guided",), spared=FEED,
    ),
    "M4 messages": Switch(
        "liquor", "growth", UNHEARD | SELDOM | {"rules.leaving.fatigue": 0.1}, {"logics.growth.pushes_per_week": {}},
        silent=("delivered", "opened", "useful_openings", "annoyed_openings", "load_mean"), told=("pushes_*",),
        moves=("content_cost",), first=("delivered",), spared=(*FEED, "impressions", "ad_spend"),
    ),
    "M4 less is opened under load": Switch(
        "liquor", "growth", UNHEARD | SELDOM | {"rules.messages.load_effect": 3.0}, {"rules.messages.load_effect": 0.0},
        moves=("opened",), first=("delivered",), spared=(*FEED, "pushes_*"),
    ),
    "M5 fatigue": Switch(
        "livestream-group", "growth", steady("growth", pushes_per_week={"group": 5.0}),
        {"channels.wechat-group.fatigue_weight": 0.0},
        silent=("load_mean", "fatigue_mean"), moves=("opened",), first=("delivered",), spared=("lives", "pushes_*"),
    ),
    "M5 fatigue where messages are useful and nobody minds the load": Switch(
        "liquor", "growth",
        steady("growth", value_share=1.0) | {"rules.leaving.fatigue": 0.0, "rules.messages.load_effect": 0.0},
        {"channels.douyin-group.fatigue_weight": 0.0, "channels.douyin-subscription.fatigue_weight": 0.0},
        moves=("load_mean", "fatigue_mean"), only=("load_*", "fatigue_mean"),
    ),
    "M6 exits by fatigue": Switch(
        "liquor", "growth", UNHEARD | steady("growth") | {"rules.leaving.fatigue": 0.1},
        {"rules.leaving.fatigue": 0.0}, silent=("exits_fatigue",), moves=("exits",), first=EXITS, spared=FEED,
    ),
    "M6 exits by neglect": Switch(
        "liquor", "growth", UNHEARD | FIXED, {"rules.leaving.neglect": 0.0},
        silent=("exits_neglect",), moves=("exits",), first=("exits",), spared=FEED,
    ),
    "M6 shocks": Switch(
        "liquor", "growth", UNHEARD | FIXED | {"rules.leaving.shock": 0.02}, {"rules.leaving.shock": 0.0},
        silent=("exits_shock",), moves=("exits",), first=EXITS, spared=FEED,
    ),
    "M7 trust that messages and orders move": Switch(
        "liquor", "growth", UNHEARD | SELDOM,
        {"rules.trust.gain": 0.0, "rules.trust.experience": 0.0},
        moves=("trust_mean",), first=("useful_openings", "annoyed_openings", "orders"), spared=FEED,
    ),
    "M8 buying": Switch(
        "liquor", "growth", UNHEARD | steady("growth") | {"rules.purchase.base": -4.5}, {"rules.purchase.base": -30.0},
        silent=("orders", "gmv", "commission", "goods"), moves=("contribution",), first=("orders",), spared=FEED,
        comers=False,
    ),
    "E-49 a product that fits the segment": Switch(
        "liquor", "growth", UNHEARD | steady("growth") | {"segments.everyone.match_product": 2.0},
        {"segments.everyone.match_product": 0.0}, moves=("orders", "gmv"), first=("orders",), spared=FEED,
        comers=False,
    ),
    "M9 satisfaction": Switch(
        "liquor", "growth", UNHEARD | steady("growth") | {"rules.purchase.base": -4.5},
        {
            "rules.trust.purchase": 0.0, "rules.purchase.learning": 0.0, "rules.purchase.bait": 0.0,
            "rules.purchase.attrition_satisfaction": 0.0,
        },
        moves=("trust_mean",), first=("orders",), spared=FEED,
    ),
    "M10 sharing along the network": Switch(
        "forum-super-users", "talk",
        NO_ADS | steady("talk")
        | {"brand.shows_sales": False, "rules.referral.share": 0.03, "rules.referral.accept": 1.0},
        {"rules.referral.share": 0.0},
        silent=("shares", "invitations", "joins_invited", "joins_invitation"), moves=("joins",),
        first=("shares",), spared=FEED, comers=False,
    ),
    "M10 rewards": Switch(
        "forum-super-users", "rewards",
        NO_ADS | steady("rewards", incentive=10.0)
        | {"brand.shows_sales": False, "rules.referral.share": 0.02, "rules.referral.accept": 1.0},
        {"logics.rewards.incentive": 0.0},
        silent=("shares_rewarded", "incentives"), moves=("shares", "joins_invited"), first=("shares",), spared=FEED,
        comers=False,
    ),
    "M11 shown sales": Switch(
        "forum-super-users", "talk",
        NO_ADS | EAGER | steady("talk") | {"rules.referral.share": 0.0, "rules.conformity.sales": 0.4},
        {"brand.shows_sales": False},
        moves=("orders",), first=("orders",), felt=(), spared=FEED, comers=False,
    ),
    "M12 dependence on deals": Switch(
        "livestream-group", "depletion", steady("depletion", discount=0.3)
        | {"rules.purchase.base": -4.0, "rules.deals.lesson": 30.0}, {"rules.deals.lesson": 0.0},
        silent=("deal_proneness_mean",), moves=("orders",), first=("orders_shallow", "orders_deep"),
        felt=("deal_proneness_mean",),
    ),
    "M12 remembered prices": Switch(
        "livestream-group", "depletion", EAGER | steady("depletion", discount=0.5, pushes_per_week={"group": 3.0})
        | {"rules.deals.notice": 0.3},
        {"rules.deals.adaptation": 0.0, "rules.deals.notice": 0.0},
        moves=("reference_price_mean", "orders"), first=("opened",),
    ),
    "M12 broken promises": Switch(
        "content-maker", "at-once", UNHEARD | {"rules.promise.breach": 5.0}, {"rules.promise.breach": 0.0},
        silent=("broken_promises",), moves=("trust_mean",), first=("broken_promises",), spared=FEED,
    ),
    "E-83 the persona": Switch(
        "content-maker", "hardly", UNHEARD, {"brand.persona": 0.0},
        moves=("trust_mean", "opened", "joins_feed"), spared=(*FEED, "pushes_*", "quality"), comers=False,
    ),
    "E-88 bargaining": Switch(
        "liquor", "growth", UNHEARD | EAGER | FIXED | {"brand.trust": 0.6}, {"rules.persona.bargaining": 0.0},
        moves=("commission",), only=("commission", *MONEY),
    ),
    "M13 questions and answers": Switch(
        "workplace-course", "growth", UNHEARD | steady("growth", service_seats=0.02) | {"industry.questions": 0.01},
        {"industry.questions": 0.0},
        silent=("questions",), told=("service_load",), moves=("trust_mean",), first=("questions",), spared=FEED,
    ),
    "M14 other messages in the group": Switch(
        "flooded-group", "growth",
        steady("growth", value_share=1.0)
        | {"rules.leaving.fatigue": 0.0, "rules.messages.load_effect": 0.0, "rules.groups.talk": 0.0},
        {"channels.douyin-group.chatter": 0.0},
        silent=("chatter_douyin_group",), moves=("load_mean",), only=("chatter_douyin_group", "load_*", "fatigue_mean"),
    ),
    "M15 tiers": Switch(
        "liquor", "growth", UNHEARD | FIXED | {"pool.tiers": {"passer_by": 1.0, "liking": 0.0, "devoted": 0.0}},
        {"rules.tiers.liking_up": 100.0, "rules.tiers.devoted_up": 100.0},
        silent=("tier_ups", "fans_liking"), first=("tier_ups",), spared=FEED,
    ),
    "M16 feedback of active fans": Switch(
        "liquor", "growth", FIXED | {"rules.follow.followers": 0.0}, {"rules.exposure.feedback": 0.0},
        silent=("feedback_share",), moves=("exposures", "joins_feed"), spared=("impressions", "ad_spend", "lives"),
        comers=False, pool=True,
    ),
    "M16 cold start by groups": Switch(
        "liquor", "growth", FIXED | {"rules.exposure.feedback": 0.0, "rules.follow.followers": 0.0},
        {"rules.exposure.cold_start": 0.0}, moves=("exposures_live",), spared=("impressions", "lives"),
        comers=False, pool=True,
    ),
    "M16 rewards for tasks": Switch(
        "advisor", "fans-first", {}, {"feed.task_reward": 0.0},
        silent=("task_reward",), moves=("exposures",), first=("task_reward",), comers=False,
    ),
    "M17 deals moved off the platform": Switch(
        "workplace-course", "growth", UNHEARD | EAGER | FIXED, {"industry.leakage": 0.0},
        silent=("moved_orders", "friction"), moves=("commission",),
        only=("moved_orders", "friction", "commission", *MONEY),
    ),
    "M17 the opening commission": Switch(
        "liquor", "growth", UNHEARD | EAGER | FIXED, {"shop.opening_days": 0},
        moves=("commission",), only=("commission", *MONEY),
    ),
    "M18 bans": Switch(
        "douyin-to-wechat", "stay",
        UNHEARD | steady("stay", pushes_per_week={"moments": 42.0})
        | {"pool.channels": {"douyin-subscription": 0.5, "moments": 1.0}, "channels.moments.accounts.ban": 0.02},
        {"channels.moments.accounts.ban": 0.0},
        silent=("bans_moments", "exits_ban"), first=("bans_moments",), spared=FEED,
    ),
    "M18 scarce places": Switch(
        "douyin-to-wechat", "move",
        UNHEARD | steady("move", ask_to_join={"moments": 1.0}) | {"channels.moments.accounts.adds_per_day": 1,
        "channels.moments.accounts.number": 1},
        {"channels.moments.accounts.adds_per_day": 1000},
        silent=("turned_away_moments",), moves=("members_moments",), first=("applications_moments",),
        felt=(), spared=FEED,
    ),
    "M19 lives": Switch(
        "liquor", "growth", UNHEARD | steady("growth", lives_per_week=2.0) | {"feed.exposures_per_live": 1.0},
        {"logics.growth.lives_per_week": 0.0},
        silent=("lives", "watches", "live_minutes", "exposures_live", "joins_live"), moves=("content_cost",),
        first=("lives",), spared=("contents", "plays*"), comers=False,
    ),
    "M19 leads": Switch(
        "used-cars", "growth", UNHEARD | steady("growth", service_seats=0.05)
        | {"industry.need_interval": 500.0, "store.visitors": 0.0, "industry.questions": 0.0},
        {"rules.leads.ready": 0.0},
        silent=("leads", "qualified"), told=("service_load", "answer_minutes*"), first=("leads",), spared=FEED,
        comers=False,
    ),
    "M19 visitors of the store": Switch(
        "used-cars", "growth", UNHEARD | steady("growth", service_seats=0.2), {"store.visitors": 0.0},
        silent=("walk_ins",), moves=("orders",), spared=FEED, comers=False, pool=True,
    ),
    "E-16 search": Switch(
        "email-newsletter", "growth", UNHEARD | steady("growth") | {"search": SEARCH | {"share": 1e-4}},
        {"search.use": 0.0, "search.share": 0.0, "search.repurchase_intent": 0.0},
        silent=("searches", "orders_search", "joins_search"), moves=("orders",), first=("searches",), spared=FEED,
        comers=False,
    ),
    "E-8 a source": Switch(
        "tennis-coach", "growth", UNHEARD | steady("growth") | {"rules.referral.share": 0.0},
        {"sources.trial-lessons": False},
        silent=("joins_code",), moves=("joins",), spared=FEED, comers=False, pool=True,
    ),
    "E-80 partners": Switch(
        "yoga-partners", "growth", UNHEARD | steady("growth") | {"rules.referral.share": 0.0, "rules.groups.talk": 0.0},
        {"sources.teachers": False},
        silent=("joins_partner", "sources_cost"), moves=("joins",), spared=FEED, comers=False, pool=True,
    ),
    "E-15 the throttle of the platform": Switch(
        "used-cars", "growth", UNHEARD | steady("growth", service_seats=0.2) | {"feed.throttle": 0.8},
        {"feed.throttle": 0.0}, moves=("exposures", "joins_feed"), first=("orders",), felt=(), comers=False,
        spared=("lives", "pushes_*"),
    ),
    "E-41 red packets": Switch(
        "livestream-group", "growth", steady("growth", red_packets_per_week=2.0),
        {"logics.growth.red_packets_per_week": 0.0},
        silent=("incentives",), moves=("visits_wechat_group",), first=("incentives",), spared=("pushes_*",),
    ),
    "E-64 groups that fall silent": Switch(
        "flooded-group", "growth", steady("growth", value_share=0.0, pushes_per_week={"group": 1.0})
        | {"channels.douyin-group.chatter": 0.0},
        {"rules.groups.talk": 0.0}, moves=("visits_douyin_group",), first=("opened",),
        felt=(), spared=("pushes_*",),
    ),
    "E-57 folded Moments": Switch(
        "douyin-to-wechat", "stay",
        UNHEARD | steady("stay", pushes_per_week={"moments": 2.0})
        | {"pool.channels": {"douyin-subscription": 0.5, "moments": 1.0}, "channels.moments.fold_after": 0.1},
        {"channels.moments.fold_after": 1000.0},
        moves=("opened_moments",), first=("delivered_moments",), spared=FEED,
    ),
    "E-4 the price war": Switch(
        "liquor", "growth", UNHEARD | EAGER | FIXED | {"feed.price_war": 0.5}, {"feed.price_war": 0.0},
        moves=("orders_others",), spared=(*FEED, "impressions", "ad_spend"), comers=False, pool=True,
    ),
    "E-82 authority": Switch(
        "liquor", "growth", UNHEARD | FIXED | {"brand.endorsement": 1.0}, {"brand.endorsement": 0.0},
        moves=("joins_feed",), spared=(*FEED, "impressions", "ad_spend"), comers=False,
    ),
    "matrix accounts": Switch(
        "liquor", "growth", UNHEARD | SELDOM | {"brand.matrix": {"accounts": 2, "overlap": 0.4},
        "logics.growth.pushes_per_week": {"subscription": 1.0}}, {"brand.matrix.overlap": 0.0},
        moves=("delivered_douyin_subscription",), first=("delivered",), spared=(*FEED, "pushes_*", "content_cost"),
    ),
}  # fmt: skip


class Lived(NamedTuple):
    """What is left of a run."""

    daily: pd.DataFrame
    rows: dict


@lru_cache(maxsize=128)
def lived(name, on):
    """A scenario made small with a mechanism, or without it."""
    switch = SWITCHES[name]
    scenario = small(switch.scenario, {"days": 75} | switch.given | ({} if on else switch.off))
    simulation = begun(scenario, switch.logic, SEED)
    run_through(simulation)
    ledger = simulation.ledger
    daily = {o.name: o.value(ledger) for o in observables(ledger.channels, ledger.segments)}
    return Lived(pd.DataFrame(daily), simulation.rows.table())


def changed(a, b, days, patterns=("*",)):
    """Columns of some kinds that differ within the first days."""
    named = [name for name in a.columns if any(fnmatch(name, pattern) for pattern in patterns)]
    return {name for name in named if not a[name][:days].equals(b[name][:days])}


def matching(names, patterns):
    return {name for name in names if any(fnmatch(name, pattern) for pattern in patterns)}


def test_every_mechanism_of_the_model_has_a_switch():
    numbers = {int(name.split()[0][1:]) for name in SWITCHES if name.startswith("M")}
    assert numbers == set(range(1, 20))


@pytest.mark.parametrize("name", SWITCHES)
def test_switched_off_it_does_nothing_and_on_it_does(name):
    switch, (on, _), (off, _) = SWITCHES[name], lived(name, True), lived(name, False)
    for column in switch.silent:
        assert on[column].sum() > 0, column
        assert off[column].abs().sum() == 0, column
    for column in switch.moves:
        assert on[column].sum() != off[column].sum(), column
    assert switch.silent or switch.moves


@pytest.mark.parametrize("name", SWITCHES)
def test_what_is_said_to_stay_is_there_and_moves_by_itself(name):
    """A pattern that names no column, or columns in which nothing ever happens, would hold whatever a switch does."""
    switch, on = SWITCHES[name], lived(name, True).daily
    for pattern in (*switch.spared, *switch.told, *(switch.felt or ()), *(switch.only or ())):
        assert matching(on.columns, (pattern,)), pattern
    if switch.spared and not switch.first:
        assert any(on[column].nunique() > 1 for column in matching(on.columns, switch.spared))
    if switch.only is not None:
        others = set(on.columns) - matching(on.columns, switch.only)
        assert sum(on[column].nunique() > 1 for column in others) > 40


@pytest.mark.parametrize("name", SWITCHES)
def test_what_does_not_depend_on_it_stays(name):
    """For the whole run where effects end somewhere, else for the days before the first of them."""
    switch, (on, _), (off, _) = SWITCHES[name], lived(name, True), lived(name, False)
    assert switch.only is not None or switch.first or switch.spared
    differ = changed(on, off, len(on))
    assert not matching(differ, switch.spared)
    if switch.only is not None:
        assert not differ - matching(differ, switch.only)
    if switch.first:
        began = int(np.flatnonzero((on[sorted(matching(on.columns, switch.first))] > 0).any(axis=1))[0])
        assert began > 0 or switch.felt is not None, "nothing would be compared"
        differ = changed(on, off, began)
        assert not differ - matching(differ, switch.told)
        if switch.felt is not None:
            differ = changed(on, off, began + 1)
            assert not differ - matching(differ, switch.told + switch.felt)


@pytest.mark.parametrize("name", SWITCHES)
def test_people_are_the_same_people(name):
    switch, (_, rows), (_, others) = SWITCHES[name], lived(name, True), lived(name, False)
    keys, places, others_places = np.intersect1d(rows["key"], others["key"], return_indices=True)
    assert len(keys) >= 280
    for trait in TRAITS:
        assert np.array_equal(rows[trait][places], others[trait][others_places]), trait
    if switch.comers:
        assert np.array_equal(rows["key"], others["key"])
    if switch.pool:
        stayed = [(table["key"] >> 60 == 1) & (table["left_on"] == NEVER) for table in (rows, others)]
        assert stayed[0].sum() > 200
        assert equal_tables(*({n: x[who] for n, x in t.items()} for t, who in zip((rows, others), stayed, strict=True)))
