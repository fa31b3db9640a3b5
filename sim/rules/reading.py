"""Reading: one follower's messages and lives of one day (model.md §3.4b, c)."""

from typing import NamedTuple

from sim.compiled import rare, rule
from sim.domains import TIERS, ChannelKind, HomepageSource
from sim.rules.climate import Climate, World, first_cell
from sim.rules.delivery import after_answer, chatter, delivered
from sim.rules.follow import relevance
from sim.rules.messages import load, message_weight, open_probability, watch_probability
from sim.rules.presence import messages_today
from sim.rules.rivalry import Surroundings, attention_share, felt, free_time
from sim.rules.rows import Fan, Person
from sim.rules.tally import NO_CHANNEL, Slot, Tally
from sim.rules.trust import gained, lost, promotion_is_negative
from sim.streams import Decision, uniform


class Reading(NamedTuple):
    """What a day's messages did to a follower."""

    trust: float  # after today's events
    fatigue: float  # after today's messages, opened or not
    closeness: float  # intimacy gained
    expectation: float  # raised by opened promotions
    month_counts: int
    shock: float  # hazard of opened messages
    offer: int  # channel of the first opened offer, NO_CHANNEL for none
    watched: bool  # a live
    opened: bool  # anything
    sought: int  # channel that the follower visited unasked, NO_CHANNEL for none
    homepage: bool  # visited, led by a message


