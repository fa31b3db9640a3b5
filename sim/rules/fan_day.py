"""One row, one day: ``advance_fan``, the function that every engine shares, and the order of its decisions."""

import math
from typing import NamedTuple

from sim.compiled import rule
from sim.domains import TIERS, Cause, ChannelKind, Domain, Lifecycle, Source, Tier
from sim.rules.climate import Climate, World
from sim.rules.exposure import next_exposure
from sim.rules.follow import follow_probability, relevance
from sim.rules.leaving import cause_of, fatigue_hazard, most_hazard, natural_hazard, neglect_hazard, trust_factor
from sim.rules.messages import load, message_weight, most_open, open_probability, watch_probability
from sim.rules.numbers import between, bounded_exp, fixed, kept, share_of
from sim.rules.purchase import (
    attrition_probability,
    buying_odds,
    open_need,
    order_event,
    salience,
    utility,
)
from sim.rules.tally import LOAD_BINS, NO_CHANNEL, TRUST_BINS, UNTOUCHED, Slot, Tally
from sim.rules.tiers import tier_of
from sim.rules.trust import drifted, gained, lost, promotion_is_negative
from sim.streams import Decision, beta, daily_draws, exponential, gamma, normal, poisson_quantile, uniform

NEVER = -30000  # day of what has not happened
RETARGETING_DAYS = 30  # W of model.md §2
SILENT_DAYS = 30  # details.md, lifecycle
OLDEST = 1080  # days; details.md
COUNT_BITS = 7  # of a channel in month_counts
MOST_COUNTED = 127
START_INTIMACY = (0.3, 0.9, 2.5)  # by tier; details.md


class Person(NamedTuple):
    """Who a person is: drawn once from the address, the same under every logic."""

    key: int  # int64, tagged by kind of address
    segment: int
    tolerance: float  # θ > 0, weighted messages per day
    frailty: float  # ξ ≥ 0, mean 1
    need_rate: float  # λ ≥ 0, needs per day
    affinity: float  # log-odds of personal interest
    trust_prior: float  # T₀ᵢ in [0, 1]
    attrition: float  # probability of never buying again after an order, in [0, 1]


class Fan(NamedTuple):
    """How a person stands towards the brand at the end of a day."""

    source: int  # what brought the person, member of Source
    channels: int  # bit set of memberships
    muted: int  # bit set of muted channels
    tier: int  # member of Tier
    cause: int  # why the person left last, −1 if never
    attrited: int  # 1: will not buy again
    exposures: int  # touches while not following, at most 255
    joined_on: int  # day of following last
    left_on: int
    clicked_on: int  # day of the last ad click while not following
    ordered_on: int
    active_on: int  # day of the last opened message
    updated_on: int  # day of the last visit by the engine
    due_on: int  # day on which an open decision closes
    orders: int
    trust: float  # T in [0, 1], slow clock
    fatigue: float  # φ ≥ 0, fast clock
    intimacy: float  # I ≥ 0
    expectation: float  # E in [0, 1]
    need_debt: float  # needs already met by impulse
    month_counts: int  # messages this calendar month, 7 bits per channel
    spend: int  # cents
    threshold: float  # accumulated exposure at which a known public person is met again


@rule
def reachable(channels: int, muted: int) -> bool:
    """True when the brand can reach the fan: the fan is in the private domain."""
    return (channels & ~muted) != 0


@rule
def domain_on(channels: int, muted: int, clicked_on: int, day: int) -> int:
    """Domain of a row at the end of a day."""
    if reachable(channels, muted):
        return Domain.PRIVATE.value
    return Domain.COMMERCIAL.value if day - clicked_on <= RETARGETING_DAYS else Domain.PUBLIC.value


@rule
def needs_visit(fan: Fan, exposure: float, day: int) -> bool:
    """True when something can happen to a row today: it follows, is touched, or has a decision due."""
    return reachable(fan.channels, fan.muted) or exposure >= fan.threshold or fan.due_on == day


# ---------------------------------------------------------------------------------------------- who a person is


