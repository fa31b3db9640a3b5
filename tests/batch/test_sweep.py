"""Sweeps: equal tables however they are made, nothing made twice, and every failure told."""

import json
import platform
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

import sim
from batch.studies import DISCOUNT, QUALITY, study
from sim.batch import meter
from sim.batch import sweep as sweeps
from sim.batch.figures import figures
from sim.batch.folder import alone
from sim.batch.results import read, read_daily, write_results
from sim.batch.store import columns as stores_columns
from sim.batch.sweep import NotThisSweep, reproduce, resume, status_of, sweep
from sim.engines.run import run


def stored(store):
    """All rows of a store, sorted by key, and how many there are of each."""
    tables = [pd.read_parquet(file) for file in sorted(Path(store).glob("version=*/runs/*.parquet"))]
    return pd.concat(tables).sort_values("key", ignore_index=True)


def same(a, b):
    pd.testing.assert_frame_equal(a, b, check_exact=True)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    """A sweep of three points by two logics by two replications, in one process."""
    folder = tmp_path_factory.mktemp("unbroken")
    heard = []
    outcome = sweep(study(3), folder / "out", folder / "store", processes=1, progress=heard.append)
    return folder, outcome, heard


def test_results_are_those_of_single_runs_in_the_order_of_the_design(unbroken):
    folder, outcome, _ = unbroken
    assert (outcome.runs, outcome.reused, outcome.failures, outcome.stopped) == (12, 0, [], "finished")
    table = read(folder / "out")
    assert list(table.columns) == [
        "point", QUALITY, "logic", "replication", "seed", "key", "status", "message", *figures()
    ]  # fmt: skip
    places = [tuple(place) for place in table[["point", "logic", "replication"]].to_numpy()]
    assert places == [(p, logic, r) for p in range(3) for logic in ("depletion", "growth") for r in range(2)]
    assert set(table["status"]) == {"done"}
    assert table["delivered"].nunique() > 3
    asked = study(3)
    for _, row in table.iloc[[1, 6, 11]].iterrows():
        found = run(asked.scenario(row["point"]), row["logic"], 0, row["replication"])
        for name, value in found.summary.items():
            assert row[name] == value or (value is None and pd.isna(row[name]))


def test_design_seeds_versions_and_machine_are_recorded(unbroken):
    folder = unbroken[0] / "out"
    told = json.loads((folder / "sweep.json").read_text())
    assert told["experiment"]["seed"] == 0
    assert told["experiment"]["design"]["kind"] == "grid"
    assert told["experiment"]["replications"] == {"paired": 2}
    assert {"from": 0.2, "to": 0.8, "levels": 3}.items() <= told["factors"][QUALITY].items()
    assert told["maker"]["version"] == sim.__version__
    assert {"sources", "numpy"} <= set(told["maker"])
    assert platform.system() in told["machine"]
    assert "cores" in told["machine"]
    assert time.strptime(told["began"].split("+")[0], "%Y-%m-%dT%H:%M:%S")
    design, kept = pd.read_parquet(folder / "design.parquet"), stored(unbroken[0] / "store")
    assert list(design.columns) == ["point", QUALITY, "logic", "scenario"]
    assert list(design[QUALITY].unique()) == [0.2, 0.5, 0.8]
    joined = read(folder).merge(design, on=["point", "logic", QUALITY]).merge(kept, on="key")
    assert len(joined) == 12
    assert (joined["scenario_x"] == joined["scenario_y"]).all()


def test_two_processes_and_a_grown_design_give_equal_tables_and_run_nothing_twice(unbroken, tmp_path):
    folder, _, _ = unbroken
    first = sweep(study(2), tmp_path / "small", tmp_path / "store", processes=2)
    before = {file: file.stat().st_mtime_ns for file in (tmp_path / "store").glob("version=*/runs/*")}
    second = sweep(study(3), tmp_path / "large", tmp_path / "store", processes=2)
    assert (first.reused, second.reused) == (0, 8)
    same(read(tmp_path / "large"), read(folder / "out"))
    same(stored(tmp_path / "store"), stored(folder / "store"))
    assert stored(tmp_path / "store")["key"].is_unique
    assert all(file.stat().st_mtime_ns == then for file, then in before.items())


def test_a_cluster_gives_the_same_table(unbroken, workers, tmp_path):
    sweep(study(3), tmp_path / "out", tmp_path / "store", executor=workers)
    same(read(tmp_path / "out"), read(unbroken[0] / "out"))
    same(stored(tmp_path / "store"), stored(unbroken[0] / "store"))


