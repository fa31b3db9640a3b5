"""Feed and ads in shipped scenarios, made small: each mechanism alone, what it moves, and what it leaves alone."""

from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, z_of_mean
from worlds import SMALL, begun, run_through, small

from sim.engines.run import run
from sim.observables import observables
from sim.rules.rows import NEVER
from sim.scenario import load_scenario, with_changes

ADS = {"logics.growth.ads_per_day": 100.0, "days": 60}
# ads reach a small market often, and those who clicked are many
DENSE = ADS | {"market.users": 30_000, "pool.fans": 300}


def paired(observable, changes, base, runs=8):
    """Sum of an observable with changes − without, by replication, in standard errors of the mean."""
    with_, without = (
        [column(ledger, observable).sum() for ledger in ledgers(tuple(sorted(found.items())), runs)]
        for found in (base | changes, base)
    )
    return z_of_mean(np.subtract(with_, without), 0.0)


@lru_cache(maxsize=32)
def ledgers(changes, runs=8):
    """Books of replications of the small liquor scenario under growth."""
    scenario = small("liquor", dict(changes))
    return [run(scenario, "growth", 9, r).ledger for r in range(runs)]


def column(ledger, name):
    """Daily values of one observable."""
    return next(o for o in observables(ledger.channels, ledger.segments) if o.name == name).value(ledger)


def variation(name, changes):
    """Logarithm of the coefficient of variation over the days of each replication."""
    found = [column(ledger, name) for ledger in ledgers(tuple(sorted((changes | {"days": 90}).items())))]
    return np.log([x.std() / x.mean() for x in found])


# parameter, observable, base, direction
MOVES = [
    ({"rules.exposure.cold_start": 2.0}, "exposures_live", ADS, 1),
    ({"rules.exposure.cold_start": 2.0}, "joins_live", ADS | {"feed.exposures_per_live": 1.0}, 1),
    ({"rules.exposure.seed_view": 1.0}, "seed_views", ADS, 1),
    ({"rules.exposure.seed_view": 1.0}, "exposures_live", ADS, 1),
    ({"rules.exposure.awareness": 5.0}, "exposures_live", DENSE, 1),
    ({"rules.exposure.awareness": 5.0}, "joins_feed", DENSE | {"feed.cascade": False}, 1),
    ({"rules.exposure.memory": 60.0}, "aware_share", DENSE, 1),
    ({"ads.unevenness": 20.0}, "aware_share", DENSE, -1),
    ({"ads.unevenness": 20.0}, "joins_ad", DENSE, -1),
    ({"rules.ads.targeting": 0.15}, "ad_clicks", ADS, 1),
    ({"rules.ads.targeting": 0.15}, "joins_ad", ADS, 1),
    ({"ads.retarget_share": 0.5}, "impressions_retargeting", ADS, 1),
    ({"ads.retarget_share": 0.5}, "retargeted", ADS, 1),
    ({"ads.retarget_share": 0.5}, "flow_commercial_private", ADS, 1),
    ({"rules.ads.retargeted": 8.0}, "flow_commercial_private", ADS, 1),
    ({"feed.price_war": 0.5}, "orders_no_channel", ADS | {"rules.purchase.base": -3.0}, -1),
]


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("changes", "observable", "base", "sign"), MOVES, ids=[f"{next(iter(c))}-{o}" for c, o, _, _ in MOVES]
)
def test_parameter_moves_its_observable(changes, observable, base, sign):
    assert sign * paired(observable, changes, base) > FAR


def test_more_competitors_make_the_same_budget_buy_less():
    few, many = (run(small("liquor", ADS | {"ads.competitors": c}), "growth", 9).daily for c in (0.069, 0.3))
    assert (few.ad_spend[1:] > 0).all()
    assert many.cpm[0] == few.cpm[0]
    assert (many.cpm[1:] > few.cpm[1:]).all()
    assert (many.impressions[1:] < few.impressions[1:]).all()
    assert (few.cpm.diff()[2:] > 0).all()


@pytest.mark.statistical
def test_the_cascade_makes_acquisition_unstable():
    with_, without = (variation("joins_feed", {"feed.cascade": on}) for on in (True, False))
    assert z_of_mean(with_ - without, 0.0) > FAR


@pytest.mark.statistical
def test_more_contents_a_day_make_acquisition_steadier():
    few, many = (variation("exposures_feed", {"brand.content.per_day": n}) for n in (2, 500))
    assert z_of_mean(few - many, 0.0) > FAR


def test_contents_follow_from_the_exposures_unless_the_file_says_how_many():
    ordinary = 350 + 1000 + 937.5 + 125e3 / 64 + 5e5 / 256 + 2e6 / 1024 + 8.5e6 / 4096
    scenario = with_changes(load_scenario("liquor"), {"brand.content.per_day": 60, "days": 10})
    implied = small("livestream-group", {"platforms": ["douyin-2021-07"], "pool.channels": {"douyin-group": 1.0}})
    implied = with_changes(
        implied, {"days": 40, "logics.growth.pushes_per_week": {"group": 7.0}, "market.users": 10**8}
    )
    assert run(scenario, "growth", 1).daily.contents.tolist() == [60] * 10
    found = run(implied, "growth", 1).daily.contents
    assert found.sum() == int(0.5 + 40 * 4000 / (0.4 * ordinary))
    assert set(found) <= {0, 1}


