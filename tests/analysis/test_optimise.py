"""The optimiser on plans whose value is known: what it finds, gives up, promises and keeps."""

import sys

import numpy as np
import pytest

from sim.analysis.samples import NotAnalysable
from sim.analysis.sensitivity import MissingExtra
from sim.scenario import load_scenario
from sim.studies.knobs import knobs_of
from sim.studies.optimise import CANDIDATE, LOOK, Limits, optimise
from sim.studies.runner import Outcome, Threads
from tests.worlds import small

optuna = pytest.importorskip("optuna")

BEST_SHARE, BEST_QUALITY = 0.7, 0.4
HAND = {"growth": 40.0, "depletion": 10.0}


class Plans:
    """A runner whose margin is 100 less squares of the distance to the best plan, with luck.

    shared  luck that all plans have in a replication;  own: luck of a plan in a replication
    """

    def __init__(self, shared=50.0, own=0.0, stop_after=10**9, failing=lambda plan: False):
        self.shared, self.own, self.left, self.failing, self.ran = shared, own, stop_after, failing, []

    def __call__(self, wanted):
        if self.left <= 0:
            raise KeyboardInterrupt
        self.left -= len(wanted)
        self.ran += wanted
        return [self.one(run) for run in wanted]

    def one(self, run):
        plan = run.scenario.logics[run.logic]
        luck = self.shared * np.random.default_rng([run.seed, run.replication]).normal()
        if run.logic != CANDIDATE:
            value, quality = HAND[run.logic], 0.5
        else:
            if self.failing(plan):
                return Outcome("failed", {}, "no")
            quality = plan.quality
            value = 100.0 - 100.0 * (plan.value_share - BEST_SHARE) ** 2 - 100.0 * (quality - BEST_QUALITY) ** 2
            address = [run.seed, run.replication, round(1e6 * plan.value_share), round(1e6 * quality)]
            luck += self.own * np.random.default_rng(address).normal()
        figures = {
            "margin": value + luck, "fans_end": 1000.0 * quality + luck, "spend": 1000.0 * quality,
            "trust_end": quality, "exits_per_month": 0.03, "r_fan": 0.5,
        }  # fmt: skip
        return Outcome("done", figures)


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("liquor")


def search(scenario, run, **options):
    options = {"trials": 60, "pairs": 5, "fresh_pairs": 10} | options
    return optimise(scenario, run, knobs=knobs_of(scenario, ["value_share", "quality"]), **options)


def best(found):
    return found.trials[found.chosen[0]]


def test_the_best_plan_is_found_and_stands_beside_the_logics_of_the_file(scenario):
    found = search(scenario, Plans())
    plan = best(found).plan
    assert plan["value_share"] == pytest.approx(BEST_SHARE, abs=0.1)
    assert plan["quality"] == pytest.approx(BEST_QUALITY, abs=0.1)
    assert [judged.name for judged in found.judged] == ["best", "growth", "depletion"]
    lead = found.judged[0].lead["margin"]  # over growth, the better one of the file
    assert lead.estimate == pytest.approx(60.0, abs=2.0)
    assert lead.low > 50.0  # luck is shared by pairs
    assert found.judged[1].lead is None


def test_what_is_judged_has_a_seed_of_its_own(scenario):
    run = Plans()
    found = search(scenario, run, seed=7)
    assert found.fresh_seed == 8
    searched = {(one.seed, one.replication) for one in run.ran if one.logic == CANDIDATE and one.seed == 7}
    assert searched == {(7, r) for r in range(5)}
    assert {one.replication for one in run.ran if one.seed == 8} == set(range(10))


@pytest.mark.statistical
def test_the_search_hopes_for_too_much_and_fresh_pairs_do_not(scenario):
    """Luck of its own makes the best of sixty look better than it is, over many searches; fresh pairs are right."""
    hoped, fresh, truth = [], [], []
    for seed in range(12):
        found = search(scenario, Plans(shared=0.0, own=20.0), seed=2 * seed, trials=40, sampler="random")
        plan = best(found).plan
        truth.append(100 - 100 * ((plan["value_share"] - BEST_SHARE) ** 2 + (plan["quality"] - BEST_QUALITY) ** 2))
        hoped.append(found.judged[0].hoped["margin"])
        fresh.append(found.judged[0].figures["margin"].estimate)
    curse, error = np.subtract(hoped, truth), np.subtract(fresh, truth)
    assert curse.mean() > 3 * curse.std(ddof=1) / np.sqrt(12)
    assert abs(error.mean()) < 3 * 20.0 / np.sqrt(10 * 12)


def test_hand_written_logics_are_among_the_first_candidates(scenario):
    found = search(scenario, Plans(), trials=8)
    shares = [trial.plan["value_share"] for trial in found.trials[:2]]
    assert shares == pytest.approx([logic.value_share for logic in scenario.logics.values()])


def test_what_is_clearly_worse_is_given_up_and_costs_three_pairs(scenario):
    run = Plans()
    found = search(scenario, run)
    pruned = [trial for trial in found.trials if trial.status == "pruned"]
    assert len(pruned) > 10
    assert all(len(trial.figures["margin"]) == LOOK for trial in pruned)
    assert all(len(trial.figures["margin"]) == 5 for trial in found.trials if trial.status == "done")
    finished = max(trial.mean("margin") for trial in found.trials if trial.status == "done")
    assert best(found).mean("margin") == finished