@rule
def person_at(address: int, segment: int, mean_trust: float, world: World, key: int) -> Person:
    """Traits of the person at an address: pure functions of replication key and address (evidence M5, M6, M7, M8)."""
    rules = world.rules
    tolerance = world.segments.tolerance[segment] * bounded_exp(
        rules.messages.tolerance_spread * normal(key, Decision.TOLERANCE, address, 0, 0)
    )
    frailty = 1.0
    if rules.leaving.frailty > 1e-9:
        frailty = rules.leaving.frailty * gamma(1.0 / rules.leaving.frailty, key, Decision.FRAILTY, address, 0, 0)
    shape = rules.purchase.need_shape
    need_rate = world.segments.need_rate[segment] / shape * gamma(shape, key, Decision.NEED_RATE, address, 0, 0)
    mean = between(0.01, mean_trust, 0.99)
    size = rules.trust.prior_size
    return Person(
        address,
        segment,
        tolerance,
        frailty,
        need_rate,
        0.8 * normal(key, Decision.AFFINITY, address, 0, 0),
        beta(size * mean, size * (1.0 - mean), key, Decision.TRUST_PRIOR, address, 0, 0),
        beta(rules.purchase.attrition_a, rules.purchase.attrition_b, key, Decision.ATTRITION_TRAIT, address, 0, 0),
    )


@rule
def segment_of_member(address: int, world: World, key: int) -> int:
    """Segment of a member of the initial pool, by the shares of the segments."""
    u = uniform(key, Decision.START_SEGMENT, address, 0, 0)
    segment = 0
    while u > world.segments.end[segment]:
        segment += 1
    return segment


@rule
def initial_fan(person: Person, world: World, key: int) -> Fan:
    """A member of the initial pool at the end of the day before day 0 (details.md)."""
    u = uniform(key, Decision.START_TIER, person.key, 0, 0)
    tier = 0
    while u > world.brand.tier_end[tier]:
        tier += 1
    intimacy = START_INTIMACY[0]
    if tier == 1:
        intimacy = START_INTIMACY[1]
    elif tier == 2:
        intimacy = START_INTIMACY[2]
    age = min(world.brand.mean_age * exponential(key, Decision.START_AGE, person.key, 0, 0), float(OLDEST))
    channels = 0
    for c in range(world.channels.count):
        if uniform(key, Decision.START_CHANNEL, person.key, 0, c) < world.channels.start[c]:
            channels |= 1 << c
    return Fan(
        Source.POOL.value, channels, 0, tier, -1, 0, 0,
        -1 - int(age), NEVER, NEVER, NEVER, -1, -1, NEVER,
        0, person.trust_prior, 0.0, intimacy, world.rules.purchase.expectation, 0.0, 0, 0,
        next_exposure(0.0, exponential(key, Decision.EXPOSURE, person.key, 0, 1), person.affinity, world.rules.exposure),
    )  # fmt: skip


@rule
def memberships_at_follow(address: int, day: int, world: World, key: int) -> int:
    """Channels that a new follower joins at once; the first one if chance gives none."""
    channels = 0
    for c in range(world.channels.count):
        if uniform(key, Decision.JOIN_AT_FOLLOW, address, day, c) < world.channels.joins_at_follow[c]:
            channels |= 1 << c
    return channels if channels != 0 else 1


# ----------------------------------------------------------------------------------------------------- an order


@rule
def order(
    person: Person, fan_orders: int, expectation: float, trust: float, channel: int, discount: float, follows: bool,
    in_live: bool, climate: Climate, world: World, key: int, tally: Tally, k: int,
) -> tuple[float, float, int, int]:
    """Book an order and what it leaves behind: trust, expectation, end of buying (M8, M9, M17).

    channel  whose message sold; NO_CHANNEL: the platform on which people meet
    k        number of the order on this day

    Returns trust, expectation, 1 if the person will not buy again, and the net value in cents.
    """
    rules, brand = world.rules, world.brand
    spread = rules.purchase.basket
    list_value = int(
        math.floor(
            brand.price * bounded_exp(spread * normal(key, Decision.BASKET, person.key, climate.day, k) - 0.5 * spread * spread)
            + 0.5
        )
    )
    net = list_value - share_of(list_value, int(math.floor(discount * 10000.0 + 0.5)))
    platform = climate.home
    if channel != NO_CHANNEL:
        platform = world.channels.platform[channel]
    tally[Slot.ORDERS + channel] += 1
    tally[Slot.GMV + channel] += net
    tally[Slot.LIST_VALUE] += list_value
    tally[Slot.COMMISSION] += share_of(net, climate.commission[platform])
    tally[Slot.GOODS] += share_of(list_value, brand.goods)
    if follows:
        tally[Slot.ORDERS_FOLLOWERS] += 1
        tally[Slot.GMV_FOLLOWERS] += net
    if fan_orders == 0:
        tally[Slot.ORDERS_FIRST] += 1
        tally[Slot.GMV_FIRST] += net
    if in_live:
        tally[Slot.ORDERS_LIVE] += 1
    experience = between(
        0.0, brand.product_quality + rules.purchase.surprise * normal(key, Decision.EXPERIENCE, person.key, climate.day, k), 1.0
    )
    value = utility(experience, expectation, rules.purchase)
    event = order_event(value, rules.purchase) * rules.trust.purchase
    if event >= 0.0:
        trust = gained(trust, event, rules.trust)
    else:
        trust = lost(trust, -event, rules.trust)
        tally[Slot.DISAPPOINTMENTS] += 1
    attrited = 0
    if uniform(key, Decision.ATTRITION, person.key, climate.day, k) < attrition_probability(person.attrition, value, rules.purchase):
        attrited = 1
        tally[Slot.ATTRITED] += 1
    return trust, expectation + rules.purchase.learning * (experience - expectation), attrited, net