@rule
def read_messages(
    person: Person,
    fan: Fan,
    trust: float,
    fatigue: float,
    counts: int,
    visit_draw: float,
    around: Surroundings,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> Reading:
    """Messages and lives of one day (model.md §3.4b, c).

    One draw per channel decides the visit, which opens all of today's messages there and gives at most one event of
    each kind. Trust moves event by event, in the order of the channels; opening looks at the load before today's
    messages. What the platform lets through is a matter of ``delivered``.

    visit_draw  the visit draw of the first channel, from ``daily_draws``;  around: the other brands
    """
    rules, segments = world.rules, world.segments
    day = climate.day
    x = load(felt(fatigue, around, rules.rivalry), person.tolerance, world.one_day.load)
    rel_value = rel_promotion = -1.0  # not worked out before there is something to read
    closeness, expectation, shock = 0.0, fan.expectation, 0.0
    offer, watched, opened, homepage = NO_CHANNEL, False, False, False
    listening = fan.channels & ~fan.muted
    if listening & climate.noisy:
        fatigue += chatter(listening & climate.noisy, climate, world, tally)
    audience = climate.audience[person.segment]
    first = first_cell(audience) + fan.tier
    listening &= climate.sending[TIERS * audience + fan.tier]
    noticed = free = 1.0
    if around.minutes > 0.0:
        free = free_time(around.minutes, world.minutes, rules.rivalry)
    if around.messages > 0.0:
        noticed = attention_share(
            messages_today(person.segment, fan.channels, fan.muted, fan.tier, climate, world),
            around.messages,
            rules.rivalry,
        )
    for c in range(world.channels.joined):
        if not listening >> c & 1:
            if listening >> c == 0:
                break
            continue
        at = first + TIERS * c
        values, promotions, counts = delivered(
            c, climate.value[at], climate.promotion[at], counts, person.key, climate, world, key, tally
        )
        if values + promotions == 0:
            continue
        tally[Slot.DELIVERED + c] += values + promotions
        if rel_value < 0.0:
            match, match_promotion = segments.match_value[person.segment], segments.match_promotion[person.segment]
            rel_value = rel_promotion = relevance(match, person.affinity)
            if match_promotion != match:
                rel_promotion = relevance(match_promotion, person.affinity)
        weight = world.channels.weight[c]
        fatigue += message_weight(weight, float(values), float(promotions), rel_value, rules.messages)
        rel = (rel_value * values + rel_promotion * promotions) / (values + promotions)
        u = visit_draw if c == 0 else uniform(key, Decision.VISIT, person.key, day, c)
        base = climate.base[at] * noticed
        if u >= base * world.one_day.open_limit:
            continue
        chance = open_probability(base, rel, x, trust, world.brand.trust, rules.messages)
        if u >= chance:
            continue
        tally[Slot.VISITS + c] += 1
        tally[Slot.OPENED + c] += values + promotions
        opened = True
        closeness += rules.tiers.visit
        if values > 0 and uniform(key, Decision.VALUE_EVENT, person.key, day, c) < climate.quality * rel_value:
            trust = gained(trust, 1.0, rules.trust)
            tally[Slot.VALUE_EVENTS] += 1
            tally[Slot.USEFUL + c] += 1
        if promotions > 0:
            if climate.breach[at] > 0.0 and uniform(key, Decision.BREACH, person.key, day, c) < climate.breach[at]:
                trust = lost(trust, 1.0, rules.trust)
                tally[Slot.BREACHES] += 1
            if uniform(key, Decision.PROMOTION_EVENT, person.key, day, c) < promotion_is_negative(rel_promotion, x):
                trust = lost(trust, 1.0, rules.trust)
                tally[Slot.PROMOTION_EVENTS] += 1
            expectation += rules.purchase.bait * (1.0 - expectation)
            if offer == NO_CHANNEL:
                offer = c
        shock += (
            rules.leaving.shock
            * weight
            * ((1.0 if values > 0 else 0.0) + (rules.leaving.promotion_shock if promotions > 0 else 0.0))
        )
        if (
            climate.notice[c] > 0
            and promotions > 0
            and not watched
            and uniform(key, Decision.WATCH_LIVE, person.key, day, c) < free * watch_probability(fan.tier, rules.lives)
        ):
            watched = True
            tally[Slot.WATCHES] += 1
            tally[Slot.LIVE_MINUTES] += int(rules.lives.minutes)
            closeness += min(rules.tiers.live_most, rules.tiers.live_minute * rules.lives.minutes)
            if offer == NO_CHANNEL:
                offer = c
        if world.channels.linked >> c & 1 and u < chance * rules.path.push and not homepage:
            homepage = True  # the draw of the opening, once more: given that it opened, it lies anywhere below chance
            tally[Slot.HOMEPAGE + HomepageSource.PUSH] += 1
        if (
            world.channels.kind[c] == ChannelKind.DIRECT
            and uniform(key, Decision.ANSWER, person.key, day, c) < rules.path.answer
        ):
            tally[Slot.FAN_ANSWERS] += 1
            closeness += rules.tiers.reply
            counts = after_answer(counts, c, world)
    sought = NO_CHANNEL
    for c in range(world.channels.joined, world.channels.used):
        if comes_unasked(c, person, fan, trust, climate, world, key):
            tally[Slot.VISITS + c] += 1
            opened = True
            closeness += rules.tiers.visit
            if sought == NO_CHANNEL:
                sought = c
    return Reading(trust, fatigue, closeness, expectation, counts, shock, offer, watched, opened, sought, homepage)


@rare
def comes_unasked(c: int, person: Person, fan: Fan, trust: float, climate: Climate, world: World, key: int) -> bool:
    """True when a follower visits a channel on their own today: a homepage, a mini-program (evidence E-34, E-42).

    P(visit) = reach·o_c · (1 + a_rel(rel − ½)) · (T/T₀)^θ_o: messages neither call nor keep away. The channel stands
    open to whoever is in any other channel of its platform, muted or not.
    """
    if fan.channels & world.channels.beside[c] == 0:
        return False
    rel = relevance(world.segments.match_value[person.segment], person.affinity)
    chance = open_probability(
        climate.base[first_cell(climate.audience[person.segment]) + TIERS * c + fan.tier],
        rel,
        0.0,
        trust,
        world.brand.trust,
        world.rules.messages,
    )
    return uniform(key, Decision.VISIT, person.key, climate.day, c) < chance
