import numpy as np
import pytest

from sim.domains import Cause, Source
from sim.report.tables import (
    by_month,
    causes,
    domain_flows,
    money_of,
    months,
    retention,
    sources,
    tier_shares,
)


@pytest.mark.parametrize(
    ("days", "number"), [(1, 1), (30, 1), (31, 1), (60, 2), (75, 2), (120, 4), (365, 12), (720, 24)]
)
def test_months_cover_every_day_once(days, number):
    found = months(days)
    assert len(found) == number
    assert [d for m in found for d in range(days)[m]] == list(range(days))


def test_a_constant_flow_is_the_same_in_every_month():
    assert by_month(np.ones(200)) == pytest.approx(30.4375)


@pytest.mark.parametrize("logic", ["growth", "depletion"])
def test_money_adds_up_to_the_cent(comparison, logic):
    book = money_of(comparison.runs[logic])
    assert book.contribution == pytest.approx(book.gmv - book.goods - book.commission - book.fees)
    assert book.margin == pytest.approx(book.contribution - book.ads - book.content)
    assert book.margin == pytest.approx(comparison.totals[logic]["margin"].estimate)
    assert sum(book.by_channel.values()) == pytest.approx(book.gmv)
    assert book.followers + book.others == pytest.approx(book.first + book.returning) == pytest.approx(book.gmv)


@pytest.mark.parametrize("logic", ["growth", "depletion"])
def test_flows_agree_with_the_daily_table(comparison, logic):
    runs = comparison.runs[logic]
    flows = domain_flows(runs)
    joins = np.mean([run.daily["joins"].sum() for run in runs])
    exits = np.mean([run.daily["exits"].sum() for run in runs])
    assert flows[[0, 1, 3], 2].sum() == pytest.approx(joins)
    assert flows[2, [0, 1]].sum() == pytest.approx(exits)
    scale = [len(range(150)[m]) / 30.4375 for m in months(150)]
    assert sum(v @ scale for v in causes(runs).values()) == pytest.approx(exits)
    assert sum(v @ scale for v in sources(runs).values()) == pytest.approx(joins)
    assert set(causes(runs)) == set(Cause)
    assert Source.POOL not in sources(runs)


def test_retention_agrees_with_the_cohort_table(comparison):
    runs = comparison.runs["growth"]
    kept = retention(runs)
    last = [run.cohorts.query("cohort == 'pool'")["fans"].iloc[-1] for run in runs]
    assert kept.pool[-1] == pytest.approx(sum(last) / (300 * len(runs)))
    assert kept.joiners[0] == 1.0
    assert len(kept.pool) == len(kept.months) == len(kept.joiners)
    one = [run.cohorts.query("cohort == '2021-08'")["fans"].to_numpy() for run in runs]
    assert kept.joiners[-1] == pytest.approx(sum(c[-1] for c in one) / sum(c[0] for c in one))


def test_shares_of_tiers_add_up(comparison):
    assert tier_shares(comparison.runs["growth"]).sum(axis=1) == pytest.approx(1.0)
