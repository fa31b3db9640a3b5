"""Figures by point and replication, and the share of luck between them."""

import numpy as np
import pytest

from sim.analysis.samples import NotAnalysable, Samples, complete, noise, samples
from tests.analysis.runs import luck, table_of

POINTS = [{"f": 1.0}, {"f": 2.0}, {"f": 3.0}]


def model(point, logic, r):
    return {"margin": 10.0 * point["f"] + r + (100.0 if logic == "growth" else 0.0)}


def test_values_stand_at_their_point_and_replication_whatever_the_order_of_rows():
    table = table_of(POINTS, model).sample(frac=1.0, random_state=1)
    found = samples(table, "margin")
    np.testing.assert_array_equal(found.values, [[110, 111, 112], [120, 121, 122], [130, 131, 132]])
    np.testing.assert_array_equal(found.means, [111, 121, 131])


def test_a_difference_is_taken_within_pairs():
    table = table_of(POINTS, model, ("growth", "depletion"))
    found = samples(table, "margin", "growth", "depletion")
    np.testing.assert_array_equal(found.values, np.full((3, 3), 100.0))


def test_failed_runs_and_undefined_figures_have_no_value_and_indices_refuse_them():
    table = table_of(POINTS, model)
    table.loc[table["point"] == 1, "status"] = "failed"
    table["margin"] = table["margin"].astype(object).where(table["point"] != 2, None)
    found = samples(table, "margin")
    np.testing.assert_array_equal(np.isfinite(found.values).all(axis=1), [True, False, False])
    with pytest.raises(NotAnalysable, match=r"margin has no value at 2 of 3 points \(first: 1, 2\)"):
        complete(found, "margin")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("gain",), 'no figure "gain"'),
        (("margin",), "runs of depletion, growth. Say which"),
        (("margin", "ours"), 'no runs of "ours"; it has those of depletion, growth'),
        (("margin", "growth", "ours"), 'no runs of "ours"'),
    ],
)
def test_what_is_missing_is_said(arguments, message):
    table = table_of(POINTS, model, ("growth", "depletion"))
    with pytest.raises(NotAnalysable, match=message):
        samples(table, *arguments)


def _noisy(points: int, replications: int, own: float, common: float = 0.0) -> Samples:
    shared = [common * luck(9, r) for r in range(replications)]
    values = [[luck(1, p) + shared[r] + own * luck(2, p, r) for r in range(replications)] for p in range(points)]
    return Samples(np.arange(points), np.arange(replications), np.array(values))


@pytest.mark.statistical
@pytest.mark.parametrize(("own", "replications"), [(0.5, 4), (2.0, 4), (2.0, 16)])
def test_share_of_luck_is_that_of_the_variances(own, replications):
    """Points vary by 1, replications of a point by own²: the mean holds own²/R of luck."""
    truth = own**2 / replications / (1.0 + own**2 / replications)
    found = noise(_noisy(400, replications, own))
    assert found.share.low < truth < found.share.high
    assert not found.share.low < 1.4 * truth < found.share.high  # the interval is narrow enough to tell


def test_luck_that_all_points_share_is_no_noise():
    without, within = noise(_noisy(50, 4, 0.5)), noise(_noisy(50, 4, 0.5, common=100.0))
    assert within.share.estimate == pytest.approx(without.share.estimate, rel=1e-9)


def test_share_of_luck_covers_the_truth_as_often_as_it_says():
    truth = 0.25 / (1.0 + 0.25)
    rng = np.random.default_rng(5)
    inside = 0
    for _ in range(400):
        values = rng.normal(size=(20, 1)) + rng.normal(size=(1, 4)) + rng.normal(size=(20, 4))
        found = noise(Samples(np.arange(20), np.arange(4), values))
        inside += found.share.low <= truth <= found.share.high
    assert abs(inside / 400 - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 400)


def test_one_replication_tells_nothing_of_luck():
    assert noise(_noisy(10, 1, 1.0)) is None


def test_a_figure_without_luck_has_none():
    values = np.repeat(np.arange(5.0)[:, None], 3, axis=1)
    assert noise(Samples(np.arange(5), np.arange(3), values)).share.estimate == 0.0
