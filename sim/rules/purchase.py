"""Buying: need, decision, impulse that borrows from later need, satisfaction, and the end of buying (M8, M9)."""

import math
from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import fraction, parameter
from sim.rules.deals import DealRules, deal_factor, price_gap
from sim.rules.numbers import between, bounded_exp, logistic


class PurchaseRules(NamedTuple):
    """From need to order and what an order leaves behind."""

    need_shape: Annotated[
        float, parameter("Gamma shape of need rates", above=0, high=100, source="M8, evidence: first values")
    ] = 0.8
    base: Annotated[
        float,
        parameter(
            "b₀: log-odds of buying at trust 0, reference price, no offer",
            low=-30,
            high=30,
            source="evidence: first values",
        ),
    ] = -6.2
    trust: Annotated[
        float, parameter("b_T: effect of trust on log-odds", low=0, high=30, source="evidence: first values")
    ] = 4.0
    discount: Annotated[
        float,
        parameter(
            "b_d: effect of 1 − price/remembered price on log-odds",
            low=0,
            high=30,
            source="M12: with b_p, 20 % off has the elasticity −2.62, the mean of 1,851 (Bijmolt et al. 2005)",
            trust="weak",
        ),
    ] = 1.25
    price: Annotated[
        float, parameter("b_p: effect of ln(price/compared price) on log-odds", low=0, high=30, source="M8")
    ] = 1.5
    salience: Annotated[
        float, fraction("Salience of the brand to a fully intimate fan", source="evidence: first values")
    ] = 0.8
    half_intimacy: Annotated[
        float, parameter("Intimacy at half of the salience", above=0, high=100, source="evidence: first values")
    ] = 0.6
    offer: Annotated[
        float, fraction("Salience added by an opened promotion or a watched live", source="evidence: first values")
    ] = 0.5
    touch: Annotated[float, fraction("Salience added by a touch of one who does not follow", source="E-7, E-16")] = 0.3
    impulse: Annotated[
        float, fraction("Strength of temptation by an opened promotion", source="evidence: first values")
    ] = 0.2
    impulse_live: Annotated[float, fraction("Strength of temptation in a live", source="evidence: first values")] = 0.4
    borrows: Annotated[
        float, fraction("Share of an impulse order that is taken from later need", source="evidence: first values")
    ] = 0.6
    basket: Annotated[float, parameter("Log-sd of order value", low=0, high=3, source="M8")] = 0.4
    surprise: Annotated[float, parameter("Sd of the experienced quality of one order", low=0, high=1, source="M9")] = (
        0.1
    )
    learning: Annotated[float, fraction("η: how much one order moves expectation", source="M9, details")] = 0.2
    loss_aversion: Annotated[
        float, parameter("λ_d: weight of a disappointment", low=1, high=10, source="M9", trust="weak")
    ] = 2.0
    expectation: Annotated[float, fraction("Expectation of product quality before the first order", source="M9")] = 0.6
    bait: Annotated[
        float, fraction("Share of the way to 1 by which an opened promotion raises expectation", source="M9")
    ] = 0.005
    satisfaction_scale: Annotated[
        float, parameter("Utility that makes a full event of trust", above=0, high=1, source="M9")
    ] = 0.2
    attrition_a: Annotated[
        float,
        parameter(
            "a of Beta(a, b), probability of never buying again after an order",
            above=0,
            high=1000,
            source="M8",
            trust="measured",
        ),
    ] = 0.7929
    attrition_b: Annotated[float, parameter("b of Beta(a, b)", above=0, high=1000, source="M8", trust="measured")] = (
        2.4258
    )
    attrition_satisfaction: Annotated[
        float, parameter("Fall of log-attrition per unit of utility", low=0, high=20, source="M8")
    ] = 2.0


@rule
def undercut(price_war: float, day: float) -> float:
    """What the brand asks relative to its competitors in the public domain, against day 0: e^(g_p · t).

    price_war  g_p, fall of competing prices, per day   ≥ 0;  day: t

    In the public domain offers lie side by side and are imitated; a fan in the private domain compares with the
    industry's reference price. price_war = 0 → 1. Source: evidence E-4.
    """
    return bounded_exp(price_war * day)


@rule
def buying_odds(
    trust: float,
    asked: float,
    reference_price: float,
    proneness: float,
    deal_response: float,
    relative_price: float,
    proof: float,
    p: PurchaseRules,
    deals: DealRules,
) -> float:
    """Readiness to buy when the brand is on the mind.

        σ(b₀ + b_T·T − b_p·ln(price/compared price) + b_d·response·(1 − price/RP) + proof) · (1 ± κD), at most 1

    A price works through its level against what the product costs elsewhere, and through its gap to what the person
    remembers (Mayhew and Winer 1992): a lasting discount keeps the first effect and loses the second. + κD on a deal,
    − κD at full price.

    asked            price that the fan sees today, share of the list price: 1 − discount, 1 without an offer
    reference_price  RP, share of the list price that the person remembers   > 0
    proneness        deal proneness D in [0, 1]
    deal_response    the segment's response to deals relative to b_d
    relative_price   list price ÷ what it is compared with: the industry's reference price in the private domain,
                     today's competitors in the public one   > 0
    proof            log-odds added by others who bought, or by an authority (``conformity.py``)

    Source: evidence M8, M12; details.md.
    """
    level = math.log(relative_price * asked)
    utility = p.base + p.trust * trust - p.price * level + proof
    utility += p.discount * deal_response * price_gap(asked, reference_price)
    return min(1.0, logistic(utility) * deal_factor(asked, proneness, deals))


@rule
def salience(intimacy: float, offer: bool, touched: bool, p: PurchaseRules) -> float:
    """Probability that the brand is thought of: min(1, s·I/(I + I½) + offer + touch). Source: details.md."""
    level = p.salience * intimacy / (intimacy + p.half_intimacy)
    if offer:
        level += p.offer
    if touched:
        level += p.touch
    return min(1.0, level)


@rule
def open_need(need_rate: float, elapsed: float, decision_days: float) -> float:
    """Probability that one who does not follow has an open need at a touch: 1 − e^(−λ·min(elapsed, decision_days)).

    Older needs have been met elsewhere. Source: model.md §3.4e.
    """
    return -math.expm1(-need_rate * min(elapsed, decision_days))


@rule
def utility(experience: float, expectation: float, p: PurchaseRules) -> float:
    """Expectation–disconfirmation (Oliver 1980): S = experience − expectation; S if S ≥ 0, else λ_d·S.

    Source: evidence M9.
    """
    surplus = experience - expectation
    return surplus if surplus >= 0.0 else p.loss_aversion * surplus


@rule
def order_event(value: float, p: PurchaseRules) -> float:
    """Size of the event that an order is for trust, in [−1, 1].

    A kept promise (utility 0) is half a positive event; utility of ``satisfaction_scale`` a full one; a
    disappointment of utility −``satisfaction_scale`` a full negative one. Source: evidence M7, M9.
    """
    if value >= 0.0:
        return min(1.0, 0.5 + 0.5 * value / p.satisfaction_scale)
    return max(-1.0, value / p.satisfaction_scale)


@rule
def attrition_probability(trait: float, value: float, p: PurchaseRules) -> float:
    """Probability of never buying again after an order: trait·e^(−k·utility), at most 1. Source: evidence M8."""
    return between(0.0, trait * bounded_exp(-p.attrition_satisfaction * value), 1.0)
