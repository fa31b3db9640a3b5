"""No event before its cause; switched-off mechanisms do nothing."""

import numpy as np
import pytest
from hypothesis import given, settings
from worlds import NO_LEAVING, SILENT

from sim.domains import Cause, Domain
from sim.engines.run import run
from sim.scenario import load_scenario, to_dict, with_changes

from .random_scenarios import scenarios, seeds

EXAMPLES = 40
QUIET = {"logics.it": False, "logics.quiet": SILENT, "brand.content.videos_per_week": 0.0}


@settings(max_examples=EXAMPLES)
@given(scenarios(met=False), seeds)
def test_nobody_joins_without_exposure(scenario, seed):
    ledger = run(scenario, "it", seed).ledger
    assert not ledger.of("JOINS").any()
    assert not ledger.of("TOUCHES").any()
    assert not ledger.of("FLOW").reshape(-1, 4, 3)[:, [0, 1, 3]].any()
    assert (np.diff(np.append(scenario.pool.fans, ledger.of("ROWS")[:, Domain.PRIVATE])) <= 0).all()  # never grows


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_nobody_leaves_by_fatigue_or_shock_without_messages(scenario, seed):
    alone = {f"rivals.{name}": False for name in scenario.rivals}  # whose messages tire, too
    silent = with_changes(in_every_channel(scenario, chatter=0.0), QUIET | alone)  # nor do other members say anything
    ledger = run(silent, "quiet", seed).ledger
    for name in (
        "DELIVERED",
        "OPENED",
        "BLOCKED",
        "MUTES",
        "WATCHES",
        "IMPULSES",
        "FATIGUE_SUM",
        "LOAD_SUM",
    ):
        assert not ledger.of(name).any(), name
    assert not ledger.of("EXITS")[:, [Cause.FATIGUE, Cause.SHOCK]].any()
    assert not ledger.of("VISITS")[:, : joined(scenario)].any()
    assert (ledger.one("ACTIVE") <= ledger.of("VISITS").sum(axis=1)).all()  # unasked, on a homepage


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_nobody_leaves_when_no_hazard_is_left(scenario, seed):
    ledger = run(with_changes(in_every_channel(scenario, accounts={}), NO_LEAVING), "it", seed).ledger  # nor bans
    assert not ledger.of("EXITS").any()
    assert not ledger.of("CHANNEL_LEAVES").any()
    assert not ledger.of("MUTES").any()


@settings(max_examples=EXAMPLES)
@given(scenarios(met=False), seeds)
def test_orders_need_a_need_or_an_opened_offer(scenario, seed):
    ledger = run(scenario, "it", seed).ledger
    orders, needs, impulses = ledger.of("ORDERS").sum(axis=1), ledger.one("NEEDS"), ledger.one("IMPULSES")
    assert (orders.cumsum() <= needs.cumsum() + impulses.cumsum()).all()
    assert (impulses <= ledger.of("VISITS").sum(axis=1)).all()
    assert (ledger.one("ORDERS_LIVE") <= ledger.one("WATCHES") * 100).all()
    if scenario.industry.decision_days <= 1:
        assert (orders <= needs + impulses).all()
    without = run(
        with_changes(
            scenario, {"market.season": 0.0, "rules.purchase.impulse": 0.0, "rules.purchase.impulse_live": 0.0}
        ),
        "it",
        seed,
    )
    assert not without.ledger.of("ORDERS").any()


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_opening_needs_delivery_and_watching_needs_opening(scenario, seed):
    ledger = run(scenario, "it", seed).ledger
    opened, delivered = ledger.of("OPENED"), ledger.of("DELIVERED")
    assert (opened <= delivered).all()
    assert (ledger.one("WATCHES") <= ledger.of("VISITS").sum(axis=1)).all()
    assert (ledger.one("VALUE_EVENTS") + ledger.one("PROMOTION_EVENTS") <= 2 * ledger.of("VISITS").sum(axis=1)).all()
    assert (ledger.one("ACTIVE") <= ledger.of("VISITS").sum(axis=1)).all()


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_a_quota_of_zero_blocks_everything(scenario, seed):
    blocked = in_every_channel(scenario, quota_per_month=0, conversation_limit=None, price_beyond_quota=None)
    ledger = run(blocked, "it", seed).ledger
    assert not ledger.of("DELIVERED").any()
    assert not ledger.of("PAID").any()
    assert not ledger.of("ORDERS")[:, : joined(scenario)].any()


def in_every_channel(scenario, **values):
    """A scenario with the same values in all channels that fans join; None takes a value out."""
    platforms = to_dict(scenario)["platforms"]
    for channel in [channel for platform in platforms for channel in platform["channels"]]:
        if channel["kind"] != "pull":
            channel |= values
            for name in [name for name, value in channel.items() if value is None]:
                del channel[name]
    return with_changes(scenario, {"platforms": platforms})


def joined(scenario):
    """Number of channels that fans join; those that they visit unasked come after them."""
    return sum(channel.kind != "pull" for channel in scenario.channels)


@pytest.mark.parametrize("seed", [0, 1])
def test_blocked_messages_are_counted(seed):
    scenario = with_changes(
        load_scenario("liquor"),
        {"pool.fans": 1, "days": 62, "feed.exposures_at_least": 0, "feed.exposures_per_fan": 0.0, **NO_LEAVING,
         "logics.fixed": {"kind": "fixed", "pushes_per_week": {"subscription": 2.0}, "lives_per_week": 0.0}},
    )  # fmt: skip
    ledger = run(scenario, "fixed", seed).ledger
    months = np.array([1] * 31 + [2] * 31)  # August and September with a day of October
    delivered, blocked = ledger.of("DELIVERED")[:, 0], ledger.of("BLOCKED")[:, 0]
    assert delivered[months == 1].sum() == 8
    assert (delivered + blocked).sum() == 17  # ⌊62 · 2 / 7⌋
    assert blocked.sum() == 17 - delivered.sum()
    assert delivered[31:61].sum() == 8
