"""Shares of the elements in terminal, page and summary."""

import json
import unicodedata
from pathlib import Path

import pytest

from sim.logics.mixed import ELEMENTS
from sim.report.chapters import chapters_of
from sim.report.figures import figures_of
from sim.report.page import page_of, render
from sim.report.terminal import bar, print_comparison
from sim.report.words import words
from sim.report.write import replacing, summary_of, write_comparison
from sim.results import Interval, Provenance
from sim.studies.decompose import Decomposition


def shares(*estimates, half=20_000.0):
    """A decomposition with these shares in cents."""
    intervals = [Interval(x, x - half, x + half) for x in map(float, (*estimates, sum(estimates)))]
    return Decomposition(
        "growth", "depletion", intervals[-1], dict(zip(ELEMENTS, intervals[:-1], strict=True)), 4, "fixed"
    )


MIXED = shares(1_234_500, -345_600, 200, 0, 78_900, -1_100)
NONE = shares(0, 0, 0, 0, 0, 0, half=0.0)


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def table_of(comparison, decomposition, lang="en"):
    return chapters_of(comparison, words(lang), decomposition)[-1].tables[-1]


def test_a_bar_goes_left_or_right_of_zero():
    assert bar(10, -5, 10, width=6) == "  │████"
    assert bar(-5, -5, 10, width=6) == "██│"
    assert bar(0, -5, 10, width=6) == "  │"
    assert bar(4, 2, 8, width=4) == "│██"
    assert bar(0, 0, 0) == "│"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("found", [MIXED, NONE, shares(-90_000_000, 9e9, -9e9, 1, 2, 3)])
def test_the_terminal_stays_within_80_columns(comparison, found, lang, capsys):
    print_comparison(comparison, Path("runs/x"), lang, True, found)
    shown = capsys.readouterr().out
    assert max(map(width, shown.splitlines())) <= 80
    for key in ELEMENTS:
        assert words(lang)(f"element.{key}") in shown


def test_shares_are_shown_in_one_unit(comparison, capsys):
    print_comparison(comparison, Path("runs/x"), "en", True, MIXED)
    lines = capsys.readouterr().out.split("What makes the difference of growth to depletion")[1].splitlines()
    cells = [line.replace("│", "").replace("█", "").split()[-2:] for line in lines if "¥" in line]
    assert cells == [
        ["¥12.3k", "¥0.2k"],
        ["−¥3.5k", "¥0.2k"],
        ["¥0.0k", "¥0.2k"],
        ["¥0.0k", "¥0.2k"],
        ["¥0.8k", "¥0.2k"],
        ["¥0.0k", "¥0.2k"],
        ["¥9.7k", "¥0.2k"],
    ]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_last_chapter_has_a_row_for_every_element_and_the_sum(comparison, lang):
    w = words(lang)
    table = table_of(comparison, MIXED, lang)
    assert [row.label for row in table.rows[:-1]] == [
        w(f"element.{key}") + w("list.colon") + w(f"element.{key}_means") for key in ELEMENTS
    ]
    assert [row.strong for row in table.rows] == [False] * 6 + [True]
    assert all(len(row.cells) == len(table.columns) for row in table.rows)
    assert w.logic("growth") in table.caption
    assert "4" in table.note
    sums = table.rows[-1].cells[0]
    assert (sums.text, sums.beside) == (
        ("¥9.7k", "¥9.5k … ¥9.9k") if lang == "en" else ("0.97万元", "0.95万元 … 0.99万元")
    )


def test_without_a_decomposition_the_chapter_is_as_before(comparison):
    with_, without = (chapters_of(comparison, words("en"), d)[-1] for d in (MIXED, None))
    assert with_.tables[:-1] == without.tables
    assert chapters_of(comparison, words("en"))[-1] == without


def test_the_page_shows_it(comparison, assumptions):
    maker = Provenance.here(seed=5, engine="arrays", seconds=1.0)
    text = render(page_of(comparison, figures_of(comparison, "zh"), "zh", assumptions, maker, MIXED))
    stakes = text.split('<section id="stakes">')[1].split("</section>")[0]
    assert "推送频率：每周推送与直播次数" in stakes
    assert "各份额之和等于这 4 对模拟中的全部差额" in stakes


def test_the_summary_has_it_when_it_was_asked_for(comparison, tmp_path):
    assert "decomposition" not in summary_of(comparison)
    with replacing(tmp_path / "x") as folder:
        write_comparison(comparison, folder, report=False, decomposition=MIXED)
    found = json.loads((tmp_path / "x" / "summary.json").read_text("utf-8"))["decomposition"]
    assert found["logic"] == "growth"
    assert found["shares"]["ads"] == {"estimate": 78900.0, "low": 58900.0, "high": 98900.0}
    assert found["difference"]["estimate"] == sum(share["estimate"] for share in found["shares"].values())