# ------------------------------------------------------------------------------------------- first response


@rule
def first_response(
    address: int, segment: int, kind: int, climate: Climate, world: World, key: int, tally: Tally
) -> tuple[Person, Fan]:
    """A person without a row responds for the first time: becomes a row at the end of the day.

    kind  member of ``reservoir.Response``: 0 follows from the feed, 1 orders from the feed, 2 clicks an ad,
          3 follows from a live, 4 orders in a live
    """
    rules = world.rules
    by_ad = kind == 2
    person = person_at(address, segment, world.brand.trust_bought if by_ad else world.brand.trust, world, key)
    source = Source.FEED.value
    if by_ad:
        source = Source.AD.value
    elif kind >= 3:
        source = Source.LIVE.value
    trust, expectation, intimacy = person.trust_prior, rules.purchase.expectation, 0.0
    orders, ordered_on, attrited, spend, channels = 0, NEVER, 0, 0, 0
    clicked_on, joined_on = NEVER, NEVER
    follows = kind in (0, 3)
    if by_ad:
        tally[Slot.AD_CLICKS] += 1
        clicked_on = climate.day
        follows = uniform(key, Decision.AD_CLICK, address, climate.day, 0) < world.brand.follow_after_click
    if kind in (1, 4):
        discount = climate.discount if kind == 4 else 0.0
        trust, expectation, attrited, spend = order(
            person, 0, expectation, trust, NO_CHANNEL, discount, False, kind == 4, climate, world, key, tally, 0
        )
        orders, ordered_on, intimacy = 1, climate.day, rules.tiers.order
    if follows:
        channels = memberships_at_follow(address, climate.day, world, key)
        joined_on, clicked_on = climate.day, NEVER
        tally[Slot.JOINS + source] += 1
        for c in range(world.channels.count):
            if channels >> c & 1:
                tally[Slot.CHANNEL_JOINS + c] += 1
    tier = tier_of(intimacy, 0, rules.tiers) if follows else 0
    after = domain_on(channels, 0, clicked_on, climate.day)
    tally[Slot.FLOW + 3 * UNTOUCHED + after] += 1
    fan = Fan(
        source, channels, 0, tier, -1, attrited, 0,
        joined_on, NEVER, clicked_on, ordered_on, NEVER, climate.day, NEVER,
        orders, trust, 0.0, intimacy, expectation, 0.0, 0, spend,
        next_exposure(climate.exposure[segment], exponential(key, Decision.EXPOSURE, address, climate.day, 0), person.affinity, rules.exposure),
    )  # fmt: skip
    count_row(person, fan, climate.day, world, tally)
    return person, fan


# ------------------------------------------------------------------------------------------ stock at the day's end


@rule
def count_bystander(clicked_on: int, left_on: int, day: int, tally: Tally) -> None:
    """Count a row outside the private domain to which nothing happened today."""
    if left_on > NEVER:
        tally[Slot.LIFECYCLE + Lifecycle.CHURNED] += 1
    if day - clicked_on <= RETARGETING_DAYS:
        tally[Slot.ROWS + Domain.COMMERCIAL] += 1
    else:
        tally[Slot.ROWS + Domain.PUBLIC] += 1
        if day - clicked_on == RETARGETING_DAYS + 1:
            tally[Slot.FLOW + 3 * Domain.COMMERCIAL + Domain.PUBLIC] += 1


