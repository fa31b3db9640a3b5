"""Reaching fans, in shipped scenarios made small: what each rule moves, and what it leaves alone when it is off."""

import numpy as np
import pytest
from worlds import NO_LEAVING, begun, equal_tables, run_through, small

from sim.domains import Source
from sim.engines.run import run
from sim.rules.tally import NO_CHANNEL

SEED = 3
MONEY = {"spend", "contribution", "margin", "margin_cum", "margin_cum_discounted"}


def daily(name, logic, changes):
    """Days of a small scenario with some values changed."""
    return run(small(name, changes), logic, SEED).daily


def total(name, logic, column, changes):
    """A column over a whole run."""
    return float(daily(name, logic, changes)[column].sum())


def steady(name, logic, pushes=None, **values):
    """A fixed plan in place of a logic, so that a change does not come back through the operator."""
    plan = {"kind": "fixed", "pushes_per_week": pushes or {}, **values}
    return {f"logics.{logic}": plan}


GUIDED = {"rules.follow.base": 0.002, "feed.exposures_at_least": 5000.0, "days": 60}
DIRECT = steady("guided-follow", "growth", {"douyin-direct": 7.0, "subscription": 2.0}, value_share=0.8) | {
    "pool.fans": 2000,
    "pool.channels": {"douyin-subscription": 1.0, "douyin-direct": 1.0},
    "feed.exposures_at_least": 0.0,
    "feed.exposures_per_fan": 0.0,
    "days": 90,
}
GROUP = steady("livestream-group", "growth", {"group": 14.0}, value_share=0.1) | {"pool.fans": 2000, "days": 90}
POSTS = steady("douyin-to-wechat", "stay", {"moments": 42.0}, value_share=0.5) | {
    "pool.fans": 2000,
    "pool.channels": {"douyin-subscription": 1.0, "moments": 1.0},
    "channels.moments.accounts.ban": 0.0,
    "days": 60,
}
LETTERS = steady("liquor", "growth", {"subscription": 7.0}, value_share=0.5) | {"pool.fans": 1000, "days": 62}
ASKED = {"pool.fans": 2000, "days": 60}

