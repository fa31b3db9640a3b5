"""Accounts and scarce places: who gets in, how many at a time, and what a ban takes away."""

import numpy as np
import pytest
from samples import FAR, z_of_share
from worlds import NO_LEAVING, SILENT, begun, run_through, small

from sim.domains import TIERS, Cause
from sim.engines.accounts import BannedAccounts
from sim.engines.admission import admitted, places
from sim.engines.reservoir import pool_address
from sim.engines.run import run
from sim.rules.accounts import ban_hazard
from sim.rules.tally import block
from sim.scenario.path import Accounts
from sim.scenario.schema import Channel
from sim.streams import replication_key

KEY = replication_key(7, 0)
MONTH = 30.4375
MOMENTS = 5  # of the channels of douyin-to-wechat


def channel(**accounts):
    """A channel with limits on its accounts."""
    return Channel(name="x", kind="moments", open=0.2, fatigue_weight=0.1, accounts=Accounts(**accounts))


@pytest.mark.parametrize(
    ("accounts", "members", "frozen", "free"),
    [
        ({}, 10**6, 0, 0),  # as many accounts as are needed: nobody ever applies
        ({"number": 4, "seats": 100}, 390, 0, 10),
        ({"number": 4, "seats": 100}, 390, 1, 0),  # 300 seats are open
        ({"number": 4, "seats": 100}, 120, 2, 80),
        ({"number": 4, "adds_per_day": 20}, 5000, 0, 80),
        ({"number": 4, "adds_per_day": 20}, 5000, 3, 20),
        ({"number": 4, "seats": 10_000, "adds_per_day": 20}, 0, 0, 80),
        ({"number": 4, "seats": 10_000, "adds_per_day": 20}, 39_990, 0, 10),
    ],
)
def test_places_of_a_morning(accounts, members, frozen, free):
    assert places([channel(**accounts)], [members], [frozen]) == [free]


def test_the_lowest_draws_are_admitted_whatever_the_order():
    keys = np.array([pool_address(n) for n in range(200)], np.int64)
    waiting = np.where(np.arange(200) % 3 == 0, 0b01, 0b11)
    found = admitted(keys, waiting, [20, 7], 5, KEY)
    assert [int((found >> c & 1).sum()) for c in (0, 1)] == [20, 7]
    assert (found & ~waiting == 0).all()
    order = np.random.default_rng(1).permutation(200)
    assert (admitted(keys[order], waiting[order], [20, 7], 5, KEY) == found[order]).all()
    halves = [admitted(keys[half], waiting[half], [200, 200], 5, KEY) for half in (slice(0, 100), slice(100, 200))]
    assert (np.concatenate(halves) == waiting).all()  # places for all
    more = admitted(keys, waiting, [21, 7], 5, KEY)
    assert ((more & found) == found).all()  # one place more puts nobody out
    assert not (admitted(keys, waiting, [20, 7], 6, KEY) == found).all()  # another day, another luck


def test_nobody_is_admitted_where_there_is_no_place():
    keys, waiting = np.array([pool_address(1)], np.int64), np.array([1])
    assert admitted(keys, waiting, [0], 5, KEY).tolist() == [0]
    assert len(admitted(keys[:0], waiting[:0], [5], 5, KEY)) == 0


FRIENDS = {
    "pool.fans": 2000,
    "days": 60,
    "logics.move": False,
    "logics.move-and-push": False,
    "pool.tiers": {"passer_by": 0.0, "liking": 1.0, "devoted": 0.0},
    "rules.tiers.liking_down": 0.0,
    "logics.stay": {"kind": "fixed", "ask_to_join": {"moments": 200.0}},
} | NO_LEAVING


def friends(more=None):
    """Friends of personal accounts by day, who joined, and who was turned away."""
    ledger = run(small("douyin-to-wechat", FRIENDS | (more or {})), "stay", 3).ledger
    c = ledger.channels.index("moments")
    members = ledger.of("MEMBERS").reshape(len(ledger.ad_spend), -1, TIERS).sum(axis=2)[:, c]
    return members, ledger.of("CHANNEL_JOINS")[:, c], ledger.of("TURNED_AWAY")[:, c]


def test_four_accounts_add_twenty_a_day_each():
    members, joins, turned_away = friends()
    assert joins.max() == 80  # E-59, E-61
    assert (joins[1:15] == 80).all()
    assert turned_away[1:15].min() > 0
    assert (members == joins.cumsum()).all()
    assert friends({"channels.moments.accounts.number": 1})[1].max() == 20


def test_an_account_has_seats_and_no_more():
    members, _, turned_away = friends({"channels.moments.accounts.seats": 30})
    assert members[-1] == members.max() == 120
    assert turned_away[2:].min() > 0


def test_four_accounts_have_forty_thousand_friends():
    accounts = next(c for c in small("douyin-to-wechat").channels if c.name == "moments").accounts
    assert accounts.number * accounts.seats == 40_000  # E-60, E-61


