"""The mean fan: what fans bring under a constant plan and how soon they leave, by the rules of the simulation.

Theory 4.6 values a fan by V = π/(μ + δ). π and μ are taken where the state of the relationship is on average over the
fan's remaining life, which is discounted with r = μ + δ: a state that goes from x₀ to x* at rate a has the mean

    x̄ = x* + (x₀ − x*) · r/(r + a)

so that both the fans' present state and the state to which the plan leads count (theory 4.9 gives x* of trust). A plan
that stays the same breaks no promise.
"""

import math
from typing import NamedTuple

from sim.compiled import rare, rule
from sim.domains import ChannelKind, Tier
from sim.parameters import DAYS_PER_MONTH
from sim.rules.climate import Floats, World
from sim.rules.deals import asked_price
from sim.rules.follow import relevance
from sim.rules.leads import step_probability
from sim.rules.leaving import fatigue_hazard, natural_hazard, neglect_hazard, trust_factor
from sim.rules.messages import attention, message_weight, open_probability, watch_probability
from sim.rules.purchase import buying_odds, order_event, salience
from sim.rules.trust import promotion_is_negative

SETTLED = 90  # days since following: past the first weeks' multiplier of natural exit
ROUNDS = 8  # until states and exit rate agree, to a hundredth at worst


class MeanFan(NamedTuple):
    """True means of a group of fans of one tier, in the same channels."""

    tier: int
    channels: int  # bit set of channels through which the brand reaches them
    sensitivity: float  # 1/θ, days per weighted message   ≥ 0
    trust: float  # T in [0, 1]
    trust_prior: float  # to which trust drifts back, experience included, in [0, 1]
    fatigue: float  # φ ≥ 0, weighted messages
    intimacy: float  # I ≥ 0
    frailty: float  # ξ ≥ 0
    affinity: float  # log-odds
    buying: float  # share that may still buy, in [0, 1]
    need_rate: float  # of these, needs per day   ≥ 0
    attrition: float  # of these, probability of never buying again after an order
    deal_response: float  # response to discounts relative to b_d
    match_value: float  # log-odds
    match_promotion: float  # log-odds
    match_product: float  # log-odds of buying
    deal_proneness: float  # of those who may still buy, D in [0, 1]
    reference_price: float  # of these, RP > 0, share of the list price


class Steady(NamedTuple):
    """A constant plan as fans of one tier meet it, and what it costs; vectors have room for C = 12 channels."""

    value: Floats  # [C] value messages per day
    promotion: Floats  # [C] promotions per day, without notices of lives
    notice: Floats  # [C] notices of lives per day
    value_cost: Floats  # [C] cents per fan and day with a value item
    promotion_cost: Floats  # [C] cents per fan and day with a promotion item
    fee: Floats  # [C] cents per message
    commission: Floats  # [C] share of the net order value that the channel's platform takes
    home_commission: float  # share taken on the platform where people meet
    quality: float  # in [0, 1]
    discount: float  # in [0, 1]
    season: float  # factor on needs, ≥ 0
    interest: float  # δ, discounting of the future   [1/day]


class Touched(NamedTuple):
    """What a day of messages does to a mean fan; rates per day."""

    weight: float  # weighted messages
    useful: float  # opened value that earns trust
    annoying: float  # opened promotions that cost trust
    closeness: float  # intimacy gained
    opened: float  # probability of anything opened
    offered: float  # probability of an opened offer
    watched: float  # probability of a watched live
    shock: float  # hazard of opened messages
    cost: float  # fees and share of the items, cents
    commission: float  # mean over opened offers


class Demand(NamedTuple):
    """Orders of a mean fan who may still buy, and the prices at which orders were considered; rates per day."""

    with_offer: float  # orders while an offer was in sight
    without: float  # orders at full price
    at_deals: float  # orders considered while an offer was in sight
    at_list: float  # orders considered at full price


class Worth(NamedTuple):
    """π, cents per day, and μ, exits per day, of a mean fan, and the mean state over its remaining life."""

    margin: float
    exits: float
    orders: float  # per day
    trust: float
    load: float
    intimacy: float


