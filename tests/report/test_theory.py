"""What ``sanyu theory`` says: the first answer in words, the table, figures, and plain data."""

import json
import math
from dataclasses import replace

import pytest
from worlds import small

from sim.report.theory import answers, plain_theory, print_theory, pushes, rows, write_theory
from sim.report.words import words_of
from sim.theory.curves import EVEN, GRID, MOST, root_of, top_of
from sim.theory.meanfield import mean_field
from sim.theory.outlook import outlook

from .test_terminal import width


@pytest.fixture(scope="module")
def found():
    scenario = small("liquor", {"days": 60})
    return scenario, [outlook(scenario, logic) for logic in scenario.logics]


def test_the_first_answer(found):
    """As a strategist hears it: the best frequency, one's own, what that costs, and the pool's half-life."""
    scenario, (growth, _) = found
    said = replace(growth, best=replace(growth.best, question=2.4), planned=14.0, half_life=101.3)
    w = words_of(scenario, "en")
    first, second, third = answers(replace(said, nearly_best=(1.6, 3.9), forgone=0.21), scenario, w)
    assert first == (
        "growth: the best frequency for this pool is 2.4 pushes a week over the 60 days of the question; you push 14."
    )
    assert second == "From 1.6 to 3.9 a week earn within 5% of the best; your plan earns 21% less than the best."
    assert third == "Pool half-life 101 days without newcomers from outside."
    assert answers(replace(said, forgone=0.01), scenario, w)[1].endswith("and so does your plan.")
    assert answers(replace(said, forgone=1.0), scenario, w)[1].endswith("your plan costs more than it earns.")
    growing = replace(said, half_life=math.inf, doubling=50.0)
    assert answers(growing, scenario, w)[2] == "Without newcomers from outside the pool would double in 50 days."
    chinese = answers(said, scenario, words_of(scenario, "zh"))
    assert "每周 2.4 次" in chinese[0]
    assert "每周推送 14 次" in chinese[0]
    assert "半衰期为 101 天" in chinese[2]


def test_every_logic_is_named_and_the_table_fits(found, capsys):
    scenario, outlooks = found
    for lang in ("en", "zh"):
        print_theory(outlooks, scenario, lang)
        text = capsys.readouterr().out
        assert max(map(width, text.splitlines())) <= 80
        w = words_of(scenario, lang)
        for o in outlooks:
            assert f"{w.logic(o.logic)}{'：' if lang == 'zh' else ':'}" in text
        assert w("theory.invited") not in text  # nobody is invited here: no row of dashes


def test_what_is_nearly_best_is(found):
    for o in found[1]:
        low, high = o.nearly_best
        assert low <= o.best.question <= high
        assert 0.0 <= o.forgone <= 1.0
        if low <= o.planned <= high:
            assert o.forgone <= 1.0 - EVEN + 0.01
        else:
            assert o.forgone >= 1.0 - EVEN - 0.01


def test_rates_are_of_the_last_settled_days():
    """As runs are measured where the question is short, and of days 151 – 240 where it is long."""
    loops = [outlook(small("liquor", {"days": days}), "growth").loop for days in (60, 200, 400)]
    assert [(loop.first, loop.last) for loop in loops] == [(28, 59), (110, 199), (150, 239)]


def test_plain_data_and_files(found, tmp_path):
    scenario, outlooks = found
    plain = plain_theory(outlooks)["theory"]
    assert plain.keys() == set(scenario.logics)
    for o in outlooks:
        assert plain[o.logic]["loop"]["r_fan"] == o.loop.r_fan
        assert len(plain[o.logic]["curve"]) == len(GRID)
    means = [mean_field(scenario, o.logic, nodes=16) for o in outlooks]
    write_theory(outlooks, means, scenario, tmp_path, "en")
    assert {p.name for p in tmp_path.iterdir()} == {
        "theory.json", "mean-field.csv", "frequency.svg", "frequency.png", "mean-field.svg", "mean-field.png",
    }  # fmt: skip
    assert json.loads((tmp_path / "theory.json").read_text(encoding="utf-8"))["theory"].keys() == plain.keys()
    assert len((tmp_path / "mean-field.csv").read_text(encoding="utf-8").splitlines()) == 1 + 2 * 60


def test_numbers_of_pushes():
    assert [pushes(x) for x in (2.43, 14.2, 0.25, MOST)] == ["2.4", "14", "0.25", "≥140"]


def test_rows_have_names_of_their_own(found):
    scenario, (growth, _) = found
    names = [name for name, _ in rows(growth, words_of(scenario, "en"))]
    assert len(names) == len(set(names))


def test_searches():
    assert top_of(lambda x: -((x - 0.3) ** 2), 0.0, 1.0) == pytest.approx(0.3, abs=3e-3)
    assert top_of(lambda x: x, 0.0, 1.0) == pytest.approx(1.0, abs=3e-3)
    assert root_of(lambda x: 2.0 - x * x, 0.0, 2.0) == pytest.approx(math.sqrt(2.0), abs=1e-3)
