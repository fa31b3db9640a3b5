"""The mean day: what a day does to many alike fans at once, every draw replaced by its probability.

The mean-field counterpart of ``private_day``: fans with the same traits, tier and intimacy are one *cell* with a size and
a mean state. A cell meets the very messages, lives, prices and answers of the day's climate, by the same formulas. Who
opens something, watches a live or orders moves on to another intimacy, and takes the mean state along; so what an order
moves at once (intimacy, trust, tier, the end of buying) stays together. What is lost is the spread of the other states
within a cell, and with it how openings, trust and hazard go together there (docs/theory.md).
"""

import math
from typing import NamedTuple

from sim.compiled import rare, rule
from sim.domains import TIERS, Cause, ChannelKind, Tier
from sim.rules.climate import Climate, Floats, Integers, World, first_cell
from sim.rules.deals import adapted, after_lesson, asked_price
from sim.rules.follow import relevance
from sim.rules.leaving import fatigue_hazard, natural_hazard, neglect_hazard, trust_factor
from sim.rules.messages import load, message_weight, open_probability, watch_probability
from sim.rules.numbers import between
from sim.rules.purchase import attrition_probability, buying_odds, order_event, salience, utility
from sim.rules.referral import GRADES, share_rate, tier_factor
from sim.rules.service import answer_event, waited
from sim.rules.tally import NO_CHANNEL, Slot
from sim.rules.tiers import tier_of
from sim.rules.trust import gained, lost, promotion_is_negative

# columns of a cell's state
SIZE, TRUST, FATIGUE, EXPECTATION, PRONENESS, REFERENCE, DEBT = 0, 1, 2, 3, 4, 5, 6
BUYING, BOUGHT, ORDERS, PLEASED, OPEN = 7, 8, 9, 10, 11
STATES = 12
# columns of a node's traits
TOLERANCE, FRAILTY, NEED, AFFINITY, PRIOR, JOINED = 0, 1, 2, 3, 4, 5
TRAITS = 6
NEGLIGIBLE = 1e-5  # of a node's fans: smaller cells go with the others
WAITS = 64  # points of the distribution of waiting times


class MeanTraits(NamedTuple):
    """Who the fans of a cell are."""

    segment: int
    tolerance: float  # θ > 0, weighted messages per day
    frailty: float  # ξ ≥ 0
    need_rate: float  # λ ≥ 0, needs per day
    affinity: float  # log-odds
    trust_prior: float  # T₀ᵢ in [0, 1]
    tenure: int  # days since following


class MeanState(NamedTuple):
    """How the fans of a cell stand towards the brand, on average."""

    trust: float
    fatigue: float
    intimacy: float
    expectation: float
    proneness: float  # D in [0, 1]
    reference: float  # RP > 0
    debt: float  # needs already met by impulse
    buying: float  # share who may still buy
    bought: float  # share who have bought
    orders: float  # made so far
    pleased: float  # satisfaction with the last order, in grades; 0 for who has not bought
    open: float  # share with a decision under way


class MeanAnswer(NamedTuple):
    """What a question does on average today."""

    up: float  # events of trust gained
    down: float  # events of trust lost
    answered: float  # probability of an answer by the team
    any: float  # probability of any answer, the automatic one included


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


class MeanBuying(NamedTuple):
    """Orders per fan of the cell today, and what becomes of those who did not order."""

    at_deal: float
    at_list: float
    impulses: float
    reference: float
    debt: float
    open: float


class MeanOrder(NamedTuple):
    """What an order leaves behind, averaged over the quality experienced."""

    up: float  # events of trust gained
    down: float  # events of trust lost
    attrition: float
    experience: float


@rare
def mean_answer(climate: Climate, world: World) -> MeanAnswer:
    """A question of today, averaged over the waiting time: automatic, or by the team when it gets there (M13)."""
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
    return MeanAnswer(up, down, answered, answered + automatic)


@rule
def trust_after(trust: float, up: float, down: float, world: World) -> float:
    """Mean trust after expected events: gains first, then losses; the rule is linear in T."""
    return lost(gained(trust, up, world.rules.trust), down, world.rules.trust)