@rule
def over_life(now: float, later: float, rate: float, leaving: float) -> float:
    """Mean over a fan's discounted life of a state that goes from ``now`` to ``later`` at ``rate``.

        x̄ = x* + (x₀ − x*)·r/(r + a)

    rate a ≥ 0, leaving r > 0, both per day. a = 0 → x₀; a → ∞ → x*. Source: theory 4.6.
    """
    return later + (now - later) * leaving / (leaving + rate)


@rule
def touched(fan: MeanFan, steady: Steady, x: float, trust: float, world: World) -> Touched:
    """A mean day of messages and lives, see ``read_messages``.

    x      load before today's messages;  trust: T

    m messages a day open with one draw on min(1, m) of the days; a quota takes promotions first.
    Source: model §3.4b, c; evidence M4, M5, M7, M19.
    """
    rules = world.rules
    rel_value = relevance(fan.match_value, fan.affinity)
    rel_promotion = relevance(fan.match_promotion, fan.affinity)
    weight, useful, annoying, closeness, shock, cost = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    no_offer, unwatched, idle, opened_offers, commission = 1.0, 1.0, 1.0, 0.0, 0.0
    for c in range(world.channels.used):
        if not fan.channels >> c & 1:
            continue
        values = steady.value[c]
        promotions = steady.promotion[c] + steady.notice[c]
        if world.channels.quota[c] >= 0:
            left = world.channels.quota[c] / DAYS_PER_MONTH
            values = min(values, left)
            promotions = min(promotions, left - values)
        messages = values + promotions
        if messages <= 0.0:
            continue
        own = world.channels.weight[c]
        weight += message_weight(own, values, promotions, rel_value, rules.messages)
        base = (
            world.channels.reach[c]
            * world.channels.open[c]
            * attention(max(1.0, 7.0 * messages), world.channels.kind[c] == ChannelKind.GROUP, rules.messages)
        )
        rel = (rel_value * values + rel_promotion * promotions) / messages
        opens = open_probability(base, rel, x, trust, world.brand.trust, rules.messages)
        value_days, promotion_days = min(1.0, values), min(1.0, promotions)
        useful += value_days * opens * steady.quality * rel_value
        annoying += promotion_days * opens * promotion_is_negative(rel_promotion, x)
        closeness += min(1.0, messages) * opens * rules.tiers.visit
        shock += rules.leaving.shock * own * opens * (value_days + rules.leaving.promotion_shock * promotion_days)
        watches = min(1.0, steady.notice[c]) * opens * watch_probability(fan.tier, rules.lives)
        closeness += watches * min(rules.tiers.live_most, rules.tiers.live_minute * rules.lives.minutes)
        no_offer *= 1.0 - promotion_days * opens
        idle *= 1.0 - min(1.0, messages) * opens
        unwatched *= 1.0 - watches
        opened_offers += promotion_days * opens
        commission += promotion_days * opens * steady.commission[c]
        cost += messages * steady.fee[c]
        cost += value_days * steady.value_cost[c] + min(1.0, steady.promotion[c]) * steady.promotion_cost[c]
    return Touched(
        weight,
        useful,
        annoying,
        closeness,
        1.0 - idle,
        1.0 - no_offer,
        1.0 - unwatched,
        shock,
        cost,
        commission / opened_offers if opened_offers > 0.0 else 0.0,
    )


@rule
def orders_of_buyer(
    fan: MeanFan,
    steady: Steady,
    seen: Touched,
    trust: float,
    intimacy: float,
    proneness: float,
    reference_price: float,
    world: World,
) -> Demand:
    """Orders per day of a mean fan who may still buy: with an offer in sight, and without; see ``buy``.

    Impulses need a day without a need; what they borrow, later needs lack, so at most λ/borrows of them fit.
    Source: evidence M8, M12.
    """
    rules, deals, price = world.rules.purchase, world.rules.deals, world.brand.relative_price
    needs = fan.need_rate * steady.season
    odds = buying_odds(
        trust, 1.0, reference_price, proneness, fan.deal_response, price, fan.match_product, rules, deals
    )
    asked = asked_price(steady.discount)
    tempted = buying_odds(
        trust, asked, reference_price, proneness, fan.deal_response, price, fan.match_product, rules, deals
    )
    impulses = 0.0
    if world.brand.decision_days <= 1.0:
        live = min(seen.watched, seen.offered)
        impulses = (
            (live * rules.impulse_live + (seen.offered - live) * rules.impulse) * tempted * math.exp(-min(700.0, needs))
        )
        if rules.borrows > 0.0:
            impulses = min(impulses, needs / rules.borrows)
    met = max(0.0, needs - rules.borrows * impulses)
    at_deals = met * seen.offered * salience(intimacy, True, False, rules)
    at_list = met * (1.0 - seen.offered) * salience(intimacy, False, False, rules)
    return Demand(impulses + at_deals * tempted, at_list * odds, impulses + at_deals, at_list)


