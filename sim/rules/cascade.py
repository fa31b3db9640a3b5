"""Cascade: how a content climbs the traffic pools of the feed (流量池), and how often it is played (M1).

Every new content gets a first pool of a few hundred plays. What does well there is promoted to the next, larger
pool, and so on: most contents end after the first pool, few are seen by millions.
"""

import math
from typing import Any, NamedTuple

from sim.compiled import rule
from sim.streams import Decision, block_of, unit

MAX_POOLS = 8
_NEWTON_STEPS = 60  # a convex polynomial of degree 7 has long converged


class TrafficPools(NamedTuple):
    """The traffic pools of a feed; ``adds`` has room for P = 8 pools."""

    used: int  # pools in use, the first one included
    least: float  # fewest plays in the first pool
    spread: float  # most − fewest plays in the first pool
    adds: Any  # [P] plays that a pool adds; of the first one the mean
    passed: float  # share promoted from a pool to the next: ordinary content, in (0, 1)


@rule
def expected_plays(passed: float, pools: TrafficPools) -> float:
    """Expected plays of a content that passes each pool with the same probability.

        E[V] = Σ_k adds_k · p^k        [plays], k = 0 is the first pool

    passed = 0 → the first pool; passed = 1 → all pools. Source: evidence M1.
    """
    plays = 0.0
    for back in range(pools.used):
        plays = plays * passed + pools.adds[pools.used - 1 - back]
    return plays


@rule
def pass_probability(weight: float, pools: TrafficPools) -> float:
    """Probability of passing a pool for content of a given organic weight.

        p such that E[V](p) = weight · E[V](p₀)        in [0, 1]

    weight  W/W₀ of exposure.py, ≥ 0: active fans and quality help a content to pass, not to a larger pool

    In M1 p = σ(s(z − z_k)) with the engagement score z; only z − z_k on the scale s matters, so z is measured by what
    it does: the weight of a content is how often it is played on average, relative to ordinary content.
    weight = 1 → p₀. At a weight beyond all pools p = 1, below the first pool p = 0. Newton's method: E[V] is convex
    and rises in p. Source: evidence M1, M16.
    """
    wanted = weight * expected_plays(pools.passed, pools)
    if wanted >= expected_plays(1.0, pools):
        return 1.0
    if wanted <= pools.adds[0]:
        return 0.0
    p = pools.passed
    for _ in range(_NEWTON_STEPS):
        plays, slope = 0.0, 0.0
        for back in range(pools.used):
            slope = slope * p + plays
            plays = plays * p + pools.adds[pools.used - 1 - back]
        before = p
        p = min(1.0, max(0.0, p - (plays - wanted) / slope))
        if abs(p - before) <= 1e-14:
            break
    return p


@rule
def content_plays(start: float, luck: float, passed: float, pools: TrafficPools) -> int:
    """Plays of one content.

        n₀ + Σ_{k ≥ 1} adds_k · [luck < p^k],    n₀ = ⌊least + spread · start⌋        [plays]

    start, luck  uniform numbers: the size of the first pool, and how far the content gets
    passed       probability of passing each pool, in [0, 1]

    One number decides all promotions, so that under more weight the same content gets at least as far.
    Source: evidence M1.
    """
    plays = math.floor(pools.least + pools.spread * start)
    bar = passed
    for k in range(1, pools.used):
        if luck >= bar:
            break
        plays += math.floor(pools.adds[k] + 0.5)
        bar *= passed
    return plays


@rule
def content_draws(key: int, account: int, day: int, number: int) -> tuple[float, float, float]:
    """Draws of one content: luck, first pool, and (number 0 only) whether its account is replaced, in one block.

    account  0: the brand, 1 …: the other accounts of the feed
    day      may be negative, for the time before the run
    number   of the content within the day
    """
    w0, w1, w2, _ = block_of(key, Decision.CASCADE, account, day, number)
    return unit(w0), unit(w1), unit(w2)
