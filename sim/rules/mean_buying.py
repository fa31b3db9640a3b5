"""The mean of a day's needs, decisions and orders, and of what an order leaves behind (``buying``, ``orders``)."""

import math
from typing import NamedTuple

from sim.compiled import rare
from sim.rules.climate import Climate, Floats, World
from sim.rules.deals import adapted, asked_price
from sim.rules.mean_reading import MeanReading
from sim.rules.mean_state import MeanState, MeanTraits
from sim.rules.numbers import between
from sim.rules.purchase import attrition_probability, buying_odds, order_event, salience, utility
from sim.rules.rivalry import Surroundings, preferred
from sim.rules.tally import NO_CHANNEL, Slot


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
def mean_buying(
    fan: MeanTraits,
    state: MeanState,
    read: MeanReading,
    intimacy: float,
    around: Surroundings,
    climate: Climate,
    world: World,
) -> MeanBuying:
    """Orders of one day of a fan who may still buy, see ``buy``; nobody closes a deal of a store here.

    Needs of a day are Poisson, so their mean suffices but for impulses, which need a day without one.

    around  the other brands, among which a need is decided
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
    at_deal, at_list = (
        preferred(at_deal, around, world.rules.rivalry),
        preferred(at_list, around, world.rules.rivalry),
    )
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