def test_luck_that_is_large_against_the_differences_gives_nothing_up_too_soon(scenario):
    """Differences within luck: few are given up, about one in forty of equals at each comparison."""
    calm, wild = (search(scenario, Plans(own=own), sampler="random") for own in (0.0, 300.0))
    assert sum(t.status == "pruned" for t in wild.trials) < sum(t.status == "pruned" for t in calm.trials)


def test_limits_hold(scenario):
    """The best quality spends 400; with 300 it has to stop there."""
    found = search(scenario, Plans(), limits=Limits(budget=300.0))
    assert best(found).mean("spend") <= 300.0
    assert best(found).plan["quality"] == pytest.approx(0.3, abs=0.06)
    trusting = search(scenario, Plans(), limits=Limits(trust=0.6))
    assert best(trusting).plan["quality"] == pytest.approx(0.6, abs=0.06)
    assert best(trusting).plan["quality"] >= 0.6


@pytest.mark.parametrize(
    ("limits", "message"),
    [
        (
            Limits(trust=0.999),
            r"none of 12 candidates keeps .*: the most trusted ends at 0\.\d\d \(--least-trust\)",
        ),
        (Limits(budget=-1.0), r"the cheapest spends ¥\d\.\d\d \(--budget\)\. Relax a limit"),
    ],
)
def test_limits_that_nothing_keeps_are_said_with_what_came_nearest(scenario, limits, message):
    with pytest.raises(NotAnalysable, match=message):
        search(scenario, Plans(), trials=12, limits=limits)


def test_where_all_candidates_fail_the_reason_is_said(scenario):
    with pytest.raises(NotAnalysable, match="all 12 candidates failed, the first with: no"):
        search(scenario, Plans(failing=lambda plan: True), trials=12)


def test_interrupted_before_any_candidate_keeps_the_limits_it_has_no_plan(scenario):
    found = search(scenario, Plans(stop_after=40), limits=Limits(trust=0.999))
    assert found.broken
    assert found.trials
    assert found.chosen == ()


def test_both_aims_give_a_front_from_the_best_margin_to_the_most_fans(scenario):
    found = search(scenario, Plans(), aim="both", trials=120)
    plans = [found.trials[number] for number in found.chosen]
    assert 2 <= len(plans) <= 8
    margins, fans = ([plan.mean(aim) for plan in plans] for aim in ("margin", "fans_end"))
    assert margins == sorted(margins, reverse=True)
    assert fans == sorted(fans)
    for plan in plans:  # the front is the line from the best quality up, at the best share
        assert plan.plan["quality"] > BEST_QUALITY - 0.1
    off = [abs(plan.plan["value_share"] - BEST_SHARE) for plan in plans]
    assert np.mean(off) < 0.1
    assert [j.name for j in found.judged][:2] == ["best-1", "best-2"]


@pytest.mark.parametrize("sampler", ["tpe", "nsga2", "random"])
def test_a_search_can_be_had_again(scenario, sampler):
    one, two = (search(scenario, Plans(own=5.0), trials=30, sampler=sampler) for _ in range(2))
    assert [t.places for t in one.trials] == [t.places for t in two.trials]
    assert one.judged == two.judged
    other = search(scenario, Plans(own=5.0), trials=30, sampler=sampler, seed=1)
    assert [t.places for t in other.trials] != [t.places for t in one.trials]


def test_a_plan_that_fails_is_kept_as_such(scenario):
    found = search(scenario, Plans(failing=lambda plan: plan.quality > 0.5))
    failed = [trial for trial in found.trials if trial.status == "failed"]
    assert failed
    assert all(trial.message == "no" for trial in failed)
    assert best(found).plan["quality"] <= 0.5


def test_interrupted_it_keeps_what_is_finished_and_judges_nothing(scenario):
    found = search(scenario, Plans(stop_after=100))
    assert found.broken
    assert 0 < len(found.trials) < 60
    assert found.judged == ()
    assert best(found).status == "done"


def test_interrupted_at_once_it_has_nothing(scenario):
    found = search(scenario, Plans(stop_after=0))
    assert found.broken
    assert found.trials == found.chosen == ()


def test_without_optuna_a_message_names_the_extra(scenario, monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(MissingExtra, match=r'optuna.*pip install "sanyu\[study\]"'):
        search(scenario, Plans())


def test_nothing_to_turn(scenario):
    with pytest.raises(NotAnalysable, match="there is nothing to turn"):
        optimise(scenario, Plans(), knobs=())


def test_with_real_runs_the_same_whatever_the_threads():
    scenario = small("livestream-group", {"days": 20})
    knobs = knobs_of(scenario, ["pushes", "value_share"])
    found = [optimise(scenario, Threads(n), trials=6, pairs=3, fresh_pairs=2, knobs=knobs) for n in (1, 2)]
    assert [t.plan for t in found[0].trials] == [t.plan for t in found[1].trials]
    assert found[0].judged == found[1].judged


def test_a_runner_runs_nothing_twice():
    scenario = small("livestream-group", {"days": 10})
    counted = []
    run = Threads(2, done=counted.append)
    found = optimise(scenario, run, trials=3, pairs=3, fresh_pairs=2, knobs=knobs_of(scenario, ["value_share"]))
    again = optimise(scenario, run, trials=3, pairs=3, fresh_pairs=2, knobs=knobs_of(scenario, ["value_share"]))
    assert found.judged == again.judged
    assert len(counted) == len(run.known) == counted[-1]
