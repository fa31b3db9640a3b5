"""Channels joined later: competing rates, at most one a day."""

import math

import pytest

from sim.domains import TIERS
from sim.rules.membership import channel_joined
from sim.streams import replication_key

from . import golden_day
from .golden_day import PERSON

TRIES = 20_000
FAR = 4.5  # standard errors


def shares(rates, joinable, asked=(1.0, 1.0, 1.0)):
    """Share of tries in which each channel, and none, was joined."""
    world, climate = golden_day.world(), golden_day.climate()
    for c, factor in enumerate(asked):
        climate.ask_to_join[c] = factor
    for at in range(len(world.channels.joins)):
        world.channels.joins[at] = 0.0
    for c, rate in enumerate(rates):
        world.channels.joins[TIERS * c + 1] = rate
    found = [0] * (len(rates) + 1)
    for replication in range(TRIES):
        found[channel_joined(PERSON, joinable, 1, climate, world, replication_key(5, replication))] += 1
    return [n / TRIES for n in found]


@pytest.mark.parametrize(
    ("rates", "joinable"),
    [((0.2, 0.0), 0b01), ((0.2, 0.4), 0b11), ((0.2, 0.4), 0b10), ((0.05, 0.3, 0.9), 0b101)],
)
def test_rates_compete(rates, joinable):
    """P(c) = (1 − e^−Λ)·λ_c/Λ with Λ the sum over the channels that can be joined."""
    open_to = [rate if joinable >> c & 1 else 0.0 for c, rate in enumerate(rates)]
    total = sum(open_to)
    expected = [-math.expm1(-total) * rate / total for rate in open_to]
    *joined, none = shares(rates, joinable)
    for got, p in zip([*joined, none], [*expected, math.exp(-total)], strict=True):
        assert abs(got - p) <= FAR * math.sqrt(p * (1 - p) / TRIES), (got, p)


def test_no_rate_nobody_joins():
    assert shares((0.0, 0.0), 0b11) == [0.0, 0.0, 1.0]


def test_asking_scales_the_rates():
    """Twice the rate is the rate times two, and who is not asked does not join."""
    assert shares((0.2, 0.1), 0b11, (1.0, 2.0)) == shares((0.2, 0.2), 0b11)
    assert shares((0.2, 0.4), 0b11, (1.0, 0.0))[1] == 0.0
    assert shares((0.2, 0.4), 0b11, (1.0, 0.0))[0] == shares((0.2, 0.0), 0b01)[0]
