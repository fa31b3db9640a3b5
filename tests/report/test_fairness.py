"""Is the comparison fair? Equal spend and shares of the elements in terminal, page, figures, tables and summary."""

import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from sim.logics.mixed import ELEMENTS
from sim.report.fairness import Missing, brief_sentences, fairness_chapter
from sim.report.fairness_figures import figures_of_fairness
from sim.report.fairness_lines import bar
from sim.report.figures import figures_of
from sim.report.page import page_of, render
from sim.report.style import svg_of
from sim.report.terminal import print_comparison
from sim.report.words import words
from sim.report.write import replacing, summary_of, write_comparison
from sim.results import Interval, Provenance
from sim.studies.decompose import Decomposition
from sim.studies.fairness import Fairness


def shares(*estimates, half=20_000.0):
    """A decomposition with these shares in cents."""
    intervals = [Interval(x, x - half, x + half) for x in map(float, (*estimates, sum(estimates)))]
    return Decomposition(
        "growth", "depletion", intervals[-1], dict(zip(ELEMENTS, intervals[:-1], strict=True)), 4, "fixed"
    )


MIXED = Fairness(decomposition=shares(1_234_500, -345_600, 200, 0, 78_900, 0))
NONE = Fairness(decomposition=shares(0, 0, 0, 0, 0, 0, half=0.0))
LARGE = Fairness(decomposition=shares(-90_000_000, 9e9, -9e9, 1, 2, 3))
NOTHING = Interval(0.0, 0.0, 0.0)


def width(line):
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def about(estimate, half=1000.0):
    return Interval(float(estimate), estimate - half, estimate + half)


def told(money, lang="en", **changes):
    """Sentences on equal spend, with each of the logics changed."""
    logics = {name: replace(x, **changes) for name, x in money.logics.items()}
    return " ".join(brief_sentences(replace(money, logics=logics), words(lang)))


def test_a_bar_goes_left_or_right_of_zero():
    assert bar(10, -5, 10, width=6) == "  │████"
    assert bar(-5, -5, 10, width=6) == "██│"
    assert bar(0, -5, 10, width=6) == "  │"
    assert bar(4, 2, 8, width=4) == "│██"
    assert bar(0, 0, 0) == "│"


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("found", [MIXED, NONE, LARGE])
def test_shares_stay_within_80_columns(comparison, found, lang, capsys):
    print_comparison(comparison, Path("runs/x"), lang, True, found)
    shown = capsys.readouterr().out
    assert max(map(width, shown.splitlines())) <= 80
    for key in ELEMENTS:
        assert words(lang)(f"element.{key}") in shown


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_equal_spend_stays_within_80_columns(comparison, ladder, funded, funded_ladder, lang, capsys):
    missing = Missing("decomposition", "sanyu compare " + "x" * 70)
    for c, money in ((comparison, funded), (ladder, funded_ladder)):
        print_comparison(c, Path("runs/x"), lang, True, Fairness(money), missing)
        shown = capsys.readouterr().out
        assert max(map(width, shown.splitlines())) <= 80
        assert words(lang)("chapter.fairness") in shown
        assert "x" * 70 in shown
        table = words(lang)("terminal.half") in shown.split(words(lang)("chapter.fairness"))[1]
        assert table == (len(c.logics) > 2)  # of two, the sentences say it


def test_without_fairness_the_terminal_says_nothing_of_it(comparison, capsys):
    print_comparison(comparison, Path("runs/x"), "en", True)
    assert "fair" not in capsys.readouterr().out


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
def test_the_table_of_shares_has_a_row_for_every_element_and_the_sum(lang):
    w = words(lang)
    (table,) = fairness_chapter(MIXED, w).tables
    assert [row.label for row in table.rows[:-1]] == [
        w(f"element.{key}") + w("list.colon") + w(f"element.{key}_means") for key in ELEMENTS
    ]
    assert [row.strong for row in table.rows] == [False] * len(ELEMENTS) + [True]
    assert all(len(row.cells) == len(table.columns) for row in table.rows)
    assert w.logic("growth") in table.caption
    assert "4" in table.note
    sums = table.rows[-1].cells[0]
    assert (sums.text, sums.beside) == (
        ("¥9.7k", "¥9.5k … ¥9.9k") if lang == "en" else ("0.97万元", "0.95万元 … 0.99万元")
    )


