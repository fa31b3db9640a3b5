"""One store serves all: a sweep, curves, and searches for regimes and optima find each other's runs."""

import pytest

from batch.studies import QUALITY, study
from sim.batch import sweep as sweeps
from sim.batch.results import read
from sim.batch.sweep import sweep
from sim.commands.studies import table_of
from sim.studies.runner import Wanted
from sim.studies.stored import Stored

POINTS, PAIRS = 2, 2


def wanted(asked):
    """All runs of a study, as studies ask for them that choose their next runs by the last."""
    return [
        Wanted(asked.scenario(point), logic, asked.experiment.seed, replication)
        for point in range(POINTS)
        for logic in asked.logics
        for replication in range(PAIRS)
    ]


def refuse(*_, **__):
    raise AssertionError("a run that is there was made again")


@pytest.fixture
def asked():
    return study(POINTS, PAIRS)


def test_a_search_finds_the_runs_of_a_sweep(asked, tmp_path, monkeypatch):
    sweep(asked, tmp_path / "out", tmp_path / "store", processes=1)
    table = read(tmp_path / "out").set_index(["point", "logic", "replication"])
    monkeypatch.setattr("sim.studies.runner.run", refuse)
    found = Stored(tmp_path / "store", asked.base)(wanted(asked))
    assert {one.status for one in found} == {"done"}
    margins = [
        table.loc[(point, logic, replication), "margin"]
        for point in range(POINTS)
        for logic in asked.logics
        for replication in range(PAIRS)
    ]
    assert [one.figures["margin"] for one in found] == margins
    assert len(set(margins)) > 4


def test_a_sweep_finds_the_runs_of_a_search_and_makes_what_is_new(asked, tmp_path):
    Stored(tmp_path / "store", asked.base)(wanted(asked)[:5])
    outcome = sweep(asked, tmp_path / "out", tmp_path / "store", processes=1)
    assert (outcome.runs, outcome.reused) == (8, 5)
    alone = sweep(asked, tmp_path / "alone", tmp_path / "other", processes=1)
    assert alone.reused == 0
    assert read(tmp_path / "out").equals(read(tmp_path / "alone"))


def test_curves_and_indices_find_the_runs_of_a_sweep(asked, tmp_path, monkeypatch):
    sweep(asked, tmp_path / "out", tmp_path / "store", processes=1)
    monkeypatch.setattr(sweeps, "supervise", refuse)
    table = table_of(asked, tmp_path / "store", 1, visible=False, lang="en")
    assert list(table[QUALITY].unique()) == [0.2, 0.8]
    assert table.equals(read(tmp_path / "out"))
