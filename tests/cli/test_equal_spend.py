"""``sanyu compare --equal-spend``: what is printed, written, declined and kept."""

import json

import pytest

from sim.studies import equal_spend as study
from sim.studies import fairness

GROUP = """\
extends = "livestream-group"
title = "Group"
days = 21
costs.item = 2
"""


@pytest.fixture(autouse=True)
def group(tmp_path):
    (tmp_path / "group.toml").write_text(GROUP, encoding="utf-8")


def compare(sanyu, *arguments):
    return sanyu("compare", "group.toml", "--pairs", "3", "--out", "d", *arguments)


def summary(tmp_path):
    return json.loads((tmp_path / "d" / "summary.json").read_text("utf-8"))


def test_terminal_report_and_summary_hold_it(sanyu, tmp_path):
    code, out, err = compare(sanyu, "--equal-spend")
    assert (code, err) == (0, "")
    found = summary(tmp_path)["equal_spend"]
    assert (found["reference"], found["pairs"], list(found["logics"])) == ("growth", 3, ["depletion"])
    said = " ".join(out.split("Is the comparison fair?")[1].split())
    assert "Given the money that growth spends" in said
    assert "week by week in each of 3 pairs" in said
    assert "256 more runs: sanyu compare group.toml --pairs 3 --out d --equal-spend --decompose --overwrite" in said
    text = (tmp_path / "d" / "report.html").read_text("utf-8")
    chapter = text.split('<section id="fairness">')[1].split("</section>")[0]
    assert "The same money for all: that of growth" in chapter
    assert "Which element makes the difference takes 256 more runs" in chapter
    assert (tmp_path / "d" / "equal-spend.parquet").exists()


def test_the_money_may_be_that_of_another_logic(sanyu, tmp_path):
    code, out, _ = compare(sanyu, "--money-of", "depletion", "--no-decompose", "--no-report")
    assert code == 0
    found = summary(tmp_path)["equal_spend"]
    assert (found["reference"], list(found["logics"])) == ("depletion", ["growth"])
    assert "money that depletion spends" in " ".join(out.split())
    assert "--decompose" not in out.split("Is the comparison fair?")[1]  # it was declined


def test_both_at_once_in_chinese(sanyu, tmp_path):
    code, out, _ = compare(sanyu, "--equal-spend", "--decompose", "--lang", "zh")
    assert code == 0
    assert {"equal_spend", "decomposition"} <= summary(tmp_path).keys()
    chapter = out.split("这样比公平吗？")[1]
    assert "花同样的钱" in chapter or "就此而言" in chapter
    assert "推送频率" in chapter
    assert "sanyu compare" not in chapter


def test_json_is_json_and_nothing_else(sanyu, tmp_path):
    code, out, err = compare(sanyu, "--equal-spend", "--json", "--no-report")
    assert (code, err) == (0, "")
    assert json.loads(out)["equal_spend"] == summary(tmp_path)["equal_spend"]


def test_a_fixed_number_of_pairs_runs_nothing_else_and_says_how_to_get_it(sanyu, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "equal_spend", None)  # calling it would fail
    code, out, _ = compare(sanyu, "--no-report")
    assert code == 0
    assert {"equal_spend", "decomposition"} & summary(tmp_path).keys() == set()
    said = " ".join(out.split("Is the comparison fair?")[1].split())
    assert "sanyu compare group.toml --pairs 3 --out d --no-report --equal-spend --decompose --overwrite" in said
    code, out, _ = compare(sanyu, "--no-report", "--no-equal-spend", "--no-decompose", "--overwrite")
    assert code == 0
    assert "sanyu compare" not in out


def test_without_a_number_of_pairs_it_runs_by_itself(sanyu, tmp_path, monkeypatch):
    monkeypatch.setattr(fairness, "SPARE", 0)  # the decomposition is too dear
    code, out, _ = sanyu("compare", "group.toml", "--no-report", "--out", "d")
    assert code == 0
    assert summary(tmp_path)["equal_spend"]["pairs"] == fairness.FEW_PAIRS
    assert "decomposition" not in summary(tmp_path)
    assert "sanyu compare group.toml --no-report --out d --decompose --overwrite" in " ".join(out.split())


def test_results_with_other_options_have_folders_of_their_own(sanyu):
    arguments = ["compare", "group.toml", "--pairs", "2", "--quiet", "--no-report"]
    found = [
        sanyu(*arguments, *more)
        for more in ((), ("--equal-spend",), ("--no-equal-spend",), ("--money-of", "depletion"))
    ]
    assert {code for code, _, _ in found} == {0}
    assert len({out for _, out, _ in found}) == 4


def test_mistakes_are_said_before_anything_runs(sanyu, tmp_path):
    code, out, err = compare(sanyu, "--money-of", "grwth")
    assert (code, out) == (2, "")
    assert "--money-of grwth: group.toml has no such logic. Did you mean growth?" in err
    code, out, err = compare(sanyu, "--money-of", "growth", "--no-equal-spend")
    assert (code, out) == (2, "")
    assert "--no-equal-spend declines it" in err
    assert not (tmp_path / "d").exists()


@pytest.mark.parametrize(("after", "kept"), [(1, None), (2, 2)])
def test_interrupted_the_comparison_is_kept(sanyu, tmp_path, monkeypatch, after, kept):
    real = study.paired_runs

    def interrupted(scenario, seed, pairs, engine, threads, progress, of_pair):
        calls = 0

        def count(at):
            nonlocal calls
            calls += 1
            progress(at)
            if calls == after:
                raise KeyboardInterrupt

        return real(scenario, seed, pairs, engine, threads, count, of_pair)

    monkeypatch.setattr(study, "paired_runs", interrupted)
    code, out, err = compare(sanyu, "--equal-spend", "--decompose", "--json", "--no-report")
    found = json.loads(out)
    assert code == 130
    assert found["pairs"] == 3
    assert "decomposition" not in found
    if kept:
        assert found["equal_spend"]["pairs"] == kept
        assert "the comparison is kept, with equal spend from 2 pairs, without shares" in err
    else:
        assert "the comparison is kept, without equal spend, without shares" in err
    assert "sanyu compare group.toml --pairs 3 --equal-spend --decompose --json --no-report --overwrite --out d" in err