def test_a_lead_is_said_of_whoever_has_it(funded):
    assert "With the same money growth is ¥1.23k ahead of depletion (95% interval ¥1.13k to ¥1.33k)" in told(
        funded, lead=about(123_456, 10_000)
    )
    found = told(funded, lead=about(-123_456, 10_000), own_lead=about(500, 400))
    assert "depletion is ¥1.23k ahead of growth (95% interval ¥1.13k to ¥1.33k)" in found
    assert "left alone, on the same pairs, growth is ¥5.00 ahead of depletion" in found
    assert "growth and depletion cannot be told apart (¥5.0; 95% interval −¥5.0 to ¥15.0)" in told(
        funded, lead=about(500)
    )
    assert "growth and depletion earn the same, to the cent" in told(funded, lead=NOTHING)


def test_how_near_the_spends_came_is_said(funded):
    near = told(funded, ratio=about(1.0042, 0.01), own_ratio=about(1.334, 0.05))
    assert "Depletion then spends 100.4% of what growth spends; left alone it spends 133%." in near
    assert "against" not in near


def test_what_could_not_be_reached_is_said(funded):
    money = replace(funded, spend=about(100_000))
    more = told(money, reached="more", spend=about(150_000), ratio=about(1.5, 0.1))
    assert "Depletion still spends ¥1.50k against the ¥1.00k of growth" in more
    assert "As far as that goes, " in more
    less = told(money, reached="less", spend=about(20_000), ratio=about(0.2, 0.1))
    assert "Depletion spends only ¥200 of the ¥1.00k of growth" in less
    assert "With the same money" not in less


def test_beside_a_reference_that_spends_nothing_there_is_no_ratio(funded):
    money = replace(funded, spend=NOTHING)
    found = told(money, reached="more", spend=about(150_000), ratio=None, own_ratio=None)
    assert "Depletion still spends ¥1.50k against the ¥0 of growth" in found
    assert "%" not in found.split("against")[0]
    logics = {name: replace(x, ratio=None, own_ratio=None) for name, x in money.logics.items()}
    cells = fairness_chapter(Fairness(replace(money, logics=logics)), words("en")).tables[0].rows[0].cells
    assert cells[0].text.startswith("¥")


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_where_nobody_spends_one_sentence_is_enough(comparison, funded, lang):
    logics = {name: replace(x, own_spend=NOTHING, ratio=None, own_ratio=None) for name, x in funded.logics.items()}
    nothing = Fairness(replace(funded, spend=NOTHING, logics=logics))
    chapter = fairness_chapter(nothing, words(lang))
    assert chapter.paragraphs == (words(lang)("fairness.nothing"),)
    assert (chapter.figures, chapter.tables) == ((), ())
    assert figures_of_fairness(comparison, nothing, lang) == {}


def test_of_many_the_verdict_says_against_which_the_reference_wins(funded_ladder):
    leads = [about(5000), about(-5000), about(500), about(9000), about(7000), about(-100)]
    logics = dict(zip(funded_ladder.logics, leads, strict=True))
    assert funded_ladder.reference == "depletion-6"
    changed = {name: replace(x, lead=logics[name], reached="equal") for name, x in funded_ladder.logics.items()}
    found = " ".join(brief_sentences(replace(funded_ladder, logics=changed), words("en")))
    growth, *rest = funded_ladder.logics
    assert (
        f"With the same money depletion-6 is ahead of {growth}, {rest[2]} and {rest[3]}, behind {rest[0]}, "
        f"not to be told apart from {rest[1]} and {rest[4]}; left alone, on the same pairs, depletion-6 is "
    ) in found
    same = {name: replace(x, own_lead=x.lead) for name, x in changed.items()}
    found = " ".join(brief_sentences(replace(funded_ladder, logics=same), words("en")))
    assert "With the same money as left alone, depletion-6 is ahead of" in found


