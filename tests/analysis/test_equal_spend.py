"""``equal_spend``: the same money in every pair, and nothing else changed."""

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest
from worlds import SILENT, begun, small

from sim.engines.run import run
from sim.logics.mixed import Mixed
from sim.studies import equal_spend as study
from sim.studies.compare import compare, paired_runs
from sim.studies.equal_spend import TOLERANCE, equal_spend, on_budget

# Four kinds with different spends; small pools, so that items are dear beside sales and ads matter
LOGICS = {
    "fixed": {
        "kind": "fixed",
        "pushes_per_week": {"group": 6, "subscription": 1},
        "value_share": 0.9,
        "ads_per_day": 9,
    },
    "calendar": {
        "kind": "calendar",
        "pushes_per_week": {"group": 3},
        "value_share": 0.8,
        "phases": [{"from": dt.date(2021, 9, 20), "pushes_per_week": {"group": 10}, "ads_per_day": 40}],
    },
    "depletion.pushes_per_week": {"group": 40, "subscription": 2},
    "depletion.lives_per_week": 2,  # what cannot be cut costs less than anybody spends
}
DAYS = 150
SEED = 5
COLUMNS = ("tallies", "ad_spend", "content", "fees", "impressions", "pushes", "value_share", "quality", "discount")


def with_logics(days=DAYS, scenario="liquor", **logics):
    return small(scenario, {"days": days} | {f"logics.{key}": value for key, value in logics.items()})


@pytest.fixture(scope="module")
def four():
    return compare(with_logics(**LOGICS), seed=SEED, pairs=3, threads=2)


def equal_ledgers(a, b):
    return all(np.array_equal(getattr(a.ledger, name), getattr(b.ledger, name)) for name in COLUMNS)


@pytest.mark.parametrize("reference", ["growth", "depletion", "fixed", "calendar"])
def test_spends_are_equal_in_every_pair_whoever_is_the_reference(four, reference):
    found = equal_spend(four, reference, threads=2)
    theirs = [run.ledger.spend.sum() for run in four.runs[reference]]
    assert list(found.logics) == [name for name in four.logics if name != reference]
    for name, runs in found.runs.items():
        ratios = [run.ledger.spend.sum() / spend for run, spend in zip(runs, theirs, strict=True)]
        assert max(abs(ratio - 1.0) for ratio in ratios) < TOLERANCE, (name, ratios)
        assert found.logics[name].reached == "equal"
        assert found.logics[name].ratio.estimate == pytest.approx(np.mean(ratios))
    alone = [x.own_ratio.estimate for x in found.logics.values()]
    assert max(abs(ratio - 1.0) for ratio in alone) > 2 * TOLERANCE  # there was something to make equal


def test_money_is_spent_when_the_reference_spends_it(four):
    found = equal_spend(four, "fixed", pairs=2, threads=2)
    for runs in found.runs.values():
        for theirs, ours in zip(four.runs["fixed"], runs, strict=False):
            apart = theirs.ledger.spend.cumsum() - ours.ledger.spend.cumsum()
            assert abs(apart).max() < 0.2 * theirs.ledger.spend.sum()


def test_a_plan_keeps_its_pushes_discount_and_lives(four):
    """Of logics that look at nothing, all columns but those of money are what they are alone."""
    found = equal_spend(four, "growth", pairs=2, threads=2)
    for name in ("fixed", "calendar"):
        alone, funded = four.runs[name][0].ledger, found.runs[name][0].ledger
        for column in ("pushes", "value_share", "discount", "lives"):
            assert np.array_equal(getattr(alone, column), getattr(funded, column)), (name, column)
        assert not np.array_equal(alone.quality, funded.quality)


TWINS = {
    "fixed": LOGICS["fixed"],
    "calendar": LOGICS["calendar"],
    "growth": {"kind": "growth", "lives_per_week": 2},
    "depletion": {"kind": "depletion", "lives_per_week": 2},
}


