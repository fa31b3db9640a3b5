"""Every shipped scenario, made small: both parts of fairness, and the figures that users set beside their own."""

import datetime as dt
import json
import re

import numpy as np
import pytest
from matplotlib.figure import Figure

from sim.domains import Cause, HomepageSource, word
from sim.logics.mixed import ELEMENTS
from sim.report.chapters import chapters_of
from sim.report.fairness import anybody_spends
from sim.report.fairness_figures import figures_of_fairness
from sim.report.page import page_of, render
from sim.report.words import LANGUAGES, words_of
from sim.report.write import replacing, write_comparison
from sim.results import Provenance
from sim.scenario import load_scenario, shipped_scenarios, with_changes
from sim.studies import decompose as decomposing
from sim.studies.compare import compare
from sim.studies.decompose import elements_of
from sim.studies.fairness import examine

MAKER = Provenance.here(seed=0, engine="arrays", seconds=1.0)
SPENDING_NOTHING = {"flooded-group", "livestream-group"}  # no ads, and content that other groups pay


def shortened(name, days):
    """A shipped scenario with few fans and days; dated phases of a logic begin day after day instead."""
    whole = load_scenario(name)
    changes = {"days": days, "pool.fans": min(1000, whole.pool.fans)}
    changes |= {f"rivals.{name}.pool.fans": 1000 for name in whole.rivals}
    for logic, given in whole.logics.items():
        phases = [phase.model_dump(by_alias=True, exclude_none=True) for phase in getattr(given, "phases", ())]
        if phases:
            first = whole.start + dt.timedelta(days=1)
            moved = [phase | {"from": first + dt.timedelta(days=number)} for number, phase in enumerate(phases)]
            changes[f"logics.{logic}.phases"] = moved
    return with_changes(whole, changes)


def section(page, key):
    return render(page).split(f'<section id="{key}">')[1].split("</section>")[0]


@pytest.mark.parametrize("name", shipped_scenarios())
def test_the_report_holds_both_parts_of_fairness(name, monkeypatch, tmp_path):
    monkeypatch.setattr(decomposing, "PAIRS", 2)
    scenario = shortened(name, 7)
    compared = compare(scenario, seed=1, pairs=2)
    fairness = examine(compared, equal_spend=True, decompose=True)
    shares, money = fairness.decomposition, fairness.equal_spend
    assert set(shares.shares) == set(elements_of(scenario))
    assert {shares.logic, shares.reference} == set(compared.ranking[:2])
    assert set(money.logics) == set(compared.logics) - {money.reference}
    with replacing(tmp_path / "x") as folder:
        write_comparison(compared, folder, report=False, fairness=fairness)
    found = json.loads((tmp_path / "x" / "summary.json").read_text("utf-8"))
    parts = found["decomposition"]
    total = sum(share["estimate"] for share in parts["shares"].values())
    assert total == pytest.approx(parts["difference"]["estimate"], abs=0.5)
    assert len(found["equal_spend"]["logics"]) == len(compared.logics) - 1
    for logic in found["equal_spend"]["logics"].values():
        assert all(np.isfinite(logic["lead"][key]) for key in ("estimate", "low", "high"))
    spends = anybody_spends(money)
    assert spends == (name not in SPENDING_NOTHING)
    for lang in LANGUAGES:
        w = words_of(scenario, lang)
        drawn = {figure: Figure() for chapter in chapters_of(compared, w) for figure in chapter.figures}
        drawn |= figures_of_fairness(compared, fairness, lang)
        text = section(page_of(compared, drawn, lang, (), MAKER, fairness), "fairness")
        assert text.count("<svg") == text.count("<table>") == 1 + spends
        assert [element for element in shares.shares if w(f"element.{element}_means") not in text] == []
        assert w("shares.sum") in text
        assert (w("fairness.caption", reference=w.logic(money.reference)) in text) == spends
        assert (w("fairness.nothing") in text) != spends
        assert "nan" not in re.sub(r"<svg.*?</svg>", "", text, flags=re.S)


def test_the_elements_are_those_that_users_ask_for():
    """Frequency, value share, service, content, and what is reinvested: in content, and in ads."""
    assert {"frequency", "value_share", "service", "content", "ads"} <= ELEMENTS.keys()
    assert "ads_reinvested" in ELEMENTS["ads"]


@pytest.mark.parametrize("name", shipped_scenarios())
def test_what_users_compare_is_in_tables_and_report(name):
    scenario = shortened(name, 40)
    compared = compare(scenario, seed=1, pairs=2)
    channels = [channel.name.replace("-", "_") for channel in scenario.channels]
    columns = {
        *(f"gmv_{channel}" for channel in [*channels, "no_channel", "followers", "others", "first", "returning"]),
        *(f"homepage_{word(source)}" for source in HomepageSource),
        *(f"repurchase_rate_{channel}" for channel in channels),
        *(f"exits_{word(cause)}" for cause in Cause),
        "lead_to_sale",
        "active_share",
    }
    for logic in compared.logics:
        daily = compared.runs[logic][0].daily
        assert columns - set(daily.columns) == set()
        assert np.isfinite(daily[sorted(columns)].to_numpy(float)).all()
        kinds = [["gmv_followers", "gmv_others"], ["gmv_first", "gmv_returning"]]
        kinds.append([f"gmv_{channel}" for channel in [*channels, "no_channel"]])
        assert all((daily[kind].sum(axis=1) == daily["gmv"]).all() for kind in kinds)
        assert (daily[[f"exits_{word(cause)}" for cause in Cause]].sum(axis=1) == daily["exits"]).all()
        assert daily["active_share"].sum() > 0
    for lang in LANGUAGES:
        w = words_of(scenario, lang)
        every = [table for chapter in chapters_of(compared, w) for table in chapter.tables]
        tables = {table.caption: table for table in every}
        assert len(tables) == len(every)
        rates = rows_of(tables[w("own.rates")])
        assert {w(f"totals.{key}") for key in ("active_share", "lead_to_sale")} <= rates.keys()
        assert all("%" in text for text in rates[w("totals.active_share")])
        sells_leads = any("lead_to_sale" in compared.totals[logic] for logic in compared.logics)
        assert any(text != "–" for text in rates[w("totals.lead_to_sale")]) == sells_leads
        repurchase = rows_of(tables[w("own.repurchase", days=90)])
        assert {w.channel(channel.name) for channel in scenario.channels} <= repurchase.keys()
        assert w("own.all_orders") in repurchase
        homepage = rows_of(tables[w("own.homepage")])
        assert {w.member(source) for source in HomepageSource} < homepage.keys()
        buyers = rows_of(tables[w("page.by_buyer")])
        assert set(buyers) == {w(f"money.{key}") for key in ("followers", "others", "first", "returning")}
        assert w("page.by_channel") in tables
        why = rows_of(tables[w("page.why")])
        assert len(why) == len(Cause) + 1


def rows_of(table):
    return {row.label: [cell.text for cell in row.cells] for row in table.rows}
