"""Staying: one hazard a day, its cause, and the channel that is left or muted (model.md §3.4h)."""

import math

from sim.compiled import rare, rule
from sim.domains import TIERS, Cause, Tier
from sim.rules.climate import Climate, World, first_cell
from sim.rules.follow import relevance
from sim.rules.leaving import cause_of, fatigue_hazard, most_hazard, natural_hazard, neglect_hazard, trust_factor
from sim.rules.messages import load
from sim.rules.rivalry import Surroundings, felt
from sim.rules.rows import Fan, Person
from sim.rules.tally import Slot, Tally
from sim.streams import Decision, uniform


@rule
def stay_mute_or_leave(
    person: Person,
    fan: Fan,
    trust: float,
    fatigue: float,
    intimacy: float,
    tier: int,
    shock: float,
    u: float,
    around: Surroundings,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> tuple[int, int, int]:
    """One hazard a day; returns memberships, mutes and the cause (−1: stays) (model.md §3.4h).

    Natural, neglect and distrust exits leave every channel; fatigue and shock exits leave one, or mute it.
    """
    rules, day = world.rules.leaving, climate.day
    x = load(felt(fatigue, around, world.rules.rivalry), person.tolerance, world.one_day.load)
    if u >= most_hazard(x, person.frailty, world.one_day.trust_limit, shock, rules):
        return fan.channels, fan.muted, -1
    rel = relevance(world.segments.match_value[person.segment], person.affinity)
    natural = natural_hazard(day - fan.joined_on, person.frailty, rel, tier == Tier.DEVOTED, rules)
    tired = fatigue_hazard(x, rules)
    neglected = neglect_hazard(intimacy, rules)
    factor = trust_factor(trust, world.brand.trust, rules)
    hazard = (natural + tired + neglected) * factor + shock
    if u >= -math.expm1(-hazard):
        return fan.channels, fan.muted, -1
    cause = cause_of(uniform(key, Decision.CAUSE, person.key, day, 0), natural, tired, neglected, factor, shock)
    if cause not in (Cause.FATIGUE, Cause.SHOCK):
        return fan.channels, fan.channels, cause
    c = channel_left(person, fan, climate, world, key)
    bit = 1 << c
    if (
        cause == Cause.FATIGUE
        and world.channels.weak[c] == 1
        and uniform(key, Decision.MUTE, person.key, day, 0) < rules.mute
    ):
        tally[Slot.MUTES + c] += 1
        return fan.channels, fan.muted | bit, cause
    tally[Slot.CHANNEL_LEAVES + c] += 1
    return fan.channels & ~bit, fan.muted & ~bit, cause


@rare
def channel_left(person: Person, fan: Fan, climate: Climate, world: World, key: int) -> int:
    """The channel left: by its share of the weighted messages of the last 7 days, or uniformly if there were none."""
    listening = fan.channels & ~fan.muted
    first = first_cell(climate.audience[person.segment]) + fan.tier
    total, count = 0.0, 0
    for c in range(world.channels.used):
        if listening >> c & 1:
            total += world.channels.weight[c] * climate.week[first + TIERS * c]
            count += 1
    u = uniform(key, Decision.LEAVE_CHANNEL, person.key, climate.day, 0)
    at = u * total if total > 0.0 else u * count
    chosen = 0
    for c in range(world.channels.used):
        if listening >> c & 1:
            chosen = c
            at -= world.channels.weight[c] * climate.week[first + TIERS * c] if total > 0.0 else 1.0
            if at < 0.0:
                break
    return chosen