def test_of_many_only_those_with_the_same_money_are_ranked(funded_ladder):
    first, *rest = funded_ladder.logics
    changed = {
        name: replace(x, reached="less" if name == first else "equal") for name, x in funded_ladder.logics.items()
    }
    found = brief_sentences(replace(funded_ladder, logics=changed), words("en"))
    assert first not in found[-1]
    assert all(name in found[-1] for name in rest)
    nobody = {name: replace(x, reached="less") for name, x in changed.items()}
    assert "With the same money" not in " ".join(brief_sentences(replace(funded_ladder, logics=nobody), words("en")))


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_shows_both_and_the_way_to_what_is_missing(comparison, funded, assumptions, lang):
    w = words(lang)
    maker = Provenance.here(seed=5, engine="arrays", seconds=1.0)

    def chapter(fairness, missing=None):
        drawn = figures_of(comparison, lang) | figures_of_fairness(comparison, fairness, lang)
        text = render(page_of(comparison, drawn, lang, assumptions, maker, fairness, missing))
        return text.split('<section id="fairness">')[1].split("</section>")[0]

    both = chapter(replace(MIXED, equal_spend=funded))
    assert both.count("<svg") == both.count("<table>") == 2
    assert w("fairness.caption", reference=w.logic("growth")) in both
    assert w("element.frequency") + w("list.colon") + w("element.frequency_means") in both
    assert "sanyu" not in both
    half = chapter(Fairness(funded), Missing("decomposition", "sanyu compare x --decompose"))
    assert half.count("<svg") == half.count("<table>") == 1
    assert "128" in half
    assert "sanyu compare x --decompose" in half
    assert chapter(Fairness(), Missing("both", "sanyu compare x")).count("<table>") == 0
    plain = render(page_of(comparison, figures_of(comparison, lang), lang, assumptions, maker))
    assert 'id="fairness"' not in plain


def test_figures_of_many_logics_name_them_all(ladder, funded_ladder):
    svg = svg_of(figures_of_fairness(ladder, Fairness(funded_ladder), "en")["equal-spend"])
    for name in ladder.logics:
        assert f">{name}<" in svg


def test_results_hold_tables_figures_and_summary(comparison, funded, tmp_path):
    assert {"decomposition", "equal_spend"} & summary_of(comparison).keys() == set()
    with replacing(tmp_path / "x") as folder:
        write_comparison(comparison, folder, fairness=replace(MIXED, equal_spend=funded))
    found = json.loads((tmp_path / "x" / "summary.json").read_text("utf-8"))
    parts = found["decomposition"]
    assert parts["logic"] == "growth"
    assert parts["shares"]["ads"] == {"estimate": 78900.0, "low": 58900.0, "high": 98900.0}
    assert parts["difference"]["estimate"] == sum(share["estimate"] for share in parts["shares"].values())
    money = found["equal_spend"]
    depletion = money["logics"]["depletion"]
    assert (money["reference"], money["pairs"], depletion["reached"]) == (
        "growth",
        3,
        funded.logics["depletion"].reached,
    )
    assert depletion["lead"]["estimate"] == funded.logics["depletion"].lead.estimate
    assert depletion["ratio"]["estimate"] == pytest.approx(
        depletion["spend"]["estimate"] / money["spend"]["estimate"], 0.1
    )
    table = pq.read_table(tmp_path / "x" / "equal-spend.parquet").to_pandas()
    spends = table.groupby(["logic", "replication"], observed=True)["spend"].sum()
    assert spends["depletion"].tolist() == [run.ledger.spend.sum() for run in funded.runs["depletion"]]
    figures = {path.name for path in (tmp_path / "x" / "figures").iterdir()}
    assert {"equal-spend.svg", "equal-spend.png", "shares.svg", "shares.png"} <= figures