def test_a_newcomer_is_helped_for_thirty_days():
    base = SMALL["liquor"] | {"pool.fans": 0, "feed.exposures_at_least": 1000, "feed.cascade": False, "days": 40}
    base |= {"rules.exposure.awareness": 0.0, "rules.exposure.feedback": 0.0, "rules.exposure.cold_start": 0.0}
    base |= {"logics.growth.reinvest_content": 0.0}
    helped, left = (
        run(with_changes(load_scenario("liquor"), base | {"feed.explore_share": share}), "growth", 3).ledger.exposures
        for share in (0.3, 0.0)
    )
    assert (helped[:30] > 1.5 * left[:30]).all()
    assert (helped[30:] == left[30:]).all()


# ------------------------------------------------------------------------------------------- common random numbers

FIXED = {
    "logics.growth": False, "logics.depletion": False,
    "logics.same": {"kind": "fixed", "pushes_per_week": {"group": 7.0, "subscription": 1.5}, "ads_per_day": 100.0},
    "rules.exposure.feedback": 0.0, "rules.follow.followers": 0.0, "days": 90,
}  # fmt: skip


@lru_cache(maxsize=8)
def table_with(changes):
    """Rows at the end of a run under a plan that reacts to nothing."""
    simulation = begun(small("liquor", FIXED | dict(changes)), "same", 4)
    run_through(simulation)
    return simulation.rows.table(), simulation.ledger


SWITCHES = [
    ("feed.cascade", False),
    ("feed.accounts", 0),
    ("rules.exposure.cold_start", 0.0),
    ("rules.exposure.awareness", 0.0),
    ("ads.competitors", 0.0),
    ("ads.unevenness", 0.0),
    ("rules.ads.targeting", 0.0),
    ("ads.retarget_share", 0.0),
    ("feed.price_war", 0.0),
]


@pytest.mark.parametrize("switch", SWITCHES, ids=[name for name, _ in SWITCHES])
def test_switching_reach_off_changes_no_fan_who_stays(switch):
    """Public and commercial domain decide who comes and when, never what a fan of the starting pool lives through."""
    (with_, _), (without, _) = table_with(()), table_with((switch,))
    stayed = {}
    for name, table in (("with", with_), ("without", without)):
        pool = (table["key"] >> 60 == 1) & (table["left_on"] == NEVER)
        stayed[name] = {column: values[pool] for column, values in table.items()}
    assert len(stayed["with"]["key"]) > 200
    for column in with_:
        assert np.array_equal(stayed["with"][column], stayed["without"][column]), column


@pytest.mark.parametrize("switch", SWITCHES, ids=[name for name, _ in SWITCHES])
def test_people_who_come_are_the_same_people(switch):
    """Another feed changes when somebody comes; the n-th person to come has the same traits."""
    traits = ("segment", "tolerance", "frailty", "need_rate", "affinity")
    tables = [{row[0]: row[1:] for row in zip(*(t["key"].tolist(), *(t[c].tolist() for c in traits)), strict=True)}
              for t, _ in (table_with(()), table_with((switch,)))]  # fmt: skip
    shared = tables[0].keys() & tables[1].keys()
    assert len(shared) > 300
    assert all(tables[0][key] == tables[1][key] for key in shared)


def test_retargeting_shifts_ads_and_buys_no_more():
    (_, on), (_, off) = table_with(()), table_with((("ads.retarget_share", 0.0),))
    assert on.one("RETARGETED").sum() > 5
    assert off.one("RETARGETED").sum() == 0
    assert np.array_equal(on.impressions, off.impressions)
    assert np.array_equal(on.ad_spend, off.ad_spend)


def test_ads_that_nobody_clicks_raise_awareness_and_no_trust():
    """E-76: a brand known by name is noticed more often; trust of the people who come is what it was."""
    changes = (("ads.click", 0.0), ("market.users", 30_000))
    (seen, on), (unseen, off) = (table_with((*changes, ("rules.exposure.awareness", k))) for k in (3.0, 0.0))
    assert on.of("JOINS")[:, 2].sum() == 0
    assert on.feed[-1, 6] > 0.1  # aware
    assert on.of("JOINS")[:, 1].sum() > off.of("JOINS")[:, 1].sum()
    prior = [dict(zip(t["key"].tolist(), t["trust_prior"].tolist(), strict=True)) for t in (seen, unseen)]
    shared = prior[0].keys() & prior[1].keys()
    assert all(prior[0][key] == prior[1][key] for key in shared)
    assert len(shared) > 300
