"""The mean of a day's exits and of the channels that are left and joined (``staying``, ``membership``)."""

import math

from sim.compiled import rare, rule
from sim.domains import TIERS, Cause, Tier
from sim.rules.climate import Climate, Floats, World, first_cell
from sim.rules.leaving import fatigue_hazard, natural_hazard, neglect_hazard, trust_factor
from sim.rules.mean_state import MeanTraits
from sim.rules.messages import load
from sim.rules.numbers import between
from sim.rules.tally import Slot


@rule
def alone_in(i: int, c: int, members: Floats, world: World) -> float:
    """Probability that channel c is the only one that fans of cell i listen to, of those who listen to it."""
    alone = 1.0
    for other in range(world.channels.joined):
        if other != c:
            alone *= 1.0 - members[i, other]
    return alone


@rare
def mean_leaving(
    i: int,
    fan: MeanTraits,
    tier: int,
    trust: float,
    fatigue: float,
    intimacy: float,
    shock: float,
    members: Floats,
    leaving: Floats,
    climate: Climate,
    world: World,
    size: float,
    tally: Floats,
) -> float:
    """Fans of cell i who leave the private domain today; lowers its memberships. See ``stay_mute_or_leave``.

    leaving  [C] room for the members who leave each channel"""
    rules = world.rules.leaving
    x = load(fatigue, fan.tolerance, world.one_day.load)
    natural = natural_hazard(fan.tenure, fan.frailty, fan.rel_value, tier == Tier.DEVOTED, rules)
    tired, neglected = fatigue_hazard(x, rules), neglect_hazard(intimacy, rules)
    factor = trust_factor(trust, world.brand.trust, rules)
    hazard = (natural + tired + neglected) * factor + shock
    if hazard <= 0.0:
        return 0.0
    per_hazard = size * -math.expm1(-hazard) / hazard
    scale = min(1.0, factor)
    distrust = (natural + tired + neglected) * (factor - scale)
    from_all = per_hazard * (natural * scale + neglected * scale + distrust)
    tally[Slot.EXITS + Cause.NATURAL] += per_hazard * natural * scale
    tally[Slot.EXITS + Cause.NEGLECT] += per_hazard * neglected * scale
    tally[Slot.EXITS + Cause.DISTRUST] += per_hazard * distrust
    first, total, inside = first_cell(climate.audience[fan.segment]) + tier, 0.0, 0.0
    for c in range(world.channels.joined):
        total += members[i, c] * world.channels.weight[c] * climate.week[first + TIERS * c]
        inside += members[i, c]
    from_one, gone = per_hazard * (tired * scale + shock), 0.0
    by_fatigue = tired * scale / max(1e-300, tired * scale + shock)
    left = size - from_all
    for c in range(world.channels.joined):
        weight, leaving[c] = members[i, c], 0.0
        if weight <= 0.0 or from_one <= 0.0:
            continue
        if total > 0.0:
            weight *= world.channels.weight[c] * climate.week[first + TIERS * c] / total
        else:
            weight /= inside
        leaving[c] = min(from_one * weight, members[i, c] * left)
        tally[Slot.CHANNEL_LEAVES + c] += leaving[c]
        ends = leaving[c] * alone_in(i, c, members, world)
        tally[Slot.EXITS + Cause.FATIGUE] += ends * by_fatigue
        tally[Slot.EXITS + Cause.SHOCK] += ends * (1.0 - by_fatigue)
        gone += ends
    stay = max(1e-300, left - gone)
    for c in range(world.channels.joined):  # in masses: who leaves the only channel was in no other
        if members[i, c] > 0.0:
            members[i, c] = between(0.0, (members[i, c] * left - leaving[c]) / stay, 1.0)
    return min(size, from_all + gone)


@rare
def join(
    i: int,
    tier: int,
    answered: float,
    size: float,
    members: Floats,
    climate: Climate,
    world: World,
    tally: Floats,
) -> None:
    """Channels that fans of cell i join for tomorrow: by themselves or with an answer.

    Where places are scarce these are applications; who gets none is out in the morning (``MeanRows.seat``).
    """
    for c in range(world.channels.joined):
        rate = world.channels.joins[TIERS * c + tier] * climate.ask_to_join[c] + answered * world.service.joins[c]
        if rate <= 0.0:
            continue
        enter = (1.0 - members[i, c]) * -math.expm1(-rate)
        if world.channels.limited >> c & 1:
            tally[Slot.APPLICATIONS + c] += size * enter
        else:
            tally[Slot.CHANNEL_JOINS + c] += size * enter
        members[i, c] += enter * (1.0 - world.channels.blocked[c])
