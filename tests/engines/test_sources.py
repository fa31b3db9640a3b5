"""Sources beyond feed, ads, searches and the store: how many come, with what trust, where to, and at what cost."""

import numpy as np
import pytest
from samples import FAR, z_of_mean
from worlds import begun, everything, small

from sim.domains import Source
from sim.engines.reservoir import Response
from sim.engines.run import run
from sim.engines.sources import KINDS
from sim.rules.tally import UNTOUCHED
from sim.scenario import load_scenario, with_changes

CARD = {"kind": "code", "per_day": 8.0}
ALONE = {"feed.exposures_at_least": 0, "feed.exposures_per_fan": 0.0, "logics.depletion": False}


def with_sources(changes, days=30, **sources):
    base = ALONE | {"days": days} | {f"sources.{name}": table for name, table in sources.items()}
    return small("liquor", base | changes)


def came(scenario, source, runs=30):
    return np.array([run(scenario, "growth", 42, r).ledger.of("JOINS")[:, source].sum() for r in range(runs)])


@pytest.mark.statistical
def test_as_many_come_as_the_file_says():
    """A Poisson number a day; 5 % more are found out."""
    scenario = with_sources({}, card=CARD)
    found = came(scenario, Source.CODE)
    assert abs(z_of_mean(found, 8.0 * 30)) < FAR
    dispersion = found.var(ddof=1) / found.mean()
    assert abs(dispersion - 1) < FAR * np.sqrt(2 / (len(found) - 1))
    more = with_sources({}, card=CARD | {"per_day": 8.0 * 1.05}, days=60)
    assert z_of_mean(came(more, Source.CODE), 8.0 * 60) > FAR


def test_a_series_says_when_they_come():
    import datetime as dt

    festival = {dt.date(2021, 8, 1): 0.0, dt.date(2021, 8, 11): 20.0, dt.date(2021, 8, 21): 0.0}
    joins = run(with_sources({}, card=CARD | {"per_day": festival}), "growth", 1).daily["joins_code"]
    assert joins[:10].sum() == joins[20:].sum() == 0
    assert (joins[10:20] > 0).all()


def test_each_kind_has_a_source_of_its_own():
    scenario = with_sources(
        {}, card=CARD, staff=CARD | {"kind": "employee"},
        teacher={"kind": "partner", "members": 20_000},
    )  # fmt: skip
    ledger = run(scenario, "growth", 3).ledger
    joins = ledger.of("JOINS").sum(axis=0)
    assert set(np.flatnonzero(joins)) == {Source.CODE, Source.EMPLOYEE, Source.PARTNER}
    assert joins.sum() == ledger.of("FLOW").reshape(-1, 4, 3)[:, UNTOUCHED, 2].sum()


def rows_of(scenario, source, seed=5):
    simulation = begun(scenario, "growth", seed)
    for _ in range(scenario.days):
        simulation.step()
    table = simulation.rows.table()
    mine = table["source"] == source
    return {name: column[mine] for name, column in table.items()}


@pytest.mark.statistical
@pytest.mark.parametrize(("kind", "trust"), [("code", 0.35), ("employee", 0.5)])
def test_people_come_with_the_trust_of_their_source(kind, trust):
    """M7: .5 for people who have met the brand; a code brings people of the feed."""
    scenario = with_sources({}, card=CARD | {"kind": kind, "per_day": 60.0})
    prior = rows_of(scenario, KINDS[kind])["trust_prior"]
    assert abs(z_of_mean(prior, trust)) < FAR
    assert abs(z_of_mean(prior, trust * 1.05)) > FAR
    told = with_sources({}, card=CARD | {"kind": kind, "per_day": 60.0, "trust": 0.8})
    assert abs(z_of_mean(rows_of(told, KINDS[kind])["trust_prior"], 0.8)) < FAR


def test_people_come_into_the_channels_of_their_source():
    channels = {"wecom": 1.0, "moments": 0.5}
    card = CARD | {"per_day": 60.0, "channels": channels}  # fewer than the 80 friends that accounts add a day (E-59)
    rows = rows_of(with_sources({"days": 5}, card=card), Source.CODE)
    names = [c.name for c in load_scenario("liquor").channels]
    rows["channels"] = rows["channels"].astype(int)
    wecom, moments = (rows["channels"] >> names.index(name) & 1 for name in channels)
    assert (wecom == 1).mean() > 0.95  # a few have left since
    assert 0.3 < moments.mean() < 0.7
    assert (rows["channels"] & ~(1 << names.index("wecom") | 1 << names.index("moments")) == 0).all()


def test_a_source_of_one_segment_brings_no_other():
    segments = {"segments.everyone": False, "segments.old.share": 0.5, "segments.new.share": 0.5}
    rows = rows_of(with_sources(segments, card=CARD | {"segment": "new"}), Source.CODE)
    assert len(rows["segment"]) > 100
    assert set(rows["segment"]) == {1}


# ------------------------------------------------------------------------------------------------------ partners

TEACHER = {"kind": "partner", "members": 2000, "exposures_per_month": 60.0}


def followed(days=30):
    """Members who follow, each shown the brand twice a day: by M3 with the partner's trust and authority (M11)."""
    odds = np.log(0.008 / 0.992) + 1.5 * (0.6 - 0.5) + 2.0 * (0.5 - 0.35) + 0.405
    return 2000 * (1 - np.exp(-days * 60.0 / 30.4375 / (1 + np.exp(-odds))))


