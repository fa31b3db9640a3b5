"""The other brands in results, report and messages."""

import json
import re

import numpy as np
import pandas as pd
import pytest
from worlds import small

from sim.domains import Domain
from sim.engines.run import run
from sim.report.numbers import money_interval
from sim.report.rivals import figure_of, margin_of
from sim.report.words import LANGUAGES, words_of
from sim.report.write import replacing, write_comparison
from sim.scenario import ScenarioError, load_scenario, to_toml, with_changes
from sim.studies.compare import compare

CHANGES = {"days": 20, "rivals.third": {"logic": "growth", "pool": {"fans": 50}}}


@pytest.fixture(scope="module")
def compared():
    return compare(small("two-brands", CHANGES), seed=1, pairs=3)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_report_says_what_every_brand_earns_in_every_market(compared, lang, tmp_path):
    with replacing(tmp_path / "x") as folder:
        write_comparison(compared, folder, lang)
    page = (tmp_path / "x" / "report.html").read_text("utf-8")
    chapter = page.split('<section id="rivals">')[1].split("</section>")[0]
    w = words_of(compared.scenario, lang)
    for logic in compared.logics:
        for brand in ("", "neighbour", "third"):
            assert money_interval(figure_of(compared, logic, brand, margin_of), w)[0] in chapter
        own = [run.summary["margin"] for run in compared.runs[logic]]
        assert figure_of(compared, logic, "", margin_of).estimate == pytest.approx(np.mean(own))
    assert all(text in chapter for text in ("neighbour", "third", w("brands.own"), w("brands.together")))
    assert "<svg" in chapter
    assert (tmp_path / "x" / "figures" / "rivals.png").stat().st_size > 5000
    found = json.loads((tmp_path / "x" / "summary.json").read_text("utf-8"))["rivals"]
    assert found["growth"]["third"]["fans_end"]["estimate"] > 0


def test_days_of_all_rivals_are_written(compared, tmp_path):
    with replacing(tmp_path / "x") as folder:
        write_comparison(compared, folder, report=False)
    table = pd.read_parquet(tmp_path / "x" / "rivals.parquet")
    assert list(table.columns[:4]) == ["logic", "replication", "brand", "day"]
    assert len(table) == 2 * 3 * 2 * 20  # logics, pairs, rivals, days
    of_one = table[(table.logic == "growth") & (table.replication == 1) & (table.brand == "neighbour")]
    ledger = compared.runs["growth"][1].rivals["neighbour"]
    assert of_one["fans_private"].tolist() == ledger.of("ROWS")[:, Domain.PRIVATE].tolist()
    assert of_one["margin"].sum() == ledger.margin.sum()


def test_a_report_without_rivals_has_no_such_chapter(tmp_path):
    with replacing(tmp_path / "x") as folder:
        write_comparison(compare(small("livestream-group", {"days": 10}), seed=1, pairs=2), folder)
    assert 'id="rivals"' not in (tmp_path / "x" / "report.html").read_text("utf-8")
    assert not (tmp_path / "x" / "rivals.parquet").exists()


# ------------------------------------------------------------------------------------------------- scenario files


def test_a_rival_is_like_the_brand_but_for_what_its_table_says():
    scenario = load_scenario("two-brands")
    rival = scenario.rivals["neighbour"]
    assert rival.brand == scenario.brand
    assert rival.pool == scenario.pool
    assert rival.costs == scenario.costs
    assert rival.logic == scenario.logics["depletion"]
    other = with_changes(
        scenario, {"rivals.neighbour.brand.trust": 0.6, "rivals.neighbour.pool.channels": {"moments": 1.0}}
    )
    assert other.rivals["neighbour"].brand.trust == 0.6
    assert other.rivals["neighbour"].brand.certified == scenario.brand.certified
    assert other.rivals["neighbour"].pool.channels == {"moments": 1.0}
    assert other.brand.trust == 0.35


def test_a_scenario_with_rivals_is_written_and_read_again(tmp_path):
    scenario = small("two-brands", CHANGES)
    (tmp_path / "again.toml").write_text(to_toml(scenario), encoding="utf-8")
    again = load_scenario(tmp_path / "again.toml")
    assert again == scenario
    a, b = (run(s, "growth", 3) for s in (scenario, again))
    assert all(np.array_equal(a.rivals[n].tallies, b.rivals[n].tallies) for n in ("neighbour", "third"))


def test_a_preset_of_brands_serves_rivals_too():
    scenario = with_changes(
        load_scenario("liquor"), {"rivals.small": {"logic": "growth", "brand": {"extends": "small-brand"}}}
    )
    assert scenario.rivals["small"].brand.certified != scenario.brand.certified or (
        scenario.rivals["small"].brand.trust != scenario.brand.trust
    )


WRONG = {
    "an unknown logic": ({"rivals.x.logic": "groth"}, r"rivals\.x\.logic = .*groth.* Did you mean growth"),
    "no logic": ({"rivals.x.pool.fans": 10}, r"rivals\.x\.logic is missing"),
    "an unknown key": ({"rivals.x": {"logic": "growth", "bran": {}}}, r"rivals\.x\.bran is unknown"),
    "a value out of range": (
        {"rivals.x": {"logic": "growth", "brand": {"trust": 7}}},
        r"rivals\.x\.brand\.trust = 7 is outside 0\.01 … 0\.99",
    ),
    "an unknown channel": (
        {"rivals.x.logic": {"kind": "fixed", "pushes_per_week": {"gruop": 1.0}}},
        r"rivals\.x\.logic\.pushes_per_week\.gruop: .*Did you mean group",
    ),
    "pool in an unknown channel": (
        {"rivals.x": {"logic": "growth", "pool": {"channels": {"nowhere": 1.0}}}},
        r"rivals\.x\.pool\.channels.*nowhere is not a channel",
    ),
    "more shared than there are": (
        {"rivals.x": {"logic": "growth", "shared_fans": 1.0, "pool": {"fans": 30_000}}},
        r"rivals\.x\.shared_fans = 1 of 30,000 fans is more than the pool\.fans = 20,000",
    ),
    "too many": (
        {f"rivals.x{n}": {"logic": "growth"} for n in range(8)},
        r"rivals has 8 brands; at most 7 are possible",
    ),
    "more fans than users": (
        {"rivals.x.logic": "growth", "market.users": 30_000},
        r"market\.users = 30,000 is fewer than the 40,000 fans of all brands",
    ),
    "an oracle": (
        {"rivals.x.logic": "growth", "logics.bound.kind": "oracle"},
        r"the oracle \(bound\) knows one brand's fans",
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_mistakes_in_rivals_are_named_with_place_and_remedy(case):
    changes, message = WRONG[case]
    with pytest.raises(ScenarioError) as found:
        with_changes(load_scenario("liquor"), changes)
    assert re.search(message, str(found.value)), str(found.value)
