"""``sanyu compare --decompose``: what is printed, written and kept."""

import json

import pytest

from sim.logics.mixed import ELEMENTS
from sim.studies import decompose as study

GROUP = """\
extends = "livestream-group"
title = "Group"
days = 14
"""
TWINS = """
[logics]
growth = false
depletion = false
a = { kind = "fixed", pushes_per_week = { group = 10 } }
b = { kind = "fixed", pushes_per_week = { group = 10 } }
"""


@pytest.fixture(autouse=True)
def group(tmp_path):
    (tmp_path / "group.toml").write_text(GROUP, encoding="utf-8")


def compare(sanyu, *arguments):
    return sanyu("compare", "group.toml", "--pairs", "2", "--decompose", "--out", "d", *arguments)


def summary(tmp_path):
    return json.loads((tmp_path / "d" / "summary.json").read_text("utf-8"))


def test_terminal_report_and_summary_hold_the_shares(sanyu, tmp_path):
    code, out, _ = compare(sanyu)
    found = summary(tmp_path)
    shares = found["decomposition"]["shares"]
    assert code == 0
    winner, other = found["ranking"]
    assert f"What makes the difference of {winner} to {other} (4 pairs of runs):" in out
    lines = out.split("What makes the difference")[1].splitlines()
    named = [line.split("  ")[0].strip() for line in lines if "¥" in line]
    assert named == ["frequency", "value share", "content", "discount", "ads", "all together"]
    assert any("│█" in line for line in lines)
    assert list(shares) == [element for element in ELEMENTS if element != "service"]  # nobody asks
    whole = found["decomposition"]["difference"]["estimate"]
    assert sum(share["estimate"] for share in shares.values()) == pytest.approx(whole)
    assert (found["decomposition"]["logic"], found["decomposition"]["reference"]) == (winner, other)
    assert found["decomposition"]["pairs"] == 4
    text = (tmp_path / "d" / "report.html").read_text("utf-8")
    chapter = text.split('<section id="fairness">')[1].split("</section>")[0]
    assert "frequency: pushes, lives and red packets per week" in chapter
    assert "add up to the whole difference on these 4 pairs" in chapter
    assert 'aria-label="Shares of the elements' in chapter


def test_json_is_json_and_nothing_else(sanyu, tmp_path):
    code, out, err = compare(sanyu, "--json", "--no-report")
    found = json.loads(out)
    assert (code, err) == (0, "")
    assert found["decomposition"] == summary(tmp_path)["decomposition"]


def test_without_the_option_there_is_no_decomposition(sanyu, tmp_path, monkeypatch):
    monkeypatch.setattr(study, "decompose", None)  # calling it would fail
    code, out, _ = sanyu("compare", "group.toml", "--pairs", "2", "--out", "d", "--no-report")
    assert code == 0
    assert "What makes" not in out
    assert "decomposition" not in summary(tmp_path)


def test_threads_and_seed_are_passed_on(sanyu, monkeypatch):
    asked = {}
    real = study.decompose

    def spy(scenario, logic, reference, seed, **options):
        asked.update(seed=seed, **options)
        return real(scenario, logic, reference, seed, **options | {"pairs": 2})

    monkeypatch.setattr(study, "decompose", spy)
    assert compare(sanyu, "--threads", "1", "--seed", "9", "--quiet", "--no-report")[0] == 0
    assert (asked["seed"], asked["threads"], asked["engine"]) == (9, 1, "arrays")


def test_decomposed_results_have_a_folder_of_their_own(sanyu):
    arguments = ["compare", "group.toml", "--pairs", "2", "--quiet", "--no-report"]
    first, second = (sanyu(*arguments, *more) for more in ((), ("--decompose",)))
    assert (first[0], second[0]) == (0, 0)
    assert first[1] != second[1]


def test_one_logic_has_no_difference(sanyu, tmp_path):
    (tmp_path / "group.toml").write_text(GROUP + "[logics]\ngrowth = false\n", encoding="utf-8")
    code, out, err = compare(sanyu)
    assert (code, out) == (2, "")
    assert "it has one logic (depletion), and a comparison needs two" in err
    assert not (tmp_path / "d").exists()


def test_equal_logics_share_nothing(sanyu, tmp_path):
    (tmp_path / "group.toml").write_text(GROUP + TWINS, encoding="utf-8")
    code, out, _ = compare(sanyu, "--no-report")
    assert code == 0
    found = summary(tmp_path)
    assert found["verdict"]["kind"] == "equal"
    assert {(s["low"], s["high"]) for s in found["decomposition"]["shares"].values()} == {(0.0, 0.0)}
    assert "have earned the same, to the cent" in " ".join(out.split())
    assert "█" not in out.split("What makes the difference")[1]


@pytest.mark.parametrize("after", [3, 64 + 5])
def test_interrupted_the_comparison_is_kept(sanyu, tmp_path, monkeypatch, after):
    real = study.paired_runs

    def interrupted(scenario, seed, pairs, engine, threads, progress):
        calls = 0

        def count(at):
            nonlocal calls
            calls += 1
            progress(at)
            if calls == after:
                raise KeyboardInterrupt

        return real(scenario, seed, pairs, engine, threads, count)

    monkeypatch.setattr(study, "paired_runs", interrupted)
    code, out, err = compare(sanyu, "--json", "--no-report")
    found = json.loads(out)
    assert code == 130
    assert found["pairs"] == 2
    assert summary(tmp_path)["ranking"] == found["ranking"]
    if after < 64:
        assert "decomposition" not in found
        assert "the comparison is kept, without shares" in err
    else:
        assert found["decomposition"]["pairs"] == 2
        assert "the comparison is kept, with shares from 2 pairs" in err
    assert "sanyu compare group.toml --pairs 2 --decompose --json --no-report --overwrite --out d" in err


def test_an_interrupted_comparison_is_not_decomposed(sanyu, monkeypatch):
    from dataclasses import replace

    import sim.studies.compare

    real = sim.studies.compare.compare
    monkeypatch.setattr(
        sim.studies.compare, "compare", lambda *a, **options: replace(real(*a, **options), stopped="interrupted")
    )
    monkeypatch.setattr(study, "decompose", None)
    code, _, err = compare(sanyu, "--quiet", "--no-report")
    assert code == 130
    assert "the 2 finished pairs are kept" in err


def test_the_help_counts_the_runs(sanyu):
    _, out, _ = sanyu("compare", "--help")
    runs = study.PAIRS * 2 ** len(ELEMENTS)
    assert f"Takes {runs // 2} more runs, with service {runs}." in " ".join(out.replace("│", "").split())