@rare
def mean_reading(
    i: int,
    fan: MeanTraits,
    state: MeanState,
    tier: int,
    members: Floats,
    counts: Floats,
    offers: Floats,
    climate: Climate,
    world: World,
    size: float,
    tally: Floats,
) -> MeanReading:
    """Messages and lives of one day for cell i, see ``read_messages``; expected deliveries count against quotas.

    members, counts  [cells, C] share who listen to the channel; messages of this month
    offers           [C + 1] to be filled: probability that the day's first opened offer is the channel's
    """
    rules, channels = world.rules, world.channels
    x = load(state.fatigue, fan.tolerance, world.one_day.load)
    rel_value = relevance(world.segments.match_value[fan.segment], fan.affinity)
    rel_promotion = relevance(world.segments.match_promotion[fan.segment], fan.affinity)
    trust, fatigue, closeness, expectation, shock = state.trust, state.fatigue, 0.0, state.expectation, 0.0
    no_offer, unwatched, idle = 1.0, 1.0, 1.0
    first = first_cell(climate.audience[fan.segment]) + tier
    for c in range(channels.joined):
        inside, offers[c] = members[i, c], 0.0
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
        opens = inside * open_probability(climate.base[at], rel, x, trust, world.brand.trust, rules.messages)
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
            watches = opens * some_promotion * watch_probability(tier, rules.lives)
            tally[Slot.WATCHES] += size * unwatched * watches
            closeness += (
                unwatched * watches * min(rules.tiers.live_most, rules.tiers.live_minute * rules.lives.minutes)
            )
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
        comes = (1.0 - outside) * open_probability(
            base, rel_value, 0.0, trust, world.brand.trust, world.rules.messages
        )
        tally[Slot.VISITS + c] += size * comes
        closeness += comes * rules.tiers.visit
        unsought *= 1.0 - comes
        idle *= 1.0 - comes
    return MeanReading(
        trust, fatigue, closeness, expectation, shock, 1.0 - no_offer, 1.0 - unwatched, 1.0 - idle, 1.0 - unsought
    )


@rare
def mean_buying(
    fan: MeanTraits, state: MeanState, read: MeanReading, intimacy: float, climate: Climate, world: World
) -> MeanBuying:
    """Orders of one day of a fan who may still buy, see ``buy``; nobody closes a deal of a store here.

    Needs of a day are Poisson, so their mean suffices but for impulses, which need a day without one.
    """
    rules, deals, brand, segment = world.rules.purchase, world.rules.deals, world.brand, fan.segment
    needs = fan.need_rate * climate.season
    covered = min(1.0, state.debt)
    decisions, open_share = needs * (1.0 - covered), state.open
    debt = state.debt - needs * covered
    if brand.decision_days > 1.0:
        started = (1.0 - open_share) * -math.expm1(-decisions)
        decisions = open_share / (brand.decision_days + 0.5)
        open_share += started - decisions
    asked = asked_price(climate.discount)
    proof = climate.proof_buy + world.segments.match_product[segment]
    response = world.segments.deal_response[segment]
    at_list = buying_odds(
        read.trust, 1.0, state.reference, state.proneness, response, brand.relative_price, proof, rules, deals
    )
    at_deal = buying_odds(
        read.trust, asked, state.reference, state.proneness, response, brand.relative_price, proof, rules, deals
    )
    with_offer, without = read.offered * decisions, (1.0 - read.offered) * decisions
    minded = salience(intimacy, False, False, rules)
    if read.sought > 0.0:
        minded += read.sought * (salience(intimacy, False, True, rules) - minded)
    found = brand.found + state.bought * (brand.found_again - brand.found)
    if found > 0.0:
        minded += found * (salience(intimacy, False, True, rules) - minded)
    considered_deal, considered_list = with_offer * salience(intimacy, True, False, rules), without * minded
    impulses = 0.0
    if brand.decision_days <= 1.0:
        live = min(read.watched, read.offered)
        strength = live * rules.impulse_live + (read.offered - live) * rules.impulse
        impulses = strength * at_deal * math.exp(-min(700.0, needs)) * (1.0 if state.debt < 1.0 else 0.0)
    debt += impulses * rules.borrows
    met = deals.adaptation * (considered_deal + impulses)
    met += deals.notice * max(0.0, read.offered - considered_deal - impulses)
    reference = adapted(state.reference, asked, min(1.0, met))
    reference = adapted(reference, 1.0, min(1.0, deals.adaptation * considered_list))
    return MeanBuying(considered_deal * at_deal, considered_list * at_list, impulses, reference, debt, open_share)


