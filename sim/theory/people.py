"""A quadrature of people: a few weighted nodes that stand for the distribution of traits of a pool or of newcomers.

Traits are independent (model.md §2), so a node is a point of a Sobol sequence in as many dimensions, mapped through the
inverse distribution functions of the rules' own laws: log-normal tolerance, gamma frailty and needs, normal affinity,
beta prior trust, exponential age. Segments are exact; memberships are a dimension each.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, gammaincinv, ndtri  # of scipy.special alone: scipy.stats takes a second

from sim.domains import MAX_CHANNELS
from sim.rules.climate import World
from sim.rules.mean_met import AFFINITY_SPREAD
from sim.rules.mean_state import AFFINITY, FRAILTY, JOINED, NEED, PRIOR, TOLERANCE, TRAITS
from sim.rules.people import OLDEST
from sim.rules.trust import mean_prior
from sim.theory.sobol import points

Floats = npt.NDArray[np.float64]
_TRAIT_DRAWS = 6


class Nodes(NamedTuple):
    """Weighted points of a distribution of fans who follow.

    segment  of all of them;  traits: [n, TRAITS];  weights: [n]
    members  [n, C] 1 where the node is in the channel
    """

    segment: int
    traits: Floats
    weights: Floats
    members: Floats


def traits_at(u: Floats, segment: int, mean_trust: float, world: World, age: float = 0.0) -> Floats:
    """Traits of people at points of the unit cube, [n, TRAITS]; see ``person_at`` and ``initial_fan``.

    u           [n, 6 or more];  mean_trust: T₀ of people met in the same way
    age         mean days since following, 0 for newcomers of today (day 0)
    """
    rules = world.rules
    found = np.zeros((len(u), TRAITS))
    spread, frailty, shape = (
        float(rules.messages.tolerance_spread),
        float(rules.leaving.frailty),
        float(rules.purchase.need_shape),
    )
    found[:, TOLERANCE] = float(world.segments.tolerance[segment]) * np.exp(spread * ndtri(u[:, 0]))
    found[:, FRAILTY] = 1.0 if frailty <= 1e-9 else frailty * gammaincinv(1.0 / frailty, u[:, 1])
    needs = gammaincinv(shape, u[:, 2]) / shape
    found[:, NEED] = float(world.segments.need_rate[segment]) * needs / needs.mean()  # the mean decides most
    found[:, AFFINITY] = AFFINITY_SPREAD * ndtri(u[:, 3])
    mean = float(mean_prior(mean_trust, float(world.segments.trust_shift[segment])))
    size = float(rules.trust.prior_size)
    found[:, PRIOR] = betaincinv(size * mean, size * (1.0 - mean), u[:, 4])
    found[:, JOINED] = -1.0 - np.floor(np.minimum(-age * np.log(u[:, 5]), float(OLDEST)))
    return found


def memberships(u: Floats, shares: Floats) -> Floats:
    """Who is in which channel, [n, C]: a draw per channel; whom chance gives none is in the widest.

    u  [n, C];  shares: [C] probability of each
    """
    found = np.zeros((len(u), MAX_CHANNELS))
    found[:, : len(shares)] = u[:, : len(shares)] < shares
    nowhere = found.sum(axis=1) == 0
    found[nowhere, int(np.argmax(shares))] = 1.0
    return found


def dimensions_of(world: World) -> int:
    """Dimensions of the points of a pool: traits, then memberships."""
    return _TRAIT_DRAWS + int(world.channels.joined)


def pool_nodes(world: World, number: int) -> list[Nodes]:
    """The initial pool, one set of nodes per segment; weights over all sets sum to 1.

    number  of nodes for each segment
    """
    channels, brand = world.channels, world.brand
    shares = np.array([float(x) for x in channels.start[: channels.joined]])
    segment_shares = np.diff([0.0, *(float(x) for x in world.segments.end[: world.segments.used])])
    sets = []
    for segment, share in enumerate(segment_shares):
        u = points(number, dimensions_of(world))
        traits = traits_at(u, segment, float(brand.trust_pool), world, float(brand.mean_age))
        weights = np.full(number, share / number)
        sets.append(Nodes(segment, traits, weights, memberships(u[:, _TRAIT_DRAWS:], shares)))
    return sets


def newcomer_nodes(segment: int, mean_trust: float, shares: Floats, world: World, number: int) -> Nodes:
    """People who begin to follow, who have met the brand in the same way.

    shares  [C] probability of joining each channel at once
    """
    u = points(number, _TRAIT_DRAWS + len(shares))
    traits = traits_at(u, segment, mean_trust, world)
    return Nodes(segment, traits, np.full(number, 1.0 / number), memberships(u[:, _TRAIT_DRAWS:], shares))
