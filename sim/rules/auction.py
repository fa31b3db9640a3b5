"""The ad auction: what reach a budget buys, at what price, and how well it is aimed (M2, M16)."""

import math
from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import parameter
from sim.rules.numbers import bounded_exp, normal_distribution


class AdRules(NamedTuple):
    """How people answer to ads."""

    targeting: Annotated[
        float,
        parameter(
            "k_ads: clicks added per ln(1 + active fans), by better targeting", low=0, high=1, source="M16, E-26"
        ),
    ] = 0.01
    retargeted: Annotated[
        float,
        parameter(
            "Clicks of one who clicked within 30 days, relative to others", low=0, high=50, source="model §2, E-5"
        ),
    ] = 2.0


@rule
def log_median_bid(
    cpm: float, growth: float, competitors: float, day: float, elasticity: float, spend: float, reference: float
) -> float:
    """Logarithm of the median highest competing bid.

        m = ln CPM₀ + g · t + ε_s · ln((S₀ · e^(g_c · t) + spend) / S₀)

    cpm          CPM₀, cents per 1,000 impressions   > 0
    growth       g, growth of prices for other reasons, per day
    competitors  g_c, growth of the number of competing accounts, per day; each spends as much as before
    elasticity   ε_s   [–]
    spend        own spend of the day before, cents;  reference: S₀, spend of the others on day 0, cents

    Source: evidence M2 (market heat), E-3, E-21.
    """
    others = reference * bounded_exp(competitors * day)
    return math.log(cpm) + growth * day + elasticity * math.log((others + spend) / reference)


@rule
def win_probability(bid: float, median: float, spread: float) -> float:
    """Share of opportunities won against log-normal competing bids: Φ((ln b − m)/s). Source: evidence M2."""
    return normal_distribution((math.log(bid) - median) / spread)


@rule
def average_cpm(bid: float, median: float, spread: float) -> float:
    """Price per 1,000 impressions won in a second-price auction.

        E[B | B < b] = e^(m + s²/2) · Φ((ln b − m − s²)/s) / Φ((ln b − m)/s)        [cents]

    Below the bid; the *marginal* cost of reach equals the bid. Source: evidence M2.
    """
    won = win_probability(bid, median, spread)
    z = (math.log(bid) - median - spread * spread) / spread
    if won < 1e-12:
        return bid
    return bounded_exp(median + 0.5 * spread * spread) * normal_distribution(z) / won


@rule
def reach_per_head(impressions_per_head: float, unevenness: float) -> float:
    """Probability that a person sees at least one of today's impressions.

        1 − (1 + I·v/M)^(−1/v),    v → 0: 1 − e^(−I/M)        [–]

    impressions_per_head  I/M   ≥ 0
    unevenness            v = 1/k: some users are shown many more ads than others (negative binomial); 0: Poisson

    Source: evidence M2, theory 4.15.
    """
    if unevenness <= 0.0:
        return -math.expm1(-impressions_per_head)
    return -math.expm1(-math.log1p(impressions_per_head * unevenness) / unevenness)


@rule
def targeting_lift(active_fans: float, p: AdRules) -> float:
    """Clicks per person reached, relative to a brand without active fans: 1 + k_ads · ln(1 + F).

    active_fans  F, followers who opened something yesterday, of whom the platform learns who will like the brand

    Source: evidence M16, E-26.
    """
    return 1.0 + p.targeting * math.log1p(active_fans)
