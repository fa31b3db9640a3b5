"""Same seed, same bytes; another seed, another run; 0 is a seed."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from worlds import everything

from sim.engines.run import run
from sim.results import write_run

from .random_scenarios import scenarios, seeds

FILES = ["cohorts.parquet", "daily.parquet", "flows.parquet", "scenario.toml", "summary.json"]


def written(found, folder):
    folder.mkdir()
    write_run(found, folder)
    assert sorted(path.name for path in folder.iterdir()) == FILES
    return {name: (folder / name).read_bytes() for name in FILES}


@pytest.fixture(scope="module")
def scenario():
    return everything({"days": 60, "pool.fans": 150})


def test_same_seed_gives_the_same_bytes(scenario, tmp_path):
    a, b, c = (
        written(run(scenario, "depletion", 4, engine=engine, threads=threads), tmp_path / name)
        for name, engine, threads in (("a", "arrays", 1), ("b", "arrays", 2), ("c", "agents", 1))
    )
    assert a == b == c


def test_another_seed_gives_other_bytes(scenario, tmp_path):
    a, b = (written(run(scenario, "depletion", seed), tmp_path / str(seed)) for seed in (4, 5))
    assert {name for name in FILES if a[name] != b[name]} == set(FILES) - {"scenario.toml"}
    assert json.loads(a["summary.json"])["logic"] == "depletion"


def test_seed_0_is_a_seed(scenario):
    zero, again, one = (run(scenario, "depletion", seed).ledger.tallies for seed in (0, 0, 1))
    assert np.array_equal(zero, again)
    assert not np.array_equal(zero, one)
    assert np.array_equal(run(scenario, "depletion").ledger.tallies, zero)


def test_replications_differ(scenario):
    a, b = (run(scenario, "depletion", 0, replication).ledger.tallies for replication in (0, 1))
    assert not np.array_equal(a, b)


@settings(max_examples=30)
@given(scenarios(), seeds)
def test_every_run_can_be_repeated(scenario, seed):
    first, second = run(scenario, "it", seed), run(scenario, "it", seed)
    assert np.array_equal(first.ledger.tallies, second.ledger.tallies)
    assert first.daily.equals(second.daily)


@pytest.mark.parametrize("seed", [-1, 2**64])
def test_impossible_seeds_are_refused(scenario, seed):
    with pytest.raises(ValueError, match="outside"):
        run(scenario, "depletion", seed)


def test_an_unknown_logic_is_refused_with_the_known_ones(scenario):
    with pytest.raises(KeyError, match=r'no logic "growht"; the scenario has: depletion'):
        run(scenario, "growht")
