"""Following: from a touch to the private domain (M3)."""

import math
from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import fraction, parameter
from sim.rules.numbers import log_odds, logistic


class FollowRules(NamedTuple):
    """Probability of following per noticed exposure."""

    base: Annotated[
        float,
        parameter(
            "Probability at quality ½, relevance ½, trust .35, certified, 10,000 followers",
            above=0,
            high=0.5,
            source="M3",
            trust="weak",
        ),
    ] = 0.008
    quality: Annotated[float, parameter("a_q: effect of content quality on log-odds", low=0, high=10, source="M3")] = (
        1.5
    )
    relevance: Annotated[float, parameter("a_r: effect of relevance on log-odds", low=0, high=10, source="M3")] = 1.5
    trust: Annotated[float, parameter("a_T: effect of trust on log-odds", low=0, high=10, source="M3")] = 2.0
    followers: Annotated[
        float, parameter("a_s: effect of ln((1 + followers)/10,000) on log-odds", low=0, high=1, source="M3, E-81")
    ] = 0.05
    certified: Annotated[
        float, parameter("a_c: loss of log-odds without the certification mark", low=0, high=5, source="M3, E-32")
    ] = 0.2
    previous: Annotated[float, parameter("a_n: loss of log-odds per earlier exposure", low=0, high=5, source="M3")] = (
        0.1
    )
    from_live: Annotated[
        float, fraction("Probability that a visitor from the feed follows during a live", source="M19, E-107")
    ] = 0.02


@rule
def relevance(match: float, affinity: float) -> float:
    """How relevant a kind of content is to a person: σ(match + affinity), in (0, 1).

    match     fit of segment and kind of content, log-odds
    affinity  the person's own interest, log-odds

    Both 0 → ½. Source: details.md.
    """
    return logistic(match + affinity)


@rule
def follow_probability(
    quality: float,
    rel: float,
    trust: float,
    followers: float,
    certified: float,
    previous: float,
    proof: float,
    p: FollowRules,
) -> float:
    """Probability that a noticed exposure ends in following.

        σ(logit(base) + a_q(quality − ½) + a_r(rel − ½) + a_T(trust − .35)
          + a_s·ln((1 + followers)/10⁴) − a_c·(1 − certified) − a_n·previous + proof)

    quality, rel, trust  in [0, 1];  followers ≥ 0;  certified 0 or 1;  previous: earlier exposures, 0 for the untouched
    proof  log-odds added by an authority (``conformity.py``)

    Source: evidence M3.
    """
    return logistic(
        log_odds(p.base)
        + p.quality * (quality - 0.5)
        + p.relevance * (rel - 0.5)
        + p.trust * (trust - 0.35)
        + p.followers * math.log((1.0 + followers) / 10_000.0)
        - p.certified * (1.0 - certified)
        - p.previous * previous
        + proof
    )
