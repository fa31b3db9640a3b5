"""R_fan measured and in theory, side by side: in summary.json, report and terminal, with its parts and its verdict."""

import json
from pathlib import Path

import pytest
from worlds import NO_LEAVING, small

from sim.domains import PoolState
from sim.engines.run import run
from sim.loop import loop_parts
from sim.report.chapters import chapters_of
from sim.report.figures import figures_of
from sim.report.gain import NODES, gain_in_theory, gain_of
from sim.report.numbers import decimal
from sim.report.operation import operation_tables
from sim.report.terminal import print_comparison, print_runs
from sim.report.words import words_of
from sim.report.write import write_comparison, write_runs
from sim.results import CAUSES_BY_FANS
from sim.scenario import with_changes
from sim.studies.compare import compare
from sim.theory.meanfield import mean_field

DAYS = 60


@pytest.fixture(scope="module")
def compared():
    return compare(small("liquor", {"days": DAYS}), seed=5, pairs=3)


def test_theory_is_the_mean_field_measured_as_a_run_is(compared):
    for logic in compared.logics:
        caused, exits = loop_parts(mean_field(compared.scenario, logic, nodes=NODES).ledger)
        assert gain_in_theory(compared.scenario, logic) == caused / exits > 0.0


def test_scenarios_are_told_apart_and_logics_too(compared):
    other = with_changes(compared.scenario, {"rules.exposure.feedback": 0.0})
    first, second = compared.logics
    assert gain_in_theory(other, first) < 0.5 * gain_in_theory(compared.scenario, first)
    assert gain_in_theory(compared.scenario, first) != gain_in_theory(compared.scenario, second)


@pytest.mark.parametrize("number", [1, 2])
def test_where_nobody_comes_or_leaves_nothing_is_said(number):
    scenario = small("livestream-group", NO_LEAVING | {"days": 5})
    still = gain_of([run(scenario, "growth", 1, r) for r in range(number)])
    assert (still.measured, still.by_cause, still.state, still.theory) == (None, {}, None, None)


@pytest.mark.parametrize("number", [1, 3])
def test_parts_add_up(compared, number):
    for logic in compared.logics:
        gain = gain_of(compared.runs[logic][:number])
        assert gain.by_cause.keys() == set(CAUSES_BY_FANS)
        assert sum(part.estimate for part in gain.by_cause.values()) == pytest.approx(gain.measured.estimate)
        assert gain.measured.low < gain.measured.estimate < gain.measured.high
        assert isinstance(gain.state, PoolState)
        assert 1 / 3 <= gain.confidence <= 1.0
        for part in gain.by_cause.values():
            assert part.low <= part.estimate <= part.high


def test_summary_of_a_comparison(compared, tmp_path):
    write_comparison(compared, tmp_path, report=False)
    found = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["r_fan"]
    assert found.keys() == set(compared.logics)
    for logic, gain in found.items():
        assert gain["measured"] == pytest.approx(
            {name: getattr(compared.totals[logic]["r_fan"], name) for name in ("estimate", "low", "high")}
        )
        assert gain["theory"] == gain_in_theory(compared.scenario, logic)
        assert gain["state"] in {"growing", "fed", "depleting"}


def test_summary_of_a_run(compared, tmp_path):
    write_runs(compared.runs["growth"][:1], tmp_path)
    found = json.loads((tmp_path / "summary.json").read_text(encoding="utf-8"))["r_fan"]
    assert found["measured"]["estimate"] == pytest.approx(compared.runs["growth"][0].summary["r_fan"])
    assert found["theory"] == gain_in_theory(compared.scenario, "growth")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_shows_them_side_by_side(compared, lang):
    w = words_of(compared.scenario, lang)
    loop = operation_tables(compared, w)[0]
    labels = [row.label for row in loop.rows]
    measured, theory = (loop.rows[labels.index(w(key))] for key in ("totals.r_fan", "theory.gain_theory"))
    assert labels.index(w("theory.gain_theory")) > labels.index(w("totals.r_fan"))
    for n, logic in enumerate(compared.logics):
        assert measured.cells[n].text == decimal(compared.totals[logic]["r_fan"].estimate)
        assert theory.cells[n].text == decimal(gain_in_theory(compared.scenario, logic))
    assert w("totals.r_fan_feedback") in labels
    assert w("totals.r_fan_invitation") not in labels  # nobody is invited in this scenario
    assert loop in next(chapter for chapter in chapters_of(compared, w) if chapter.key == "pool").tables


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_terminal_shows_them_side_by_side(compared, lang, capsys):
    print_comparison(compared, Path("runs/x"), lang, report=True)
    text = capsys.readouterr().out
    for logic in compared.logics:
        both = (compared.totals[logic]["r_fan"].estimate, gain_in_theory(compared.scenario, logic))
        assert "/".join(map(decimal, both)) in text
    print_runs(compared.runs["growth"][:1], Path("runs/x"), lang)
    text = capsys.readouterr().out
    w = words_of(compared.scenario, lang)
    for key in ("theory.gain_between", "theory.certainty", "theory.gain_theory"):
        assert w(key) in text


def test_the_mean_field_is_drawn_beside_the_fans(compared):
    lines = figures_of(compared, "en")["fans"].axes[0].lines
    drawn = [line.get_ydata() for line in lines if line.get_linestyle() == ":"]
    assert len(drawn) == len(compared.logics)
    for logic, followers in zip(compared.logics, drawn, strict=True):
        assert followers.tolist() == mean_field(compared.scenario, logic, nodes=NODES).columns()[0]
