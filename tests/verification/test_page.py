"""The command and its page: a seed that can be repeated, one file that works offline, exit 1 on a miss."""

import json
import re

import pytest

from . import __main__ as command
from .page import page
from .verdicts import CHECKS, Check, Effort, Observed, exactly, of_z, verified


def ran(monkeypatch, tmp_path, *options):
    monkeypatch.setattr("sys.argv", ["verify", "--quick", "--out", str(tmp_path), *options])
    return command.main()


def test_what_holds_exits_0_and_a_seed_repeats_it(monkeypatch, tmp_path, capsys):
    only = ("--only", "exponential", "unit of a word")
    assert ran(monkeypatch, tmp_path / "a", *only) == 0
    seed = re.search(r"seed (\d+)", capsys.readouterr().out)[1]
    assert ran(monkeypatch, tmp_path / "b", *only, "--seed", seed) == 0
    a, b = (json.loads((tmp_path / x / "verification.json").read_text(encoding="utf-8")) for x in "ab")
    distances = [[one["distances"] for one in found["checks"]] for found in (a, b)]
    assert distances[0] == distances[1]
    assert a["seed"] == b["seed"] == int(seed)
    html = (tmp_path / "a" / "verification.html").read_text(encoding="utf-8")
    assert "Everything holds" in html
    assert html.count("<svg") == 2  # all distances, and the QQ plot
    assert not re.search(r"(src|href)=\"https?:", html)  # nothing from elsewhere


def test_what_misses_exits_1_and_is_named(monkeypatch, tmp_path, capsys):
    def shifted(effort, off):
        return Observed([of_z("a mean", 9.0)])

    monkeypatch.setitem(
        CHECKS, "a wrong law", Check("a wrong law", CHECKS["unit of a word"].chapter, "N(9, 1)", shifted)
    )
    assert ran(monkeypatch, tmp_path, "--only", "a wrong law", "unit of a word", "--seed", "5") == 1
    assert "do not hold: a wrong law. Repeat with: poe verify --seed 5 --quick" in " ".join(
        capsys.readouterr().out.split()
    )
    assert "a wrong law – <b>misses</b>" in (tmp_path / "verification.html").read_text(encoding="utf-8")


def test_a_check_that_breaks_misses_and_the_others_go_on(monkeypatch, tmp_path, capsys):
    def broken(effort, off):
        raise RuntimeError("no such column")

    monkeypatch.setitem(CHECKS, "broken", Check("broken", CHECKS["unit of a word"].chapter, "–", broken))
    assert ran(monkeypatch, tmp_path, "--only", "broken", "unit of a word") == 1
    assert "no such column" in capsys.readouterr().out
    assert len(json.loads((tmp_path / "verification.json").read_text(encoding="utf-8"))["checks"]) == 2


def test_an_unknown_name_exits_2(monkeypatch, tmp_path):
    assert ran(monkeypatch, tmp_path, "--only", "no such check") == 2


@pytest.mark.parametrize(
    ("seen", "off", "verdict"), [(0.0, 9.0, "holds"), (9.0, 9.0, "misses"), (0.0, 1.0, "blind"), (9.0, 0.0, "misses")]
)
def test_a_check_that_cannot_see_an_error_of_5_percent_is_blind(seen, off, verdict):
    one = Check("x", "y", "z", lambda effort, factor: Observed([of_z("it", seen if factor == 1.0 else off)]))
    assert verified(one, Effort(1)).verdict == verdict


def test_what_is_left_out_is_said_to_be():
    one = Check(
        "x", "y", "z", lambda effort, factor: Observed([exactly("it", True)], note="no lifetimes", left_out=True)
    )
    outcome = verified(one, Effort(1))
    assert outcome.verdict == "left out"
    assert "<b>left out</b>" in page([outcome], Effort(1), 1.0, "poe verify")


def test_the_correction_counts_the_distances_of_a_whole_run():
    """Uniforms are most of them: four for each decision and address."""
    from .verdicts import MOST_DISTANCES

    few = [name for name in CHECKS if CHECKS[name].chapter == "What is drawn"]
    found = sum(len(CHECKS[name].observe(Effort(1, quick=True), 1.0).distances) for name in few)
    assert found + 12 * (len(CHECKS) - len(few)) < MOST_DISTANCES
