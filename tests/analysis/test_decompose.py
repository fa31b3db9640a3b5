"""``decompose``: Shapley shares that add up, of mixtures that are the logics themselves at both ends."""

import datetime as dt
from itertools import permutations
from math import fsum

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import small

from sim.engines.run import run
from sim.logics.mixed import ELEMENTS, Mixed
from sim.plans import Plan
from sim.scenario import with_changes
from sim.studies.compare import compare
from sim.studies.decompose import decompose, elements_of, scaled_shapley, subsets

LOGICS = {
    "fixed": {"kind": "fixed", "pushes_per_week": {"group": 20}, "value_share": 0.4, "discount": 0.1},
    "calendar": {  # plans every day, the others every week
        "kind": "calendar",
        "pushes_per_week": {"group": 3},
        "phases": [
            {"from": dt.date(2021, 8, 20), "pushes_per_week": {"group": 30}, "discount": 0.3, "lives_per_week": 3}
        ],
    },
}
DAYS = 60  # adaptive logics adapt from day 28 on
QUICK = 30
EVERY = frozenset(ELEMENTS)
UNASKED = tuple(element for element in ELEMENTS if element != "service")  # nobody asks in a livestream group


def with_logics(days=DAYS, **logics):
    return small(changes={"days": days, "pool.fans": 200} | {f"logics.{key}": value for key, value in logics.items()})


@pytest.fixture(scope="module")
def scenario():
    return with_logics(**LOGICS)


@pytest.fixture(scope="module")
def quick():
    return with_logics(QUICK, fixed=LOGICS["fixed"])


@pytest.fixture(scope="module")
def alone(scenario):
    return {name: integers(run(scenario, name, seed=3).ledger) for name in scenario.logics}


def integers(ledger):
    """All integers of a run, and what was planned."""
    columns = ("tallies", "ad_spend", "content", "fees", "impressions", "exposures", "pushes", "value_share", "quality")
    return {name: getattr(ledger, name).tolist() for name in (*columns, "discount", "lives", "service", "seats")}


def mixed(scenario, base, other, taken):
    mixture = Mixed(scenario.logics[base], scenario.logics[other], frozenset(taken))
    return integers(run(scenario.model_copy(update={"logics": {"mixed": mixture}}), "mixed", seed=3).ledger)


def test_the_elements_are_the_whole_plan():
    fields = [field for of in ELEMENTS.values() for field in of]
    assert sorted(fields) == sorted(Plan.__dataclass_fields__)


@pytest.mark.parametrize(("base", "other"), list(permutations(["growth", "depletion", "fixed", "calendar"], 2)))
def test_no_element_is_the_one_logic_and_every_element_the_other(scenario, alone, base, other):
    assert alone[base] != alone[other]
    assert mixed(scenario, base, other, ()) == alone[base]
    assert mixed(scenario, base, other, EVERY) == alone[other]


@pytest.mark.parametrize(
    ("base", "other"), [("growth", "depletion"), ("calendar", "depletion"), ("growth", "calendar")]
)
def test_the_same_where_content_and_ads_cost_money_and_quality_changes_between_plans(base, other):
    start = dt.date(2021, 8, 1)
    quality = {start + dt.timedelta(days=3 * n): 0.5 + 0.04 * (n % 10) for n in range(20)}
    changes = {"logics.depletion.ads_per_day": 20.0, "brand.content.quality": quality}
    liquor = small("liquor", {"days": DAYS, "pool.fans": 200, "logics.calendar": LOGICS["calendar"]} | changes)
    assert mixed(liquor, base, other, ()) == integers(run(liquor, base, seed=3).ledger)
    assert mixed(liquor, base, other, EVERY) == integers(run(liquor, other, seed=3).ledger)


@pytest.mark.parametrize("taken", [{"frequency"}, {"content", "ads"}, {"value_share", "discount"}])
@pytest.mark.parametrize("name", ["growth", "depletion", "calendar"])
def test_a_logic_mixed_with_itself_is_itself(scenario, alone, name, taken):
    assert mixed(scenario, name, name, taken) == alone[name]


@pytest.mark.parametrize("element", ELEMENTS)
def test_what_is_taken_is_planned_as_the_other_plans_it(scenario, element):
    """Of logics that look at nothing, a mixture has the taken columns of the one and the rest of the other."""
    columns = {"frequency": ("pushes", "lives"), "value_share": ("value_share",), "discount": ("discount",)}
    there = mixed(scenario, "calendar", "fixed", {element})
    from_fixed = columns.get(element, ())
    alone = {name: integers(run(scenario, name, seed=3).ledger) for name in ("calendar", "fixed")}
    for column in ("pushes", "lives", "value_share", "discount"):
        assert there[column] == alone["fixed" if column in from_fixed else "calendar"][column]


def test_swapping_an_element_with_equal_plans_changes_nothing():
    both = with_logics(
        QUICK,
        a={"kind": "fixed", "pushes_per_week": {"group": 10}, "discount": 0.2},
        b={"kind": "fixed", "pushes_per_week": {"group": 10}, "discount": 0.2, "value_share": 0.9},
    )
    found = decompose(both, "a", "b", pairs=2, threads=2)
    assert {key for key, share in found.shares.items() if (share.low, share.high) != (0.0, 0.0)} == {"value_share"}
    assert found.shares["value_share"].estimate == pytest.approx(found.difference.estimate)