@rare
def mean_order(expectation: float, orders: float, world: World) -> MeanOrder:
    """What an order leaves behind, averaged over the quality experienced (three points of a normal), see ``order``.

    orders  made so far: who goes on buying is less and less likely to stop, as a beta law says (M8)
    """
    p, quality = world.rules.purchase, world.brand.product_quality
    trait = p.attrition_a / (p.attrition_a + p.attrition_b + orders)
    up, down, attrition, experience = 0.0, 0.0, 0.0, 0.0
    for n in range(3):
        share = 2.0 / 3.0 if n == 1 else 1.0 / 6.0
        quality_felt = between(0.0, quality + (n - 1.0) * 1.7320508075688772 * p.surprise, 1.0)
        value = utility(quality_felt, expectation, p)
        event = order_event(value, p) * world.rules.trust.purchase
        up += share * max(0.0, event)
        down += share * max(0.0, -event)
        attrition += share * attrition_probability(trait, value, p)
        experience += share * quality_felt
    return MeanOrder(up, down, 1.0 if world.closing.single == 1 else attrition, experience)


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
    rel = relevance(world.segments.match_value[fan.segment], fan.affinity)
    natural = natural_hazard(fan.tenure, fan.frailty, rel, tier == Tier.DEVOTED, rules)
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


@rule
def traits_of(node: int, traits: Floats, segment: int, day: int) -> MeanTraits:
    """Traits of a node."""
    return MeanTraits(
        segment,
        traits[node, TOLERANCE],
        traits[node, FRAILTY],
        traits[node, NEED],
        traits[node, AFFINITY],
        traits[node, PRIOR],
        int(day - traits[node, JOINED]),
    )


@rule
def state_of(i: int, states: Floats) -> MeanState:
    """State of a cell, less the intimacy, which is the cell's."""
    return MeanState(
        states[i, TRUST],
        states[i, FATIGUE],
        0.0,
        states[i, EXPECTATION],
        states[i, PRONENESS],
        states[i, REFERENCE],
        states[i, DEBT],
        states[i, BUYING],
        states[i, BOUGHT],
        states[i, ORDERS],
        states[i, PLEASED],
        states[i, OPEN],
    )


