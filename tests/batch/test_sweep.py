"""Sweeps: designs, mistakes with their places, and a store that lost nothing whatever was killed."""

import os
import signal
from pathlib import Path

import pandas as pd
import pytest

from sim.scenario import ScenarioError, load_scenario
from sim.batch import store
from sim.batch.designs import Design, Factor, points
from sim.batch.experiment import Experiment, load_experiment, study_of
from sim.batch.supervisor import supervise
from sim.batch.sweep import NotThisSweep, sweep

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


def test_a_grid_has_every_combination_and_linked_factors_add_none():
    factors = {
        "a": Factor(**{"from": 1, "to": 100, "scale": "log", "levels": 3}),
        "b": Factor(values=["x", "y"]),
        "c": Factor(values=[5, 6], like="b"),
    }
    found = points(Design(kind="grid"), factors)
    assert len(found) == 6
    assert [round(p["a"]) for p in found[::2]] == [1, 10, 100]
    assert all(p["c"] == {"x": 5, "y": 6}[p["b"]] for p in found)


def test_one_at_a_time_begins_with_the_scenario_and_changes_one_key():
    factors = {"a": Factor(values=[1, 2]), "b": Factor(values=[3])}
    assert points(Design(kind="one-at-a-time"), factors) == [{}, {"a": 1}, {"a": 2}, {"b": 3}]


@pytest.mark.parametrize("kind", ["latin-hypercube", "sobol"])
def test_a_sample_has_one_point_in_each_sixteenth_of_every_range(kind):
    factors = {key: Factor(**{"from": 0, "to": 16}) for key in "abc"}
    found = points(Design(kind=kind, samples=16, seed=3), factors)
    for key in "abc":
        assert sorted(int(p[key]) for p in found) == list(range(16))
    assert found != points(Design(kind=kind, samples=16, seed=4), factors)


def test_sobol_explains_why_it_wants_a_power_of_two():
    with pytest.raises(ValueError, match=r"balanced.*Try 64 or 128"):
        Design(kind="sobol", samples=100)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('design = { kind = "sobol", samples = 100 }\n[vary]\n"days" = { from = 9, to = 20 }', ":2:1: design: samples"),
        ('design = { kind = "grid" }\n[vary]\n"brand.content.qualty" = { values = [0.5] }', "Did you mean"),
        (
            'design = { kind = "grid" }\n[vary]\n"brand.content.quality" = { values = [7] }',
            ":4:1: brand.content.quality",
        ),
        ('design = { kind = "grid" }\n[vary]\n"days" = { from = 9, to = 20 }', "levels = 5"),
        ('design = { kind = "grid" }\nobserv = []\n[vary]\n"days" = { values = [9] }', "Did you mean observe?"),
        ('design = { kind = "grid" }\n[vary]\n"days" = { from = 9, to = 2, levels = 2 }', "Did you exchange them?"),
    ],
)
def test_mistakes_have_a_place_and_a_remedy(tmp_path, text, said):
    file = tmp_path / "e.toml"
    file.write_text(f'scenario = "liquor"\n{text}\n')
    with pytest.raises(ScenarioError) as caught:
        load_experiment(file)
    assert said in str(caught.value)
    assert "e.toml:" in str(caught.value)


def test_the_shipped_experiment_loads():
    assert len(load_experiment(ROOT / "experiments" / "push-frequency-by-quality.toml").points) == 12


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
