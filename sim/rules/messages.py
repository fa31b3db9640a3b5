"""Messages: delivery within quotas, fatigue, opening, and lives (M4, M5, M19)."""

import math
from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import fraction, parameter
from sim.rules.numbers import bounded_exp


class MessageRules(NamedTuple):
    """How messages tire and how they are opened."""

    recovery: Annotated[
        float, parameter("τ_φ: time in which fatigue falls to 1/e", unit="days", above=0, high=365, source="M5")
    ] = 7.0
    value_relief: Annotated[
        float, fraction("ψ: how much less a perfectly relevant value message tires", source="M5")
    ] = 0.7
    load_effect: Annotated[
        float, parameter("k_o: fall of log-opening per unit of load", low=0, high=10, source="M4")
    ] = 0.35
    habituation: Annotated[
        float,
        parameter(
            "n₀: messages of 7 days that halve the opening of one",
            unit="messages/week",
            above=0,
            high=1000,
            source="M4, L7, details",
        ),
    ] = 14.0
    relevance_effect: Annotated[
        float, parameter("a_rel: effect of relevance on opening", low=0, high=2, source="details")
    ] = 0.6
    trust_effect: Annotated[float, parameter("θ_o: elasticity of opening to trust", low=0, high=3, source="M4")] = 0.5
    group_visits: Annotated[
        float, parameter("Elasticity of the daily visit of a group to its messages", low=0, high=1, source="M4")
    ] = 0.35
    tolerance_spread: Annotated[
        float, parameter("Log-sd of tolerance", low=0, high=3, source="L8", trust="measured")
    ] = 1.0


class LiveRules(NamedTuple):
    """Lives: who watches and what it does."""

    notice: Annotated[
        float,
        fraction("Probability that one who opened the notice watches, before the tier factor", source="M19, details"),
    ] = 0.3
    minutes: Annotated[float, parameter("Minutes watched", unit="min", low=0, high=1440, source="M19, details")] = 20.0
    liking: Annotated[float, parameter("Factor of liking fans on watching", low=0, high=100, source="details")] = 3.0
    devoted: Annotated[float, parameter("Factor of devoted fans on watching", low=0, high=100, source="details")] = 8.0


@rule
def load_per_fatigue(p: MessageRules) -> float:
    """1 − e^(−1/τ_φ): what turns fatigue into weighted messages per day. Source: evidence M5."""
    return -math.expm1(-1.0 / p.recovery)


@rule
def load(fatigue: float, tolerance: float, per_fatigue: float) -> float:
    """Weighted messages per day relative to the fan's own tolerance.

        x = φ · (1 − e^(−1/τ_φ)) / θ        [–]

    fatigue      φ ≥ 0, weighted messages
    tolerance    θ > 0, weighted messages per day
    per_fatigue  1 − e^(−1/τ_φ), from ``load_per_fatigue``

    Constant weighted messages f per day give x = f/θ exactly. Source: evidence M5.
    """
    return fatigue * per_fatigue / tolerance


@rule
def message_weight(weight: float, values: float, promotions: float, rel_value: float, p: MessageRules) -> float:
    """Fatigue added by today's messages of one channel: w·(values·(1 − ψ·rel) + promotions). Source: evidence M5."""
    return weight * (values * (1.0 - p.value_relief * rel_value) + promotions)


@rule
def attention(week: float, is_group: bool, p: MessageRules) -> float:
    """What the channel's messages of the last 7 days, n₇, do to opening one of them.

        one message: 1/(1 + n₇/n₀)        a group: (n₇/28)^γ, visits relative to 4 messages a day

    Source: evidence M4, L7; details.md.
    """
    if is_group:
        return math.pow(week / 28.0, p.group_visits)
    return 1.0 / (1.0 + week / p.habituation)


@rule
def visible_share(week: float, fold_after: float) -> float:
    """Share of a channel's messages that are not folded away: min(1, 7·k/n₇).

    week        n₇, messages of the last 7 days;  fold_after: k, messages a day up to which all are shown, 0: all

    Source: evidence E-57.
    """
    if fold_after <= 0.0 or week <= 7.0 * fold_after:
        return 1.0
    return 7.0 * fold_after / week


@rule
def open_probability(base: float, rel: float, x: float, trust: float, trust_prior: float, p: MessageRules) -> float:
    """Probability that a fan opens today's messages of a channel (for a group: visits it), at most 1.

        base · e^(−k_o·x) · (1 + a_rel(rel − ½)) · (T/T₀)^θ_o

    base    reach · o_c · ``attention``;  rel: relevance of today's messages
    x       load before today's messages;  trust T;  trust_prior: the brand's T₀ > 0

    Source: evidence M4; details.md.
    """
    chance = (
        base
        * bounded_exp(-p.load_effect * x)
        * (1.0 + p.relevance_effect * (rel - 0.5))
        * math.pow(trust / trust_prior, p.trust_effect)
    )
    return min(1.0, max(0.0, chance))


@rule
def open_limit(trust_prior: float, p: MessageRules) -> float:
    """Upper bound of ``open_probability`` ÷ base over load, relevance and trust: spares most of its exponentials."""
    return (1.0 + 0.5 * p.relevance_effect) * math.pow(1.0 / trust_prior, p.trust_effect) * 1.000001


@rule
def opening_limit(rel: float, x: float, trust: float, trust_prior: float, p: MessageRules) -> float:
    """Upper bound of ``open_probability`` ÷ base for this load, relevance and trust, without an exponential.

    e^−y ≤ 1/(1 + y + y²/2), and for θ_o ≤ 1 the power of trust lies below its tangent at T₀:
    (T/T₀)^θ ≤ 1 + θ(T/T₀ − 1); for θ_o in (1, 3] below the larger of T/T₀ and its cube.
    """
    relative, tired = trust / trust_prior, p.load_effect * x
    tangent = 1.0 + p.trust_effect * (relative - 1.0)
    trusted = tangent if p.trust_effect <= 1.0 else max(relative, relative * relative * relative)
    return (1.0 + p.relevance_effect * (rel - 0.5)) * trusted / (1.0 + tired + 0.5 * tired * tired) * 1.000001


@rule
def watch_probability(tier: int, p: LiveRules) -> float:
    """Probability that a fan who opened the channel of the notice watches the live: notice × tier factor, at most 1.

    Source: evidence M19; details.md.
    """
    factor = 1.0
    if tier == 1:
        factor = p.liking
    elif tier == 2:
        factor = p.devoted
    return min(1.0, p.notice * factor)
