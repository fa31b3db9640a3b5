"""The mean of a day's question and of a day's messages and lives (``asking``, ``reading``)."""

from typing import NamedTuple

from sim.compiled import rare, rule
from sim.domains import TIERS, ChannelKind
from sim.rules.climate import Boxed, Climate, Floats, World, first_cell
from sim.rules.mean_state import MeanState, MeanTraits
from sim.rules.messages import load, message_weight, open_probability, watch_probability
from sim.rules.rivalry import Surroundings, attention_share, felt, free_time
from sim.rules.service import answer_event, waited
from sim.rules.tally import Slot
from sim.rules.trust import gained, lost, promotion_is_negative

PARTS = 1_000_000_000  # in which a mean field writes the share of a channel's accounts that is closed
WAITS = 64  # points of the distribution of waiting times


class MeanAnswer(NamedTuple):
    """What a question or a lead does on average today."""

    up: float  # events of trust gained by a question
    down: float  # events of trust lost
    answered: float  # probability of an answer by the team
    any: float  # probability of any answer, the automatic one included
    lead_up: float  # events of trust gained by a lead
    lead_down: float  # events of trust lost
    lead_today: float  # probability that a lead is answered today
    lead_tomorrow: float  # … tomorrow
    lead_qualified: float  # … that it is answered today and qualified


ANSWER = len(MeanAnswer._fields)


@rule
def answer_of(answer: Floats) -> MeanAnswer:
    """The fields of ``MeanAnswer``, [ANSWER]."""
    return MeanAnswer(answer[0], answer[1], answer[2], answer[3], answer[4], answer[5], answer[6], answer[7], answer[8])


class MeanReading(NamedTuple):
    """What the day's messages do; probabilities and means per fan."""

    trust: float
    fatigue: float
    closeness: float
    expectation: float
    shock: float
    offered: float  # probability of an opened offer
    watched: float  # … of a watched live
    active: float  # … of anything opened
    sought: float  # … of a visit unasked


@rare
def mean_answer(climates: Boxed, worlds: Boxed, answer: Floats) -> None:
    """Fill in a question of today, averaged over the waiting time: answered automatically, or by the team (M13).

    answer  [ANSWER] fields of ``MeanAnswer``; those of leads are left alone
    """
    climate, world = climates[0], worlds[0]
    p, automatic = world.rules.service, world.service.automatic
    event = answer_event(0.0, p)
    up, down, answered = automatic * max(0.0, event), automatic * max(0.0, -event), 0.0
    share = (1.0 - automatic) / WAITS
    for n in range(WAITS):
        minutes = waited((n + 0.5) / WAITS, climate.desk)
        event = answer_event(minutes, p)
        up += share * max(0.0, event)
        down += share * max(0.0, -event)
        answered += share if minutes >= 0.0 else 0.0
    answer[0], answer[1], answer[2], answer[3] = up, down, answered, answered + automatic


@rule
def asked(i: int, tier: int, members: Floats, world: World) -> float:
    """Probability that a fan of cell i asks something today, see ``ask``."""
    nowhere = 1.0
    for c in range(world.channels.joined):
        if world.service.strong >> c & 1:
            nowhere *= 1.0 - members[i, c]
    chance: float = nowhere * world.service.asks[tier] + (1.0 - nowhere) * world.service.asks[TIERS + tier]
    return chance


@rule
def trust_after(trust: float, up: float, down: float, world: World) -> float:
    """Mean trust after expected events: gains first, then losses; the rule is linear in T."""
    return lost(gained(trust, up, world.rules.trust), down, world.rules.trust)


@rule
def mean_messages(i: int, segment: int, tier: int, members: Floats, climate: Climate, world: World) -> float:
    """Messages that the brand sends today to a fan of cell i, in all channels together, see ``messages_today``."""
    first, found = first_cell(climate.audience[segment]) + tier, 0.0
    for c in range(world.channels.joined):
        found += members[i, c] * float(climate.value[first + TIERS * c] + climate.promotion[first + TIERS * c])
    return found