@rule
def count_row(person: Person, fan: Fan, day: int, world: World, tally: Tally) -> None:
    """Count a row at the end of its day."""
    tally[Slot.ROWS + domain_on(fan.channels, fan.muted, fan.clicked_on, day)] += 1
    if not reachable(fan.channels, fan.muted):
        if fan.left_on > NEVER:
            tally[Slot.LIFECYCLE + Lifecycle.CHURNED] += 1
        return
    tally[Slot.TIER + fan.tier] += 1
    tally[Slot.SEGMENT + person.segment] += 1
    if day - max(max(fan.active_on, fan.ordered_on), fan.joined_on) > SILENT_DAYS:
        tally[Slot.LIFECYCLE + Lifecycle.SILENT] += 1
    else:
        tally[Slot.LIFECYCLE + min(fan.orders, 2)] += 1
    for c in range(world.channels.count):
        if fan.channels >> c & 1:
            tally[Slot.MEMBERS + TIERS * c + fan.tier] += 1
            if fan.muted >> c & 1:
                tally[Slot.MUTED + c] += 1
    if fan.active_on == day:
        tally[Slot.ACTIVE] += 1
        if fan.tier > 0:
            tally[Slot.ACTIVE_CORE] += 1
    x = load(fan.fatigue, person.tolerance, world.one_day.load)
    tally[Slot.TRUST_SUM] += fixed(fan.trust)
    tally[Slot.FATIGUE_SUM] += fixed(fan.fatigue)
    tally[Slot.LOAD_SUM] += fixed(min(x, 1e6))
    tally[Slot.INTIMACY_SUM] += fixed(fan.intimacy)
    tally[Slot.TRUST_BIN + min(int(fan.trust * TRUST_BINS), TRUST_BINS - 1)] += 1
    tally[Slot.LOAD_BIN + int(min(x * 10.0, LOAD_BINS - 1.0))] += 1


# ------------------------------------------------------------------------------------------------ the row's day


@rule
def advance_fan(person: Person, fan: Fan, climate: Climate, world: World, key: int, tally: Tally) -> Fan:
    """One row, one day, in the order of model.md §3.4; its only side effect is adding integers to ``tally``.

    A row in the private domain is visited every day, any other only when ``needs_visit`` says so; clocks move in
    closed form over the days since ``fan.updated_on``.
    """
    if reachable(fan.channels, fan.muted):
        after = private_day(person, fan, climate, world, key, tally)
    else:
        after = public_day(person, fan, climate, world, key, tally)
    before = domain_on(fan.channels, fan.muted, fan.clicked_on, climate.day - 1)
    now = domain_on(after.channels, after.muted, after.clicked_on, climate.day)
    if before != now:
        tally[Slot.FLOW + 3 * before + now] += 1
    count_row(person, after, climate.day, world, tally)
    return after


@rule
def clocks(person: Person, fan: Fan, day: int, world: World) -> tuple[float, float, float]:
    """Fatigue, trust and intimacy after the days since the last visit, in closed form (M5, M7, M15)."""
    keep_fatigue, keep_trust, keep_intimacy = world.one_day.fatigue, world.one_day.trust, world.one_day.intimacy
    if day - fan.updated_on != 1:
        elapsed = float(day - fan.updated_on)
        keep_fatigue = kept(elapsed, world.rules.messages.recovery)
        keep_trust = kept(elapsed, world.rules.trust.drift)
        keep_intimacy = kept(elapsed, world.rules.tiers.fading)
    return (
        fan.fatigue * keep_fatigue,
        drifted(fan.trust, person.trust_prior, keep_trust),
        fan.intimacy * keep_intimacy,
    )


