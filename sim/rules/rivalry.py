"""Rivalry: several brands share a person's tolerance, attention and needs (M14)."""

from typing import Annotated, NamedTuple

from sim.compiled import rule
from sim.parameters import fraction, parameter


class RivalryRules(NamedTuple):
    """What other brands of the scenario do to a fan's day; nothing where there is one brand."""

    spillover: Annotated[
        float, fraction("θ_cross: share of the fatigue from other brands' messages that is felt", source="M14")
    ] = 0.3
    background: Annotated[
        float,
        parameter(
            "w₀: messages of everybody else that compete for attention",
            unit="1/day",
            above=0,
            high=1000,
            source="M14: the average US user gets 46 pushes a day",
            trust="weak",
        ),
    ] = 46.0
    crowding: Annotated[
        float,
        parameter(
            "Weight of other brands' messages in the choice of what to attend to, relative to own ones (0: none)",
            low=0,
            high=10,
            source="M14: Luce's choice gives every message the same weight",
        ),
    ] = 1.0
    substitution: Annotated[
        float, fraction("Share of needs for which the brands are substitutes", source="M14: one industry, one need")
    ] = 1.0
    screen_time: Annotated[
        float,
        fraction(
            "Share of the minutes with other brands' lives that is taken from those in which own lives are met",
            source="M14, E-18: one daily budget of about 120 minutes",
        ),
    ] = 1.0


class Surroundings(NamedTuple):
    """The other brands in a person's life this morning.

    fatigue   Σ φ_b, weighted messages  ≥ 0;  messages: sent to the person by them today  ≥ 0
    appeal    Σ of the odds with which the person would buy from each of them  ≥ 0
    minutes   that the person is expected to spend today with the lives to which they invite  ≥ 0
    """

    fatigue: float
    messages: float
    appeal: float
    minutes: float


ALONE = Surroundings(0.0, 0.0, 0.0, 0.0)


@rule
def felt(fatigue: float, around: Surroundings, p: RivalryRules) -> float:
    """Fatigue that a fan feels towards one brand: φ + θ_cross · Σ φ of the others. Source: evidence M14."""
    return fatigue + p.spillover * around.fatigue


@rule
def attention_share(own: float, others: float, p: RivalryRules) -> float:
    """What the messages of other brands leave of the attention that the own ones had without them.

        (w₀ + own) / (w₀ + own + κ · others)        in (0, 1]

    own, others  messages to the person today, ≥ 0;  κ: crowding

    Luce's (1959) choice among messages: each is attended to with its share of all, and w₀ stands for what everybody
    else sends. Base opening probabilities were observed with w₀ and the own messages around. Source: evidence M14.
    """
    return (p.background + own) / (p.background + own + p.crowding * others)


@rule
def free_time(elsewhere: float, budget: float, p: RivalryRules) -> float:
    """Share of a day's minutes that the lives of other brands leave: max(0, 1 − s · elsewhere / budget).

    elsewhere  expected minutes with them today, ≥ 0;  budget: minutes of a day, ≥ 0;  s: screen_time

    A live is met in the minutes that are free for it, so it is watched in proportion to them: all brands draw on one
    budget; the probability of watching was observed without the scenario's other brands. Source: evidence M14, E-18.
    """
    return max(0.0, 1.0 - p.screen_time * elsewhere / max(1e-9, budget))


@rule
def preferred(chance: float, around: Surroundings, p: RivalryRules) -> float:
    """Probability of buying from this brand when others could be bought from instead: o/(1 + o + s · appeal).

    chance  of buying where no other brand is known, o/(1 + o)   in [0, 1]
    around  with the appeal, Σ of the odds o of the others ≥ 0;  s: substitution

    Multinomial logit (McFadden 1974). appeal = 0 → chance. Source: evidence M14.
    """
    return chance / (1.0 + (1.0 - chance) * p.substitution * around.appeal)
