"""Bans of accounts and scarce places in the mean field: what runs have on average."""

import numpy as np
import pytest
from samples import FAR, z_of_mean

from sim.domains import Cause, Domain
from sim.engines.run import run
from sim.scenario import load_scenario, with_changes
from sim.theory.meanfield import MeanPool, mean_field

from .pools import ONLY

CHANNEL = "wechat-group"
DAYS, FANS, RUNS = 60, 2000, 40


def banned(changes=None, frozen=None, number=20):
    """A closed pool in one group, pushed at daily; its accounts are banned for it."""
    accounts = {"number": number, "ban": 0.05, "ban_spam": 1.0, "frozen_days": frozen}
    base = ONLY | {
        "pool.fans": FANS,
        "market.users": FANS,
        "days": DAYS,
        "pool.channels": {CHANNEL: 1.0},
        **{f"channels.{CHANNEL}.accounts.{name}": value for name, value in accounts.items()},
        "rules.purchase.base": -30.0,
        "logics.quiet": {"kind": "fixed", "value_share": 1.0, "pushes_per_week": {"group": 14.0}},
    }
    return with_changes(load_scenario("livestream-group"), base | (changes or {}))


def followers(ledger):
    return ledger.of("ROWS")[-1, Domain.PRIVATE]


@pytest.mark.statistical
def test_fans_lost_with_accounts_are_as_many_as_in_runs():
    mean = mean_field(banned(), "quiet").ledger
    runs = [run(banned(), "quiet", 3, r).ledger for r in range(RUNS)]
    left = np.array([followers(g) for g in runs])
    bans = np.array([g.of("BANS").sum() for g in runs])
    assert 0.2 * FANS < followers(mean) < 0.9 * FANS
    assert abs(z_of_mean(left, followers(mean))) < FAR
    assert abs(z_of_mean(bans, mean.of("BANS").sum())) < FAR
    assert mean.of("EXITS")[:, Cause.BAN].sum() == pytest.approx(FANS - followers(mean), abs=2)
    milder = mean_field(banned({f"channels.{CHANNEL}.accounts.ban": 0.03}), "quiet").ledger
    assert abs(z_of_mean(left, followers(milder))) > FAR
    assert abs(z_of_mean(bans, milder.of("BANS").sum())) > FAR


@pytest.mark.statistical
def test_frozen_accounts_send_as_little_as_in_runs():
    mean = mean_field(banned(frozen=10), "quiet").ledger
    runs = [run(banned(frozen=10), "quiet", 3, r).ledger for r in range(RUNS)]
    sent = np.array([g.of("DELIVERED").sum() for g in runs])
    assert abs(z_of_mean(sent, mean.of("DELIVERED").sum())) < FAR
    assert followers(mean) == FANS
    shorter = mean_field(banned(frozen=5), "quiet").ledger
    assert abs(z_of_mean(sent, shorter.of("DELIVERED").sum())) > FAR


def test_without_bans_nobody_is_lost():
    mean = MeanPool(banned({f"channels.{CHANNEL}.accounts.ban": 0.0}), "quiet")
    for _ in range(10):
        mean.step()
    assert not any(mean.rows.lost.values())
    assert sum(mean.rows.by_segment()) == pytest.approx(FANS, rel=1e-12)


def test_places_are_no_more_than_the_accounts_can_add():
    """Two accounts that add one friend a day each take two of the four or five who want to be friends."""
    changes = {"channels.moments.accounts.adds_per_day": 1, "channels.moments.accounts.number": 2, "days": 40}
    ledger = mean_field(with_changes(load_scenario("tennis-coach"), changes), "growth").ledger
    names = [channel.name for channel in load_scenario("tennis-coach").channels]
    c = names.index("moments")
    joined, applied = ledger.of("CHANNEL_JOINS")[:, c], ledger.of("APPLICATIONS")[:, c]
    assert applied[5:].min() >= 3
    assert joined[1:].max() <= 3  # of whole numbers: what rounding leaves is carried over
    assert joined[6:].mean() == pytest.approx(2, abs=0.1)
    assert ledger.of("TURNED_AWAY")[:, c].sum() == pytest.approx((applied[:-1] - joined[1:]).sum(), abs=2)
