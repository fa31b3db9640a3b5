"""An order: what it is worth, what it costs, and what it leaves behind (M8, M9, M17)."""

import math

from sim.compiled import rare, rule
from sim.domains import PriceBand
from sim.rules.climate import Climate, World
from sim.rules.numbers import between, bounded_exp, share_of
from sim.rules.people import attrition_trait
from sim.rules.purchase import attrition_probability, order_event, utility
from sim.rules.referral import grade_of
from sim.rules.rows import Person
from sim.rules.tally import NO_CHANNEL, Slot, Tally
from sim.rules.trust import experienced_prior, gained, lost
from sim.streams import Decision, normal, uniform

DEEP_DISCOUNT = 3000  # basis points


@rule
def price_band(discount: int) -> int:
    """Price band of an order, member of ``PriceBand``: no discount, less than 30 %, 30 % or more.

    discount  basis points off the list price
    """
    if discount <= 0:
        return PriceBand.FULL_PRICE.value
    return PriceBand.SHALLOW.value if discount < DEEP_DISCOUNT else PriceBand.DEEP.value


@rare
def order(
    person: Person,
    fan_orders: int,
    expectation: float,
    trust: float,
    channel: int,
    discount: float,
    follows: bool,
    in_live: bool,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
    k: int,
    by_search: bool,
) -> tuple[float, float, int, float, int]:
    """Book an order and what it leaves behind: trust, expectation, end of buying (M8, M9, M17).

    channel    whose message sold, or on a visit of which; NO_CHANNEL: the platform on which people meet
    k          number of the order on this day
    by_search  a search has led here: without a channel it is sold on the shelf

    Returns trust, expectation, 1 if the person will not buy again, the net value in cents, and the grade of the
    satisfaction.
    """
    rules, brand = world.rules, world.brand
    spread = rules.purchase.basket
    list_value = math.floor(
        brand.price
        * bounded_exp(spread * normal(key, Decision.BASKET, person.key, climate.day, k) - 0.5 * spread * spread)
        + 0.5
    )
    points_off = math.floor(discount * 10000.0 + 0.5)
    net = list_value - share_of(list_value, points_off)
    platform = climate.home
    if channel != NO_CHANNEL:
        platform = world.channels.platform[channel]
    elif by_search:
        platform = brand.shelf
    tally[Slot.ORDERS + channel] += 1
    tally[Slot.GMV + channel] += net
    tally[Slot.LIST_VALUE] += list_value
    band = 4 * price_band(points_off)
    if fan_orders > 0:
        band += 2
        tally[Slot.ORDERS_RETURNING + channel] += 1
    if follows:
        band += 1
    tally[Slot.ORDERS_BAND + band] += 1
    tally[Slot.GMV_BAND + band] += net
    commission = share_of(net, climate.commission[platform])
    friction = 0
    if world.closing.in_store == 1:
        commission = 0
    elif follows and moves_elsewhere(person, commission, climate, world, key, k):
        commission, friction = 0, world.closing.friction
        tally[Slot.MOVED] += 1
        tally[Slot.FRICTION] += friction
    goods = share_of(list_value, brand.goods)
    tally[Slot.COMMISSION] += commission
    tally[Slot.GOODS] += goods
    if follows:
        tally[Slot.ORDERS_FOLLOWERS] += 1
        tally[Slot.GMV_FOLLOWERS] += net
        tally[Slot.CONTRIBUTION_FOLLOWERS] += net - commission - friction - goods
    if fan_orders == 0:
        tally[Slot.ORDERS_FIRST] += 1
        tally[Slot.GMV_FIRST] += net
        # trust moves along with the level to which it drifts back
        known = experienced_prior(person.trust_prior, 1, brand.product_quality, rules.trust)
        trust = between(0.0, trust + known - person.trust_prior, 1.0)
    if in_live:
        tally[Slot.ORDERS_LIVE] += 1
    if by_search:
        tally[Slot.ORDERS_SEARCH] += 1
        tally[Slot.GMV_SEARCH] += net
    experience = between(
        0.0,
        brand.product_quality + rules.purchase.surprise * normal(key, Decision.EXPERIENCE, person.key, climate.day, k),
        1.0,
    )
    value = utility(experience, expectation, rules.purchase)
    event = order_event(value, rules.purchase) * rules.trust.purchase
    if event >= 0.0:
        trust = gained(trust, event, rules.trust)
    else:
        trust = lost(trust, -event, rules.trust)
        tally[Slot.DISAPPOINTMENTS] += 1
    attrited = 0
    if world.closing.single == 1 or uniform(
        key, Decision.ATTRITION, person.key, climate.day, k
    ) < attrition_probability(attrition_trait(person.key, world, key), value, rules.purchase):
        attrited = 1
        tally[Slot.ATTRITED] += 1
    learned = expectation + rules.purchase.learning * (experience - expectation)
    return trust, learned, attrited, float(net), grade_of(experience - expectation)


@rule
def moves_elsewhere(person: Person, commission: int, climate: Climate, world: World, key: int, k: int) -> bool:
    """True when a follower's order is closed off the platform: where the commission saved is more than the friction.

    commission  of the order, cents. Source: evidence M17, E-67.
    """
    return (
        world.closing.leakage > 0.0
        and commission > world.closing.friction
        and uniform(key, Decision.CLOSING, person.key, climate.day, k) < world.closing.leakage
    )