@pytest.mark.statistical
def test_a_partners_domain_empties_as_its_members_follow():
    scenario = with_sources({"rules.follow.followers": 0.0}, teacher=TEACHER)
    found = came(scenario, Source.PARTNER, runs=20)
    assert abs(z_of_mean(found, followed())) < FAR
    assert abs(z_of_mean(found, 1.05 * followed())) > FAR
    assert found.mean() > 0.5 * 2000  # it has emptied by a good part


def test_a_partner_brings_no_more_than_its_members():
    teacher = TEACHER | {"exposures_per_month": 1000.0}
    scenario = with_sources({"days": 60}, teacher=teacher)
    found = run(scenario, "growth", 3).daily["joins_partner"]
    assert 2000 <= found.sum() <= 2010  # the members left are a mean, so the last day may overshoot
    assert found[40:].sum() == 0


def test_a_partner_whose_members_are_everyone_loses_them_to_the_feed_too():
    """Members who responded otherwise are gone for the partner."""
    flood = {"feed.exposures_at_least": 5000.0, "market.users": 10_000, "rules.follow.base": 0.1, "days": 40}
    simulation = begun(with_sources(flood, teacher={"kind": "partner", "members": 9000}), "growth", 3)
    for _ in range(40):
        simulation.step()
        assert simulation.brand.sources.left[0] <= sum(simulation.reservoir.untouched) + 1e-6
    assert simulation.brand.sources.left[0] < 5000


@pytest.mark.parametrize("name", ["exposures_per_month", "members"])
def test_more_exposure_and_more_members_bring_more(name):
    """In the shipped scenario made small."""
    joins = []
    for factor in (1, 2):
        given = {"exposures_per_month": 4.0, "members": 600}[name] * factor
        scenario = small("yoga-partners", {f"sources.teachers.{name}": given})
        joins.append(run(scenario, "growth", 3).daily["joins_partner"].sum())
    assert joins[1] > 1.3 * joins[0]


# -------------------------------------------------------------------------------------------------------- money


def test_sources_cost_what_the_file_says_to_the_cent():
    scenario = with_sources({}, card=CARD | {"cost_per_day": 12.345, "cost_per_person": 1.5})
    daily = run(scenario, "growth", 3).daily
    assert (daily["sources_cost"] == np.floor(1234.5 + 150 * daily["joins_code"] + 0.5)).all()
    free = run(with_sources({}, card=CARD), "growth", 3).daily
    assert (free["margin"] - daily["margin"] == daily["sources_cost"]).all()
    assert free.drop(columns=["sources_cost", "spend", *[c for c in free if c.startswith("margin")]]).equals(
        daily.drop(columns=["sources_cost", "spend", *[c for c in daily if c.startswith("margin")]])
    )


def test_a_card_with_a_reward_brings_more_and_costs_the_reward():
    """E-79: half as many again to three times as many, and everyone who scans is paid."""
    card = {"kind": "code", "per_day": 8.0, "rewarded": True}
    found = [
        run(with_sources({"logics.growth.incentive": reward}, card=card), "growth", 3).daily for reward in (0.0, 5.0)
    ]
    assert found[0]["incentives"].sum() == 0
    assert (found[1]["incentives"] == 500 * found[1]["joins_code"]).all()
    assert 1.5 < found[1]["joins_code"].sum() / found[0]["joins_code"].sum() < 3.0
    unpaid = run(
        with_sources({"logics.growth.incentive": 5.0}, card=card, other=card | {"rewarded": False}), "growth", 3
    ).daily
    assert (unpaid["incentives"] < 500 * unpaid["joins_code"]).any()


@pytest.mark.statistical
def test_who_came_for_the_reward_trusts_less_and_leaves_sooner():
    """E-79, M3: trust .1 to .2 lower, exits 1.5 to 3 times as many."""
    card = {"kind": "code", "per_day": 300.0, "rewarded": True}
    changes = {"logics.growth.incentive": 1000.0, "market.users": 10**6, "rules.leaving.natural": 0.2}
    simulation = begun(with_sources(changes, card=card, days=60), "growth", 3)
    owed = []
    respond = simulation.reservoir.respond

    def watched(rates):
        found = respond(rates)
        owed.extend(found.addresses[found.kinds == len(Response) + 1].tolist())
        return found

    simulation.reservoir.respond = watched
    for _ in range(60):
        simulation.step()
    table = simulation.rows.table()
    bought = np.isin(table["key"], owed)
    own = (table["source"] == Source.CODE) & ~bought
    assert 1.9 < bought.sum() / own.sum() < 2.1  # two thirds came for it
    gap = table["trust_prior"][own].mean() - table["trust_prior"][bought].mean()
    assert 0.13 < gap < 0.17
    exits = [(table["left_on"][which] > 0).mean() for which in (own, bought)]
    assert 1.5 < exits[1] / exits[0] < 3.0


def test_without_sources_nothing_is_drawn_for_them():
    """A source that brings nobody changes nobody."""
    base = everything({"days": 40, "sources.counter": False, "sources.card": False, "sources.teacher": False})
    nobody = with_changes(base, {"sources.shop": {"kind": "code", "per_day": {"2021-08-01": 0.0, "2030-01-01": 1.0}}})
    a, b = (run(scenario, "depletion", 3).daily for scenario in (base, nobody))
    assert a.equals(b)