@rare
def live_on(
    i: int,
    first: int,
    fan: MeanTraits,
    state: MeanState,
    size: float,
    tier: int,
    levels: Floats,
    tiers: Integers,
    members: Floats,
    counts: Floats,
    after: Floats,
    members_after: Floats,
    counts_after: Floats,
    scratch: Floats,
    answer: MeanAnswer,
    climate: Climate,
    world: World,
    tally: Floats,
) -> None:
    """One day of cell i, in the order of ``private_day``; its fans go to the cells from ``first`` on of ``after``."""
    rules = world.rules
    asks, trust = asked(i, tier, members, world), state.trust
    trust += asks * (trust_after(trust, answer.up, answer.down, world) - trust)
    tally[Slot.QUESTIONS] += size * asks
    tally[Slot.QUEUED] += size * asks * (1.0 - world.service.automatic)
    read = mean_reading(
        i, fan, with_trust(state, trust), tier, members, counts, scratch, climate, world, size, tally
    )
    intimacy = state.intimacy + asks * answer.answered * rules.tiers.reply
    bought = MeanBuying(0.0, 0.0, 0.0, state.reference, state.debt, state.open)
    if world.closing.in_store == 0:
        bought = mean_buying(fan, state, read, intimacy + read.closeness, climate, world)
        book_orders(fan, state, read, bought, scratch, size * state.buying, climate, world, tally)
    rate = bought.at_deal + bought.impulses + bought.at_list
    share = min(0.999, state.buying * -math.expm1(-rate))  # of the cell orders today, once or more
    if climate.share_limit > 0.0:
        own = share_rate(
            read.trust, state.pleased, tier_factor(tier, rules.referral) * world.segments.sharing[fan.segment],
            rules.referral,
        )  # fmt: skip
        tempted = -math.expm1(-own * climate.uplift)
        tally[Slot.SHARES] += size * tempted
        tally[Slot.REWARDED_SHARES] += size * (tempted + math.expm1(-own))
        intimacy += tempted * rules.tiers.share
    tally[Slot.ACTIVE] += size * read.active
    tally[Slot.ACTIVE_CORE] += size * read.active * (1.0 if tier > 0 else 0.0)
    gone = mean_leaving(
        i, fan, tier, read.trust, read.fatigue, intimacy + read.closeness, read.shock, members, scratch, climate,
        world, size, tally,
    )  # fmt: skip
    stay = max(0.0, size - gone)
    join(i, tier, asks * answer.any, stay, members, climate, world, tally)
    rest = MeanState(
        read.trust, read.fatigue, intimacy, read.expectation, state.proneness, bought.reference, bought.debt,
        (state.buying - share) / (1.0 - share), state.bought, state.orders, state.pleased, bought.open,
    )  # fmt: skip
    live = min(rules.tiers.live_most, rules.tiers.live_minute * rules.lives.minutes)
    watched = min(read.watched, read.active)
    visit = (read.closeness - watched * live) / max(1e-300, read.active)
    keep = stay * (1.0 - share)
    send(i, first, intimacy, tier, keep * (1.0 - read.active), rest, levels, tiers, members, counts, after,
         members_after, counts_after, world)  # fmt: skip
    send(i, first, intimacy + visit, tier, keep * (read.active - watched), rest, levels, tiers, members, counts, after,
         members_after, counts_after, world)  # fmt: skip
    send(i, first, intimacy + visit + live, tier, keep * watched, rest, levels, tiers, members, counts, after,
         members_after, counts_after, world)  # fmt: skip
    if share <= 0.0:
        return
    made = mean_order(read.expectation, state.orders, world)
    tally[Slot.ATTRITED] += size * share * made.attrition
    lesson = (bought.at_deal + bought.impulses) / rate
    lesson *= after_lesson(state.proneness, climate.discount, rules.deals) - state.proneness
    known = rules.trust.experience * (world.brand.product_quality - fan.trust_prior)
    trust = between(0.0, read.trust + (1.0 - state.bought) * known, 1.0)
    buyers = MeanState(
        trust_after(trust, made.up, made.down, world), read.fatigue, 0.0,
        read.expectation + rules.purchase.learning * (made.experience - read.expectation), state.proneness + lesson,
        bought.reference, bought.debt, 1.0 - made.attrition, 1.0, state.orders + 1.0,
        GRADES * (made.experience - read.expectation), bought.open,
    )  # fmt: skip
    send(i, first, intimacy + read.closeness + rules.tiers.order, tier, stay * share, buyers, levels, tiers, members,
         counts, after, members_after, counts_after, world)  # fmt: skip


@rule
def send(
    i: int,
    first: int,
    intimacy: float,
    tier: int,
    size: float,
    state: MeanState,
    levels: Floats,
    tiers: Integers,
    members: Floats,
    counts: Floats,
    after: Floats,
    members_after: Floats,
    counts_after: Floats,
    world: World,
) -> None:
    """Fans of cell i go on with this intimacy: to the two levels of their tier between which it lies, in proportion.

    That keeps the mean intimacy; the distance of levels adds a little to its spread.
    """
    if size <= 0.0:
        return
    following = tier_of(intimacy, tier, world.rules.tiers)
    b = 0
    while tiers[b] < following:
        b += 1
    while b + 2 < len(levels) and tiers[b + 2] == following and levels[b + 1] <= intimacy:
        b += 1
    above = between(0.0, (intimacy - levels[b]) / (levels[b + 1] - levels[b]), 1.0)
    arrive(i, first + b, size * (1.0 - above), state, members, counts, after, members_after, counts_after, world)
    arrive(i, first + b + 1, size * above, state, members, counts, after, members_after, counts_after, world)


