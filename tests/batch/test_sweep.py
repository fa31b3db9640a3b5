"""Sweeps: designs, mistakes with their places, and a store that lost nothing whatever was killed."""

import os
import signal
from pathlib import Path

import pandas as pd
import pytest

from sim.batch import store
from sim.batch.experiment import Experiment, study_of
from sim.batch.supervisor import supervise
from sim.batch.sweep import NotThisSweep, sweep
from sim.scenario import load_scenario

QUALITY = "brand.content.quality"
ROOT = Path(__file__).parents[2]


def study(levels=2, paired=1, high=0.8):
    experiment = Experiment.model_validate(
        {
            "scenario": "liquor",
            "design": {"kind": "grid"},
            "replications": {"paired": paired},
            "observe": ["margin", "fans_end"],
            "fixed": {"days": 6, "pool.fans": 30},
            "vary": {QUALITY: {"from": 0.2, "to": high, "levels": levels}},
        }
    )
    return study_of(experiment, load_scenario("liquor"))


def test_one_process_two_and_a_grown_design_give_equal_tables_and_run_nothing_twice(tmp_path):
    sweep(study(3, 2), tmp_path / "one", 1)
    sweep(study(2, 2), tmp_path / "two", 2)
    before = {f: f.stat().st_mtime_ns for f in (tmp_path / "two" / store.SHARDS).iterdir()}
    sweep(study(3, 2), tmp_path / "two", 2)
    one, two = store.read(tmp_path / "one"), store.read(tmp_path / "two")
    pd.testing.assert_frame_equal(one, two, check_exact=True)
    assert set(one["status"]) == {"done"}
    assert all(f.stat().st_mtime_ns == time for f, time in before.items())
    rows = [pd.read_parquet(f) for f in (tmp_path / "two" / store.SHARDS).iterdir()]
    assert sum(map(len, rows)) == len(two)


def test_another_table_is_refused(tmp_path):
    sweep(study(), tmp_path, 1)
    other = study()
    changed = other.experiment.model_copy(update={"observe": ("margin",)})
    with pytest.raises(NotThisSweep, match=r"fans_end: float64 then, none now"):
        sweep(study_of(changed, load_scenario("liquor")), tmp_path, 1)


def _mark(folder, chunk):
    if 13 in chunk:
        os.kill(os.getpid(), signal.SIGKILL)
    for n in chunk:
        with (folder / f"{n}-{'-'.join(map(str, chunk))}").open("x"):
            pass


def test_a_task_that_kills_its_worker_is_found_and_all_others_are_done(tmp_path):
    from functools import partial

    killed, done = [], []
    supervise(
        range(40), partial(_mark, tmp_path), killed.append, done.append, 2,
        lambda chunk: all((tmp_path / f"{n}-{'-'.join(map(str, chunk))}").is_file() for n in chunk),
    )  # fmt: skip
    assert killed == [13]
    assert sum(done) == 40
    assert sorted({int(f.name.split("-")[0]) for f in tmp_path.iterdir()}) == [n for n in range(40) if n != 13]