def test_points_that_a_logic_cannot_tell_apart_share_its_runs(tmp_path):
    vary = {DISCOUNT: {"values": [0.1, 0.2, 0.3]}}
    outcome = sweep(study(vary=vary), tmp_path / "out", tmp_path / "store", processes=1)
    table = read(tmp_path / "out")
    assert outcome.runs == len(table) == 12
    assert table[table["logic"] == "growth"]["key"].nunique() == 2
    assert table[table["logic"] == "depletion"]["key"].nunique() == 6
    assert len(stored(tmp_path / "store")) == 8


def test_progress_ends_with_everything_done_and_names_extremes(unbroken):
    folder, _, heard = unbroken
    last, table = heard[-1], read(folder / "out")
    assert (last.done, last.total, last.failed) == (12, 12, 0)
    assert last.best[0] == table["margin"].max()
    assert last.worst[0] == table["margin"].min()
    best = table[table["margin"] == table["margin"].max()]
    places = [f"{QUALITY} = {r[QUALITY]:.6g}; {r['logic']}, replication {r['replication']}" for _, r in best.iterrows()]
    assert last.best[1] in places
    assert len(places) < 12
    assert [p.done for p in heard] == sorted(p.done for p in heard)


def test_status_of_a_finished_sweep_and_of_none(unbroken, tmp_path):
    found = status_of(unbroken[0] / "out")
    assert (found.runs, found.done, found.failed, found.killed) == (12, 12, 0, 0)
    assert (found.live, found.pid, found.finished) == (False, None, True)
    with pytest.raises(NotThisSweep, match="holds no sweep"):
        status_of(tmp_path)
    with pytest.raises(NotThisSweep, match="there is no such folder"):
        resume(tmp_path / "none")


def test_a_finished_sweep_resumes_to_itself_from_its_folder_alone(unbroken):
    folder = unbroken[0] / "out"
    before = (folder / "results.parquet").read_bytes()
    outcome = resume(folder)
    assert (outcome.runs, outcome.reused) == (12, 12)
    assert (folder / "results.parquet").read_bytes() == before


def test_another_study_in_the_same_folder_is_refused_with_what_differs(unbroken):
    folder = unbroken[0]
    with pytest.raises(NotThisSweep, match=r"(?s)holds another sweep.*points of the design.*another --out"):
        sweep(study(4), folder / "out", folder / "store", processes=1)
    with pytest.raises(NotThisSweep, match=r"(?s)replications: .*'paired': 2.* then, .*'paired': 3.* now"):
        sweep(study(3, 3), folder / "out", folder / "store", processes=1)


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("everything")
    with pytest.raises(NotThisSweep, match=r"other files \(thesis\.tex\)"):
        sweep(study(), tmp_path, tmp_path / "store", processes=1)


def test_an_edited_scenario_or_another_version_is_refused(tmp_path):
    folder = tmp_path / "out"
    sweep(study(), folder, tmp_path / "store", processes=1)
    text = (folder / "scenario.toml").read_text()
    (folder / "scenario.toml").write_text(text.replace("fans = 200", "fans = 201"))
    with pytest.raises(NotThisSweep, match="was edited"):
        resume(folder)
    (folder / "scenario.toml").write_text(text)
    record = json.loads((folder / "sweep.json").read_text())
    record["maker"]["version"] = "0.0.1"
    (folder / "sweep.json").write_text(json.dumps(record))
    with pytest.raises(NotThisSweep, match=r"(?s)version: 0\.0\.1 then, .* now.*never mixed"):
        resume(folder)


def test_one_driver_at_a_time(unbroken):
    folder = unbroken[0] / "out"
    with alone(folder):
        code = f"from sim.batch.sweep import *; from pathlib import Path; print(status_of(Path({str(folder)!r})))"
        told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        assert "live=True" in told
        code = f"from sim.batch.sweep import *; from pathlib import Path; resume(Path({str(folder)!r}))"
        refused = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
        assert "is being computed by another process" in refused.stderr


# what goes wrong

BROKEN = """
import os, signal
from typing import Annotated

from sim.logics.depletion import Depletion
from sim.parameters import fraction


class Broken(Depletion):
    kind: str = "moody.py:Broken"
    wrath: Annotated[float, fraction("What it comes to", source="none")] = 0.0

    def plan(self, brief, seen):
        if self.wrath > 0.7:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.wrath > 0.4:
            raise RuntimeError(f"wrath is {self.wrath}")
        return super().plan(brief, seen)
"""