def worth(elements, value):
    return {subset: np.array([value(subset)]) for subset in subsets(elements)}


def test_a_hand_example():
    """A left glove and two right ones, a pair is worth 1: the left one gets 2/3, each right one 1/6."""
    value = worth(("left", "right", "other right"), lambda s: int("left" in s and len(s) > 1))
    found = {name: share.tolist() for name, share in scaled_shapley(("left", "right", "other right"), value).items()}
    assert found == {"left": [4], "right": [1], "other right": [1]}  # sixths: 3! = 6


def test_effects_that_add_up_are_the_shares():
    effects = {"a": 5, "b": -7, "c": 0, "d": 100}
    found = scaled_shapley(effects, worth(effects, lambda s: 1000 + sum(effects[e] for e in s)))
    assert {name: share.tolist() for name, share in found.items()} == {e: [24 * x] for e, x in effects.items()}


@given(st.lists(st.integers(-(10**12), 10**12), min_size=32, max_size=32))
def test_shares_add_up_to_the_whole_in_every_integer(margins):
    value = {subset: np.array([margin]) for subset, margin in zip(subsets(UNASKED), margins, strict=True)}
    found = scaled_shapley(UNASKED, value)
    assert sum(share.item() for share in found.values()) == 120 * (margins[-1] - margins[0])


@pytest.fixture(scope="module")
def shares(quick):
    return decompose(quick, "growth", "depletion", seed=5, pairs=3, threads=2)


def test_shares_add_up_to_the_difference(shares):
    units = 120 * 3  # what a mean over three pairs of 120ths of a cent is whole in
    assert round(units * fsum(s.estimate for s in shares.shares.values())) == round(units * shares.difference.estimate)
    assert any(abs(s.estimate) > 1 for s in shares.shares.values())
    assert list(shares.shares) == list(UNASKED)
    assert (shares.logic, shares.reference, shares.pairs, shares.stopped) == ("growth", "depletion", 3, "fixed")


def test_service_is_an_element_where_somebody_asks():
    """Logics that differ in their seats only owe the whole difference to them."""
    logic = {"kind": "fixed", "pushes_per_week": {"group": 10}}
    asked = with_logics(
        QUICK, growth=False, depletion=False, many=logic | {"service_seats": 3.0}, few=logic | {"service_seats": 0.5}
    )
    asked = with_changes(asked, {"industry.questions": 3.0})
    assert elements_of(asked) == tuple(ELEMENTS)
    found = decompose(asked, "many", "few", pairs=2, threads=2)
    assert found.shares["service"].estimate == pytest.approx(found.difference.estimate)
    assert found.difference.estimate < 0  # the seats cost more than they bring within a month
    assert {key for key, share in found.shares.items() if share.estimate} == {"service"}


def test_the_difference_is_that_of_the_comparison_on_these_pairs(quick, shares):
    assert compare(quick, seed=5, pairs=3).duels["growth", "depletion"].final == shares.difference


def test_the_other_way_round_every_share_changes_its_sign(quick, shares):
    back = decompose(quick, "depletion", "growth", seed=5, pairs=3, threads=1)
    for element, share in back.shares.items():
        assert share.estimate == pytest.approx(-shares.shares[element].estimate, abs=1e-9)
        assert share.low == pytest.approx(-shares.shares[element].high, abs=1e-9)


def test_equal_logics_have_nothing_to_share():
    twins = with_logics(QUICK, growth=False, depletion=False, a=LOGICS["fixed"], b=LOGICS["fixed"])
    found = decompose(twins, "a", "b", pairs=2, threads=2)
    assert {(i.estimate, i.low, i.high) for i in (found.difference, *found.shares.values())} == {(0.0, 0.0, 0.0)}


def test_progress_counts_runs(quick):
    seen = []
    decompose(quick, "growth", "fixed", pairs=2, threads=2, progress=lambda *at: seen.append(at))
    assert seen == [(n, 64) for n in range(1, 65)]


@pytest.mark.parametrize(("after", "kept"), [(63, None), (64, 2), (95, 2), (96, 3)])
def test_interrupted_it_keeps_two_pairs_or_nothing(quick, shares, after, kept):
    def interrupt(done, _):
        if done == after:
            raise KeyboardInterrupt

    def asked():
        return decompose(quick, "growth", "depletion", seed=5, pairs=4, threads=2, progress=interrupt)

    if kept is None:
        with pytest.raises(KeyboardInterrupt):
            asked()
        return
    found = asked()
    assert (found.pairs, found.stopped) == (kept, "interrupted")
    if kept == shares.pairs:
        assert found.shares == shares.shares


def test_what_is_no_question_is_refused(quick):
    with pytest.raises(KeyError, match="no logic"):
        decompose(quick, "growth", "grwth")
    with pytest.raises(ValueError, match="both are"):
        decompose(quick, "growth", "growth")
    with pytest.raises(ValueError, match="pairs = 1"):
        decompose(quick, "growth", "depletion", pairs=1)
