"""Several brands in one market: the same people to each of them, met by chance, with one life to share (M14)."""

import numpy as np
import pytest
from samples import FAR
from worlds import NO_LEAVING, begun, everything, run_through, small

from sim.domains import Domain
from sim.engines import arrays as arrays_engine
from sim.engines.run import run
from sim.engines.simulation import pools_of
from sim.rules.rows import STRANGER
from sim.rules.tally import UNTOUCHED
from sim.scenario import load_scenario, with_changes
from sim.scenario.rivals import of_rival
from sim.streams import replication_key

SEED = 3
FIRM = {"kind": "fixed", "pushes_per_week": {"group": 14.0, "subscription": 3.0}, "value_share": 0.3}
TWO = {
    "rivals.neighbour": {
        "logic": FIRM | {"lives_per_week": 3.0, "ads_per_day": 3.0, "incentive": 2.0},
        "shared_fans": 0.5,
        "brand": {"trust": 0.5, "product": {"quality": 0.5}},
        "pool": {"fans": 200},
    },
    "rivals.newcomer": {"logic": FIRM | {"lives_per_week": 7.0, "ads_per_day": 5.0}, "pool": {"fans": 0}},
}
RULES = ("spillover", "crowding", "substitution", "screen_time")
OFF = {f"rules.rivalry.{rule}": 0.0 for rule in RULES}
ON = {f"rules.rivalry.{rule}": 1.0 for rule in RULES} | {"rules.rivalry.crowding": 5.0}


def books(found):
    """Integers of all brands of a run."""
    return [found.ledger.tallies, *(ledger.tallies for ledger in found.rivals.values())]


def same(a, b):
    """True when all brands have equal integers in both runs."""
    return all(np.array_equal(x, y) for x, y in zip(books(a), books(b), strict=True))


@pytest.fixture(scope="module")
def crowded():
    """Everything that is built, and two rivals."""
    return everything(TWO | {"days": 60, "network": {"median": 4.0, "mean": 8.0, "most": 60.0}})


@pytest.fixture(scope="module")
def reference(crowded):
    return run(crowded, "depletion", SEED)


# ------------------------------------------------------------------------------------------------ engines, threads


def test_engines_give_equal_integers_to_every_brand(crowded, reference):
    assert same(run(crowded, "depletion", SEED, engine="agents"), reference)
    for ledger in (reference.ledger, *reference.rivals.values()):  # so that there is something to compare
        assert ledger.of("ORDERS").sum() > 0
        assert ledger.of("EXITS").sum() > 0
        assert (ledger.of("FLOW").reshape(-1, 4, 3)[:, UNTOUCHED].sum(axis=0) > 0).all()
        assert ledger.one("INVITATIONS").sum() > 0


def test_threads_give_equal_integers_to_every_brand(crowded, reference, monkeypatch):
    monkeypatch.setattr(arrays_engine, "ROWS_PER_THREAD", 10)
    monkeypatch.setattr(arrays_engine, "CHUNK", 64)
    assert same(run(crowded, "depletion", SEED, threads=3), reference)


def test_permuted_rows_change_nothing_for_any_brand(crowded, reference):
    simulation = begun(crowded, "depletion", SEED)
    chance = np.random.default_rng(1)
    for _ in range(crowded.days):
        order = chance.permutation(simulation.rows.count)
        for brand in simulation.brands:
            brand.rows.permute(order)
        simulation.step()
    found = [brand.book.ledger.tallies for brand in simulation.brands]
    assert all(np.array_equal(a, b) for a, b in zip(found, books(reference), strict=True))


# ------------------------------------------------------------------------------------------------- the same people


def test_a_person_is_the_same_row_to_every_brand_and_has_the_same_nature(crowded):
    simulation = begun(crowded, "depletion", SEED)
    for _ in range(40):
        simulation.step()
    own, other, _ = (brand.rows for brand in simulation.brands)
    assert np.array_equal(own.keys(), other.keys())
    assert np.array_equal(own.segments(), other.segments())
    count = own.count
    met = [rows.fans.marks[:count] & 15 != STRANGER for rows in (own, other)]
    both = met[0] & met[1]
    assert both.sum() > 100
    assert met[0].any()
    assert not met[0].all()
    for trait in ("tolerance", "frailty", "need_rate"):
        a, b = own.people[trait][:count][both], other.people[trait][:count][both]
        # who came to one of them for a reward leaves sooner there (E-79)
        assert (a == b).mean() > (0.9 if trait == "frailty" else 0.999), trait
    assert np.corrcoef(own.people.affinity[:count][both], other.people.affinity[:count][both])[0, 1] < 0.5