@rare
def mean_reading(
    i: int,
    fan: MeanTraits,
    state: MeanState,
    tier: int,
    members: Floats,
    counts: Floats,
    offers: Floats,
    around: Surroundings,
    climate: Climate,
    world: World,
    size: float,
    tally: Floats,
) -> MeanReading:
    """Messages and lives of one day for cell i, see ``read_messages``; expected deliveries count against quotas.

    members, counts  [cells, C] share who listen to the channel; messages of this month
    offers           [C + 1] to be filled: probability that the day's first opened offer is the channel's
    around           the other brands
    """
    rules, channels = world.rules, world.channels
    x = load(felt(state.fatigue, around, rules.rivalry), fan.tolerance, world.one_day.load)
    rel_value, rel_promotion = fan.rel_value, fan.rel_promotion
    trust, fatigue, closeness, expectation, shock = state.trust, state.fatigue, 0.0, state.expectation, 0.0
    no_offer, unwatched, idle = 1.0, 1.0, 1.0
    first = first_cell(climate.audience[fan.segment]) + tier
    noticed = free = 1.0
    if around.minutes > 0.0:
        free = free_time(around.minutes, world.minutes, rules.rivalry)
    if around.messages > 0.0:
        own = mean_messages(i, fan.segment, tier, members, climate, world)
        noticed = attention_share(own, around.messages, rules.rivalry)
    for c in range(channels.joined):
        inside, offers[c] = members[i, c] * (1.0 - climate.closed[c] / PARTS), 0.0
        if inside <= 0.0:
            continue
        if climate.noisy >> c & 1:
            fatigue += inside * channels.weight[c] * climate.chatter[c]
        at = first + TIERS * c
        values, promotions = float(climate.value[at]), float(climate.promotion[at])
        if values + promotions <= 0.0:
            continue
        if channels.quota[c] >= 0:
            accounts = 1.0 + (world.path.overlap if channels.matrix >> c & 1 else 0.0)
            values, promotions = accounts * values, accounts * promotions
            wanted, left = values + promotions, max(0.0, accounts * channels.quota[c] - counts[i, c])
            if wanted > left and not channels.paid >> c & 1:
                values = min(values, left)
                promotions = min(promotions, left - values)
                tally[Slot.BLOCKED + c] += size * inside * (wanted - values - promotions)
            elif wanted > left:
                tally[Slot.PAID + c] += size * inside * (wanted - left)
            counts[i, c] += values + promotions
            if values + promotions <= 0.0:
                continue
        tally[Slot.DELIVERED + c] += size * inside * (values + promotions)
        weight = channels.weight[c]
        fatigue += inside * message_weight(weight, values, promotions, rel_value, rules.messages)
        rel = (rel_value * values + rel_promotion * promotions) / (values + promotions)
        base = climate.base[at] * noticed
        opens = inside * open_probability(base, rel, x, trust, world.brand.trust, rules.messages)
        tally[Slot.VISITS + c] += size * opens
        tally[Slot.OPENED + c] += size * opens * (values + promotions)
        closeness += opens * rules.tiers.visit
        some_value, some_promotion = min(1.0, values), min(1.0, promotions)
        useful = opens * some_value * climate.quality * rel_value
        trust += useful * (gained(trust, 1.0, rules.trust) - trust)
        tally[Slot.VALUE_EVENTS] += size * useful
        tally[Slot.USEFUL + c] += size * useful
        annoyed = opens * some_promotion * promotion_is_negative(rel_promotion, x)
        broken = opens * some_promotion * climate.breach[at]
        trust -= (annoyed + broken) * (trust - lost(trust, 1.0, rules.trust))
        tally[Slot.PROMOTION_EVENTS] += size * annoyed
        tally[Slot.BREACHES] += size * broken
        expectation += opens * some_promotion * rules.purchase.bait * (1.0 - expectation)
        shock += rules.leaving.shock * weight * opens * (some_value + rules.leaving.promotion_shock * some_promotion)
        if climate.notice[c] > 0:
            watches = opens * some_promotion * free * watch_probability(tier, rules.lives)
            tally[Slot.WATCHES] += size * unwatched * watches
            closeness += unwatched * watches * min(rules.tiers.live_most, rules.tiers.live_minute * rules.lives.minutes)
            unwatched *= 1.0 - watches
        if channels.kind[c] == ChannelKind.DIRECT:
            tally[Slot.FAN_ANSWERS] += size * opens * rules.path.answer
            closeness += opens * rules.path.answer * rules.tiers.reply
        offers[c] = no_offer * opens * some_promotion
        no_offer *= 1.0 - opens * some_promotion
        idle *= 1.0 - opens
    unsought = 1.0
    for c in range(channels.joined, channels.used):
        outside = 1.0
        for other in range(channels.joined):
            if channels.beside[c] >> other & 1:
                outside *= 1.0 - members[i, other]
        base = climate.base[first + TIERS * c]
        comes = (1.0 - outside) * open_probability(base, rel_value, 0.0, trust, world.brand.trust, world.rules.messages)
        tally[Slot.VISITS + c] += size * comes
        closeness += comes * rules.tiers.visit
        unsought *= 1.0 - comes
        idle *= 1.0 - comes
    return MeanReading(
        trust, fatigue, closeness, expectation, shock, 1.0 - no_offer, 1.0 - unwatched, 1.0 - idle, 1.0 - unsought
    )