@rule
def read_messages(
    person: Person, fan: Fan, trust: float, fatigue: float, counts: int, visit_draw: float, climate: Climate, world: World,
    key: int, tally: Tally,
) -> tuple[float, float, float, float, int, float, int, bool]:
    """Messages and lives of one day (model.md §3.4b, c).

    Trust moves event by event, in the order of the channels; opening looks at the load before today's messages.

    Returns trust, fatigue, gain of intimacy, expectation, month counts, hazard of shocks, channel of an opened
    offer (NO_CHANNEL: none), and whether a live was watched.
    """
    rules = world.rules
    day = climate.day
    x = load(fatigue, person.tolerance, world.one_day.load)
    rel_value = relevance(world.segments.match_value[person.segment], person.affinity)
    rel_promotion = relevance(world.segments.match_promotion[person.segment], person.affinity)
    intimacy, expectation, shock = 0.0, fan.expectation, 0.0
    offer, watched = NO_CHANNEL, False
    listening = fan.channels & ~fan.muted
    for c in range(world.channels.count):
        if not listening >> c & 1:
            continue
        at = TIERS * c + fan.tier
        values, promotions = climate.value[at], climate.promotion[at]
        if values + promotions == 0:
            continue
        quota = world.channels.quota[c]
        if quota >= 0:
            left = max(0, quota - (counts >> (COUNT_BITS * c) & MOST_COUNTED))
            wanted = values + promotions
            values = min(values, left)  # what is useful goes first
            promotions = min(promotions, left - values)
            if wanted > values + promotions:
                tally[Slot.BLOCKED + c] += wanted - values - promotions
            if values + promotions == 0:
                continue
            counts += (values + promotions) << (COUNT_BITS * c)
        tally[Slot.DELIVERED + c] += values + promotions
        weight = world.channels.weight[c]
        fatigue += message_weight(weight, float(values), float(promotions), rel_value, rules.messages)
        rel = (rel_value * values + rel_promotion * promotions) / (values + promotions)
        u = visit_draw if c == 0 else uniform(key, Decision.VISIT, person.key, day, c)
        if u >= most_open(climate.base[at], world.brand.trust, rules.messages) or u >= open_probability(
            climate.base[at], rel, x, trust, world.brand.trust, rules.messages
        ):
            continue
        tally[Slot.VISITS + c] += 1
        tally[Slot.OPENED + c] += values + promotions
        intimacy += rules.tiers.visit
        if values > 0 and uniform(key, Decision.VALUE_EVENT, person.key, day, c) < climate.quality * rel_value:
            trust = gained(trust, 1.0, rules.trust)
            tally[Slot.VALUE_EVENTS] += 1
        if promotions > 0:
            if uniform(key, Decision.PROMOTION_EVENT, person.key, day, c) < promotion_is_negative(rel_promotion, x):
                trust = lost(trust, 1.0, rules.trust)
                tally[Slot.PROMOTION_EVENTS] += 1
            expectation += rules.purchase.bait * (1.0 - expectation)
            if offer == NO_CHANNEL:
                offer = c
        shock += rules.leaving.shock * weight * (
            (1.0 if values > 0 else 0.0) + (rules.leaving.promotion_shock if promotions > 0 else 0.0)
        )
        if (
            climate.notice[c] > 0
            and not watched
            and uniform(key, Decision.WATCH_LIVE, person.key, day, c) < watch_probability(fan.tier, rules.lives)
        ):
            watched = True
            tally[Slot.WATCHES] += 1
            tally[Slot.LIVE_MINUTES] += int(rules.lives.minutes)
            intimacy += min(rules.tiers.live_most, rules.tiers.live_minute * rules.lives.minutes)
            if offer == NO_CHANNEL:
                offer = c
    return trust, fatigue, intimacy, expectation, counts, shock, offer, watched


