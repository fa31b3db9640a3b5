"""The ad auction: what reach a budget buys, at what price (M2)."""

import math

from sim.compiled import rule
from sim.rules.numbers import bounded_exp, normal_distribution


@rule
def log_median_bid(cpm: float, growth: float, day: float, elasticity: float, spend: float, reference: float) -> float:
    """Logarithm of the median highest competing bid.

        m = ln CPM₀ + g · t + ε_s · ln((S₀ + spend) / S₀)

    cpm         CPM₀, cents per 1,000 impressions   > 0
    growth      g, per day
    elasticity  ε_s   [–]
    spend       own spend of the day before, cents;  reference: S₀, spend of the others, cents

    Source: evidence M2; E-3.
    """
    return math.log(cpm) + growth * day + elasticity * math.log((reference + spend) / reference)


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
def reach_per_head(impressions_per_head: float) -> float:
    """Probability that a person sees at least one of today's impressions: 1 − e^(−I/M). Source: theory 4.15."""
    return -math.expm1(-impressions_per_head)
