"""Deals: how discounts teach fans to wait for discounts (M12).

Two memories of a person turn on prices. The *reference price* is what the person has come to think the product costs;
a price is a gain or a loss against it (Winer 1986). *Deal proneness* is a habit: who has bought on a deal looks for
the next one, and buys less at full price.
"""

from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import fraction, parameter


class DealRules(NamedTuple):
    """Dependence on discounts: the habit of deals, and the price that is remembered."""

    memory: Annotated[
        float,
        parameter("τ_D: time in which deal proneness falls to 1/e", unit="days", above=0, high=3650, source="M12"),
    ] = 180.0
    lesson: Annotated[
        float,
        parameter(
            "δ_d: deal proneness gained by an order, per unit of discount",
            low=0,
            high=100,
            source="M12, L13: set by the 22.4 % of Elberg et al. 2019, docs/patterns.md",
        ),
    ] = 1.0
    dependence: Annotated[
        float,
        fraction(
            "κ: effect of full deal proneness on the response to a deal and on orders at full price", source="M12"
        ),
    ] = 1.0
    adaptation: Annotated[
        float, fraction("a: weight of a price at which an order was considered in the reference price", source="M12")
    ] = 0.2
    notice: Annotated[
        float,
        fraction("Weight in the reference price of a deal that was read of and not considered", source="M12, assumed"),
    ] = 0.02


@rule
def asked_price(discount: float) -> float:
    """Price asked as a share of the list price: 1 − discount, at least 1 %, since memory compares ratios."""
    return max(0.01, 1.0 - discount)


@rule
def after_lesson(proneness: float, discount: float, p: DealRules) -> float:
    """Deal proneness after an order: D ← min(1, D + δ_d·discount).

    proneness  D in [0, 1];  discount: share off the list price, 0 at full price

    Deeper deals teach more (Anderson and Simester 2004 compare depths). δ_d = 0 → nobody grows dependent.
    Source: evidence M12.
    """
    return min(1.0, proneness + p.lesson * discount)


@rule
def adapted(reference_price: float, asked: float, weight: float) -> float:
    """Reference price after a price was met: RP ← (1 − a)·RP + a·p.

    reference_price  RP, share of the list price, > 0;  asked: p, share of the list price;  weight: a in [0, 1]

    a = 0 → the reference price stays what it was. Source: evidence M12 (a .1–.4 per price at a purchase occasion).
    """
    return (1.0 - weight) * reference_price + weight * asked


@rule
def price_gap(asked: float, reference_price: float) -> float:
    """The price as a deal, by the buyer's own memory: 1 − p/RP; what it takes off the remembered price.

    asked            p, share of the list price, 1 at full price
    reference_price  RP, share of the list price   > 0

    p = RP → 0; to one who remembers deals a full price is a loss. Source: evidence M12.
    """
    return 1.0 - asked / reference_price


@rule
def deal_factor(asked: float, proneness: float, p: DealRules) -> float:
    """What the habit of deals does to the readiness to buy: 1 + κD on a deal, 1 − κD at full price.

    proneness  D in [0, 1]

    The factor is on the whole readiness and not on the depth of the deal alone: at equal depth customers who had seen
    deep deals bought 22.4 % more promoted items, because they looked for them (Elberg et al. 2019).
    D = 0 or κ = 0 → 1. Source: evidence M12, L13.
    """
    return 1.0 + p.dependence * proneness if asked < 1.0 else 1.0 - p.dependence * proneness