@rare
def arrive(
    i: int,
    to: int,
    size: float,
    state: MeanState,
    members: Floats,
    counts: Floats,
    after: Floats,
    members_after: Floats,
    counts_after: Floats,
    world: World,
) -> None:
    """Fans of cell i arrive in another; its state becomes the mean of all who are there."""
    if size <= 0.0:
        return
    both = after[to, SIZE] + size
    part = size / both
    after[to, SIZE] = both
    after[to, TRUST] += part * (state.trust - after[to, TRUST])
    after[to, FATIGUE] += part * (state.fatigue - after[to, FATIGUE])
    after[to, EXPECTATION] += part * (state.expectation - after[to, EXPECTATION])
    after[to, PRONENESS] += part * (state.proneness - after[to, PRONENESS])
    after[to, REFERENCE] += part * (state.reference - after[to, REFERENCE])
    after[to, DEBT] += part * (state.debt - after[to, DEBT])
    after[to, BUYING] += part * (state.buying - after[to, BUYING])
    after[to, BOUGHT] += part * (state.bought - after[to, BOUGHT])
    after[to, ORDERS] += part * (state.orders - after[to, ORDERS])
    after[to, PLEASED] += part * (state.pleased - after[to, PLEASED])
    after[to, OPEN] += part * (state.open - after[to, OPEN])
    for c in range(world.channels.joined):
        members_after[to, c] += part * (members[i, c] - members_after[to, c])
        counts_after[to, c] += part * (counts[i, c] - counts_after[to, c])


@rule
def with_trust(state: MeanState, trust: float) -> MeanState:
    """The state with another trust."""
    return MeanState(
        trust, state.fatigue, state.intimacy, state.expectation, state.proneness, state.reference, state.debt,
        state.buying, state.bought, state.orders, state.pleased, state.open,
    )  # fmt: skip


@rule
def asked(i: int, tier: int, members: Floats, world: World) -> float:
    """Probability that a fan of cell i asks something today, see ``ask``."""
    nowhere = 1.0
    for c in range(world.channels.joined):
        if world.service.strong >> c & 1:
            nowhere *= 1.0 - members[i, c]
    return nowhere * world.service.asks[tier] + (1.0 - nowhere) * world.service.asks[TIERS + tier]


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
    """Channels that fans of cell i join for tomorrow: by themselves, or with an answer. Places are never scarce here."""
    for c in range(world.channels.joined):
        rate = world.channels.joins[TIERS * c + tier] * climate.ask_to_join[c] + answered * world.service.joins[c]
        if rate <= 0.0:
            continue
        enter = (1.0 - members[i, c]) * -math.expm1(-rate)
        tally[Slot.CHANNEL_JOINS + c] += size * enter
        members[i, c] += enter * (1.0 - world.channels.blocked[c])


@rare
def count_cell(
    i: int,
    fan: MeanTraits,
    intimacy: float,
    tier: int,
    states: Floats,
    members: Floats,
    world: World,
    tally: Floats,
) -> None:
    """Count a cell at the end of its day, see ``count_row``."""
    size = states[i, SIZE]
    tally[Slot.TIER + tier] += size
    tally[Slot.SEGMENT + fan.segment] += size
    for c in range(world.channels.joined):
        tally[Slot.MEMBERS + TIERS * c + tier] += size * members[i, c]
    tally[Slot.TRUST_SUM] += size * states[i, TRUST]
    tally[Slot.FATIGUE_SUM] += size * states[i, FATIGUE]
    tally[Slot.LOAD_SUM] += size * load(states[i, FATIGUE], fan.tolerance, world.one_day.load)
    tally[Slot.INTIMACY_SUM] += size * intimacy
    tally[Slot.PRONENESS_SUM] += size * states[i, PRONENESS]
    tally[Slot.REFERENCE_SUM] += size * states[i, REFERENCE]


