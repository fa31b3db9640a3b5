"""What a study is said to take before it runs, and the same from Python."""

from types import SimpleNamespace

import pytest

import sim
from batch.studies import DISCOUNT, study
from sim.batch import pilot
from sim.batch.ensemble import default_folder
from sim.batch.pilot import estimate
from sim.batch.sweep import sweep


def test_an_estimate_counts_runs_and_those_that_are_there(tmp_path):
    store = tmp_path / "store"
    fresh = estimate(study(3), store, 2)
    assert (fresh.runs, fresh.reused, fresh.pilot_runs) == (12, 0, 6)
    assert not store.exists()
    sweep(study(2), tmp_path / "out", store, processes=1)
    assert estimate(study(3), store, 2).reused == 8
    assert estimate(study(2), store, 2).seconds == 0.0
    shared = estimate(study(vary={DISCOUNT: {"values": [0.1, 0.2, 0.3]}}), tmp_path / "other", 2)
    assert (shared.runs, shared.reused) == (12, 4)  # growth cannot tell the points apart


def test_an_estimate_is_of_the_size_that_comes_true(tmp_path):
    asked = study(12, 8)
    guess = estimate(asked, tmp_path / "store", 1)
    outcome = sweep(asked, tmp_path / "out", tmp_path / "store", processes=1)
    files = [f.stat().st_size for folder in ("out", "store") for f in (tmp_path / folder).rglob("*") if f.is_file()]
    assert guess.runs == outcome.runs == 192
    assert sum(files) / 4 < guess.bytes_on_disk < 10 * sum(files)
    assert outcome.seconds / 5 < guess.seconds < 5 * outcome.seconds
    assert guess.memory > 2 * 50e6


def test_a_long_run_is_broken_off_and_reckoned_up(monkeypatch):
    days = []

    def run(scenario, logic, seed=0, engine="arrays", progress=None):
        for day in range(scenario.days):
            clock[0] += 40.0 if day == stalled else 1.0
            days.append(day)
            if progress:
                progress(day)

    clock, stalled = [0.0], None
    monkeypatch.setattr(pilot, "run", run)
    monkeypatch.setattr(pilot, "time", SimpleNamespace(perf_counter=lambda: clock[0]))
    asked = study()
    scenario = asked.base.model_copy(update={"days": 1000})
    assert pilot._timed(asked, scenario, "growth") == pytest.approx(1000.0)
    assert len(days) == 4
    stalled = 0  # a rule is compiled
    assert pilot._timed(asked, scenario, "growth") == pytest.approx(1000.0)


def test_a_large_design_is_sampled(monkeypatch, tmp_path):
    sweep(study(2), tmp_path / "out", tmp_path / "store", processes=1)
    monkeypatch.setattr(pilot, "MOST_COUNTED", 12)
    guess = estimate(study(30), tmp_path / "store", 2)
    assert guess.runs == 120
    assert 0 < guess.reused < 120


def test_a_study_from_python_is_one_call(tmp_path):
    asked = study(2)
    found = sim.sweep(asked, out=tmp_path / "out", store=tmp_path / "store", processes=1)
    assert isinstance(found, sim.Ensemble)
    assert (len(found.table), found.failures, len(found.daily), found.folder) == (8, [], 0, tmp_path / "out")
    same = sim.sweep(asked.experiment, asked.base, tmp_path / "out", tmp_path / "store", processes=1)
    assert same.outcome.reused == 8
    assert default_folder(asked) == default_folder(study(2)) != default_folder(study(3))
    file = tmp_path / "e.toml"
    file.write_text(
        'scenario = "livestream-group"\ndesign = { kind = "grid" }\nreplications = { paired = 2 }\n'
        'observe = ["margin", "fans_end"]\nfixed = { days = 12, "pool.fans" = 200 }\n'
        '[vary]\n"brand.content.quality" = { from = 0.2, to = 0.8, levels = 2 }\n'
    )
    assert sim.sweep(file, out=tmp_path / "file", store=tmp_path / "store", processes=1).outcome.reused == 8