def test_as_many_accounts_as_are_needed_have_no_limit():
    """Without a number the same people join on the same days as from a channel without any limit."""
    wide = {"channels.wechat-group.accounts": {"seats": 500}}
    rooms = {"logics.stay": {"kind": "fixed", "ask_to_join": {"wechat-group": 60.0}}}
    a, b = (
        run(small("douyin-to-wechat", FRIENDS | rooms | more), "stay", 3).ledger.tallies
        for more in (wide, {"channels.wechat-group.accounts": {"seats": 1}})
    )
    assert (a == b).all()
    assert a.any()


# ------------------------------------------------------------------------------------------------------------- bans


@pytest.mark.statistical
def test_accounts_are_banned_at_the_rate_of_their_spam():
    """Six messages a day: h_b0·(e^(k·6) − 1) a day and account."""
    bans = BannedAccounts([channel(number=60, ban=0.05, ban_spam=0.5)], KEY)
    found = sum(bans.morning(day, [42.0, 0.0, 7.0])[0] for day in range(400))
    chance = 1 - np.exp(-ban_hazard(6.0, 0.05 / MONTH, 0.5))
    assert found > 600
    assert abs(z_of_share(found, 400 * 60, chance)) < FAR
    assert abs(z_of_share(found, 400 * 60, chance * 1.2)) > FAR


def test_who_sends_nothing_is_not_banned():
    bans = BannedAccounts([channel(number=60, ban=10.0, ban_spam=9.0), channel(number=60)], KEY)
    assert [bans.morning(day, [0.0, 0.0, 0.0, 700.0, 700.0, 700.0]) for day in range(50)] == [[0, 0]] * 50
    assert bans.closed == bans.lost == [0, 0]


def test_a_frozen_account_opens_again_and_a_lost_one_is_replaced():
    for frozen_days, lost in ((3, False), (None, True)):
        bans = BannedAccounts([channel(number=2, ban=10.0, ban_spam=9.0, frozen_days=frozen_days)], KEY)
        week = [70.0] * TIERS
        assert bans.morning(0, week) == [2]  # certain at ten a day
        assert bans.closed == [0b11]
        assert bans.lost == [0b11 if lost else 0]
        quiet = [0.0] * TIERS
        assert bans.morning(1, quiet) == [0]
        assert bans.closed == [0 if lost else 0b11]
        bans.morning(3, quiet)
        assert (bans.closed, bans.lost) == ([0], [0])


SPAM = {
    "pool.fans": 2000,
    "days": 40,
    "pool.channels": {"moments": 1.0},
    "channels.moments.blocked_share": 0.0,
    "logics.move": False,
    "logics.move-and-push": False,
    "logics.stay": {
        "kind": "fixed",
        "pushes_per_week": {"moments": 35.0},
        "ask_to_join": dict.fromkeys(("group", "direct", "article"), 0.0),
    },
    "feed.exposures_per_fan": 0.0,
    "feed.exposures_at_least": 0.0,
} | NO_LEAVING


def spammed(more):
    return begun(small("douyin-to-wechat", SPAM | more), "stay", 3)


def test_a_ban_takes_the_fans_of_its_account_and_nobody_else():
    simulation = spammed({"channels.moments.accounts.ban": 0.1})
    for day in range(40):
        before = simulation.rows.table()
        simulation.step()
        after, lost = simulation.rows.table(), simulation.brand.banned.lost[MOMENTS]
        tally = simulation.ledger.tallies[day]
        followed = before["channels"] != 0
        hit = followed & np.isin(before["key"] % 4, [a for a in range(4) if lost >> a & 1])
        assert (after["channels"][hit] == 0).all()
        assert (after["cause"][hit] == Cause.BAN).all()
        assert (after["channels"][followed & ~hit] != 0).all()
        assert block(tally, "EXITS").tolist() == [0] * Cause.BAN + [int(hit.sum())]
        assert block(tally, "BANS").sum() == lost.bit_count()
    assert simulation.ledger.of("BANS").sum() >= 3
    assert simulation.ledger.of("EXITS")[:, Cause.BAN].sum() > 400


def test_a_frozen_account_is_silent_and_keeps_its_fans():
    simulation = spammed({"channels.moments.accounts.ban": 0.1, "channels.moments.accounts.frozen_days": 7})
    run_through(simulation)
    ledger = simulation.ledger
    assert ledger.of("BANS").sum() >= 3
    assert ledger.of("EXITS").sum() == 0
    assert 0 < ledger.of("BLOCKED")[:, MOMENTS].sum() < ledger.of("DELIVERED")[:, MOMENTS].sum()
    assert (ledger.of("DELIVERED")[:, MOMENTS] + ledger.of("BLOCKED")[:, MOMENTS] == 5 * 2000).all()


@pytest.mark.parametrize("silent", [{"channels.moments.accounts.ban": 0.0}, {"logics.stay": SILENT}])
def test_bans_are_switched_off(silent):
    simulation = spammed({"channels.moments.accounts.ban": 5.0} | silent)
    run_through(simulation)
    assert simulation.ledger.of("BANS").sum() == 0