@rare
def orders_in_store(fan: MeanFan, steady: Steady, seen: Touched, trust: float, intimacy: float, world: World) -> Demand:
    """Orders per day of a mean fan who may still buy, where deals close in a store; see ``buy_in_store``.

    A need is in mind for 1/h days, h = 1 − e^(−1/D): of all who may buy w are so in the morning,

        w = (1 − h)·s / (1 − (1 − h)·(1 − l − s)),   s: of the others who begin, l: of these who leave contact data

    Leads are answered at once; a sale in the store is at the day's discount. Source: evidence M19, E-99.
    """
    rules, brand, closing = world.rules.purchase, world.brand, world.closing
    ready, response, price = world.rules.leads.ready, fan.deal_response, brand.relative_price
    need, lasts = -math.expm1(-fan.need_rate * steady.season), math.exp(-1.0 / max(1e-9, brand.decision_days))
    discount, proof = steady.discount, fan.match_product
    at_offer = step_probability(ready, trust, discount, response, price, proof, rules)
    at_offer *= salience(intimacy, True, False, rules)
    without = step_probability(ready, trust, 0.0, response, price, proof, rules)
    without *= salience(intimacy, False, False, rules)
    reminded = max(0.0, seen.opened - seen.offered)
    first = need * (seen.offered * at_offer + (1.0 - seen.offered) * without)
    later = seen.offered * at_offer + (reminded + (1.0 - seen.offered - reminded) * need) * without
    begin = need - first
    in_mind = lasts * begin / max(1e-12, 1.0 - lasts * (1.0 - later - begin))
    leads = (1.0 - in_mind) * first + in_mind * later
    visits = step_probability(closing.visit, trust, discount, response, price, proof, rules)
    return Demand(leads * world.rules.leads.qualified * visits * closing.sale, 0.0, 0.0, 0.0)


@rule
def memories_of_prices(
    fan: MeanFan, steady: Steady, seen: Touched, demand: Demand, leaving: float, world: World
) -> tuple[float, float]:
    """Deal proneness and reference price of a mean fan, at their mean over the fan's remaining life.

        D* = min(1, δ_d·d·orders on deals ÷ fading);  RP* = the mean price met, by its weight in the memory

    Source: evidence M12; theory 4.6.
    """
    rules = world.rules.deals
    fading = 1.0 - world.one_day.proneness
    habit = min(1.0, rules.lesson * steady.discount * demand.with_offer / max(1e-12, fading))
    at_deals = rules.adaptation * demand.at_deals + rules.notice * max(0.0, seen.offered - demand.at_deals)
    met = at_deals + rules.adaptation * demand.at_list
    price = 1.0
    if met > 0.0:
        price = (at_deals * asked_price(steady.discount) + met - at_deals) / met
    return (
        over_life(fan.deal_proneness, habit, fading, leaving),
        over_life(fan.reference_price, price, met, leaving),
    )


@rule
def exit_rate(fan: MeanFan, x: float, trust: float, intimacy: float, shock: float, world: World) -> float:
    """μ: the relationship lost per day [1/day]; fatigue and shocks cost one of the fan's channels.

    Source: model.md §3.4h; evidence M6.
    """
    rules = world.rules.leaving
    rel = relevance(fan.match_value, fan.affinity)
    lasting = natural_hazard(SETTLED, fan.frailty, rel, fan.tier == Tier.DEVOTED.value, rules)
    lasting += neglect_hazard(intimacy, rules)
    factor = trust_factor(trust, world.brand.trust, rules)
    channels = 0
    for c in range(world.channels.used):
        channels += fan.channels >> c & 1
    return lasting * factor + (fatigue_hazard(x, rules) * factor + shock) / max(1, channels)