@rare
def book_orders(
    fan: MeanTraits,
    state: MeanState,
    read: MeanReading,
    bought: MeanBuying,
    offers: Floats,
    buyers: float,
    climate: Climate,
    world: World,
    tally: Floats,
) -> None:
    """Book expected orders of followers: by the channel of the first opened offer, at the list price's mean."""
    brand = world.brand
    deals, full = buyers * (bought.at_deal + bought.impulses), buyers * bought.at_list
    tally[Slot.IMPULSES] += buyers * bought.impulses
    tally[Slot.NEEDS] += buyers * fan.need_rate * climate.season
    for c in range(world.channels.joined + 1):
        if c < world.channels.joined:
            orders = deals * offers[c] / read.offered if read.offered > 0.0 else 0.0
            at, platform, paid = c, world.channels.platform[c], 1.0 - climate.discount
        else:
            orders, at, platform, paid = full, NO_CHANNEL, climate.home, 1.0
        if orders <= 0.0:
            continue
        net = orders * brand.price * paid
        rate = climate.commission[platform] / 10000.0
        goods, friction = orders * brand.price * brand.goods / 10000.0, 0.0
        commission = net * rate
        if world.closing.leakage > 0.0 and brand.price * paid * rate > world.closing.friction:
            commission *= 1.0 - world.closing.leakage
            friction = orders * world.closing.leakage * world.closing.friction
            tally[Slot.MOVED] += orders * world.closing.leakage
        tally[Slot.ORDERS + at] += orders
        tally[Slot.GMV + at] += net
        tally[Slot.LIST_VALUE] += orders * brand.price
        tally[Slot.COMMISSION] += commission
        tally[Slot.FRICTION] += friction
        tally[Slot.GOODS] += goods
        tally[Slot.ORDERS_FOLLOWERS] += orders
        tally[Slot.GMV_FOLLOWERS] += net
        tally[Slot.CONTRIBUTION_FOLLOWERS] += net - commission - friction - goods
        tally[Slot.ORDERS_RETURNING + at] += orders * state.bought
        tally[Slot.ORDERS_FIRST] += orders * (1.0 - state.bought)


@rare
def mean_days(
    segment: int,
    traits: Floats,
    levels: Floats,
    tiers: Integers,
    states: Floats,
    members: Floats,
    counts: Floats,
    after: Floats,
    members_after: Floats,
    counts_after: Floats,
    scratch: Floats,
    answer: MeanAnswer,
    climate: Climate,
    world: World,
    tally: Floats,
) -> None:
    """One day of a set of cells: node n has the cells n·B … n·B + B − 1, one for each intimacy and tier.

    traits   [nodes, TRAITS];  levels, tiers: [B] intimacy and tier of a node's cells, rising within each tier
    states   [cells, STATES];  members, counts: [cells, C] share who listen to a channel, messages of this month
    after, members_after, counts_after  the same tomorrow morning, zeros to be filled;  scratch: [C + 1]

    Its side effects are on these arrays and on ``tally``, expected counters of the day.
    """
    width = len(levels)
    for n in range(len(traits)):
        fan, first, total, lived = traits_of(n, traits, segment, climate.day), n * width, 0.0, 0.0
        for i in range(first, first + width):
            total += states[i, SIZE]
        if total <= 0.0:
            continue
        for b in range(width):
            i = first + b
            if states[i, SIZE] > NEGLIGIBLE * total:
                lived += states[i, SIZE]
                live_on(
                    i, first, fan, morning_of(levels[b], state_of(i, states), fan, world), states[i, SIZE],
                    tiers[b], levels, tiers, members, counts, after, members_after, counts_after, scratch, answer,
                    climate, world, tally,
                )  # fmt: skip
        for b in range(width):
            i = first + b
            if after[i, SIZE] > 0.0:
                after[i, SIZE] *= total / lived
                count_cell(i, fan, levels[b], tiers[b], after, members_after, world, tally)


@rule
def morning_of(intimacy: float, state: MeanState, fan: MeanTraits, world: World) -> MeanState:
    """The clocks of a night, see ``clocks``; experience lifts the prior of the share who have bought."""
    prior = fan.trust_prior + state.bought * world.rules.trust.experience * (world.brand.product_quality - fan.trust_prior)
    return MeanState(
        prior + (state.trust - prior) * world.one_day.trust,
        state.fatigue * world.one_day.fatigue,
        intimacy * world.one_day.intimacy,
        state.expectation,
        state.proneness * world.one_day.proneness,
        state.reference,
        state.debt,
        state.buying,
        state.bought,
        state.orders,
        state.pleased,
        state.open,
    )
