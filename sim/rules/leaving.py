"""Leaving: which fans leave the private domain today, and why (M6)."""

from typing import Annotated, NamedTuple

from sim.compiled import rare, rule
from sim.parameters import fraction, parameter
from sim.rules.numbers import bounded_exp


class LeavingRules(NamedTuple):
    """One additive daily hazard: natural churn, fatigue, neglect, distrust and shocks compete."""

    natural: Annotated[float, parameter("h_nat: natural exit", unit="1/month", low=0, high=10, source="M6")] = 0.01
    frailty: Annotated[float, parameter("σ²: variance of frailty", low=0, high=10, source="M6")] = 1.0
    first_week: Annotated[
        float, parameter("Multiplier of natural exit in the first 7 days", low=0, high=100, source="M6")
    ] = 2.0
    first_month: Annotated[
        float, parameter("Multiplier of natural exit from day 8 to 30", low=0, high=100, source="M6")
    ] = 1.5
    relevance: Annotated[float, parameter("β_r: protection by relevance", low=0, high=10, source="M6")] = 0.5
    devoted: Annotated[float, parameter("β_b: protection of devoted fans", low=0, high=10, source="M6, M15")] = 0.9
    fatigue: Annotated[float, parameter("h_f: exit by fatigue", unit="1/month", low=0, high=10, source="M6")] = 0.01
    load: Annotated[float, parameter("k_f: growth of exit by fatigue with load", low=0, high=10, source="M6")] = 0.85
    neglect: Annotated[float, parameter("h_neg: exit by neglect", unit="1/month", low=0, high=10, source="M6")] = 0.03
    neglect_scale: Annotated[
        float, parameter("I₀: intimacy that protects from neglect", above=0, high=100, source="M6")
    ] = 0.6
    trust: Annotated[
        float, parameter("β_T: protection by trust above the brand's prior", low=0, high=20, source="M6")
    ] = 2.0
    shock: Annotated[float, parameter("u: exit per opened weighted message", low=0, high=1, source="M6")] = 0.0015
    promotion_shock: Annotated[float, parameter("Factor of a promotion on the shock", low=0, high=100, source="M6")] = (
        3.0
    )
    mute: Annotated[
        float, fraction("p_mute: share of fatigue exits that become a mute on weak channels", source="details")
    ] = 0.5


@rule
def natural_hazard(tenure: int, frailty: float, rel: float, devoted: bool, p: LeavingRules) -> float:
    """Natural exit: m(tenure)·ξ·h_nat·e^(−β_r·rel − β_b·devoted)   [1/day].

    tenure   days since following;  frailty ξ ≥ 0, mean 1;  rel in [0, 1]

    Source: evidence M6.
    """
    multiplier = 1.0
    if tenure <= 7:
        multiplier = p.first_week
    elif tenure <= 30:
        multiplier = p.first_month
    protection = p.relevance * rel
    if devoted:
        protection += p.devoted
    return multiplier * frailty * p.natural * bounded_exp(-protection)


@rule
def fatigue_hazard(x: float, p: LeavingRules) -> float:
    """Rate at which messages beyond a fan's tolerance drive the fan out: h_f·(e^(min(k_f·x, 5)) − 1)   [1/day].

    x  load after today's messages   [–]  ≥ 0.   x = 0 → 0.   Source: evidence M5, M6.
    """
    return p.fatigue * (bounded_exp(min(p.load * x, 5.0)) - 1.0)


@rule
def neglect_hazard(intimacy: float, p: LeavingRules) -> float:
    """Silent fans drift away: h_neg·e^(−I/I₀)   [1/day].   Source: evidence M6 (U shape, L4)."""
    return p.neglect * bounded_exp(-intimacy / p.neglect_scale)


@rule
def trust_factor(trust: float, prior: float, p: LeavingRules) -> float:
    """Factor of trust on all lasting hazards: e^(−β_T(T − T₀)).   T = T₀ → 1.   Source: evidence M6."""
    return bounded_exp(-p.trust * (trust - prior))


@rule
def most_hazard(x: float, frailty: float, factor_limit: float, shock: float, p: LeavingRules) -> float:
    """Upper bound of the day's hazard from the load alone: spares most fans the exponentials of the exact one.

    factor_limit  largest value of ``trust_factor``, at trust 0
    """
    exponent = min(p.load * x, 5.0)
    tired = 147.5  # e^5 − 1, rounded up
    if exponent <= 1.0:
        tired = 1.7183 * exponent  # the chord of e^y − 1 over [0, 1] lies above it
    elif exponent <= 2.0:
        tired = 6.39
    lasting = max(p.first_week, p.first_month, 1.0) * frailty * p.natural + p.fatigue * tired + p.neglect
    return (lasting * factor_limit + shock) * 1.000001


@rare
def cause_of(u: float, natural: float, fatigue: float, neglect: float, factor: float, shock: float) -> int:
    """Cause of an exit, drawn in proportion to what each term adds to the hazard.

    u       uniform draw
    factor  g of ``trust_factor``: below 1 it scales natural, fatigue and neglect; above 1 the excess
            (g − 1)·(natural + fatigue + neglect) is *distrust*

    Returns a member of ``Cause`` as an integer. Source: model.md §3.4h.
    """
    scale = min(1.0, factor)
    lasting = natural + fatigue + neglect
    distrust = lasting * max(0.0, factor - 1.0)
    at = u * (lasting * scale + distrust + shock)
    if at < natural * scale:
        return 0
    at -= natural * scale
    if at < fatigue * scale:
        return 1
    at -= fatigue * scale
    if at < neglect * scale:
        return 2
    at -= neglect * scale
    return 3 if at < distrust else 4
