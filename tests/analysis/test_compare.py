"""``compare``: paired, independent of threads, stopped when clear, and keeping what is finished when interrupted."""

import dataclasses

import numpy as np
import pytest

from sim.engines.run import run
from sim.scenario import load_scenario, with_changes
from sim.studies import compare as study
from sim.studies.compare import compare

CHANGES = {"pool.fans": 60, "days": 30}


@pytest.fixture(scope="module")
def scenario():
    return with_changes(load_scenario("livestream-group"), CHANGES)


@pytest.fixture(scope="module")
def four(scenario):
    return compare(scenario, seed=5, pairs=4, threads=1)


def numbers(c):
    """All numbers of a comparison, as text to the last bit."""
    duels = {
        key: {f.name: getattr(d, f.name) for f in dataclasses.fields(d) if f.name not in ("difference", "wins_by_day")}
        for key, d in c.duels.items()
    }
    bands = {
        (logic, name): [np.asarray(x).tobytes() for x in (b.mean, b.low, b.high)]
        for logic, of in c.bands.items()
        for name, b in of.items()
    }
    paths = {key: [np.asarray(d.wins_by_day).tobytes(), d.difference.mean.tobytes()] for key, d in c.duels.items()}
    return repr((c.pairs, c.ranking, c.clear, c.totals, duels)), bands, paths


@pytest.mark.parametrize("threads", [2, 4])
def test_threads_change_no_number(scenario, four, threads):
    assert numbers(compare(scenario, seed=5, pairs=4, threads=threads)) == numbers(four)


def test_a_fixed_number_of_pairs_is_kept(four):
    assert four.pairs == 4
    assert four.stopped == "fixed"
    assert {logic: len(runs) for logic, runs in four.runs.items()} == {"growth": 4, "depletion": 4}


def test_pairs_share_seed_and_replication(scenario, four):
    for logic, runs in four.runs.items():
        assert [(r.logic, r.seed, r.replication) for r in runs] == [(logic, 5, n) for n in range(4)]
    again = run(scenario, "depletion", 5, 2)
    assert np.array_equal(again.ledger.tallies, four.runs["depletion"][2].ledger.tallies)


def test_duels_are_paired_and_mirror_each_other(four):
    ours, theirs = (np.array([r.ledger.margin.cumsum() for r in four.runs[name]]) for name in ("growth", "depletion"))
    there, back = four.duels["growth", "depletion"], four.duels["depletion", "growth"]
    assert there.difference.mean == pytest.approx((ours - theirs).mean(axis=0))
    assert there.final.estimate == pytest.approx(-back.final.estimate)
    assert there.wins.estimate == np.mean(ours[:, -1] > theirs[:, -1])
    assert there.wins_by_day.tolist() == (ours > theirs).mean(axis=0).tolist()
    for name in ("orders", "exits"):  # flows are summed
        totals = [np.array([r.daily[name].sum() for r in four.runs[logic]]) for logic in ("growth", "depletion")]
        assert there.differences[name].estimate == pytest.approx((totals[0] - totals[1]).mean())
    for name in ("fans_private", "trust_mean"):  # stocks are those of the horizon
        last = [np.array([r.daily[name].iloc[-1] for r in four.runs[logic]]) for logic in ("growth", "depletion")]
        assert there.differences[name].estimate == pytest.approx((last[0] - last[1]).mean())


def test_ranking_is_by_margin(four):
    means = {name: np.mean([r.ledger.margin.sum() for r in runs]) for name, runs in four.runs.items()}
    assert list(four.ranking) == sorted(means, key=means.get, reverse=True)
    assert four.fan_days == sum(int(r.daily["fans_private"].sum()) for runs in four.runs.values() for r in runs)


@pytest.mark.parametrize("pairs", [-1, 0, 1])
def test_one_pair_is_refused(scenario, pairs):
    with pytest.raises(ValueError, match=f"pairs = {pairs}"):
        compare(scenario, pairs=pairs)


def test_it_goes_on_until_clear(scenario):
    found = compare(scenario, seed=5, threads=2)
    assert found.stopped in ("clear", "budget")
    assert found.pairs >= study.LEAST_PAIRS + (study.STEADY if found.stopped == "clear" else 0)
    assert found.clear == (found.stopped == "clear")


def test_the_first_ten_pairs_ignore_the_budget(scenario, monkeypatch):
    monkeypatch.setattr(study, "BUDGET", 1)
    found = compare(scenario, seed=5, threads=2)
    assert (found.pairs, found.stopped) == (10, "budget")


@pytest.mark.parametrize(("after", "kept"), [(4, 2), (5, 2), (6, 3), (7, 3)])
def test_interrupted_it_keeps_finished_pairs(scenario, four, after, kept):
    finished = []

    def interrupt(progress):
        finished.append(progress)
        if len(finished) == after:
            raise KeyboardInterrupt

    found = compare(scenario, seed=5, pairs=4, threads=1, progress=interrupt)
    assert (found.pairs, found.stopped) == (kept, "interrupted")
    for logic, runs in found.runs.items():
        for mine, theirs in zip(runs, four.runs[logic][:kept], strict=True):
            assert np.array_equal(mine.ledger.tallies, theirs.ledger.tallies)


@pytest.mark.parametrize("after", [1, 2, 3])
def test_interrupted_before_two_pairs_it_has_nothing(scenario, after):
    finished = []

    def interrupt(progress):
        finished.append(progress)
        if len(finished) == after:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        compare(scenario, seed=5, pairs=4, threads=1, progress=interrupt)


def test_progress_counts_pairs_that_every_logic_has(scenario):
    seen = []
    compare(scenario, seed=5, pairs=2, threads=1, progress=seen.append)
    assert [p.done for p in seen] == [0, 1, 1, 2]
    assert [p.message for p in seen] == ["growth", "depletion"] * 2
    assert all(p.total == 2 for p in seen)


def test_engines_agree(scenario, four):
    assert numbers(compare(scenario, seed=5, pairs=4, threads=2, engine="agents")) == numbers(four)


def test_a_single_logic_has_no_verdict(scenario):
    found = compare(with_changes(scenario, {"logics.growth": False}), seed=5, pairs=2)
    assert (found.clear, found.duels, found.ranking) == (False, {}, ("depletion",))
