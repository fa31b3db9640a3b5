"""``examine``: what runs unasked, what only when asked, and what is kept when it is interrupted."""

from dataclasses import replace

import pytest
from worlds import SILENT, small

from sim.studies import decompose as decomposing
from sim.studies.compare import compare
from sim.studies.fairness import DAY, FEW_PAIRS, MIXTURES, SPARE, cost_of_a_run, examine, pairs_of

LARGE = SPARE // (MIXTURES * decomposing.PAIRS) + 1  # fan-days of a run that make a decomposition too dear


@pytest.fixture(scope="module")
def comparison():
    return compare(small(changes={"days": 20, "pool.fans": 50, "costs.item": 1.0}), seed=3, pairs=6, threads=2)


@pytest.mark.parametrize(
    ("stopped", "equal_spend", "decompose", "pairs"),
    [
        ("clear", None, None, (FEW_PAIRS, decomposing.PAIRS)),
        ("budget", None, None, (FEW_PAIRS, decomposing.PAIRS)),
        ("fixed", None, None, (0, 0)),  # who fixes the number of pairs says what is computed
        ("interrupted", None, None, (0, 0)),
        ("clear", False, False, (0, 0)),
        ("clear", True, None, (6, decomposing.PAIRS)),
        ("fixed", True, True, (6, decomposing.PAIRS)),
        ("fixed", True, None, (6, 0)),
        ("fixed", None, True, (0, decomposing.PAIRS)),
    ],
)
def test_what_runs(comparison, stopped, equal_spend, decompose, pairs):
    assert pairs_of(replace(comparison, stopped=stopped), equal_spend, decompose) == pairs


def test_a_dear_decomposition_runs_only_when_asked_for(comparison):
    dear = replace(comparison, stopped="clear", fan_days=LARGE * comparison.pairs * 2)
    assert pairs_of(dear, None, None) == (FEW_PAIRS, 0)
    assert pairs_of(dear, None, True) == (FEW_PAIRS, decomposing.PAIRS)


def test_a_run_costs_its_fans_and_its_days(comparison):
    assert cost_of_a_run(comparison) == comparison.fan_days / 12 + 20 * DAY


def test_unasked_after_two_pairs_equal_spend_takes_both(comparison):
    assert pairs_of(replace(comparison, stopped="budget", pairs=2), None, False) == (2, 0)


def test_both_parts_are_of_this_comparison(comparison):
    steps = []
    found = examine(comparison, True, True, reference="depletion", threads=2, progress=lambda *at: steps.append(at))
    assert (found.asked, found.interrupted) == (("equal_spend", "decomposition"), False)
    assert (found.equal_spend.reference, found.equal_spend.pairs) == ("depletion", 6)
    assert (found.decomposition.logic, found.decomposition.reference) == comparison.ranking
    assert steps[:6] == [("equal_spend", n, 6) for n in range(1, 7)]
    assert steps[6:] == [("decomposition", n, 128) for n in range(1, 129)]


def test_nothing_asked_nothing_made(comparison):
    found = examine(comparison)
    assert (found.equal_spend, found.decomposition, found.asked, found.interrupted) == (None, None, (), False)


@pytest.mark.parametrize(
    ("part", "after", "money", "shares"),
    [("equal_spend", 1, None, None), ("equal_spend", 4, 4, None), ("decomposition", 3, 6, None),
     ("decomposition", 70, 6, 2)],
)  # fmt: skip
def test_interrupted_it_keeps_what_is_finished(comparison, part, after, money, shares):
    def interrupt(at, done, _):
        if (at, done) == (part, after):
            raise KeyboardInterrupt

    found = examine(comparison, True, True, threads=2, progress=interrupt)
    assert found.interrupted
    assert (found.equal_spend and found.equal_spend.pairs) == money
    assert (found.decomposition and found.decomposition.pairs) == shares


def test_the_other_engine_gives_the_same():
    scenario = small(changes={"days": 16, "pool.fans": 30, "costs.item": 1.0, "logics.silent": SILENT})
    a, b = (
        examine(compare(scenario, seed=3, pairs=2, engine=engine, threads=2), True, False, threads=2)
        for engine in ("arrays", "agents")
    )
    for name, x in a.equal_spend.logics.items():
        assert x.lead == b.equal_spend.logics[name].lead
        assert x.ratio == b.equal_spend.logics[name].ratio
