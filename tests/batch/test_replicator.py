"""The replicator: rounds that depend on nothing but the values."""

import random

import numpy as np
import pytest

from sim.batch.replications import Paired, UntilKnown
from sim.batch.replicator import Replicator

LOGICS = ("growth", "depletion", "third")


def until(width, **options):
    return UntilKnown(until_half_width=width, of="margin", at_most=options.pop("at_most", 300), **options)


def value(point, logic, replication):
    people = np.random.default_rng([point, replication]).normal()  # common to all logics
    return (
        10.0 * LOGICS.index(logic)
        + people
        + 0.1 * np.random.default_rng([7, point, replication]).normal() * (logic == "growth")
    )


def played(asked, points=3, seed=0, of=value):
    """Rounds of every point, with values that come in any order."""
    replicator, rounds = Replicator(asked, LOGICS), {point: [] for point in range(points)}
    waiting = []
    chance = random.Random(seed)

    def hand_out(point):
        found = replicator.next_round(point)
        if found is not None:
            rounds[point].append(found)
            waiting.extend((point, logic, r) for r in found for logic in LOGICS)

    for point in range(points):
        hand_out(point)
    while waiting:
        run = waiting.pop(chance.randrange(len(waiting)))
        if replicator.observe(*run, of(*run)):
            hand_out(run[0])
    return replicator, rounds


def test_a_fixed_number_is_one_round():
    replicator = Replicator(Paired(paired=3), LOGICS)
    assert replicator.next_round(0) == range(3)
    assert replicator.observe(0, "growth", 0, 1.0) is False
    assert replicator.next_round(0) is None
    assert (replicator.figure, replicator.precision(0).reached) == (None, True)


def test_rounds_follow_from_the_values_and_not_from_the_order_in_which_they_come():
    first, second = (played(until(0.25), seed=seed) for seed in (1, 2))
    assert first[1] == second[1]
    for point, rounds in first[1].items():
        assert [r.start for r in rounds[1:]] == [r.stop for r in rounds[:-1]]
        precision = first[0].precision(point)
        assert precision == second[0].precision(point)
        assert precision.replications == rounds[-1].stop
        assert precision.reached
        assert len(precision.estimates) == 3
        assert all(half <= 0.25 for _, half in precision.estimates)
    assert first[0]._values == {}  # nothing is kept of points that have enough


def test_a_difference_of_pairs_needs_fewer_replications_than_its_logics():
    single, _ = played(until(0.1))
    paired, _ = played(until(0.1, difference=("growth", "depletion")))
    for point in range(3):
        assert paired.precision(point).replications == 15
        assert single.precision(point).replications > 100
        ((mean, half),) = paired.precision(point).estimates
        assert abs(mean + 10.0) < 3 * half


def test_the_cap_ends_a_point_and_says_so():
    replicator, rounds = played(until(0.001, at_most=40))
    assert rounds[0][-1].stop == 40
    assert not replicator.precision(0).reached
    assert replicator.precision(0).replications == 40


def test_failed_runs_leave_their_pair_out():
    def of(point, logic, replication):
        failed = logic == "growth" and replication % 2
        return None if failed else value(point, logic, replication)

    replicator, rounds = played(until(0.1, difference=("growth", "depletion")), of=of)
    assert rounds[0][-1].stop == 29  # 15 pairs are whole
    assert replicator.precision(0).reached
    nothing, rounds = played(until(0.1, at_most=20), of=lambda *_: None)
    assert rounds[0][-1].stop == 20
    assert not nothing.precision(0).reached


def test_a_round_is_asked_for_when_the_one_before_is_complete():
    replicator = Replicator(until(0.1), LOGICS)
    assert replicator.next_round(5) == range(15)
    assert not any(replicator.observe(5, "growth", 3, 1.0) for _ in range(2))  # the second says nothing new
    with pytest.raises(ValueError, match="waits for 44 values"):
        replicator.next_round(5)
    assert replicator.precision(5) is None