# scenario, logic, base, key that moves, values in order, column that must rise
RISES = {
    "fewer steps of a path bring more followers": (
        "guided-follow",
        "growth",
        GUIDED,
        "brand.path.follow",
        ([0.8, 0.8, 0.8, 0.8], [0.8, 0.8], [0.8]),
        "joins_payment",
    ),
    "steps that are easier to take bring more followers": (
        "guided-follow",
        "growth",
        GUIDED,
        "brand.path.follow",
        ([0.5, 0.5], [0.8, 0.8], [0.983, 0.983]),
        "joins_payment",
    ),
    "small guided steps make active": (
        "guided-follow",
        "growth",
        DIRECT,
        "brand.path.guidance",
        (1.0, 1.5, 2.0),
        "opened",
    ),
    "more messages until the fan answers": (
        "guided-follow",
        "growth",
        DIRECT,
        "channels.douyin-direct.conversation_limit",
        (0, 3, 6),
        "delivered_douyin_direct",
    ),
    "fans who answer can be written to again": (
        "guided-follow",
        "growth",
        DIRECT,
        "rules.path.answer",
        (0.0, 0.3, 0.9),
        "delivered_douyin_direct",
    ),
    "visitors who write open conversations": (
        "guided-follow",
        "growth",
        DIRECT | {"pool.channels": {"douyin-subscription": 1.0}},
        "rules.path.write",
        (0.0, 0.2, 0.8),
        "channel_joins_douyin_direct",
    ),
    "the entry of the automatic reply fills the group": (
        "guided-follow",
        "growth",
        DIRECT | {"rules.path.write": 0.5},
        "channels.douyin-group.joins_at_answer",
        (0.0, 0.3, 0.9),
        "channel_joins_douyin_group",
    ),
    "who comes to the homepage unasked may write": (
        "guided-follow",
        "growth",
        DIRECT | {"channels.homepage": {"extends": "homepage", "platform": "douyin-2021-07"}},
        "channels.homepage.open",
        (0.0, 0.1, 0.4),
        "written",
    ),
    "messages that are opened lead to the homepage": (
        "guided-follow",
        "growth",
        DIRECT,
        "rules.path.push",
        (0.0, 0.2, 0.8),
        "homepage_push",
    ),
    "product cards sell": (
        "guided-follow",
        "growth",
        DIRECT
        | {"rules.path.push": 1.0, "rules.purchase.base": -2.0, "industry.need_interval": 5.0, "pool.fans": 4000},
        "brand.path.product_card",
        (False, True),
        "orders_no_channel",
    ),
    "a larger quota lets more through": (
        "liquor",
        "growth",
        LETTERS,
        "channels.douyin-subscription.quota_per_month",
        (2, 8, 20),
        "delivered_douyin_subscription",
    ),
    "videos announce themselves": (
        "liquor",
        "growth",
        LETTERS,
        "brand.content.videos_per_week",
        (0.0, 7.0, 14.0),
        "delivered_douyin_group",
    ),
    "who follows two accounts gets the messages of both": (
        "liquor",
        "growth",
        LETTERS | {"brand.matrix.accounts": 3},
        "brand.matrix.overlap",
        (0.0, 0.3, 0.9),
        "delivered_douyin_subscription",
    ),
    "every account is met": (
        "liquor",
        "growth",
        LETTERS | {"feed.exposures_at_least": 500.0},
        "brand.matrix.accounts",
        (1, 2, 4),
        "exposures",
    ),
    "posts that are not folded are seen": (
        "douyin-to-wechat",
        "stay",
        POSTS,
        "channels.moments.fold_after",
        (0.5, 2.0, 6.0),
        "opened_moments",
    ),
    "fewer who keep the brand out, more who see its posts": (
        "douyin-to-wechat",
        "stay",
        POSTS,
        "channels.moments.blocked_share",
        (0.8, 0.4, 0.0),
        "opened_moments",
    ),
    "more bans, more fans lost": (
        "douyin-to-wechat",
        "stay",
        POSTS | {"pool.channels": {"moments": 1.0}},
        "channels.moments.accounts.ban",
        (0.0, 0.02, 0.2),
        "exits_ban",
    ),
    "the more spam, the more bans": (
        "douyin-to-wechat",
        "stay",
        POSTS | {"channels.moments.accounts.ban": 0.02},
        "logics.stay.pushes_per_week.moments",
        (7.0, 42.0, 70.0),
        "bans_moments",
    ),
    "a group with a longer half-life is visited more": (
        "livestream-group",
        "growth",
        GROUP,
        "channels.wechat-group.half_life",
        (5.0, 30.0, 500.0),
        "visits_wechat_group",
    ),
    "the harder one asks, the more join": (
        "douyin-to-wechat",
        "stay",
        ASKED,
        "logics.stay.ask_to_join.wechat-group",
        (0.0, 2.0, 8.0),
        "channel_joins_wechat_group",
    ),
    "red packets bring visits": (
        "livestream-group",
        "growth",
        GROUP,
        "logics.growth.red_packets_per_week",
        (0.0, 2.0, 7.0),
        "visits_wechat_group",
    ),
    "red packets cost": (
        "livestream-group",
        "growth",
        GROUP,
        "logics.growth.red_packets_per_week",
        (0.0, 2.0, 7.0),
        "incentives",
    ),
    "other members' messages tire": (
        "flooded-group",
        "growth",
        {"days": 60, "pool.fans": 2000, "rules.leaving.fatigue": 0.2},
        "channels.douyin-group.chatter",
        (0.0, 50.0, 300.0),
        "exits_fatigue",
    ),
    "filters keep them out": (
        "flooded-group",
        "growth",
        {"days": 60, "pool.fans": 500, "channels.douyin-group.chatter": 50.0},
        "channels.douyin-group.anti_harassment",
        (0.95, 0.5, 0.0),
        "load_mean",
    ),
    "a flood empties a group": (
        "flooded-group",
        "twenty-a-day",
        {"days": 90, "pool.fans": 1000},
        "logics.twenty-a-day.pushes_per_week.group",
        (7.0, 140.0, 350.0),
        "channel_leaves_douyin_group",
    ),
}


@pytest.mark.parametrize("case", RISES)
def test_what_a_value_moves(case):
    name, logic, base, key, values, column = RISES[case]
    found = [total(name, logic, column, base | {key: value}) for value in values]
    assert np.all(np.diff(found) > 0), found


# ------------------------------------------------------------------------------------------- what is off has no effect

# scenario, logic, changes that switch something off, changes that nothing then hears
SILENT_RULES = {
    "nobody writes to a brand that does not answer": (
        "liquor",
        "growth",
        {},
        {"rules.path.write": 0.9, "channels.douyin-group.joins_at_answer": 0.9},
    ),
    "no product cards where nothing leads to the homepage": (
        "liquor",
        "growth",
        {"rules.path.push": 0.0},
        {"brand.path.product_card": True},
    ),
    "no answers where nothing is written": (
        "liquor",
        "growth",
        {},
        {"rules.path.answer": 0.9, "rules.tiers.reply": 5.0},
    ),
    "groups that never fall silent": (
        "depletion-ladder",
        "depletion-3",
        {"rules.groups.talk": 0.0},
        {"channels.wechat-group.half_life": 1e6, "rules.groups.useful": 1.0, "rules.groups.revival": 0.9},
    ),
    "no red packets": ("liquor", "growth", {}, {"rules.groups.packet": 9.0, "costs.red_packet": 999.0}),
    "accounts without messages are not banned": ("liquor", "growth", {}, {"channels.moments.accounts.ban": 9.0}),
    "posts without posts are not folded": ("liquor", "growth", {}, {"channels.moments.fold_after": 0.1}),
    "no video to announce": ("liquor", "growth", {}, {"channels.douyin-group.video_notice": False}),
    "nothing beyond a quota that does not bind": (
        "liquor",
        "growth",
        {"logics.growth.pushes_per_week": {"group": 7.0}},
        {"channels.douyin-subscription.price_beyond_quota": 9.0},
    ),
    "no other members, no filter": ("liquor", "growth", {}, {"channels.douyin-group.anti_harassment": 0.0}),
}


