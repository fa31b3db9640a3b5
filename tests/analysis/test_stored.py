"""Runs through the store: each is made once, and what is finished is kept."""

import pytest

from sim.batch.store import Store
from sim.scenario import with_changes
from sim.studies.runner import Threads, Wanted
from sim.studies.stored import Stored
from tests.worlds import small


@pytest.fixture(scope="module")
def scenario():
    return small("livestream-group", {"days": 10})


def wanted(scenario, replications=3):
    other = with_changes(scenario, {"logics.depletion.discount": 0.4})
    return [
        Wanted(s, logic, 5, r)
        for s in (scenario, other)
        for logic in ("growth", "depletion")
        for r in range(replications)
    ]


def same(ours, theirs):
    """Figures that both have, but for what a store writes as NaN."""
    return all(
        one.figures[name] == value or (value is None and one.figures[name] in (None,))
        for one, other in zip(ours, theirs, strict=True)
        for name, value in other.figures.items()
    )


def counting(monkeypatch):
    made = []
    from sim.studies import runner

    real = runner.outcome_of
    monkeypatch.setattr(runner, "outcome_of", lambda one, *rest: (made.append(one), real(one, *rest))[1])
    return made


def test_outcomes_are_those_of_plain_runs_and_each_is_made_once(scenario, tmp_path, monkeypatch):
    made = counting(monkeypatch)
    asked = wanted(scenario)
    store = Stored(tmp_path / "store", scenario, threads=2)
    first = store(asked)
    assert len(made) == 9  # growth does not know of the other's discount: three of its runs serve both points
    assert store(asked) == first
    assert len(made) == 9
    plain = Threads(2)(asked)
    assert same(first, plain)


def test_another_process_finds_them_and_makes_only_what_is_new(scenario, tmp_path, monkeypatch):
    Stored(tmp_path / "store", scenario)(wanted(scenario, 2))
    made = counting(monkeypatch)
    later = Stored(tmp_path / "store", scenario)
    found = later(wanted(scenario, 3))
    assert {one.replication for one in made} == {2}
    assert same(found, Threads(2)(wanted(scenario, 3)))


def test_what_is_recalled_costs_its_own_shards_and_not_the_whole_store(scenario, tmp_path, monkeypatch):
    for replications in (1, 2, 3):
        Stored(tmp_path / "store", scenario)(wanted(scenario, replications))
    later = Stored(tmp_path / "store", scenario)
    assert len(later.shards) == 3
    read = []
    real = Store.read
    monkeypatch.setattr(Store, "read", lambda self, path, *names: (read.append(path), real(self, path, *names))[1])
    later(wanted(scenario, 1))
    assert len(read) == 1
    later(wanted(scenario, 3))
    assert len(read) == 3
    later(wanted(scenario, 3))
    assert len(read) == 3


def test_another_seed_is_another_run(scenario, tmp_path, monkeypatch):
    store = Stored(tmp_path / "store", scenario)
    one = store([Wanted(scenario, "growth", 5, 0)])
    assert store([Wanted(scenario, "growth", 6, 0)]) != one


def test_a_failed_run_is_kept_as_failed(scenario, tmp_path, monkeypatch):
    from sim.studies import runner

    def fails(*_, **__):
        raise RuntimeError("too hot")

    monkeypatch.setattr(runner, "run", fails)
    found = Stored(tmp_path / "store", scenario)([Wanted(scenario, "growth", 5, 0)])
    assert (found[0].status, found[0].message) == ("failed", "RuntimeError: too hot")
    again = Stored(tmp_path / "store", scenario)([Wanted(scenario, "growth", 5, 0)])
    assert (again[0].status, again[0].message) == ("failed", "RuntimeError: too hot")


def test_interrupted_it_keeps_what_is_finished(scenario, tmp_path, monkeypatch):
    from sim.studies import runner

    real = runner.run

    def stops(scenario, logic, seed, replication, *rest, **options):
        if replication == 2:
            raise KeyboardInterrupt
        return real(scenario, logic, seed, replication, *rest, **options)

    monkeypatch.setattr(runner, "run", stops)
    store = Stored(tmp_path / "store", scenario, threads=1)
    with pytest.raises(KeyboardInterrupt):
        store([Wanted(scenario, "growth", 5, r) for r in range(3)])
    monkeypatch.setattr(runner, "run", real)
    made = counting(monkeypatch)
    Stored(tmp_path / "store", scenario)([Wanted(scenario, "growth", 5, r) for r in range(3)])
    assert [one.replication for one in made] == [2]
