"""Verdicts, reasons and import times, from results that are made up; nothing here is timed."""

import io

import pytest
from rich.console import Console

from benchmarks.child import Failed, call
from benchmarks.fan_lite.check import LIMIT
from benchmarks.sections import GROUP, why_not
from benchmarks.show import draw, print_section, print_verdicts
from benchmarks.startup import imports
from benchmarks.verdicts import verdicts


def peer(rate, threads=(1,), worst=1.0):
    rows = [
        {"agents": 1000, "variant": v, "threads": t, "rate": rate * t, "rate_of_processor": rate}
        for v in ("ordinary", "heavy")
        for t in threads
    ]
    return {"worst": {"ordinary": worst, "heavy": worst}, "version": "1.0", "rows": rows}


@pytest.fixture
def results():
    return {
        "fan-lite": {
            "mesa": {"failed": GROUP},
            "amber": peer(90e6, worst=2 * LIMIT),  # fast, but another model
            "numpy": peer(20e6),
            "numba": peer(30e6, (1, 2)),
            "sanyu": peer(33e6, (1, 2)),
        },
        "sweep": {
            "own": {"runs": 10, "days": 180, "rate": 9.0, "fans": [1]},
            "mesa": {"runs": 2, "days": 180, "rate": 0.1, "fans": [1]},
        },
    }


def test_verdicts_compare_with_the_best_peer_that_lives_the_same_model(results):
    found = {line.what.split(",")[0].split(" ÷")[0]: line for line in verdicts(results)}
    assert found["fan-lite"].measured == pytest.approx(1.1)  # against the loop by hand
    best = next(line for line in verdicts(results) if "best peer" in line.what)
    assert best.measured == pytest.approx(33 / 20)
    assert not best.met
    assert not found["sweep"].met
    assert found["sweep"].measured == pytest.approx(90.0)


def test_a_peer_that_is_missing_is_a_line_and_no_crash(results, tmp_path):
    text = io.StringIO()
    console = Console(file=text, width=200)
    for name, found in results.items():
        print_section(console, name, found)
    print_verdicts(console, verdicts(results))
    draw(results, verdicts(results), tmp_path / "picture.svg")
    assert GROUP in text.getvalue()
    assert "DIFFERS" in text.getvalue()
    assert "missed" in text.getvalue()
    assert "Must reach" in (tmp_path / "picture.svg").read_text(encoding="utf-8")


def test_reasons():
    assert why_not("starsim", Failed("ModuleNotFoundError: No module named 'starsim'")) == GROUP
    assert "--peer-python" in why_not("mesa_frames", Failed("ModuleNotFoundError: No module named 'polars'"))
    assert why_not("starsim", Failed("ValueError: 7")) == "ValueError: 7"


def test_a_child_that_fails_says_why():
    with pytest.raises(Failed, match=r"No module named 'benchmarks\.nothing'"):
        call("benchmarks.nothing:at_all")


def test_import_times():
    printed = (
        "import time: self [us] | cumulative | imported package\n"
        "import time:       100 |     250000 | numpy\nimport time: 1 | 2 |   numba.core\n"
    )
    assert imports(printed) == [("numpy", 0.25), ("numba.core", 2e-6)]
