"""docs/fairness.md has a row of each table for every shipped scenario, put there by experiments/fairness.py."""

import importlib.util

import pytest

from docs.pages import ROOT
from sim.engines.desk import is_asked
from sim.engines.run import run
from sim.logics.mixed import ELEMENTS
from sim.scenario import load_scenario, shipped_scenarios

PAGE = ROOT / "docs" / "fairness.md"


def _experiment():
    spec = importlib.util.spec_from_file_location("fairness_of_all", ROOT / "experiments" / "fairness.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


fairness = _experiment()


def _rows(table, text):
    inside = text.split(f"<!-- {table}: begin -->\n")[1].split(f"<!-- {table}: end -->")[0]
    head, _, *rows = [line.strip("| ").split(" | ") for line in inside.splitlines()]
    return head, {row[0].strip("`"): row for row in rows}


def test_every_shipped_scenario_has_a_row_in_both_tables():
    text = PAGE.read_text(encoding="utf-8")
    for table, head in fairness.HEADS.items():
        found, rows = _rows(table, text)
        assert tuple(found) == head
        assert sorted(rows) == sorted(shipped_scenarios())
        assert {len(row) for row in rows.values()} == {len(head)}
    assert all(element.replace("_", " ") in found for element in ELEMENTS)


def test_verdicts_are_of_whole_pools_and_shares_of_samples():
    text = PAGE.read_text(encoding="utf-8")
    verdicts, shares = (_rows(table, text)[1] for table in (fairness.VERDICTS, fairness.SHARES))
    for name in shipped_scenarios():
        whole = fairness.sampled(load_scenario(name), 10**9, 180)
        part = fairness.sampled(whole, 2000, 180)
        assert verdicts[name][1:3] == [str(whole.days), f"{whole.pool.fans:,}"], name
        assert shares[name][1:3] == [str(part.days), f"{part.pool.fans:,}"], name
        leader, second = fairness.leading(name, text)
        assert {leader, second} <= set(whole.logics), name
        assert shares[name][4].startswith(f"{leader} − {second}: "), name


def test_a_row_is_replaced_and_the_others_stay():
    text = PAGE.read_text(encoding="utf-8")
    _, before = _rows("shares", text)
    changed = fairness.put("shares", {"liquor": "| `liquor` | " + " | ".join("1234567890") + " |"}, text)
    _, after = _rows("shares", changed)
    assert after["liquor"] == ["`liquor`", *"1234567890"]
    assert {name: row for name, row in after.items() if name != "liquor"} == {
        name: row for name, row in before.items() if name != "liquor"
    }
    assert _rows("verdicts", changed) == _rows("verdicts", text)
    assert fairness.put("shares", {"liquor": "| " + " | ".join(before["liquor"]) + " |"}, changed) == text


@pytest.mark.parametrize("name", ["liquor", "depletion-ladder", "workplace-course"])
def test_a_sample_keeps_money_per_fan_and_a_pool_with_a_team_stays_whole(name):
    whole = fairness.sampled(load_scenario(name), 10**9, 60)
    part = fairness.sampled(load_scenario(name), 5000, 60)
    if is_asked(whole):
        assert (part.pool.fans, part.days) == (whole.pool.fans, 30)
        return
    gmv, margin = ([run(x, "growth", 3).summary[key] / x.pool.fans for x in (whole, part)] for key in ("gmv", "margin"))
    assert gmv[1] == pytest.approx(gmv[0], rel=0.25)
    assert abs(margin[1] - margin[0]) < 0.25 * gmv[0]