@rule
def private_day(person: Person, fan: Fan, climate: Climate, world: World, key: int, tally: Tally) -> Fan:
    """The day of a follower: clocks, messages, lives, need, order, then stay, mute or leave."""
    rules, brand, day = world.rules, world.brand, climate.day
    # a. clocks
    visit_draw, need_draw, leave_draw, impulse_draw = daily_draws(key, person.key, day)
    fatigue, trust, intimacy = clocks(person, fan, day, world)
    counts = fan.month_counts if fan.updated_on >= climate.month_start else 0
    # b, c. messages and lives
    trust, fatigue, closer, expectation, counts, shock, offer, watched = read_messages(
        person, fan, trust, fatigue, counts, visit_draw, climate, world, key, tally
    )
    active_on = day if closer > 0.0 else fan.active_on
    intimacy += closer
    # e, f. need, decision, order
    orders, ordered_on, attrited, spend = fan.orders, fan.ordered_on, fan.attrited, fan.spend
    need_debt, due_on = fan.need_debt, fan.due_on
    has_offer = offer != NO_CHANNEL
    discount = climate.discount if has_offer else 0.0
    if attrited == 0:
        needs = poisson_quantile(need_draw, person.need_rate * climate.season)
        tally[Slot.NEEDS] += needs
        decisions = 0
        for n in range(needs):
            if need_debt > 0.0:
                covered = min(1.0, need_debt)
                need_debt -= covered
                if uniform(key, Decision.NEED_DEBT, person.key, day, n) < covered:
                    tally[Slot.VANISHED_NEEDS] += 1
                    continue
            if brand.decision_days <= 1.0:
                decisions += 1
            elif due_on < day:
                waiting = brand.decision_days * exponential(key, Decision.DECISION_TIME, person.key, day, n)
                due_on = day + 1 + int(min(waiting, 3000.0))
                tally[Slot.OPEN_DECISIONS] += 1
        if due_on == day:
            decisions += 1
        odds = 0.0
        if decisions > 0 or has_offer:
            odds = buying_odds(
                trust, discount, world.segments.deal_response[person.segment], brand.relative_price, rules.purchase
            )
        bought = 0
        for n in range(decisions):
            if uniform(key, Decision.ORDER, person.key, day, n) < odds * salience(intimacy, has_offer, False, rules.purchase):
                bought += 1
        if has_offer and needs == 0 and decisions == 0:
            strength = rules.purchase.impulse_live if watched else rules.purchase.impulse
            if impulse_draw < strength * odds:
                bought = 1
                need_debt += rules.purchase.borrows
                tally[Slot.IMPULSES] += 1
        for n in range(bought):
            if attrited == 0:
                trust, expectation, attrited, net = order(
                    person, orders, expectation, trust, offer, discount, True, watched, climate, world, key, tally, n
                )
                orders, ordered_on, spend = orders + 1, day, spend + net
                intimacy += rules.tiers.order
    # h. stay, mute or leave
    tier = tier_of(intimacy, fan.tier, rules.tiers)
    channels, muted, cause = stay_mute_or_leave(
        person, fan, trust, fatigue, intimacy, tier, shock, leave_draw, climate, world, key, tally
    )
    if not reachable(channels, muted):
        for c in range(world.channels.count):
            if channels >> c & 1:
                tally[Slot.CHANNEL_LEAVES + c] += 1
        tally[Slot.EXITS + cause] += 1
        return Fan(
            fan.source, 0, 0, 0, cause, attrited, 0,
            fan.joined_on, day, NEVER, ordered_on, active_on, day, NEVER,
            orders, trust, fatigue, intimacy, expectation, need_debt, counts, spend,
            next_exposure(climate.exposure[person.segment], exponential(key, Decision.EXPOSURE, person.key, day, 0), person.affinity, rules.exposure),
        )  # fmt: skip
    if tier > fan.tier:
        tally[Slot.TIER_UPS] += 1
    elif tier < fan.tier:
        tally[Slot.TIER_DOWNS] += 1
    # joins take effect next morning
    for c in range(world.channels.count):
        chance = world.channels.joins[TIERS * c + tier]
        if chance > 0.0 and not channels >> c & 1 and uniform(key, Decision.JOIN_LATER, person.key, day, c) < chance:
            channels |= 1 << c
            tally[Slot.CHANNEL_JOINS + c] += 1
    return Fan(
        fan.source, channels, muted, tier, fan.cause, attrited, fan.exposures,
        fan.joined_on, fan.left_on, fan.clicked_on, ordered_on, active_on, day, due_on,
        orders, trust, fatigue, intimacy, expectation, need_debt, counts, spend, fan.threshold,
    )  # fmt: skip


@rule
def stay_mute_or_leave(
    person: Person, fan: Fan, trust: float, fatigue: float, intimacy: float, tier: int, shock: float,
    u: float, climate: Climate, world: World, key: int, tally: Tally,
) -> tuple[int, int, int]:
    """One hazard a day; returns memberships, mutes and the cause (−1: stays) (model.md §3.4h).

    Natural, neglect and distrust exits leave every channel; fatigue and shock exits leave one, or mute it.
    """
    rules, day = world.rules.leaving, climate.day
    x = load(fatigue, person.tolerance, world.one_day.load)
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