def test_people_are_counted_by_every_brand_that_has_met_them_and_once_in_the_market(crowded):
    simulation = begun(crowded, "depletion", SEED)
    run_through(simulation)
    users = crowded.market.users
    assert simulation.rows.count + sum(simulation.reservoir.untouched) == users
    for brand, fans in zip(simulation.brands, (300, 200, 0), strict=True):
        ledger = brand.book.ledger
        rows, flow = ledger.of("ROWS"), ledger.of("FLOW").reshape(-1, 4, 3)
        assert (rows.sum(axis=1) == fans + flow[:, UNTOUCHED].sum(axis=1).cumsum()).all()
        assert rows[-1].sum() + sum(brand.rows.strangers_by_segment()) == simulation.rows.count
        assert len(brand.rows.table()["key"]) == rows[-1].sum()


def test_pools_share_as_many_people_as_the_file_says():
    scenario = everything(TWO | {"rivals.newcomer.pool.fans": 100, "rivals.newcomer.shared_fans": 0.25})
    views = [scenario, *(of_rival(scenario, name) for name in scenario.rivals)]
    addresses, members = pools_of(views, replication_key(SEED, 0))
    own, neighbour, newcomer = members
    assert [int(m.sum()) for m in members] == [300, 200, 100]
    assert (own & neighbour).sum() == 100
    assert (own & newcomer).sum() == 25
    assert not (neighbour & newcomer & ~own).any()
    assert 0 < (neighbour & newcomer).sum() < 25  # drawn apart
    assert len(set(addresses.tolist())) == 300 + 100 + 75


@pytest.mark.statistical
def test_brands_meet_people_independently_of_each_other():
    """Clocks of different brands are independent: known to both are N·(1 − e^−X₁)·(1 − e^−X₂), in whatever order."""
    simulation = begun(
        everything({
            "rivals.other": {"logic": FIRM | {"lives_per_week": 7.0}, "pool": {"fans": 0}}, "pool.fans": 0, "days": 60,
            "feed.exposures_at_least": 300.0, "segments.bargain": False, "segments.regular.share": 1.0,
            "market.users": 20_000, "pool.channels": None, "network": None, "sources": None,
        }),
        "depletion",
        SEED,
    )  # fmt: skip
    run_through(simulation)
    shares = [1.0 - np.exp(-brand.encounters[0]) for brand in simulation.brands]
    met = [brand.rows.fans.marks[: simulation.rows.count] & 15 != STRANGER for brand in simulation.brands]
    users = simulation.scenario.market.users

    def distance(found, expected):
        return (found - users * expected) / np.sqrt(users * expected * (1.0 - expected))

    assert min(shares) > 0.1
    for mask, share in zip(met, shares, strict=True):
        assert abs(distance(mask.sum(), share)) < FAR
    both = (met[0] & met[1]).sum()
    assert abs(distance(both, shares[0] * shares[1])) < FAR
    assert abs(distance(both, 0.8 * shares[0] * shares[1])) > FAR


# ------------------------------------------------------------------------------------------------- what they share


CLOSED = {
    "pool.fans": 2000,
    "market.users": 2000,
    "days": 60,
    "rivals.other": {"logic": {"kind": "fixed", "pushes_per_week": {"group": 140.0}}, "shared_fans": 1.0},
    "logics.growth": False,
    "logics.depletion": {"kind": "fixed", "pushes_per_week": {"group": 14.0}, "value_share": 0.5},
}


LIVES = {
    "channels.wechat-group.live_notice": True,
    "logics.depletion.lives_per_week": 7.0,
    "rivals.other.logic.lives_per_week": 7.0,
    "rules.lives.notice": 0.9,
    "market.attention_minutes": 40.0,
}


def lived(changes):
    return run(small("livestream-group", CLOSED | changes), "depletion", SEED)


def test_with_its_rules_off_a_rival_is_never_felt():
    """Common random numbers: the same fans live the same lives, to the integer, as without the other brand."""
    alone = run(with_changes(small("livestream-group", CLOSED), {"rivals.other": False}), "depletion", SEED)
    assert not alone.rivals
    beside = lived(OFF)
    assert np.array_equal(beside.ledger.tallies, alone.ledger.tallies)
    assert beside.rivals["other"].of("EXITS").sum() > 0
    assert not np.array_equal(lived(ON).ledger.tallies, alone.ledger.tallies)


def test_a_rivals_loudness_does_not_matter_while_its_rules_are_off():
    quiet = {"rivals.other.logic.pushes_per_week": {"group": 7.0}}
    assert np.array_equal(lived(OFF).ledger.tallies, lived(OFF | quiet).ledger.tallies)
    assert not np.array_equal(lived(ON).ledger.tallies, lived(ON | quiet).ledger.tallies)


