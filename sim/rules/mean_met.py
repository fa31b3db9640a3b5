"""The mean of a day of people who have responded and do not follow (``prospects``): met again, retargeted, sold to.

They are one group for each segment: the feed and ads meet the interested among them more often, by the mean of e^a.
"""

import math

from sim.compiled import rare
from sim.rules.climate import Boxed, Climate, Floats, World
from sim.rules.deals import asked_price
from sim.rules.follow import follow_probability, relevance
from sim.rules.prospects import lead_at_touch
from sim.rules.purchase import buying_odds, open_need, salience
from sim.rules.tally import NO_CHANNEL, Slot
from sim.rules.trust import mean_prior

AFFINITY_SPREAD = 0.8  # log-sd of interest, ``person_at``
LIFT = math.exp(0.5 * AFFINITY_SPREAD * AFFINITY_SPREAD)  # mean of e^a


@rare
def book_outside(orders: float, discount: float, climate: Climate, world: World, tally: Floats) -> None:
    """Book expected orders of people who do not follow, on the platform on which people are met."""
    brand = world.brand
    net = orders * brand.price * (1.0 - discount)
    tally[Slot.ORDERS + NO_CHANNEL] += orders
    tally[Slot.ORDERS_FIRST] += orders
    tally[Slot.GMV + NO_CHANNEL] += net
    tally[Slot.LIST_VALUE] += orders * brand.price
    tally[Slot.GOODS] += orders * brand.price * brand.goods / 10000.0
    if world.closing.in_store == 0:
        tally[Slot.COMMISSION] += net * climate.commission[climate.home] / 10000.0


@rare
def order_outside(orders: float, discount: float, climates: Boxed, worlds: Boxed, tally: Floats) -> None:
    """``book_outside``, called from Python."""
    book_outside(orders, discount, climates[0], worlds[0], tally)


@rare
def buying_when_met(segment: int, trust: float, climate: Climate, world: World) -> float:
    """Probability that a touch ends in an order; 0 where deals close in a store."""
    if world.closing.in_store == 1:
        return 0.0
    rules, days = world.rules, world.brand.decision_days
    need = open_need(world.segments.need_rate[segment] * climate.season, days, days)
    proof = climate.proof_buy + world.segments.match_product[segment]
    odds = buying_odds(trust, asked_price(0.0), 1.0, 0.0, 1.0, climate.public_price, proof, rules.purchase, rules.deals)
    return need * odds * salience(0.0, False, True, rules.purchase)


@rare
def lead_when_met(segment: int, trust: float, touches: float, climate: Climate, world: World) -> float:
    """Probability that contact data is left at a touch, see ``lead_at_touch``.

    touches  a day, T. A need that arose since the last one is open, up to D days:
             E[1 − e^(−λ·min(t, D))] = λ/(λ + T)·(1 − e^(−(λ + T)·D))
    """
    rate, days = world.segments.need_rate[segment] * climate.season, world.brand.decision_days
    proof = climate.proof_buy + world.segments.match_product[segment]
    given = lead_at_touch(rate, trust, 1.0, proof, world) / max(1e-300, open_need(rate, days, days))
    chance: float = given * rate / max(1e-300, rate + touches) * -math.expm1(-(rate + touches) * days)
    return chance


@rare
def mean_met(
    known: Floats, left: Floats, met: Floats, won: Floats, commercial: float, climates: Boxed, worlds: Boxed,
    tally: Floats,
) -> None:  # fmt: skip
    """A day of those who are known: who is touched follows, buys, or clicks and then follows.

    known  [S] people who have responded and do not follow;  left: of these, those who followed before
    met    [S] accumulated exposure until yesterday, until today afterwards
    won    [S, 3] to be filled: new followers by the feed and by ads, and where deals close in a store leads that
           would be left if nobody had bought or left one before
    commercial  people of the commercial domain, all segments together
    """
    climate, world = climates[0], worlds[0]
    rules, brand = world.rules, world.brand
    everybody = 0.0
    for s in range(len(known)):
        everybody += known[s]
    for s in range(len(known)):
        today, met[s] = climate.exposure[s] - met[s], climate.exposure[s]
        won[s, 0] = won[s, 1] = won[s, 2] = 0.0
        people = known[s]
        if people <= 0.0:
            continue
        touched = people * -math.expm1(-rules.exposure.known * LIFT * today)
        retargeted = commercial * climate.retarget * people / max(1e-9, everybody)
        by_ad, by_feed = touched * climate.ad_share[s] + retargeted, touched * (1.0 - climate.ad_share[s])
        trust = mean_prior(brand.trust_feed, world.segments.trust_shift[s])
        interest = world.segments.match_value[s] + AFFINITY_SPREAD * AFFINITY_SPREAD
        follow = follow_probability(
            climate.quality, relevance(interest, 0.0), trust, climate.followers, brand.certified, 1.0,
            climate.proof_follow, rules.follow,
        )  # fmt: skip
        clicks = retargeted * min(1.0, climate.click * rules.ads.retargeted) + (by_ad - retargeted) * climate.click
        won[s, 0], won[s, 1] = by_feed * follow, clicks * brand.follow_after_click
        back = (won[s, 0] + won[s, 1] * (1.0 - retargeted / max(1e-300, by_ad))) * left[s] / people
        tally[Slot.TOUCHES] += by_ad + by_feed
        tally[Slot.AD_CLICKS] += clicks
        tally[Slot.WIN_BACKS] += back
        left[s] -= back
        known[s] -= won[s, 0] + won[s, 1]
        if world.closing.in_store == 1:
            won[s, 2] = (by_feed + by_ad) * lead_when_met(s, trust, (by_feed + by_ad) / people, climate, world)
        orders = (by_feed + by_ad) * buying_when_met(s, trust, climate, world)
        if orders > 0.0:
            book_outside(orders, 0.0, climate, world, tally)