@pytest.fixture
def moody(tmp_path):
    """A study of a logic of one's own that fails, or kills its worker, as its parameter says."""
    from sim.scenario import load_scenario

    (tmp_path / "moody.py").write_text(BROKEN)
    (tmp_path / "moody.toml").write_text(
        'extends = "livestream-group"\nlogics.depletion = false\n[logics.moody]\nkind = "moody.py:Broken"\n'
    )
    base = load_scenario(tmp_path / "moody.toml")
    vary = {"logics.moody.wrath": {"values": [0.0, 0.1, 0.5, 0.2, 0.9]}}
    return study(vary=vary, scenario=base, paired=3)


def test_failures_are_recorded_with_all_that_reproduces_them_and_the_rest_is_done(moody, tmp_path):
    outcome = sweep(moody, tmp_path / "out", tmp_path / "store", processes=2)
    table = read(tmp_path / "out")
    bad = table[table["status"] != "done"]
    assert len(table) == 30
    assert set(zip(bad["logic"], bad["point"], bad["replication"], bad["status"], strict=True)) == {
        ("moody", point, r, status) for point, status in ((2, "failed"), (4, "killed")) for r in range(3)
    }
    assert [(f.point, f.replication, f.status) for f in outcome.failures] == [
        *((2, r, "failed") for r in range(3)), *((4, r, "killed") for r in range(3))
    ]  # fmt: skip
    first = outcome.failures[0]
    assert (first.changes, first.logic, first.seed) == ({"logics.moody.wrath": 0.5}, "moody", 0)
    assert "wrath is 0.5" in first.message
    assert json.loads((tmp_path / "out" / "failures.json").read_text())[0]["key"] == first.key
    with pytest.raises(Exception, match=r"wrath is 0\.5"):
        reproduce(tmp_path / "out", first.key)
    good = table[(table["status"] == "done") & (table["point"] == 1)].iloc[0]
    assert reproduce(tmp_path / "out", good["key"]).summary["margin"] == good["margin"]
    with pytest.raises(NotThisSweep, match="has no run 0000"):
        reproduce(tmp_path / "out", "0000")
    again = resume(tmp_path / "out")
    assert (again.reused, [f.key for f in again.failures]) == (30, [f.key for f in outcome.failures])
    assert status_of(tmp_path / "out").killed == 3


def test_failed_runs_are_made_again_where_that_is_asked(moody, tmp_path):
    points = type(moody.points)(moody.points.factors, moody.points.places[:4])  # without the one that kills
    mild = type(moody)(moody.experiment, moody.base, points)
    sweep(mild, tmp_path / "out", tmp_path / "store", processes=1)
    outcome = resume(tmp_path / "out", again=True)
    assert (outcome.reused, len(outcome.failures), len(read(tmp_path / "out"))) == (21, 3, 24)


def test_a_point_that_turns_out_impossible_is_a_failed_run(tmp_path):
    asked = study(vary={QUALITY: {"values": [0.2, 0.3]}})
    factor = asked.factors[QUALITY].model_copy(update={"values": (0.2, -5)})
    points = type(asked.points)({QUALITY: factor}, asked.points.places)
    outcome = sweep(type(asked)(asked.experiment, asked.base, points), tmp_path / "out", tmp_path / "s", processes=1)
    assert {(f.point, f.status) for f in outcome.failures} == {(1, "failed")}
    assert all(f"{QUALITY} = -5" in f.message for f in outcome.failures)
    assert outcome.runs == 8


def test_a_full_disk_is_told_and_resumed(tmp_path, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sweeps, "supervise", full)
        with pytest.raises(sweeps.DiskFull, match=r"is full.*sanyu resume .*out"):
            sweep(study(), tmp_path / "out", tmp_path / "store", processes=1)
    assert not status_of(tmp_path / "out").finished
    assert resume(tmp_path / "out").stopped == "finished"


def test_an_interrupted_sweep_keeps_what_it_has(tmp_path, unbroken):
    stops = []

    def stop(progress):
        if progress.done >= 3 and not stops:
            stops.append(progress)
            raise KeyboardInterrupt

    asked = study(3)
    clock = iter(range(10**9))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.batch.meter.Meter.due", lambda self, every: every < 10 and next(clock) >= 0)
        outcome = sweep(asked, tmp_path / "out", tmp_path / "store", processes=1, progress=stop)
    assert outcome.stopped == "interrupted"
    assert 3 <= outcome.runs < 12
    assert (status_of(tmp_path / "out").finished, status_of(tmp_path / "out").done) == (False, outcome.runs)
    assert len(pd.read_parquet(write_results(tmp_path / "out"))) == len(stored(tmp_path / "store"))
    resume(tmp_path / "out")
    same(read(tmp_path / "out"), read(unbroken[0] / "out"))


# replications in rounds, and daily series