@pytest.mark.parametrize("kind", TWINS)
def test_of_two_identical_logics_neither_gets_a_cent(kind):
    logics = {"growth": False, "depletion": False, "a": TWINS[kind], "b": TWINS[kind]}
    comparison = compare(with_logics(80, **logics), seed=SEED, pairs=2, threads=2)
    found = equal_spend(comparison, threads=2)
    b = found.logics["b"]
    assert found.spend.estimate > 0
    assert {(i.estimate, i.low, i.high) for i in (b.lead, b.own_lead, b.change)} == {(0.0, 0.0, 0.0)}
    assert {(i.estimate, i.low, i.high) for i in (b.ratio, b.own_ratio)} == {(1.0, 1.0, 1.0)}
    for alone, funded in zip(comparison.runs["a"], found.runs["b"], strict=True):
        assert equal_ledgers(alone, funded)


def test_a_logic_that_spends_nothing_buys_ads():
    comparison = compare(with_logics(growth=LOGICS["fixed"], depletion=SILENT), seed=SEED, pairs=2, threads=2)
    silent = equal_spend(comparison, threads=2).logics["depletion"]
    assert silent.own_spend.estimate == 0
    assert silent.own_ratio.estimate == 0
    assert silent.reached == "equal"
    assert silent.change.estimate != 0


def test_without_ads_a_silent_logic_has_nothing_to_spend_on():
    costly = {"costs.item": 2.0, "logics.depletion": SILENT}
    comparison = compare(small("livestream-group", costly | {"days": 60}), seed=SEED, pairs=2, threads=2)
    found = equal_spend(comparison, threads=2)
    silent = found.logics["depletion"]
    assert found.spend.estimate > 0
    assert (silent.spend.estimate, silent.ratio.estimate, silent.reached) == (0.0, 0.0, "less")
    assert (silent.change.low, silent.change.high) == (0.0, 0.0)


def test_beside_a_reference_that_spends_nothing_only_ads_and_quality_are_cut():
    logics = {"growth": SILENT, "depletion": LOGICS["fixed"] | {"lives_per_week": 2}}
    comparison = compare(with_logics(**logics), seed=SEED, pairs=2, threads=2)
    found = equal_spend(comparison, threads=2)
    loud = found.logics["depletion"]
    assert found.spend.estimate == 0
    assert (loud.ratio, loud.own_ratio, loud.reached) == (None, None, "more")
    assert 0 < loud.spend.estimate < loud.own_spend.estimate
    ledger = found.runs["depletion"][0].ledger
    assert ledger.ad_spend[7:].sum() == 0  # from the first settlement on
    assert ledger.quality[7:].max() == pytest.approx(0.0, abs=1e-9)
    assert ledger.lives.sum() > 0


def test_where_nobody_spends_nothing_changes():
    comparison = compare(small("livestream-group", {"days": 60}), seed=SEED, pairs=2, threads=2)
    found = equal_spend(comparison, threads=2)
    depletion = found.logics["depletion"]
    assert (found.spend.estimate, depletion.spend.estimate, depletion.reached) == (0.0, 0.0, "equal")
    assert depletion.lead == depletion.own_lead == comparison.duels["growth", "depletion"].final
    assert equal_ledgers(comparison.runs["depletion"][1], found.runs["depletion"][1])


def test_leads_and_changes_add_up_and_left_alone_is_the_comparison(four):
    found = equal_spend(four, threads=2)
    for name, x in found.logics.items():
        assert x.own_lead == four.duels["growth", name].final
        assert x.lead.estimate == pytest.approx(x.own_lead.estimate - x.change.estimate)
        assert x.lead_by_day.mean[-1] == pytest.approx(x.lead.estimate)
        assert len(x.lead_by_day.mean) == DAYS
        assert x.fans_end.estimate == np.mean([r.summary["fans_end"] for r in found.runs[name]])


