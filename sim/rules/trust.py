"""Trust: gained slowly, lost quickly, drifting back to where it started (M7)."""

from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import fraction, parameter
from sim.rules.numbers import between, bounded_exp, log_odds, logistic


class TrustRules(NamedTuple):
    """The slow clock of the relationship."""

    gain: Annotated[float, fraction("α₊: gain of trust on a positive event", source="M7")] = 0.045
    loss_ratio: Annotated[
        float, parameter("ρ = α₋/α₊: weight of a negative event", low=0, high=20, source="M7, L18", trust="weak")
    ] = 3.0
    drift: Annotated[
        float,
        parameter(
            "τ_T: time in which trust falls back to its prior by 1/e",
            unit="days",
            above=0,
            high=10_000,
            source="M7, M5",
        ),
    ] = 120.0
    prior_size: Annotated[
        float, parameter("Prior trust ~ Beta(size·m, size·(1 − m))", above=0, high=1000, source="details")
    ] = 8.0
    purchase: Annotated[float, parameter("Weight of a purchase relative to a message", low=0, high=10, source="M9")] = (
        1.0
    )
    experience: Annotated[
        float,
        fraction(
            "Weight of the product against the prior, in the trust to which one who has bought drifts back",
            source="M7, E-77: .35 becomes .5 with a product of quality .7",
        ),
    ] = 0.4


@rule
def mean_prior(trust: float, shift: float) -> float:
    """Mean prior trust of a segment: σ(logit(T₀) + shift), T₀ within [.01, .99].

    trust  T₀, the mean prior trust of people met in the same way, in [0, 1]
    shift  log-odds by which the segment trusts the brand more than others; 0 → T₀

    Existing customers have the lowest threshold of trust (E-77). Source: evidence M7, E-77.
    """
    mean = between(0.01, trust, 0.99)
    if shift == 0.0:
        return mean
    return logistic(log_odds(mean) + shift)


@rule
def drifted(trust: float, prior: float, keep: float) -> float:
    """Trust after days without events: T₀ + (T − T₀)·e^(−elapsed/τ_T), keep = e^(−elapsed/τ_T). Source: evidence M7."""
    return prior + (trust - prior) * keep


@rule
def experienced_prior(prior: float, orders: int, quality: float, p: TrustRules) -> float:
    """The trust to which a person drifts back: T₀ᵢ, or T₀ᵢ + w·(quality − T₀ᵢ) for one who has bought.

    prior    T₀ᵢ, drawn once, before any experience
    quality  of the product, in [0, 1]

    Who knows the product needs less faith in the brand: existing customers have the lowest threshold of trust, and the
    first order lowers it, not the tenth. A product worse than the prior pulls trust down. w = 0 → T₀ᵢ always.
    Source: evidence M7, E-77.
    """
    weight = p.experience  # read in any case: a loop over rows then runs in vectors
    return prior + weight * (quality - prior) if orders > 0 else prior


@rule
def gained(trust: float, event: float, p: TrustRules) -> float:
    """Trust after a positive event of size ``event``: T + α₊·e·(1 − T), α₊·e at most 1. Source: evidence M7."""
    return trust + min(1.0, p.gain * event) * (1.0 - trust)


@rule
def lost(trust: float, event: float, p: TrustRules) -> float:
    """Trust after a negative event of size ``event``: T − ρ·α₊·e·T, ρ·α₊·e at most 1. Source: evidence M7."""
    return trust - min(1.0, p.loss_ratio * p.gain * event) * trust


@rule
def promotion_is_negative(rel: float, x: float) -> float:
    """Probability that an opened promotion disappoints: 1 − rel·e^(−max(0, x − 1)).

    rel  relevance of promotion to the fan, in [0, 1];  x  load before today's messages

    Source: model.md §3.4b.
    """
    return 1.0 - rel * bounded_exp(-max(0.0, x - 1.0))
