"""The loop, the tasks and the upper bound in terminal, page and files, in both languages."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from worlds import small

from sim.domains import Stage
from sim.report.chapters import chapters_of
from sim.report.figures import figures_of
from sim.report.numbers import date_of
from sim.report.operation import operation_tables, rate_text, state_of
from sim.report.page import page_of, render
from sim.report.terminal import print_comparison, print_runs
from sim.report.verdict import verdict
from sim.report.words import words, words_of
from sim.report.write import replacing, write_comparison
from sim.results import Interval, Provenance
from sim.scenario import with_changes
from sim.studies.compare import compare

from .test_terminal import width

LANGUAGES = ["en", "zh"]


@pytest.fixture(scope="module")
def bounded():
    return compare(small("upper-bound", {"days": 60}), seed=5, pairs=2)


@pytest.fixture(scope="module")
def advised():
    return compare(small("advisor", {"days": 75}), seed=5, pairs=2)


def shown(comparison, lang, capsys):
    print_comparison(comparison, Path("runs/x"), lang, report=True)
    text = capsys.readouterr().out
    assert max(map(width, text.splitlines())) <= 80
    return "".join(text.split())


def page(comparison, lang):
    maker = Provenance.here(seed=5, engine="arrays", seconds=1.0)
    return page_of(comparison, figures_of(comparison, lang), lang, (), maker)


# ------------------------------------------------------------------------------------------------- the upper bound

LABEL = {"en": "oracle (upper bound)", "zh": "全知基准（上限）"}
NOBODY = {"en": "nobody can follow it", "zh": "无人能照做"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_bound_is_labelled_wherever_it_is_named(bounded, lang, capsys):
    text = shown(bounded, lang, capsys)
    assert "".join(LABEL[lang].split()) in text
    assert "".join(NOBODY[lang].split()) in text
    html = render(page(bounded, lang))
    bare = words(lang).logic("oracle")
    assert NOBODY[lang] in html
    assert html.count(LABEL[lang]) > 10
    assert html.count(bare) == html.count(LABEL[lang])  # never without its label


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_bound_of_another_name_is_labelled_too(bounded, lang):
    renamed = bounded.scenario.model_copy(
        update={"logics": {"sight" if n == "oracle" else n: x for n, x in bounded.scenario.logics.items()}}
    )
    assert words_of(renamed, lang).logic("sight").startswith("sight")
    assert words_of(renamed, lang).logic("sight") != "sight"
    assert words_of(renamed, lang).logic("growth") == words(lang).logic("growth")


def earning(comparison, logic, more):
    """The comparison with a logic that earned more."""
    totals = comparison.totals[logic] | {"margin": Interval(more, more - 1, more + 1)}
    return dataclasses.replace(comparison, totals=comparison.totals | {logic: totals})


def test_the_verdict_is_about_what_can_be_followed(bounded):
    assert bounded.ranking[-1] == "oracle"
    assert bounded.bounds == ("oracle",)
    found = verdict(bounded, words_of(bounded.scenario, "en"))
    assert {found.winner, found.runner_up} == {"growth", "often"}
    assert not any("oracle" in sentence for sentence in found.sentences)
    assert "Oracle (upper bound) earned" in found.note


def test_a_bound_that_earns_most_does_not_lead():
    """Free content for everybody but a great need: the oracle pushes, growth hardly does."""
    changes = {
        "days": 120, "costs.item": 0.0, "costs.live": 0.0, "industry.need_interval": 5.0,
        "logics.growth.pushes_per_week": {"group": 0.25}, "logics.often.pushes_per_week": {"group": 0.5},
    }  # fmt: skip
    found = compare(small("upper-bound", changes), seed=5, pairs=2)
    margins = {logic: found.totals[logic]["margin"].estimate for logic in found.logics}
    assert max(margins, key=lambda logic: margins[logic]) == "oracle"
    assert found.ranking[0] != "oracle"
    assert found.ranking[-1] == "oracle"


def test_beside_one_logic_alone_the_bound_is_ranked_and_still_labelled(capsys):
    scenario = with_changes(small("upper-bound", {"days": 40}), {"logics.often": False})
    found = compare(scenario, seed=5, pairs=2)
    assert found.bounds == ()
    assert set(found.ranking) == {"growth", "oracle"}
    assert "oracle(upperbound)" in shown(found, "en", capsys).lower()
    assert verdict(found, words_of(scenario, "en")).note == ""


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_run_of_the_bound_says_so(bounded, lang, capsys):
    print_runs(bounded.runs["oracle"], Path("runs/x"), lang)
    text = "".join(capsys.readouterr().out.split())
    assert "".join(LABEL[lang].split()) in text
    assert "".join(words(lang)("bound.means_alone").split()) in text
    print_runs(bounded.runs["growth"], Path("runs/x"), lang)
    assert "".join(words(lang)("bound.means_alone").split()) not in "".join(capsys.readouterr().out.split())


def test_without_a_bound_nothing_is_said_of_one(advised, capsys):
    assert advised.bounds == ()
    assert "upperbound" not in shown(advised, "en", capsys)


# -------------------------------------------------------------------------------------------------------- the loop


def rows_of(comparison, lang="en"):
    w = words_of(comparison.scenario, lang)
    return {row.label: row for table in operation_tables(comparison, w)[:2] for row in table.rows}


def test_figures_of_the_loop(advised):
    rows = rows_of(advised)
    totals = [advised.totals[logic] for logic in advised.logics]
    label = words("en")("totals.r_fan")
    assert [cell.text for cell in rows[label].cells] == [f"{t['r_fan'].estimate:.2f}" for t in totals]
    assert [cell.text for cell in rows["fans gained"].cells] == [f"{round(t['joins'].estimate):,}" for t in totals]
    late = np.asarray(advised.bands["growth"]["operating_value"].mean)[-28:].mean()
    assert rows["operating value"].cells[0].text == f"{late:,.0f}"
    steps = [label for label in rows if "·" in label]
    assert [label[0] for label in steps] == ["1", "1", "2", "2", "3", "3"]  # no fission without referral
    share = rows["2 · activate: fans who open something on a day"].cells[0].text
    runs = advised.runs["growth"]
    active = sum(run.ledger.one("ACTIVE").sum() for run in runs)
    assert float(share.rstrip("%")) == pytest.approx(100 * active / sum(r.summary["fan_days"] for r in runs), abs=0.06)


@pytest.mark.parametrize(
    ("gain", "low", "high", "joins", "exits", "text"),
    [
        (1.4, 1.2, 1.6, 0.05, 0.03, "growing"),
        (0.6, 0.5, 0.7, 0.05, 0.03, "fed"),
        (0.6, 0.5, 0.7, 0.02, 0.03, "depleting"),
        (1.05, 0.9, 1.2, 0.05, 0.03, "growing or fed: R_fan near 1"),
        (0.95, 0.8, 1.1, 0.02, 0.03, "depleting"),
        (None, 0, 0, 0.0, 0.0, "still: nobody comes, nobody leaves"),
        (None, 0, 0, 0.1, 0.0, "fed"),
    ],
)
def test_state_of_a_pool_with_its_doubt(gain, low, high, joins, exits, text):
    totals = {f"{key}_per_month": Interval(rate, rate, rate) for key, rate in (("joins", joins), ("exits", exits))}
    if gain is not None:
        totals["r_fan"] = Interval(gain, low, high)
    assert state_of(totals, words("en")) == text


def test_rates_as_people_read_them():
    assert rate_text(Stage.ACTIVATE, 0.123) == "12%"
    assert rate_text(Stage.CONVERT, 0.00214) == "0.0021"
    assert rate_text(Stage.ACQUIRE, 9.71) == "9.71"


def test_an_empty_market_has_no_rate_of_acquiring(bounded):
    rows = rows_of(bounded)
    acquire = next(row for label, row in rows.items() if label.startswith("1 · acquire"))
    assert [cell.text for cell in acquire.cells] == ["–"] * 3


# ------------------------------------------------------------------------------------------------------- the tasks


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_task_is_listed_with_date_stage_task_and_why(advised, lang):
    w = words_of(advised.scenario, lang)
    tables = operation_tables(advised, w)[2:]
    assert len(tables) == 4  # two advisors, a summary and a list each
    for logic, summary, every in zip(("fans-first", "conversion-first"), tables[:2], tables[2:], strict=True):
        tasks = advised.runs[logic][0].tasks
        assert len(tasks) == len(every.rows) == 7
        assert every.folded
        for (advice, done), row in zip(tasks, every.rows, strict=True):
            stage, task, why, judged = row.cells
            assert row.label == date_of(advised.scenario.start, advice.day, lang)
            assert stage.text == w.member(advice.stage)
            assert task.text == w(f"task.{advice.task}")
            assert rate_text(advice.stage, advice.target) in why.text
            assert judged.text == {True: w("operation.yes"), False: w("operation.no"), None: "–"}[done]
        proposed = sum(len(run.tasks) for run in advised.runs[logic]) / 2
        assert sum(float(row.cells[1].text) for row in summary.rows) == pytest.approx(proposed, abs=0.3)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_terminal_shows_the_last_tasks(advised, lang, capsys):
    text = shown(advised, lang, capsys)
    last, _ = advised.runs["fans-first"][0].tasks[-1]
    assert "".join(words(lang)(f"task.{last.task}").split())[:8] in text
    lead = words(lang)("operation.lead", logic="fans-first", number="7", done="0", shown="7").split("7")[0]
    assert "".join(lead.split()) in text


def test_the_page_folds_the_list_of_tasks(advised):
    html = render(page(advised, "en"))
    assert html.count("<summary>Every task of") == 2
    pool = next(chapter for chapter in chapters_of(advised, words("en")) if chapter.key == "pool")
    for table in pool.tables:
        for row in table.rows:
            assert len(row.cells) == len(table.columns)


def test_files_hold_the_advice_if_there_was_any(advised, bounded, tmp_path):
    for comparison, name in ((advised, "a"), (bounded, "b")):
        with replacing(tmp_path / name) as folder:
            write_comparison(comparison, folder, report=False)
    table = pq.read_table(tmp_path / "a" / "advice.parquet").to_pandas()
    assert len(table) == sum(len(run.tasks) for runs in advised.runs.values() for run in runs)
    assert set(table["logic"]) == {"fans-first", "conversion-first"}
    assert list(table.columns[2:]) == ["day", "date", "stage", "task", "channel", "rate", "target", "done"]
    assert not (tmp_path / "b" / "advice.parquet").exists()
    summary = json.loads((tmp_path / "b" / "summary.json").read_text("utf-8"))
    assert "upper bound" in summary["verdict"]["note"]
    assert summary["totals"]["growth"]["r_fan"]["estimate"] == 0.0
