"""Figures and texts of studies: they show the numbers that they are given, in both languages."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from sim.analysis.curves import Curve, Heat
from sim.analysis.flips import Box, Decided, Limit, Share
from sim.analysis.regimes import Regime
from sim.analysis.sensitivity import Indices
from sim.domains import PoolState
from sim.report.optimum_figures import optimum_figures
from sim.report.regime_figures import regime_figure
from sim.report.response_figures import curve_figure, heat_figure, within_figure
from sim.report.sensitivity_figures import sensitivity_figures
from sim.report.study_axes import is_log, positions, shown
from sim.report.study_names import figure_name
from sim.report.study_terminal import limits_text, print_optimum, print_sensitivity
from sim.report.study_write import best_toml, theory_table, trials_table
from sim.report.words import words, words_of
from sim.results import Interval
from sim.scenario import load_scenario
from sim.studies.knobs import knobs_of
from sim.studies.optimise import Judged, Limits, Optimum, Trial
from sim.studies.regimes import Boundary, Cell, RegimeMap
from sim.studies.sensitivity import Flip, Sensitivity

LANGUAGES = ["en", "zh"]


@pytest.fixture(scope="module")
def scenario():
    return load_scenario("liquor")


def texts(figure):
    return [text.get_text() for text in figure.findobj(lambda artist: hasattr(artist, "get_text"))]


def interval(estimate, half=0.1):
    return Interval(estimate, estimate - half, estimate + half)


def curve(mean):
    mean = np.array(mean, float)
    return Curve((1.0, 2.0, 4.0), False, mean, mean - 50, mean + 50, (3, 3, 3))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_curves_show_the_means_of_each_logic_and_the_lead(scenario, lang):
    means = {"growth": [100.0, 200.0, 300.0], "depletion": [300.0, 200.0, -100.0]}
    curves = {"margin": {name: curve(of) for name, of in means.items()}}
    lead = curve([-200.0, 0.0, 400.0])
    figure = curve_figure(scenario, curves, "a.b", lang, lead, ("growth", "depletion"))
    panels = [axes for axes in figure.axes if axes.get_visible()]
    drawn = [line.get_ydata().tolist() for line in panels[0].lines if len(line.get_xdata()) == 3]
    assert drawn == list(means.values())
    assert panels[1].lines[0].get_ydata().tolist() == [-200.0, 0.0, 400.0]
    assert panels[0].get_xscale() == "log"  # 1, 2, 4
    assert words(lang)("totals.margin") in texts(figure)


def test_kinds_have_panels_and_scales_of_their_own(scenario):
    parts = {"rare": {"growth": curve([1e6, 2e6, 3e6])}, "frequent": {"growth": curve([3.0, 2.0, 1.0])}}
    figure = within_figure(scenario, parts, "a.b", "margin")
    drawn = {axes.get_title(loc="left") or axes.get_title(): axes.lines[0].get_ydata().tolist() for axes in figure.axes}
    assert drawn == {"rare": [1e6, 2e6, 3e6], "frequent": [3.0, 2.0, 1.0]}
    assert figure.axes[0].get_ylim()[0] > figure.axes[1].get_ylim()[1]


def test_a_heat_map_shows_its_cells_and_crosses_out_what_luck_may_reverse(scenario):
    mean = np.array([[1.0, -2.0], [np.nan, 4.0]])
    heat = Heat((1.0, 2.0), ("a", "b"), mean, mean - 1.5, mean + 1.5)
    figure = heat_figure(scenario, {"growth": heat}, ("x", "y"), "margin")
    (cells,) = list(figure.axes[0].collections)
    np.testing.assert_array_equal(np.ma.filled(cells.get_array(), np.nan), mean)
    assert cells.get_clim() == (-4.0, 4.0)  # zero in the middle
    crosses = [(line.get_xdata()[0], line.get_ydata()[0]) for line in figure.axes[0].lines]
    assert crosses == [(0, 0)]  # −0.5 … 2.5; the others are clear or empty


def indices(**more):
    names = ("small", "large")
    first = (interval(0.1), interval(0.6))
    return Indices("sobol", names, first, (interval(0.2), interval(0.8)), 64, **more)


def found(**more):
    share = Share(interval(0.7), interval(0.6), interval(0.2), 100)
    box = Box((Limit("large", 0.4, None, (), 0.001),), 0.9, 0.95, 0.5)
    flip = Flip(
        "growth", "depletion", (30, 720), (share, share), 720, Decided(box, (box,), {"large": 1.0, "small": 0.0}, 0.6)
    )
    half = dataclasses.replace(indices(), samples=32)
    return Sensitivity("margin", "growth", "depletion", indices(), (half, indices()), None, 256, 1, flip, **more)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_indices_stand_in_order_with_the_most_important_on_top(scenario, lang):
    figures = sensitivity_figures(scenario, found(), lang)
    assert list(figures) == ["indices", "convergence", "flips"]
    axes = figures["indices"].axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == ["small", "large"]  # from below
    assert sorted(round(bar.get_width(), 3) for bar in axes.patches) == [0.1, 0.2, 0.6, 0.8]
    course = figures["convergence"].axes[0]
    assert next(
        line.get_xdata().tolist() for line in course.lines if len(line.get_xdata()) == 2 and line.get_marker() == "o"
    ) == [32, 64]
    shares = [line.get_ydata() for line in figures["flips"].axes[0].lines if line.get_marker() == "o"]
    assert list(shares[0]) == [0.7, 0.7]


def test_screening_and_given_data_have_figures_of_their_own(scenario):
    morris = Indices("morris", ("a",), (interval(500.0),), None, 10, (1.0,), (400.0,))
    pawn = Indices("pawn", ("a",), (interval(0.3),), None, 100, floor=0.12)
    for one in (morris, pawn):
        study = dataclasses.replace(found(), indices=one, course=(), flip=None)
        (figure,) = sensitivity_figures(scenario, study).values()
        lines = [line.get_xdata()[0] for line in figure.axes[0].lines if line.get_linestyle() == "--"]
        assert (0.12 in lines) == (one is pawn)


def cell(place, own, net, confidence):
    state = PoolState.GROWING if own > 0 else PoolState.FED if net >= 0 else PoolState.DEPLETING
    values = tuple(10 * at for at in place)
    return Cell(place, values, Regime(state, confidence, interval(own), interval(net), 1 + own), 4)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_map_fills_what_is_sure_and_leaves_open_what_is_not(scenario, lang):
    at = np.linspace(0, 1, 5)
    cells = tuple(cell((x, y), y - x, y - x + 0.3, 0.99 if abs(y - x) > 0.3 else 0.6) for x in at for y in at)
    failed = Cell((0.5, 0.1), (5.0, 1.0), None, 0, "no")
    grid = np.linspace(0, 1, 9)
    own = grid[:, None] - grid[None, :]
    theory = {"growth": Boundary(tuple(grid), tuple(grid), own, own + 0.3)}
    figure = regime_figure(scenario, RegimeMap(("a", "b"), {"growth": (*cells, failed)}, theory, 0, 4, False), lang)
    points = [line for line in figure.axes[0].lines if line.get_marker() == "o"]
    assert sum(len(line.get_xdata()) for line in points) == 25
    opened = sum(len(line.get_xdata()) for line in points if line.get_markerfacecolor() == "white")
    assert opened == sum(c.regime.confidence < 0.95 for c in cells)
    assert sum(line.get_marker() == "x" for line in figure.axes[0].lines) == 1
    table = theory_table(RegimeMap(("a", "b"), {"growth": cells}, theory, 0, 4, False))
    np.testing.assert_allclose(table["own"], table["b"] - table["a"])
    assert [label.get_text() for label in figure.axes[0].get_xticklabels()] == ["0", "2.5", "5", "7.5", "10"]
    dashed = figure.axes[0].collections[1].get_paths()[0].vertices  # R_fan = 1 is the diagonal
    np.testing.assert_allclose(dashed[:, 0], dashed[:, 1], atol=1e-9)


@pytest.fixture(scope="module")
def optimum(scenario):
    knobs = knobs_of(scenario, ["value_share"])

    def trial(number, status, margin):
        values = {name: np.array([margin, margin + 200.0]) for name in ("margin", "fans_end", "spend", "trust_end")}
        plan = {"kind": "fixed", "value_share": 0.1 * number}
        return Trial(number, {"value_share": 0.1 * number}, plan, values, status)

    trials = (trial(0, "done", 1e6), trial(1, "pruned", 2e5), trial(2, "done", 3e6))
    figures = {name: interval(2.5e6, 1e5) for name in ("margin", "fans_end", "spend", "trust_end")}
    judged = (
        Judged("best", 2, figures, {"margin": interval(8e5, 1e5)}, {"margin": 3e6}),
        Judged("growth", None, figures, None, {"margin": 1.8e6}),
    )
    return Optimum(scenario, "margin", Limits(), knobs, "growth", "tpe", 0, 1, 2, 2, trials, (2,), judged, False)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_search_shows_each_candidate_once_and_the_best_so_far(optimum, lang):
    figures = optimum_figures(optimum, lang)
    lines = {line.get_label(): line for line in figures["search"].axes[0].lines}
    w = words(lang)
    assert list(lines[w("study.finished")].get_xdata()) == [1, 3]
    assert list(lines[w("study.pruned")].get_xdata()) == [2]
    assert list(lines[w("study.best_so_far")].get_ydata()) == [1000100.0, 3000100.0, 3000100.0]
    hoped = [line for line in figures["fresh"].axes[0].lines if line.get_marker() == "D"]
    assert list(hoped[0].get_xdata()) == [3e6, 1.8e6]


def test_both_aims_are_a_front_with_its_plans_named(optimum):
    both = dataclasses.replace(
        optimum, aim="both", chosen=(0, 2),
        judged=tuple(dataclasses.replace(j, hoped={"margin": 1.0, "fans_end": 1.0}) for j in optimum.judged),
    )  # fmt: skip
    figures = optimum_figures(both)
    assert {"best", "growth"} <= set(texts(figures["search"]))
    assert best_toml(both, "liquor", Path("out")).count("[logics.best-") == 2


def test_the_terminal_says_who_is_ahead_and_what_the_search_hoped_for(optimum, capsys, tmp_path):
    print_optimum(optimum, tmp_path, "en")
    out = " ".join(capsys.readouterr().out.split())
    assert "ahead of the best logic of the file in margin by ¥8.00k (¥7.00k to ¥9.00k)" in out
    assert "the search saw ¥5.00k more than fresh pairs give" in out
    assert "2 run on all pairs, 1 given up early" in out
    behind = dataclasses.replace(optimum.judged[0], lead={"margin": interval(-8e5, 1e5)})
    print_optimum(dataclasses.replace(optimum, judged=(behind,)), tmp_path, "en")
    assert "the plan is behind the best logic" in " ".join(capsys.readouterr().out.split())


def test_the_terminal_says_what_decides(scenario, capsys, tmp_path):
    print_sensitivity(found(), scenario, tmp_path, "en")
    out = " ".join(capsys.readouterr().out.split())
    assert (
        "Where large ≥ 0.4, growth wins at 95% of the points; that is 50% of the space, and 90% of all its wins." in out
    )
    assert "With one run a point nothing tells how much of this is luck" in out


def test_a_table_of_candidates_has_their_knobs_and_means(optimum):
    table = trials_table(optimum)
    assert list(table["value_share"]) == [0.0, 0.1, 0.2]
    assert list(table["margin"]) == [1000100.0, 200100.0, 3000100.0]
    assert list(table["status"]) == ["done", "pruned", "done"]


@pytest.mark.parametrize(
    ("limit", "text"),
    [
        (Limit("a", 0.4, None), "a ≥ 0.4"),
        (Limit("a", None, 12.0), "a ≤ 12"),
        (Limit("a", 0.4, 12.0), "0.4 ≤ a ≤ 12"),
        (Limit("a", None, None, ("u", "v")), "a = u/v"),
    ],
)
def test_limits_read_as_inequalities(limit, text):
    assert limits_text([limit], words("en")) == text


def test_values_are_placed_by_what_they_are():
    assert positions([1, 2.5])[0].tolist() == [1.0, 2.5]
    assert positions([True, False])[1] == ["True", "False"]
    assert positions(["x", None])[1] == ["x", "–"]
    assert is_log([1, 2, 4, 8])
    assert not is_log([1, 2, 3, 4])
    assert not is_log([0, 1, 10])


@pytest.mark.parametrize(
    ("figure", "value", "text"),
    [
        ("margin_90", 123400.0, "¥1.234k"),
        ("exits_per_month", 0.05, "5.0%"),
        ("fans_end", 1234.0, "1,234"),
        ("r_fan", 0.5, "0.5"),
    ],
)
def test_axes_show_money_shares_and_counts(scenario, figure, value, text):
    assert shown(figure, value, words_of(scenario, "en")) == text


def test_every_margin_by_horizon_has_a_name():
    assert figure_name("margin_90", words("en")) == "margin after 90 days"
    assert figure_name("margin_90", words("zh")) == "90 天后的利润"
