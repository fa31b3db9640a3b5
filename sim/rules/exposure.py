"""Exposure: how many people the feed shows the brand to today, and how active fans feed that back (M1, M16)."""

import math
from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import parameter


class ExposureRules(NamedTuple):
    """Organic exposure and the feedback of active fans (反哺)."""

    feedback: Annotated[
        float, parameter("k_pub: organic weight added by active core fans", low=0, high=10, source="M16")
    ] = 1.0
    half_share: Annotated[
        float,
        parameter(
            "A_h: active core fans at half of the feedback, as a share of the initial pool",
            above=0,
            high=10,
            source="M16, details",
        ),
    ] = 0.05
    half_pool: Annotated[
        float, parameter("Pool size under which A_h does not fall", unit="fans", above=0, high=1e9, source="details")
    ] = 1000.0
    quality_elasticity: Annotated[
        float, parameter("a: elasticity of organic weight to content quality", low=0, high=5, source="M16")
    ] = 0.5
    known: Annotated[
        float,
        parameter(
            "k_known: exposure of people who have responded before, relative to others",
            low=0,
            high=1000,
            source="details",
        ),
    ] = 30.0


@rule
def organic_weight(active_core: float, initial_fans: float, quality: float, p: ExposureRules) -> float:
    """Weight of the brand's content in the feed, relative to a brand without active fans and quality ½.

        W / W₀ = (1 + k_pub · A / (A + A_h)) · (2·quality)^a        [–]

    active_core   A, liking and devoted fans who opened something yesterday   [fans]  ≥ 0
    initial_fans  size of the initial pool, sets A_h = half_share · max(initial_fans, half_pool)
    quality       content quality   [–]  in [0, 1]

    A = 0 → no feedback; A → ∞ → 1 + k_pub. The operating value (经营值) is this weight, rescaled.
    Source: evidence M16, E-26, E-31.
    """
    half = p.half_share * max(initial_fans, p.half_pool)
    feedback = 1.0 + p.feedback * active_core / (active_core + half)
    return feedback * math.pow(max(1e-9, 2.0 * quality), p.quality_elasticity)


@rule
def next_exposure(accumulated: float, waiting: float, affinity: float, p: ExposureRules) -> float:
    """Accumulated exposure at which a known public person meets the brand again.

        X* = X + E / (k_known · e^affinity),   E ~ Exp(1)        [exposures per head]

    accumulated  X, exposure per head of the person's segment up to today
    waiting      E, a standard exponential draw
    affinity     log of personal interest   [–]

    Source: details.md, known public rows.
    """
    return accumulated + waiting / max(1e-12, p.known * math.exp(affinity))
