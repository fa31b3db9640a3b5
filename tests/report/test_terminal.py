import dataclasses
import unicodedata
from pathlib import Path

import pytest

from sim.report.data import evidence_of
from sim.report.terminal import (
    group_of,
    print_assumptions,
    print_comparison,
    print_runs,
    print_verdicts,
    sparkline,
)
from sim.results import Crossover, Interval


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def test_sparkline_goes_from_low_to_high():
    assert sparkline(range(8), 0, 7, width=8) == "▁▂▃▄▅▆▇█"
    assert sparkline([5, 5, 5], 5, 5) == "▁▁▁"
    assert len(sparkline(range(1000), 0, 999)) == 36
    assert sparkline([-5, 50], 0, 10) == "▁█"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_comparison_fits_into_80_columns(comparison, ladder, lang, capsys):
    for c in (comparison, ladder):
        print_comparison(c, Path("runs/x"), lang, report=True)
        shown = capsys.readouterr().out
        assert max(map(width, shown.splitlines())) <= 80
        assert "report.html" in shown
        assert "\x1b" not in shown


@pytest.mark.parametrize(("lang", "words"), [("en", "Of 6 depletions"), ("zh", "6 种消耗逻辑按每天群消息条数计")])
def test_the_ladder_follows_the_verdict(ladder, lang, words, capsys):
    print_comparison(ladder, Path("runs/x"), lang, report=True)
    assert words in capsys.readouterr().out


def test_runs_show_mean_and_range(comparison, capsys):
    print_runs(comparison.runs["growth"], Path("runs/x"), "en")
    shown = capsys.readouterr().out
    assert "lowest … highest" in shown
    assert "150 days, 3 runs, seed 5" in shown
    assert shown.count("trend of the last 90 days") == 1
    assert "half-life" not in shown
    assert "doubling" not in shown
    print_runs(comparison.runs["growth"][:1], Path("runs/x"), "zh")
    assert "lowest" not in capsys.readouterr().out


def test_files_that_are_not_written_are_not_announced(comparison, capsys):
    for report in (True, False):
        print_comparison(comparison, Path("runs/x"), "en", report=report)
        shown = capsys.readouterr().out
        assert ("figures/" in shown) == report
        assert "one visit of a group opens all of its messages" in " ".join(shown.split())


def test_an_unclear_duel_of_many_is_not_dated(ladder, capsys):
    best, *others = ladder.ranking
    unclear = {
        (best, other): dataclasses.replace(
            ladder.duels[best, other], final=Interval(1.0, -1.0, 3.0), crossover=Crossover(0, 0, None, 0.6)
        )
        for other in others
    }
    print_comparison(dataclasses.replace(ladder, duels=ladder.duels | unclear), Path("x"), "en", report=True)
    shown = " ".join(capsys.readouterr().out.split())
    assert shown.count("cannot be told apart at the end") == len(others)
    assert "on day 1 (" not in shown
    assert "bootstrap" not in shown


def test_places_in_other_files_are_named_with_their_file(assumptions, comparison, capsys):
    print_assumptions(comparison.scenario, assumptions, "en", "scenarios/liquor.toml")
    assert "liquor.toml ·" not in " ".join(capsys.readouterr().out.split())
    print_assumptions(comparison.scenario, assumptions, "en", "mine.toml")
    assert "liquor.toml" in capsys.readouterr().out


def test_choices_are_not_counted_as_evidence(assumptions):
    counted = {a.key for a in evidence_of(assumptions)}
    assert {"pool.fans", "channels.wecom.open", "rules.trust.gain"} <= counted
    assert not {"days", "start", "logics.growth.discount"} & counted
    assert {"days", "start"} <= {a.key for a in assumptions}


def test_assumptions_fit_into_80_columns(comparison, assumptions, capsys):
    print_assumptions(comparison.scenario, assumptions, "en")
    shown = capsys.readouterr().out
    assert max(map(width, shown.splitlines())) <= 80
    assert "quota_per_month" in shown
    assert "E-37" in shown


def test_groups_of_keys():
    assert group_of("logics.growth.pushes_per_week.group") == "logics.growth"
    assert group_of("rules.trust.gain") == "rules.trust"
    assert group_of("brand.content.quality") == "brand"
    assert group_of("days") == "scenario"


def test_verdicts_of_patterns(capsys):
    verdict = dataclasses.make_dataclass(
        "Verdict", ["pattern", "meaning", "scenario", "observed", "target", "verdict", "note"]
    )
    print_verdicts(
        [
            verdict("V1", "members left [of 200]", "x", "163", "152–174", "holds", ""),
            verdict("V2", "better", "x", "1", "2", "misses", "why"),
        ],
        "en",
    )
    shown = capsys.readouterr().out
    assert "1 of 2 patterns hold." in shown
    assert "[of 200]" in shown
