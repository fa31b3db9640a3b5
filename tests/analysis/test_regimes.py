"""Regimes of a pool from replications, and the map that is refined where they change."""

import sys
from dataclasses import dataclass

import numpy as np
import pytest

from sim.analysis.regimes import apart, regime
from sim.analysis.samples import NotAnalysable
from sim.analysis.sensitivity import MissingExtra
from sim.domains import PoolState
from sim.loop import pool_state
from sim.studies.regimes import COARSE, regimes
from sim.studies.runner import Outcome
from sim.theory.pool import grows_now, r_fan


def pools(gain, joins, exits, sd=0.0, n=8, seed=1):
    rng = np.random.default_rng(seed)
    return regime(gain + sd * rng.normal(size=n), joins + sd * rng.normal(size=n), np.full(n, exits))


@pytest.mark.parametrize(
    ("gain", "joins", "exits", "state"),
    [
        (1.2, 0.05, 0.03, PoolState.GROWING),
        (1.2, 0.02, 0.03, PoolState.GROWING),  # as in sim.loop: what fans bring decides
        (0.8, 0.05, 0.03, PoolState.FED),
        (0.8, 0.02, 0.03, PoolState.DEPLETING),
        (0.0, 0.02, 0.0, PoolState.FED),
    ],
)
def test_state_without_luck_is_that_of_the_loop_and_certain(gain, joins, exits, state):
    found = pools(gain, joins, exits)
    assert found.state == state == pool_state(gain, joins, exits)
    assert found.confidence == 1.0


def test_nobody_comes_and_nobody_goes():
    assert pools(0.0, 0.0, 0.0).state is None


def test_an_undefined_gain_counts_as_none():
    found = regime(np.array([np.nan, np.nan]), np.array([0.1, 0.2]), np.zeros(2))
    assert found.state == PoolState.FED


def test_gain_over_runs_is_a_ratio_of_sums():
    found = regime(np.array([2.0, 0.5]), np.array([0.1, 0.1]), np.array([0.01, 0.09]))
    assert found.gain == pytest.approx((0.02 + 0.045) / 0.1)
    assert found.state == PoolState.FED  # the mean of the ratios, 1.25, would call it growing


def test_one_run_tells_nothing_of_confidence():
    assert np.isnan(regime(np.array([2.0]), np.array([0.1]), np.array([0.05])).confidence)


@pytest.mark.statistical
def test_confidence_near_the_border_is_the_chance_of_being_right():
    """Pools on the growing side by half a standard error: 69 % of the means are there, and few are sure and wrong."""
    n, gap = 8, 0.5 / np.sqrt(8)
    found = [pools(1.0 + gap, 1.0, 1.0, sd=1.0, n=n, seed=seed) for seed in range(600)]
    growing = np.array([one.state == PoolState.GROWING for one in found])
    assert abs(growing.mean() - 0.6915) < 3 * np.sqrt(0.69 * 0.31 / 600)
    sure = np.array([one.confidence >= 0.95 for one in found])
    assert (sure & ~growing).mean() < 0.05  # sure and wrong


# --------------------------------------------------------------------------------------------------------- the map


@dataclass(frozen=True)
class Ranged:
    low: float
    high: float

    def at(self, fraction):
        return self.low + fraction * (self.high - self.low)


FACTORS = {"birth": Ranged(0.0, 0.1), "leaving": Ranged(0.01, 0.11)}
INFLOW, SIZE = 20.0, 1000.0  # a day, and the pool's


def law(point):
    """The minimal pool of theory 4.1: own growth β − μ, net growth Λ/F + β − μ."""
    own = point["birth"] - point["leaving"]
    return own, INFLOW / SIZE + own


class Pools:
    """A runner whose runs follow the law, with a little luck that all points share."""

    def __init__(self, luck=0.0, failing=lambda point: False, stop_after=10**9):
        self.luck, self.failing, self.left, self.ran = luck, failing, stop_after, []

    def __call__(self, wanted):
        if self.left <= 0:
            raise KeyboardInterrupt
        self.left -= len(wanted)
        self.ran += wanted
        found = []
        for one in wanted:
            birth, leaving = one.scenario["birth"], one.scenario["leaving"]
            e = self.luck * np.random.default_rng([one.seed, one.replication]).normal()
            figures = {
                "r_fan": birth / leaving + e,
                "joins_per_month": birth + INFLOW / SIZE,
                "exits_per_month": leaving,
            }
            found.append(Outcome("failed", {}, "no") if self.failing(one.scenario) else Outcome("done", figures))
        return found


def test_the_map_agrees_with_the_theory_at_every_point():
    pytest.importorskip("adaptive")
    found = regimes(dict, FACTORS, ["a"], Pools(), points=60, replications=2, predict=lambda p, _: law(p))
    for cell in found.cells["a"]:
        birth, leaving = cell.values
        if abs(birth - leaving) < 1e-9:
            continue
        grows = r_fan(birth, leaving) > 1
        holds = grows_now(SIZE, INFLOW, birth, leaving)
        expected = PoolState.GROWING if grows else PoolState.FED if holds else PoolState.DEPLETING
        assert cell.regime.state == expected
    assert found.theory["a"].own[0, -1] == pytest.approx(0.1 - 0.01)  # rows along the second factor


