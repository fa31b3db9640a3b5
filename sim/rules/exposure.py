"""Exposure: how many people the feed shows the brand to today, and how active fans feed that back (M1, M16)."""

import math
from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import fraction, parameter


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
    seed_view: Annotated[
        float,
        fraction(
            "p_view: probability that an active group member sees a live or new content at once", source="M16, E-33"
        ),
    ] = 0.3
    cold_start: Annotated[
        float,
        parameter(
            "k_cold: audience of a live or new content added by active groups, at most", low=0, high=10, source="E-33"
        ),
    ] = 0.2
    awareness: Annotated[
        float,
        parameter("k_aware: noticed exposures added where everyone knows the brand", low=0, high=10, source="E-76"),
    ] = 0.5
    memory: Annotated[
        float,
        parameter("τ_a: how long ads keep a brand known", unit="days", above=0, high=3650, source="M5", trust="weak"),
    ] = 21.0


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
def cold_start(group_active: float, initial_fans: float, p: ExposureRules) -> float:
    """Audience of a live or new content relative to that of a brand without active groups (冷启).

        1 + k_cold · S / (S + A_h),    S = p_view · active group members        [–]

    group_active  members who visited a group yesterday, summed over groups   [people]  ≥ 0
    initial_fans  size of the initial pool, sets A_h as in ``organic_weight``

    The seed views S come from people who know the brand, before the platform shows the content to anybody, and make it
    look well received. S = 0 → 1; S → ∞ → 1 + k_cold. Source: evidence E-33, M16; the saturating form is that of W.
    """
    seeds = p.seed_view * group_active
    return 1.0 + p.cold_start * seeds / (seeds + p.half_share * max(initial_fans, p.half_pool))


@rule
def recognised(aware: float, reached: float, p: ExposureRules) -> float:
    """Share of users who know the brand by name after a day of ads.

        a ← a·e^(−1/τ_a) + (1 − a·e^(−1/τ_a)) · reached        [–] in [0, 1]

    aware    a, share of users yesterday;  reached: share who saw an ad today

    Ads raise awareness and nothing else: no trust (E-76). Source: evidence E-76; M5 for the time constant (ads are
    remembered for about three weeks, Aravindakshan and Naik 2011).
    """
    left = aware * math.exp(-1.0 / p.memory)
    return left + (1.0 - left) * reached


@rule
def noticing(aware: float, p: ExposureRules) -> float:
    """Noticed exposures relative to a brand that nobody knows by name: 1 + k_aware · a. Source: evidence E-76."""
    return 1.0 + p.awareness * aware


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
