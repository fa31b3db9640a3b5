"""Where a conclusion flips: shares of a space with intervals, and the factors that decide."""

import sys

import numpy as np
import pandas as pd
import pytest
from scipy.stats import qmc

from sim.analysis.flips import deciders, share_won
from sim.analysis.pairs import share_interval
from sim.analysis.samples import NotAnalysable
from sim.analysis.sensitivity import MissingExtra


def test_share_counts_points_that_lead_and_those_that_lead_clearly():
    pairs = np.array([[1.0, 1.1, 0.9], [-1.0, -1.1, -0.9], [5.0, -4.0, 0.5], [np.nan] * 3])
    found = share_won(pairs)
    assert found.points == 3
    assert found.wins == share_interval(2, 3)
    assert found.clear == share_interval(1, 3)
    assert found.against == share_interval(1, 3)
    assert found.open == pytest.approx(1 / 3)


def test_one_pair_makes_nothing_clear():
    found = share_won(np.array([[1.0], [2.0]]))
    assert (found.wins.estimate, found.clear.estimate, found.open) == (1.0, 0.0, 1.0)


def test_points_of_a_block_count_as_one_witness():
    """Eight blocks of ten equal points tell as much as eight points do."""
    pairs = np.repeat(np.array([1.0, 1, 1, -1, 1, -1, -1, 1]), 10)[:, None]
    blocked, alone = share_won(pairs, block=10).wins, share_won(pairs).wins
    assert blocked.estimate == alone.estimate == 0.625
    assert blocked.high - blocked.low > 2 * (alone.high - alone.low)


def test_blocks_that_all_say_the_same_leave_room_for_doubt():
    found = share_won(np.full((20, 1), -1.0), block=5).wins
    assert (found.estimate, found.low) == (0.0, 0.0)
    assert found.high == share_interval(0, 4).high > 0.3


@pytest.mark.statistical
@pytest.mark.parametrize("block", [1, 5])
def test_share_covers_the_truth(block):
    """Blocks move together: one number decides for all of their points."""
    rng, inside, truth = np.random.default_rng(7), 0, 0.3
    for _ in range(400):
        wins = np.repeat(rng.random(60) < truth, block)
        found = share_won(np.where(wins, 1.0, -1.0)[:, None], block=block).wins
        inside += found.low <= truth <= found.high
    assert abs(inside / 400 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 400)


def test_nothing_ran():
    with pytest.raises(NotAnalysable, match="no point has a pair"):
        share_won(np.full((3, 2), np.nan))


def space(n=256):
    x = qmc.Sobol(3, rng=np.random.default_rng(1)).random(n)
    return pd.DataFrame(
        {"need": x[:, 0], "horizon": 700 * x[:, 1], "other": x[:, 2], "kind": np.where(x[:, 2] < 0.5, "a", "b")}
    )


@pytest.mark.filterwarnings("ignore")
def test_the_box_that_was_put_in_is_found():
    pytest.importorskip("ema_workbench")
    x = space()
    wins = ((x["need"] > 0.4) & (x["horizon"] < 420)).to_numpy()
    found = deciders(x, wins)
    limits = {limit.factor: limit for limit in found.box.limits}
    assert set(limits) == {"need", "horizon"}
    assert limits["need"].low == pytest.approx(0.4, abs=0.03)
    assert limits["need"].high is None
    assert limits["horizon"].high == pytest.approx(420, abs=21)
    assert all(limit.chance < 1e-6 for limit in limits.values())
    assert found.box.density > 0.95
    assert found.box.coverage > 0.9
    assert found.base == pytest.approx(wins.mean())
    inside = (x["need"] > limits["need"].low) & (x["horizon"] < limits["horizon"].high)
    assert found.box.mass == pytest.approx(inside.mean(), abs=0.01)


def test_the_tree_finds_thresholds_and_what_they_are_worth():
    pytest.importorskip("ema_workbench")
    x = space()
    wins = ((x["need"] > 0.4) & (x["horizon"] < 420)).to_numpy()
    found = deciders(x, wins)
    best = found.leaves[0]
    assert {limit.factor for limit in best.limits} == {"need", "horizon"}
    assert best.density == 1.0
    assert best.coverage == 1.0
    assert sum(leaf.mass for leaf in found.leaves) == pytest.approx(1.0)
    assert sum(leaf.coverage for leaf in found.leaves) == pytest.approx(1.0)
    assert list(found.importance)[:2] in (["need", "horizon"], ["horizon", "need"])
    assert sum(found.importance.values()) == pytest.approx(1.0)
    assert found.importance["other"] == found.importance["kind"] == 0.0


def test_a_factor_with_names_is_limited_to_some_of_them():
    pytest.importorskip("ema_workbench")
    x = space()
    wins = ((x["kind"] == "b") & (x["need"] > 0.3)).to_numpy()
    found = deciders(x.drop(columns="other"), wins)
    limits = {limit.factor: limit for limit in found.box.limits}
    assert limits["kind"].values == ("b",)
    assert {limit.factor: limit.values for limit in found.leaves[0].limits}["kind"] == ("b",)


def test_dates_and_switches_are_factors():
    pytest.importorskip("ema_workbench")
    x = space()
    start = pd.Timestamp("2021-01-01") + pd.to_timedelta(x["horizon"].round(), unit="D")
    table = pd.DataFrame({"start": start.dt.date, "on": x["need"] > 0.5, "other": x["other"]})
    wins = (start >= pd.Timestamp("2021-12-01")).to_numpy() & table["on"].to_numpy()
    limits = {limit.factor: limit for limit in deciders(table, wins).box.limits}
    assert limits["on"].values == ("True",)
    first = (pd.Timestamp("2021-12-01") - pd.Timestamp(0)).days
    assert limits["start"].low == pytest.approx(first, abs=21)


def test_where_nothing_decides_no_limit_is_claimed():
    """Wins at random: what PRIM finds by peeling has to pass for chance, or the tree to tell little."""
    pytest.importorskip("ema_workbench")
    x = space().drop(columns="kind")
    wins = np.random.default_rng(3).random(len(x)) < 0.5
    found = deciders(x, wins)
    assert found.box is None or found.box.density < 0.75


@pytest.mark.parametrize("wins", [0, 3, 253, 256])
def test_too_few_on_one_side(wins):
    with pytest.raises(NotAnalysable, match=rf"{wins} wins in 256 points: with fewer than 10 (wins|losses)"):
        deciders(space(), np.arange(256) < wins)


@pytest.mark.parametrize(
    ("module", "package"), [("ema_workbench.analysis.prim", "ema-workbench"), ("sklearn.tree", "scikit-learn")]
)
def test_a_missing_package_is_a_message(monkeypatch, module, package):
    pytest.importorskip("ema_workbench.analysis.prim")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtra, match=rf'{package}.*pip install "sanyu\[discovery\]"'):
        deciders(space(), (space()["need"] > 0.5).to_numpy())