@rule
def channel_left(person: Person, fan: Fan, climate: Climate, world: World, key: int) -> int:
    """The channel left: by its share of the weighted messages of the last 7 days, or uniformly if there were none."""
    listening = fan.channels & ~fan.muted
    total, count = 0.0, 0
    for c in range(world.channels.count):
        if listening >> c & 1:
            total += world.channels.weight[c] * climate.week[TIERS * c + fan.tier]
            count += 1
    u = uniform(key, Decision.LEAVE_CHANNEL, person.key, climate.day, 0)
    at = u * total if total > 0.0 else u * count
    chosen = 0
    for c in range(world.channels.count):
        if listening >> c & 1:
            chosen = c
            at -= world.channels.weight[c] * climate.week[TIERS * c + fan.tier] if total > 0.0 else 1.0
            if at < 0.0:
                break
    return chosen


@rule
def public_day(person: Person, fan: Fan, climate: Climate, world: World, key: int, tally: Tally) -> Fan:
    """A touch of one who does not follow, or the day on which an open decision closes (model.md §3.3, §3.4)."""
    rules, brand, day = world.rules, world.brand, climate.day
    elapsed = float(day - fan.updated_on)
    fatigue, trust, intimacy = clocks(person, fan, day, world)
    touched = climate.exposure[person.segment] >= fan.threshold
    source, channels, clicked_on, joined_on, due_on = fan.source, 0, fan.clicked_on, fan.joined_on, fan.due_on
    exposures, threshold, tier = fan.exposures, fan.threshold, 0
    orders, ordered_on, attrited, spend, expectation = fan.orders, fan.ordered_on, fan.attrited, fan.spend, fan.expectation
    decides = due_on == day
    if touched:
        tally[Slot.TOUCHES] += 1
        by_ad = uniform(key, Decision.TOUCH_SOURCE, person.key, day, 0) < climate.ad_share[person.segment]
        if by_ad:
            if uniform(key, Decision.AD_CLICK, person.key, day, 1) < brand.click:
                tally[Slot.AD_CLICKS] += 1
                clicked_on = day
                follows = uniform(key, Decision.AD_CLICK, person.key, day, 0) < brand.follow_after_click
            else:
                follows = False
        else:
            follows = uniform(key, Decision.FOLLOW, person.key, day, 0) < follow_probability(
                climate.quality, relevance(world.segments.match_value[person.segment], person.affinity), trust,
                climate.followers, brand.certified, float(exposures), rules.follow,
            )  # fmt: skip
        exposures = min(255, exposures + 1)
        threshold = next_exposure(
            climate.exposure[person.segment], exponential(key, Decision.EXPOSURE, person.key, day, 0), person.affinity, rules.exposure
        )
        if attrited == 0 and due_on < day and uniform(key, Decision.NEED, person.key, day, 0) < open_need(
            person.need_rate * climate.season, elapsed, brand.decision_days
        ):
            tally[Slot.NEEDS] += 1
            if brand.decision_days <= 1.0:
                decides = True
            else:
                waiting = brand.decision_days * exponential(key, Decision.DECISION_TIME, person.key, day, 0)
                due_on = day + 1 + int(min(waiting, 3000.0))
                tally[Slot.OPEN_DECISIONS] += 1
        if follows:
            source = Source.AD.value if by_ad else Source.FEED.value
            channels = memberships_at_follow(person.key, day, world, key)
            joined_on, clicked_on = day, NEVER
            tally[Slot.JOINS + source] += 1
            if fan.left_on > NEVER:
                tally[Slot.WIN_BACKS] += 1
            for c in range(world.channels.count):
                if channels >> c & 1:
                    tally[Slot.CHANNEL_JOINS + c] += 1
    if decides and attrited == 0:
        odds = buying_odds(trust, 0.0, 1.0, brand.relative_price, rules.purchase)
        if uniform(key, Decision.ORDER, person.key, day, 0) < odds * salience(intimacy, False, touched, rules.purchase):
            trust, expectation, attrited, net = order(
                person, orders, expectation, trust, NO_CHANNEL, 0.0, False, False, climate, world, key, tally, 0
            )
            orders, ordered_on, spend = orders + 1, day, spend + net
            intimacy += rules.tiers.order
    if channels != 0:
        tier = tier_of(intimacy, 0, rules.tiers)
    return Fan(
        source, channels, 0, tier, fan.cause, attrited, exposures,
        joined_on, fan.left_on, clicked_on, ordered_on, fan.active_on, day, due_on,
        orders, trust, fatigue, intimacy, expectation, fan.need_debt, fan.month_counts, spend, threshold,
    )  # fmt: skip