@rule
def worth_of(fan: MeanFan, steady: Steady, world: World) -> Worth:
    """π and μ of a mean fan under a constant plan, at the state's mean over the fan's remaining life.

        π = orders with offer · price·((1 − d)(1 − commission) − goods)
          + orders without · price·((1 − commission) − goods) − fees − items     [cents/day]

    A sale in a store costs no commission. Source: theory 4.2, 4.6, 4.9.
    """
    rules, brand = world.rules, world.brand
    price, goods = brand.price, brand.goods / 10000.0
    gain = rules.trust.gain
    x, trust, intimacy, buying = fan.fatigue * world.one_day.load * fan.sensitivity, fan.trust, fan.intimacy, fan.buying
    proneness, reference_price = fan.deal_proneness, fan.reference_price
    exits = 0.0
    margin = 0.0
    orders = 0.0
    for _ in range(ROUNDS):
        seen = touched(fan, steady, x * world.one_day.fatigue, trust, world)
        commission = seen.commission
        if world.closing.in_store == 1:
            demand, commission = orders_in_store(fan, steady, seen, trust, intimacy, world), 0.0
        else:
            demand = orders_of_buyer(fan, steady, seen, trust, intimacy, proneness, reference_price, world)
        orders = buying * (demand.with_offer + demand.without)
        before = exits
        exits = exit_rate(fan, x, trust, intimacy, seen.shock, world)
        margin = (
            buying * demand.with_offer * price * ((1.0 - steady.discount) * (1.0 - commission) - goods)
            + buying * demand.without * price * ((1.0 - steady.home_commission) - goods)
            - seen.cost
        )
        # short lives see little of where the plan leads, so the two rates chase each other: meet half way
        leaving = max(1e-9, 0.5 * (before + exits) + steady.interest)
        up = gain * (seen.useful + orders * order_event(0.0, rules.purchase) * rules.trust.purchase)
        down = rules.trust.loss_ratio * gain * seen.annoying
        drift = 1.0 - world.one_day.trust
        settled = (up + drift * fan.trust_prior) / max(1e-12, up + down + drift)
        fading = 1.0 - world.one_day.intimacy
        closeness = (seen.closeness + orders * rules.tiers.order) / max(1e-12, fading)
        trust = over_life(fan.trust, settled, up + down + drift, leaving)
        intimacy = over_life(fan.intimacy, closeness, fading, leaving)
        if world.closing.in_store == 0:  # nobody learns of deals where one buys so seldom
            proneness, reference_price = memories_of_prices(fan, steady, seen, demand, leaving, world)
        buying = over_life(fan.buying, 0.0, fan.attrition * (demand.with_offer + demand.without), leaving)
        x = over_life(
            fan.fatigue * world.one_day.load * fan.sensitivity,
            seen.weight * fan.sensitivity,
            1.0 - world.one_day.fatigue,
            leaving,
        )
    return Worth(margin, exits, orders, trust, x, intimacy)


@rare
def worth_of_groups(groups: Floats, fans: Floats, steady: Steady, world: World) -> float:
    """Σ fans · π/(μ + δ) over groups [cents]: what they are worth under a constant plan. Source: theory 4.6.

    groups  [G] ``MeanFan``, see ``compilable_rows``;  fans: [G] number of fans in each
    """
    total = 0.0
    for g in range(len(groups)):
        worth = worth_of(groups[g], steady, world)
        total += fans[g] * worth.margin / max(1e-9, worth.exits + steady.interest)
    return total


@rare
def worths_of(groups: Floats, steady: Steady, world: World, found: Floats) -> None:
    """``worth_of`` of each group, written to the rows of ``found`` [G, 6] in the order of its fields."""
    for g in range(len(groups)):
        worth = worth_of(groups[g], steady, world)
        found[g, 0], found[g, 1], found[g, 2] = worth.margin, worth.exits, worth.orders
        found[g, 3], found[g, 4], found[g, 5] = worth.trust, worth.load, worth.intimacy