def test_fewer_pairs_are_the_first_of_them_and_threads_do_not_matter(four):
    all_of_them, first = equal_spend(four, threads=1), equal_spend(four, pairs=2, threads=2)
    assert (all_of_them.pairs, first.pairs, first.stopped) == (3, 2, "fixed")
    for name, runs in first.runs.items():
        for a, b in zip(all_of_them.runs[name], runs, strict=False):
            assert equal_ledgers(a, b)


def test_what_was_spent_is_what_the_operator_sees():
    simulation = begun(with_logics(40, depletion=LOGICS["fixed"]), "depletion")
    seen = [simulation.step() for _ in range(40)]
    assert [day.spent for day in seen] == simulation.ledger.spend.tolist()
    assert simulation.ledger.ad_spend.sum() > 0
    assert simulation.ledger.content.sum() > 0
    ledger = replace(simulation.ledger, fees=np.full(40, 7))
    assert (ledger.spend - simulation.ledger.spend == 7).all()
    assert (ledger.margin == ledger.contribution - ledger.ad_spend - ledger.content).all()


def test_both_engines_spend_the_same():
    scenario = with_logics(40, depletion=LOGICS["fixed"])
    allowance = run(scenario, "growth", SEED).ledger.spend
    funded = on_budget(scenario, ["depletion"], allowance)
    a, b = (run(funded, "depletion", SEED, engine=engine) for engine in ("arrays", "agents"))
    assert equal_ledgers(a, b)
    assert not equal_ledgers(a, run(scenario, "depletion", SEED))


def test_a_mixture_on_a_budget_spends_it():
    scenario = with_logics(**LOGICS)
    mixture = Mixed(scenario.logics["growth"], scenario.logics["calendar"], frozenset({"ads", "frequency"}))
    both = scenario.model_copy(update={"logics": {"fixed": scenario.logics["fixed"], "mixture": mixture}})
    found = equal_spend(compare(both, seed=SEED, pairs=2, threads=2), threads=2)
    assert found.logics["mixture"].reached == "equal"
    assert abs(found.logics["mixture"].own_ratio.estimate - 1) > TOLERANCE


def test_pairs_may_have_scenarios_of_their_own():
    scenario = with_logics(20)
    shorter = scenario.model_copy(update={"days": 10})
    runs, _ = paired_runs(scenario, SEED, 2, of_pair=lambda pair: shorter if pair else scenario)
    assert [len(r.ledger.ad_spend) for r in runs["growth"]] == [20, 10]


def test_progress_counts_runs(four):
    seen = []
    equal_spend(four, pairs=2, threads=2, progress=lambda *at: seen.append(at))
    assert seen == [(n, 6) for n in range(1, 7)]


@pytest.mark.parametrize(("after", "kept"), [(5, None), (6, 2)])
def test_interrupted_it_keeps_two_pairs_or_nothing(four, after, kept):
    def interrupt(done, _):
        if done == after:
            raise KeyboardInterrupt

    if kept is None:
        with pytest.raises(KeyboardInterrupt):
            equal_spend(four, threads=2, progress=interrupt)
        return
    found = equal_spend(four, threads=2, progress=interrupt)
    assert (found.pairs, found.stopped) == (kept, "interrupted")
    assert {len(runs) for runs in found.runs.values()} == {kept}


def test_what_is_no_question_is_refused(four):
    with pytest.raises(KeyError, match="no logic"):
        equal_spend(four, "grwth")
    for pairs in (1, 4):
        with pytest.raises(ValueError, match=f"pairs = {pairs} is outside 2 … 3"):
            equal_spend(four, pairs=pairs)


@pytest.mark.parametrize(
    ("spent", "allowed", "reached"),
    [(100, 100, "equal"), (105, 100, "equal"), (106, 100, "more"), (94, 100, "less"), (0, 0, "equal"), (1, 0, "more")],
)
def test_equal_is_within_five_percent(spent, allowed, reached):
    assert study._reached(spent, allowed) == reached
