"""R_fan of one run with an interval, and how sure its verdict is: growing, fed or depleting."""

import math
from typing import NamedTuple

from sim.analysis.pairs import LEVEL
from sim.domains import PoolState
from sim.results import Interval


class LoopVerdict(NamedTuple):
    """State of a pool, the probability that it is right, and that of each state."""

    state: PoolState | None
    confidence: float
    chances: dict[PoolState, float]


def gain_interval(caused: float, variance: float, exits: float) -> Interval | None:
    """R_fan = joins caused by fans ÷ exits of one run, with a 95 % interval on the logarithmic scale.

        ln R ± z·√(v/C² + 1/E)        se² of a ratio of two counts

    caused    C, joins by fans;  variance: v of C, from ``caused_variance``: C itself where each is counted one by one
    exits     E

    Births and deaths of a pool are martingales around β and μ times the same fan-days, so their counts are as good as
    independent given these. None where nobody left; without a birth the upper end is that of 3 births (rule of three).
    """
    if exits <= 0.0:
        return None
    if caused <= 0.0:
        return Interval(0.0, 0.0, 3.0 / exits)
    error = _quantile(0.5 + LEVEL / 2) * math.sqrt(variance / caused**2 + 1.0 / exits)
    gain = caused / exits
    return Interval(gain, gain * math.exp(-error), gain * math.exp(error))


def loop_verdict(caused: float, variance: float, joins: float, exits: float) -> LoopVerdict:
    """How a pool lives, with its confidence: P(R > 1), and of the rest whether as many come as go.

    joins  all of them, over the same days
    """
    if joins <= 0.0 and exits <= 0.0:
        return LoopVerdict(None, 1.0, {})
    grows = 1.0 if exits <= 0.0 and caused > 0.0 else 0.0
    if exits > 0.0 and caused > 0.0:
        grows = _normal(math.log(caused / exits) / math.sqrt(variance / caused**2 + 1.0 / exits))
    holds = _normal((joins - exits) / math.sqrt(joins + exits))
    chances = {
        PoolState.GROWING: grows,
        PoolState.FED: (1.0 - grows) * holds,
        PoolState.DEPLETING: (1.0 - grows) * (1.0 - holds),
    }
    state = max(chances, key=lambda s: chances[s])
    return LoopVerdict(state, chances[state], chances)


def _normal(z: float) -> float:
    return 0.5 * (1.0 + math.erf(z / math.sqrt(2.0)))


def _quantile(p: float) -> float:
    from statistics import NormalDist

    return NormalDist().inv_cdf(p)
