"""Verdicts, reasons and import times, from results that are made up; nothing here is timed."""

import io

import pytest
from rich.console import Console

from benchmarks.child import Failed, call
from benchmarks.fan_lite.check import LIMIT
from benchmarks.sections import GROUP, why_not
from benchmarks.show import draw, picture_memory, print_section, print_verdicts
from benchmarks.startup import imports
from benchmarks.verdicts import verdicts


def peer(rate, threads=(1,), worst=1.0):
    rows = [
        {"agents": 1000, "variant": v, "threads": t, "rate": rate * t, "rate_of_processor": rate}
        for v in ("ordinary", "heavy")
        for t in threads
    ]
    return {"worst": {"ordinary": worst, "heavy": worst}, "version": "1.0", "rows": rows}


LAYER = ((2, 0.4), (100, 1.2))  # points, milliseconds


def sweep(runs, peak):
    curve = [(runs // 10 * tenth, peak, 80.0) for tenth in range(11)]
    return {"runs": runs, "seconds": 9.0, "rate": runs / 9.0, "driver": peak, "worker": 80.0, "curve": curve}


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
        "batch": {
            "layer": [{"runs": 200, "points": n, "whole": 4.0, "alone": 3.0, "layer": cost} for n, cost in LAYER],
            "sizes": [sweep(1000, 100.0), sweep(100_000, 104.0)],
        },
        "many": [
            {"peer": "sanyu", "runs": 2000, "variant": "heavy", "rate": 250.0, "off": 0.3},
            {"peer": "starsim", "variant": "heavy", "failed": GROUP},
        ],
    }


def test_verdicts_compare_with_the_best_peer_that_lives_the_same_model(results):
    found = {line.what.split(",")[0].split(" ÷")[0]: line for line in verdicts(results)}
    assert found["fan-lite"].measured == pytest.approx(1.1)  # against the loop by hand
    best = next(line for line in verdicts(results) if "best peer" in line.what)
    assert best.measured == pytest.approx(33 / 20)
    assert not best.met
    assert not found["sweep"].met
    assert found["sweep"].measured == pytest.approx(90.0)


def test_the_batch_layer_is_judged_by_its_dearest_runs_and_by_how_memory_grows(results):
    cost, driver, worker = [
        line for line in verdicts(results) if "batch layer" in line.what or "peak memory" in line.what
    ]
    assert (cost.measured, cost.met) == (1.2, False)
    assert (driver.measured, driver.met) == (pytest.approx(1.04), True)
    assert worker.met
    results["batch"]["sizes"][1]["driver"] = 120.0
    assert not next(line for line in verdicts(results) if "of a driver" in line.what).met


def test_a_peer_that_is_missing_is_a_line_and_no_crash(results, tmp_path):
    text = io.StringIO()
    console = Console(file=text, width=200)
    for name, found in results.items():
        print_section(console, name, found)
    print_verdicts(console, verdicts(results))
    draw(results, verdicts(results), tmp_path / "picture.svg")
    picture_memory(results["batch"], tmp_path / "memory.svg")
    assert "peak memory, MiB" in (tmp_path / "memory.svg").read_text(encoding="utf-8")
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
