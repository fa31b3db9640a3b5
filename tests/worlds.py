"""Small scenarios, and simulations that a test can look into."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from sim.engines.arrays import ArrayRows
from sim.engines.simulation import Simulation
from sim.scenario import load_scenario, with_changes

TESTS = Path(__file__).parent

# what makes the agents engine fast without making a scenario empty
SMALL = {
    "liquor": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 150},
    "clearance": {"pool.fans": 300, "days": 75, "feed.exposures_at_least": 300},
    "depletion-ladder": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 60},
    "livestream-group": {"pool.fans": 300, "days": 120},
    "content-maker": {
        "pool.fans": 300,
        "days": 120,
        "feed.exposures_at_least": 600,
        "rules.exposure.known": 20.0,
        "logics.step-by-step": False,  # its later steps lie beyond 120 days
    },
    "trusted-pause": {"pool.fans": 300, "days": 240, "feed.exposures_at_least": 150},
    "email-newsletter": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 60},
    "upper-bound": {"pool.fans": 300, "days": 90},
    "advisor": {"pool.fans": 300, "days": 90, "feed.exposures_at_least": 150, "feed.task_reward": 0.5},
    "used-cars": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 300, "industry.need_interval": 40.0},
    "car-dealer-service": {"pool.fans": 300, "days": 120, "industry.need_interval": 40.0},
    "photo-studio": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 150, "industry.need_interval": 40.0},
    "workplace-course": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 150, "rules.purchase.base": -3.0},
    "guided-follow": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 300},
    "flooded-group": {"pool.fans": 300, "days": 120},
    "douyin-to-wechat": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 60},
    "yoga-partners": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 150, "sources.teachers.members": 600},
    "forum-super-users": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 150},
    "tennis-coach": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 60},
    "whom-to-push": {"pool.fans": 300, "days": 120, "feed.exposures_at_least": 150},
    "two-brands": {"pool.fans": 300, "rivals.neighbour.pool.fans": 300, "days": 120, "feed.exposures_at_least": 150},
}

# leaving only by what a test switches back on
NO_LEAVING = {
    "rules.leaving.natural": 0.0,
    "rules.leaving.fatigue": 0.0,
    "rules.leaving.neglect": 0.0,
    "rules.leaving.shock": 0.0,
    "rules.service.give_up": 0.0,
}

SILENT = {"kind": "fixed", "value_share": 0.5}  # no message, no live, no ad

# every mechanism that is built, in one scenario
EVERYTHING = {
    "pool.fans": 300,
    "days": 150,
    "feed.exposures_at_least": 50,
    "feed.exposures_per_live": 0.5,
    "feed.accounts": 40,
    "ads.retarget_share": 0.3,
    "ads.click": 0.05,
    "ads.reference_spend": 1000.0,
    "industry.need_interval": 10.0,
    "brand.persona": 0.5,
    "pool.customers": 0.3,
    "pool.used_to_promotion": 0.1,
    "rules.exposure.known": 20.0,
    "rules.follow.base": 0.04,
    "market.users": 40_000,
    "rules.purchase.base": -3.0,
    "rules.leaving.neglect": 0.1,
    "rules.leaving.fatigue": 0.05,
    "rules.leaving.shock": 0.005,
    "channels.douyin-subscription.joins_at_follow": 0.6,
    "segments.everyone": False,
    "segments.bargain.share": 0.7,
    "segments.bargain.tolerance": 3.0,
    "segments.bargain.deal_response": 1.5,
    "segments.regular.share": 0.3,
    "logics.growth": False,
    "logics.depletion.pushes_per_week": {
        "subscription": 3.0,
        "group": 35.0,
        "direct": 2.0,
        "article": 2.0,
        "moments": 3.0,
    },
    "logics.depletion.lives_per_week": 4.0,
    "logics.depletion.ads_per_day": 2.0,
    "logics.depletion.replace_exits": False,
    "logics.depletion.red_packets_per_week": 3.0,
    "logics.depletion.ask_to_join": {"wechat-group": 4.0, "moments": 4.0},
    "channels.douyin-direct": {"extends": "douyin-direct", "platform": "douyin-2021-07"},
    "channels.douyin-group.joins_at_answer": 0.3,
    "brand.path": {"follow": [0.9, 0.9], "auto_reply": True, "product_card": True},
    "brand.path.guidance": 1.2,
    "brand.matrix": {"accounts": 2, "overlap": 0.3},
    "brand.content.videos_per_week": 2.0,
    "channels.wecom.joins_per_month": {"liking": 3.0, "devoted": 3.0},
    "rules.path.write": 0.3,
    "rules.path.push": 0.3,
    "channels.douyin-subscription.price_beyond_quota": 0.05,
    "channels.douyin-group.accounts": {"number": 3, "seats": 40},
    "channels.douyin-group.chatter": 5.0,
    "channels.douyin-group.half_life": 40.0,
    "channels.wechat-group.accounts": {"number": 2, "seats": 20, "ban": 0.2, "ban_spam": 0.4, "frozen_days": 5},
    "channels.moments.accounts": {"number": 3, "seats": 15, "adds_per_day": 1, "ban": 2.0, "ban_spam": 1.0},
    "channels.moments.fold_after": 0.2,
    "channels.moments.join_reward": 2.0,
    # referral, sources, conformity
    "network": {"median": 4.0, "mean": 8.0, "most": 40.0},
    "rules.referral.share": 2.0,
    "rules.referral.accept": 0.15,
    "segments.regular.sharing": 3.0,
    "logics.depletion.incentive": 4.0,
    "sources.counter": {"kind": "employee", "per_day": 0.5, "channels": {"wecom": 1.0}, "cost_per_day": 10.0},
    "sources.card": {"kind": "code", "per_day": 0.3, "rewarded": True, "cost_per_person": 0.5},
    "sources.teacher": {"kind": "partner", "members": 100, "segment": "regular"},
    "brand.shows_sales": True,
    "brand.endorsement": 0.2,
    "channels.douyin-group.joins_per_month.devoted": 6.0,
}


def small(name="livestream-group", changes=None):
    """A shipped scenario at a small size, with further changes."""
    return with_changes(load_scenario(name), SMALL[name] | (changes or {}))


def everything(changes=None):
    """The scenario in which every mechanism that is built has work to do; a change to None takes a key out."""
    merged = EVERYTHING | (changes or {})
    return with_changes(load_scenario("liquor"), {key: value for key, value in merged.items() if value is not None})


# people find goods: searches on a shelf lead to the brand, and fans visit its homepage on their own
SEARCH = {"use": 0.5, "share": 0.02, "repurchase_intent": 0.4}
HOMEPAGE = {"name": "homepage", "kind": "pull", "open": 0.1, "fatigue_weight": 0.0}
SHELF = {
    "name": "shelf",
    "title": "A shelf",
    "shop": {"commission": 0.03},
    "search": SEARCH,
    "channels": [
        {"name": "store", "kind": "subscription", "open": 0.05, "fatigue_weight": 0.3, "joins_at_follow": 0.2},
        HOMEPAGE,
    ],
}
# … without direct messages, since fans can join eight channels at most
FINDING = {
    "platforms": ["douyin-2021-07", "wechat-2021-07", SHELF],
    "channels.douyin-direct": None,
    "brand.path.auto_reply": False,
}
# … where people ask the brand, and orders are moved off the platform
SERVED = {
    "industry.questions": 1.0,
    "industry.leakage": 0.5,
    "industry.friction": 0.5,
    "service.automatic": 0.3,
    "channels.wecom.joins_at_answer": 0.3,
    "channels.moments.joins_per_month.devoted": 10.0,
    "logics.depletion.service_seats": 0.06,  # too few: some wait for days, some are never answered
    "rules.service.calls": 2.0,
}

# … and where deals close in a store
STORE = SERVED | {
    "industry.closing": "store",
    "industry.decision_days": 5.0,
    "store.visitors": 1.0,
    "store.follow": 0.5,
    "rules.leads.ready": 0.9,
    "industry.sale_share": 0.6,
    "logics.depletion.service_seats": 0.25,
}

LONG_DECISIONS = {"industry.decision_days": 3.0}  # nobody is tempted into what takes days to decide


def begun(scenario, logic=None, seed=7, replication=0, rows=ArrayRows):
    """A simulation before day 0, for tests that step it themselves."""
    return Simulation(scenario, logic or next(iter(scenario.logics)), seed, replication, rows)


def run_through(simulation):
    """Step to the horizon; returns the integers of all days."""
    for _ in range(simulation.scenario.days):
        simulation.step()
    return simulation.ledger.tallies


def in_plain_python(call, *arguments):
    """What ``call`` ("module:function", of this folder) returns in a process without compilation, through JSON."""
    module, function = call.split(":")
    code = f"import json, sys; from {module} import {function} as f; json.dump(f(*json.loads(sys.argv[1])), sys.stdout)"
    environment = os.environ | {"NUMBA_DISABLE_JIT": "1", "PYTHONPATH": os.pathsep.join([str(TESTS), *sys.path])}
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(arguments)],
        env=environment, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


def equal_tables(a, b):
    """True when two tables of rows (column → array) are equal to the last bit."""
    return a.keys() == b.keys() and all(np.array_equal(a[name], b[name]) for name in a)
