"""Leads: contact data left for a deal that closes in a store, and the way to the sale (second half of M19)."""

import math
from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import fraction, parameter
from sim.rules.deals import asked_price
from sim.rules.numbers import log_odds, logistic
from sim.rules.purchase import PurchaseRules

REFERENCE_TRUST = 0.35  # prior trust of a certified brand (M7), at which shares of steps are stated


class LeadRules(NamedTuple):
    """From an open need to contact data, and from contact data to a qualified lead."""

    ready: Annotated[
        float,
        fraction("Share of people with an open need and the brand on their mind who leave contact data", source="V8"),
    ] = 0.5
    card: Annotated[
        float,
        fraction("Readiness of one who does not follow, by a lead card, relative to a follower", source="E-40, E-111"),
    ] = 0.5
    qualified: Annotated[float, fraction("Share of leads that an immediate answer qualifies", source="details")] = 0.4
    at_once: Annotated[
        float, parameter("Answers within this time count as immediate", unit="min", above=0, high=1440, source="L20")
    ] = 5.0
    delay: Annotated[
        float,
        parameter("b: elasticity of qualification to the time until the answer", low=0, high=5, source="M13, details"),
    ] = 1.2


@rule
def qualify_probability(minutes: float, p: LeadRules) -> float:
    """Probability that a lead answered after so many minutes is qualified: q₀·(max(L, L₀)/L₀)^−b.

    L₀ = 5 min. q₀ = .4, b = 1.2: .4 up to 5 minutes, .047 at 30, .009 at 120. Source: evidence M13, L20; details.md.
    """
    return p.qualified * math.pow(max(minutes, p.at_once) / p.at_once, -p.delay)


@rule
def step_probability(
    share: float,
    trust: float,
    discount: float,
    deal_response: float,
    relative_price: float,
    proof: float,
    p: PurchaseRules,
) -> float:
    """Probability of a step towards a deal in a store, with the coefficients of ``buying_odds``.

        σ(logit(share) + b_T·(T − .35) + b_d·response·discount − b_p·ln(price·(1 − discount)/reference) + proof)

    share  of those who take the step at trust .35, list price = reference, without discount and proof; 0 and 1 stay
    proof  log-odds added by others who bought, or by an authority (``conformity.py``)

    A discount is a deal against the list price: who buys so seldom has no memory of others. Source: evidence M8, M12,
    E-99, V22.
    """
    if share <= 0.0 or share >= 1.0:
        return share
    return logistic(
        log_odds(share)
        + p.trust * (trust - REFERENCE_TRUST)
        + p.discount * deal_response * discount
        - p.price * math.log(relative_price * asked_price(discount))
        + proof
    )