@pytest.mark.parametrize("case", SILENT_RULES)
def test_what_is_off_hears_no_value(case):
    name, logic, off, other = SILENT_RULES[case]
    a, b = (daily(name, logic, {"days": 60} | off | more) for more in ({}, other))
    changed = {column for column in a.columns if not a[column].equals(b[column])}
    assert changed <= {"activity_wechat_group"}


# ----------------------------------------------------------------------- what is on changes only what depends on it


def changed_columns(name, logic, base, change):
    a, b = (daily(name, logic, {"days": 60} | base | more) for more in ({}, change))
    return {column for column in a.columns if not a[column].equals(b[column])}


def test_a_reward_for_joining_is_money_and_nothing_else():
    changed = changed_columns(
        "douyin-to-wechat", "move", {"logics.move.reinvest_content": 0.0}, {"channels.moments.join_reward": 9.0}
    )
    assert changed == MONEY | {"incentives"}


def test_the_price_of_reach_beyond_the_quota_is_money_and_nothing_else():
    base = LETTERS | {"channels.douyin-subscription.price_beyond_quota": 0.01}
    changed = changed_columns("liquor", "growth", base, {"channels.douyin-subscription.price_beyond_quota": 0.05})
    assert changed == MONEY | {"fees"}


def test_how_many_look_at_the_homepage_changes_nobody():
    assert changed_columns("liquor", "growth", {}, {"rules.path.follow": 0.05}) == {"homepage_feed"}
    assert changed_columns("liquor", "growth", {}, {"rules.path.push": 0.5}) == {"homepage_push", "homepage_search"}


def test_a_guided_path_leaves_the_lives_of_the_pool_alone():
    """Nobody of the pool is a stranger who buys; only what all fans share could reach them, and is switched off."""
    base = GUIDED | NO_LEAVING | {"rules.groups.talk": 0.0, "days": 40, "feed.exposures_at_least": 10_000.0}
    base |= {"rules.exposure.feedback": 0.0, "rules.follow.followers": 0.0}
    base |= steady("guided-follow", "growth", {"group": 14.0, "subscription": 2.0, "douyin-direct": 2.0})
    tables = []
    for path in ([0.983] * 3, []):
        simulation = begun(small("guided-follow", base | {"brand.path.follow": path}), "growth", SEED)
        run_through(simulation)
        tables.append(simulation.rows.table())
    guided, alone = tables
    assert sum(guided["source"] == Source.PAYMENT) > 10 > sum(alone["source"] == Source.PAYMENT) == 0
    assert equal_tables(*({name: column[:300] for name, column in table.items()} for table in tables))
    assert np.array_equal(guided["key"], alone["key"])  # … and the same strangers come


# ------------------------------------------------------------------------------------------------ conservation of steps


def test_who_follows_has_been_on_the_homepage():
    days = daily("guided-follow", "depletion", {})
    assert (days["homepage_feed"] >= days["joins_feed"]).all()
    assert (days["homepage_ad"] == days["ad_clicks"]).all()
    assert (days["homepage_ad"] >= days["joins_ad"]).all()
    assert (days["joins_payment"] <= days["guided"]).all()
    assert (
        days["homepage_push"]
        <= days["opened_douyin_subscription"] + days["opened_douyin_direct"] + days["opened_wecom"]
    ).all()
    assert (days["written"] <= days["homepage_push"] + days["homepage_search"]).all()
    assert days[["homepage_search", "homepage_feed", "homepage_push", "written"]].sum().min() > 0


def test_guided_buyers_are_strangers_who_paid():
    ledger = run(small("guided-follow", GUIDED), "growth", SEED).ledger
    assert (ledger.one("GUIDED") <= ledger.of("ORDERS")[:, NO_CHANNEL]).all()
    assert ledger.one("GUIDED").sum() > 20


def test_red_packets_cost_for_every_room_in_use():
    changes = GROUP | {"logics.growth.red_packets_per_week": 7.0, "channels.wechat-group.accounts.seats": 500}
    days = daily("livestream-group", "growth", changes | NO_LEAVING)
    assert (days["incentives"] == 4 * 50 * 100).all()  # 2,000 members in four rooms, ¥50 each
    paid = days[["goods", "commission", "fees", "incentives"]].sum(axis=1)
    assert (days["contribution"] == days["gmv"] - paid).all()


def test_paid_messages_are_charged_to_the_cent():
    days = daily("liquor", "growth", LETTERS | {"channels.douyin-subscription.price_beyond_quota": 0.07})
    assert days["paid_douyin_subscription"].sum() > 0
    assert days["blocked_douyin_subscription"].sum() == 0
    assert (days["fees"] == 7 * days["paid_douyin_subscription"]).all()


def test_matrix_accounts_make_their_own_items():
    one, three = (
        total("liquor", "growth", "content_cost", LETTERS | {"brand.matrix.accounts": n, "feed.exposures_per_fan": 0.0})
        for n in (1, 3)
    )
    assert three == pytest.approx(3 * one, rel=1e-3)
