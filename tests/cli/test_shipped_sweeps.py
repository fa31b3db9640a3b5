"""Every shipped experiment as a dry run, and a small one whole, on each executor."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from sim.batch import pilot

ROOT = Path(__file__).parents[2]
SHIPPED = sorted(file.stem for file in (ROOT / "experiments").glob("*.toml"))
SMALL = "first-look"
RUNS = 6 * 2 * 5  # points, logics, replications


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_experiment_is_estimated_before_it_runs(sanyu, name, tmp_path, monkeypatch):
    from sim.batch.experiment import load_experiment

    monkeypatch.setattr(pilot, "LONGEST", 0.2)
    before = set(tmp_path.iterdir())
    code, out, err = sanyu("sweep", name, "--dry-run", "--json", "--processes", "2")
    assert code == 0, err
    found = json.loads(out)
    study = load_experiment(ROOT / "experiments" / f"{name}.toml")
    assert found["runs"] == len(study.points) * len(study.logics) * study.experiment.replications.most
    assert 0 <= found["reused"] < found["runs"]
    assert found["pilot_runs"] == 3 * len(study.logics)
    assert 0.0 < found["seconds"] < 1e6
    assert found["bytes_on_disk"] > 1000 * (found["runs"] - found["reused"])  # a hundred figures of 8 bytes
    assert found["memory"] > 50e6
    assert set(tmp_path.iterdir()) == before  # nothing was kept


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The table of the small experiment, by one process."""
    folder = tmp_path_factory.mktemp("alone")
    return sweep(folder, "--processes", "1")


def sweep(folder, *options):
    """The command, whole, in a process of its own; returns the table."""
    command = [sys.executable, "-m", "sim", "sweep", SMALL, *options, "--out", "out", "--store", "store", "--json"]
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    environment = os.environ | {"PYTHONPATH": path}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["runs"], found["reused"], found["failures"]) == (RUNS, RUNS // 4, [])
    return pd.read_parquet(folder / "out" / "results.parquet")


def test_a_shipped_experiment_by_one_process(alone):
    assert len(alone) == RUNS
    assert set(alone["status"]) == {"done"}
    assert alone["key"].nunique() == RUNS - RUNS // 4
    assert alone["margin"].nunique() > RUNS // 2


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["local", "dask", "ray"])
def test_each_executor_with_two_processes_gives_the_same_table(alone, tmp_path, executor):
    table = sweep(tmp_path, "--executor", executor, "--processes", "2")
    pd.testing.assert_frame_equal(table, alone, check_exact=True)