def distance(cell):
    own, net = law(dict(zip(FACTORS, cell.values, strict=True)))
    return min(abs(own), abs(net))


def test_points_go_where_the_regime_changes():
    pytest.importorskip("adaptive")
    found = regimes(dict, FACTORS, ["a"], Pools(), points=85, replications=2)
    cells = found.cells["a"]
    grid, refined = cells[: COARSE**2], cells[COARSE**2 :]
    assert len({cell.place for cell in cells}) == len(cells) == 85
    assert np.mean([distance(c) for c in refined]) < 0.5 * np.mean([distance(c) for c in grid])
    assert np.mean([distance(c) < 0.01 for c in refined]) > 0.7


def test_each_logic_is_refined_for_itself_and_a_map_can_be_had_again():
    pytest.importorskip("adaptive")

    def of_logic(wanted):
        shifted = [
            (one, one.scenario | {"birth": one.scenario["birth"] * (2.0 if one.logic == "b" else 1.0)})
            for one in wanted
        ]
        return [Pools()([type(one)(scenario, one.logic, one.seed, one.replication)])[0] for one, scenario in shifted]

    one = regimes(dict, FACTORS, ["a", "b"], of_logic, points=40, replications=2)
    assert one.cells["a"][25:] != one.cells["b"][25:]
    assert regimes(dict, FACTORS, ["a", "b"], of_logic, points=40, replications=2).cells == one.cells


def test_a_theory_that_is_right_is_nowhere_apart_from_the_runs():
    pytest.importorskip("adaptive")
    found = regimes(dict, FACTORS, ["a"], Pools(), points=60, replications=2, predict=lambda p, _: law(p))
    far = found.apart("a")
    assert far.area < 0.005  # places on a boundary itself fall to either side
    assert far.missed == 0
    assert far.sure > 50
    assert regimes(dict, FACTORS, ["a"], Pools(), points=25, replications=2).apart("a") is None  # without theory


@pytest.mark.parametrize("shift", [0.005, 0.01, 0.02])
def test_a_theory_that_is_wrong_by_a_shift_is_apart_by_the_area_between_the_boundaries(shift):
    """Both boundaries run across at birth = leaving and birth = leaving − .02, and move along by the shift."""
    pytest.importorskip("adaptive")

    def predict(point, _):
        own, net = law(point)
        return own + shift, net + shift

    far = regimes(dict, FACTORS, ["a"], Pools(), points=60, replications=2, predict=predict).apart("a")
    size = 0.1  # of both ranges; leaving begins .01 above birth
    own_gap = corner(0.01 - shift, size) - corner(0.01, size)
    net_gap = corner(-0.01 - shift, size) - corner(-0.01, size)
    assert far.area == pytest.approx(own_gap + net_gap, abs=0.01)
    assert far.missed > 0


def corner(c, size):
    """Share of a square of unit places in which size·x > size·y + c."""
    c = c / size
    return (1 - c) ** 2 / 2 if c >= 0 else 1 - (1 + c) ** 2 / 2


def test_only_points_whose_regime_is_sure_count_as_missed():
    places = np.array([(0, 0), (1, 0), (0, 1), (1, 1)], float)
    observed = np.array([(-1.0, 1.0)] * 4)  # fed everywhere
    growing = np.ones((3, 3, 2))
    far = apart(places, observed, np.array([True, True, False, False]), growing)
    assert (far.area, far.sure, far.missed) == (1.0, 2, 2)


def test_failed_points_are_kept_and_stop_nothing():
    pytest.importorskip("adaptive")
    found = regimes(dict, FACTORS, ["a"], Pools(failing=lambda p: p["birth"] > 0.09), points=40)
    failed = [cell for cell in found.cells["a"] if cell.regime is None]
    assert failed
    assert all(cell.message == "no" and cell.runs == 0 for cell in failed)
    assert len(found.cells["a"]) == 40


def test_interrupted_it_keeps_what_is_finished():
    pytest.importorskip("adaptive")
    found = regimes(dict, FACTORS, ["a"], Pools(stop_after=30), points=40, replications=2, predict=lambda p, _: law(p))
    assert found.broken
    assert 10 <= len(found.cells["a"]) < 40
    assert found.theory == {}


def test_a_map_has_two_factors():
    with pytest.raises(NotAnalysable, match="a map has two factors, and there are 1"):
        regimes(dict, {"birth": Ranged(0, 1)}, ["a"], Pools())


def test_without_adaptive_a_message_names_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "adaptive", None)
    with pytest.raises(MissingExtra, match=r'adaptive.*pip install "sanyu\[study\]"'):
        regimes(dict, FACTORS, ["a"], Pools())