def test_replications_go_on_until_the_interval_is_narrow_and_end_the_same_however_they_are_made(tmp_path):
    until = {"until_half_width": 0.02, "of": "fans_end", "at_most": 60, "relative": True}
    asked = study(2, replications=until, observe=["fans_end"])
    heard = []
    one = sweep(asked, tmp_path / "one", tmp_path / "s1", processes=1, progress=heard.append)
    two = sweep(asked, tmp_path / "two", tmp_path / "s2", processes=2)
    table = read(tmp_path / "one")
    same(table, read(tmp_path / "two"))
    assert one.runs == two.runs == len(table)
    assert heard[-1].total is None
    counts = table.groupby("point")["replication"].nunique()
    assert counts.between(10, 60).all()
    again = resume(tmp_path / "two")
    assert again.reused == again.runs == len(table)


def test_daily_series_are_kept_of_every_run_that_is_asked_for_them(tmp_path):
    plain = sweep(study(), tmp_path / "plain", tmp_path / "store", processes=1)
    asked = study(daily=["margin_cum", "fans_private"])
    outcome = sweep(asked, tmp_path / "out", tmp_path / "store", processes=2)
    assert (plain.runs, outcome.reused) == (8, 0)  # they were made without series
    table, runs = read_daily(tmp_path / "out"), read(tmp_path / "out")
    same(runs, read(tmp_path / "plain"))
    assert list(table.columns) == ["point", "logic", "replication", "key", "day", "fans_private", "margin_cum"]
    assert len(table) == 8 * 12
    assert list(table["day"].iloc[:12]) == list(range(12))
    last = table[table["day"] == 11].reset_index(drop=True)
    assert (last["margin_cum"] == runs["margin"]).all()
    assert (last["fans_private"] == runs["fans_end"]).all()
    assert resume(tmp_path / "out").reused == 8


def test_a_minute_is_over_once_a_minute(monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(meter, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    found, over = meter.Meter(100), []
    for second in range(0, 200, 7):
        clock[0] = float(second)
        if found.due(sweeps.LOGGED):
            over.append(second)
    assert over == [63, 126, 189]


def test_the_log_has_a_line_a_minute_and_what_is_noted_is_what_is_heard(tmp_path, monkeypatch):
    """As if every beat were a minute after the last."""
    monkeypatch.setattr(meter.Meter, "due", lambda self, every: True)
    noted, heard = [], []

    def hear(progress):
        noted.append(json.loads((tmp_path / "out" / "progress.json").read_text())["done"])
        heard.append(progress.done)

    sweep(study(3), tmp_path / "out", tmp_path / "store", processes=1, progress=hear)
    first, *minutes, last = (tmp_path / "out" / "log.txt").read_text().splitlines()
    assert first.endswith("begins, with 0 runs of this version in the store")
    assert last.endswith("12 runs, 0 of them reused, 0 failed, 0 killed")
    assert time.strptime(first.split("+")[0], "%Y-%m-%dT%H:%M:%S")
    line = re.compile(r"(\d+) of 12 runs, 0 failed, [\d.]+ runs/s(, [\d,]+ s remaining)?")
    counts = [int(line.fullmatch(minute.partition(" ")[2])[1]) for minute in minutes]
    assert counts == sorted(counts)
    assert 0 < max(counts) <= 12
    assert noted == heard


def test_a_quick_sweep_writes_no_line_of_progress(unbroken):
    assert len((unbroken[0] / "out" / "log.txt").read_text().splitlines()) <= 4


def test_runs_of_another_version_are_told_of_and_never_mixed(tmp_path, monkeypatch):
    """The same study, once as if by a version whose tables have another column."""
    from sim.batch import folder, store

    store_ = tmp_path / "store"
    real = folder.maker_now
    with monkeypatch.context() as patch:
        patch.setattr(folder, "maker_now", lambda base: real(base) | {"version": "0.0.9"})
        patch.setattr(store, "columns", lambda: stores_columns() | {"profit": "float64"})
        sweep(study(), tmp_path / "old", store_, processes=1)
        old = {file: file.read_bytes() for file in store_.rglob("*.parquet")}
    outcome = sweep(study(), tmp_path / "new", store_, processes=1)
    assert (outcome.runs, outcome.reused) == (8, 0)
    assert len(list(store_.glob("version=*"))) == 2
    assert {file: file.read_bytes() for file in old} == old
    log = (tmp_path / "new" / "log.txt").read_text()
    assert re.search(r"files of runs by 0\.0\.9 .* are not reused: what computes them has changed, and so have", log)
    assert "profit: float64 then, not there now" in log
    with pytest.raises(NotThisSweep, match=r"(?s)computed otherwise:\n  version: 0\.0\.9 then, .* now"):
        resume(tmp_path / "old")
