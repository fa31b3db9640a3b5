"""Persona: what a brand that people know and feel with is worth, before it has sent a single message (人设, E-83)."""

from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import parameter
from sim.rules.numbers import between, log_odds, logistic


class PersonaRules(NamedTuple):
    """Effects of persona, emotional content and renown; neutral for a brand without persona that is not well known."""

    relevance: Annotated[
        float, parameter("Log-odds of relevance added by a full persona", low=0, high=5, source="E-83")
    ] = 0.5
    trust: Annotated[
        float, parameter("Log-odds of prior trust added by a full persona", low=0, high=5, source="E-83")
    ] = 0.5
    emotion: Annotated[
        float,
        parameter(
            "Log-odds of relevance of useful content that is all emotional, where all offers are alike",
            low=0,
            high=5,
            source="E-84",
        ),
    ] = 1.0
    bargaining: Annotated[
        float,
        parameter(
            "Share of the commission that a fully trusted brand bargains away, beside a certified one",
            low=0,
            high=1,
            source="E-88",
        ),
    ] = 0.5
    usual: Annotated[
        float,
        parameter("T_c: prior trust up to which a brand pays the full commission", low=0, high=0.99, source="E-88, M7"),
    ] = 0.35


@rule
def persona_match(persona: float, p: PersonaRules) -> float:
    """Log-odds by which a persona makes all of a brand's content more relevant: b·persona.

    persona  strength in [0, 1].  0 → 0.  Source: evidence E-83.
    """
    return p.relevance * persona


@rule
def emotional_match(emotional: float, maturity: float, p: PersonaRules) -> float:
    """Log-odds by which emotional content counts for more, the more alike all offers are: b·emotional·maturity.

    emotional  share of emotional among useful content, in [0, 1]
    maturity   how alike the offers of the category are, in [0, 1]

    Source: evidence E-84.
    """
    return p.emotion * emotional * maturity


@rule
def persona_trust(trust: float, persona: float, p: PersonaRules) -> float:
    """Mean prior trust of people who meet a brand with a persona: σ(logit(trust) + b·persona).

    trust  mean prior trust without it; cut to [.01, .99].  persona = 0 → trust.  Source: evidence E-83.
    """
    if persona <= 0.0:
        return trust
    return logistic(log_odds(between(0.01, trust, 0.99)) + p.trust * persona)


@rule
def bargained(commission: float, trust: float, p: PersonaRules) -> float:
    """Commission that a platform asks of a brand that brings its own people.

        commission·(1 − b·max(0, T₀ − T_c)/(1 − T_c))

    trust  prior trust T₀ of the brand;  T_c: that of a certified brand, which pays the full rate

    Source: evidence E-88.
    """
    return commission * (1.0 - p.bargaining * max(0.0, trust - p.usual) / (1.0 - p.usual))