@pytest.mark.parametrize(
    ("rule", "still", "falls", "rises"),
    [
        ("spillover", {"rules.leaving.fatigue": 0.03}, "opened", "exits_fatigue"),
        ("crowding", NO_LEAVING, "opened", None),
        ("substitution", {"rules.purchase.base": -3.0, "industry.need_interval": 5.0}, "orders", None),
        ("screen_time", NO_LEAVING | LIVES, "live_minutes", None),
    ],
)
def test_each_rule_alone_moves_what_it_is_about(rule, still, falls, rises):
    on = lived(OFF | still | {f"rules.rivalry.{rule}": ON[f"rules.rivalry.{rule}"]}).daily
    off = lived(OFF | still).daily
    assert on[falls].sum() < 0.98 * off[falls].sum()
    if rises:
        assert on[rises].sum() > 1.05 * off[rises].sum()


def test_attention_shares_and_choice_leave_alone_what_does_not_depend_on_them():
    """Crowding moves what is opened, screen time what is watched, substitution orders; none of them what is sent."""
    still = NO_LEAVING | {"rules.purchase.base": -3.0, "industry.need_interval": 5.0}
    off, crowded = lived(OFF | still).daily, lived(OFF | still | {"rules.rivalry.crowding": 5.0}).daily
    assert off["delivered"].equals(crowded["delivered"])
    assert off["fans_private"].equals(crowded["fans_private"])
    timed = lived(OFF | still | LIVES | {"rules.rivalry.screen_time": 1.0}).daily
    untimed = lived(OFF | still | LIVES).daily
    assert timed["delivered"].equals(untimed["delivered"])
    chosen = lived(OFF | still | {"rules.rivalry.substitution": 1.0}).daily
    first = int((off["orders"] != chosen["orders"]).idxmax())
    assert (off["orders"] != chosen["orders"]).any()
    assert off["delivered"].equals(chosen["delivered"])
    assert off["opened"][:first].equals(chosen["opened"][:first])


def test_ads_of_rivals_make_ads_dearer():
    base = {
        "pool.fans": 500,
        "days": 30,
        "ads.reference_spend": 50.0,
        "ads.elasticity": 0.3,
        "rivals.other.logic": FIRM,
    }
    own = {"logics.growth.ads_per_day": 20.0, "logics.growth.reinvest_ads": 0.0}
    calm = run(small("liquor", base | own), "growth", SEED).daily
    loud = run(
        small("liquor", base | own | {"rivals.other.logic": FIRM | {"ads_per_day": 500.0}}), "growth", SEED
    ).daily
    assert loud["impressions"].sum() < 0.95 * calm["impressions"].sum()


@pytest.mark.statistical
def test_halves_of_a_brand_are_together_the_brand_when_nothing_crosses():
    """Theory 4.18: two brands with half of the pool each, nothing shared, have together the fans and orders of one."""
    eager = {"rules.purchase.base": -3.0, "industry.need_interval": 5.0, "market.users": 4000}
    whole = eager | {"pool.fans": 4000, "rivals.other": False}
    half = eager | {"pool.fans": 2000, "rivals.other": {"logic": "depletion", "shared_fans": 0.0}} | OFF
    ones = [run(small("livestream-group", CLOSED | whole), "depletion", SEED, n) for n in range(12)]
    pairs = [run(small("livestream-group", CLOSED | half), "depletion", SEED, n) for n in range(12)]
    for what in ("fans", "orders"):

        def figure(ledger, what=what):
            return ledger.of("ROWS")[-1, Domain.PRIVATE] if what == "fans" else ledger.of("ORDERS").sum()

        one = np.array([figure(r.ledger) for r in ones], float)
        two = np.array([figure(r.ledger) + figure(r.rivals["other"]) for r in pairs], float)
        z = (one.mean() - two.mean()) / np.sqrt(one.var(ddof=1) / len(one) + two.var(ddof=1) / len(two))
        assert abs(z) < FAR, what
        assert abs((1.1 * one.mean() - two.mean()) / np.sqrt(one.var(ddof=1) / 12 + two.var(ddof=1) / 12)) > FAR, what


def test_time_on_the_platform_carries_exposures_and_ads():
    """E-18: half of the minutes show half of the contents and sell half of the ads."""
    base = {"pool.fans": 1000, "days": 20, "logics.growth.ads_per_day": 1e6, "logics.growth.reinvest_ads": 0.0}
    base |= {"rules.exposure.feedback": 0.0, "feed.cascade": False, "market.users": 20_000, "ads.elasticity": 0.0}
    full, half = (
        run(small("liquor", base | {"market.attention_minutes": m}), "growth", SEED).daily for m in (120.0, 60.0)
    )
    assert half["impressions"].sum() == pytest.approx(0.5 * full["impressions"].sum(), rel=0.02)
    assert half["exposures"].sum() == pytest.approx(0.5 * full["exposures"].sum(), rel=0.1)
    assert load_scenario("liquor").market.attention_minutes == 120.0
