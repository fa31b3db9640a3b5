"""Buying: one follower's needs, decisions and orders of one day (model.md §3.4e, f)."""

from typing import NamedTuple

from sim.compiled import rare, rule
from sim.domains import HomepageSource
from sim.rules.climate import Climate, World
from sim.rules.deals import adapted, after_lesson, asked_price
from sim.rules.orders import order
from sim.rules.purchase import buying_odds, salience
from sim.rules.reading import Reading
from sim.rules.rivalry import Surroundings, preferred
from sim.rules.rows import Fan, Person
from sim.rules.search import found_by_search
from sim.rules.tally import NO_CHANNEL, Slot, Tally
from sim.streams import DailyDraws, Decision, exponential, poisson_quantile, uniform

LONGEST_DECISION = 3000.0  # days; keeps dates in 16 bits


class Buyer(NamedTuple):
    """What a day of buying left behind; the fields up to ``spend`` are those of ``Fan``."""

    trust: float
    intimacy: float
    expectation: float
    need_debt: float
    due_on: int
    orders: int
    ordered_on: int
    prospect: int
    spend: float
    deal_proneness: float
    reference_price: float
    joined: int  # bit set of channels to join from tomorrow on
    homepage: bool  # the brand was looked up, without an offer
    grade: int


@rare
def decision_day(person: Person, n: int, climate: Climate, world: World, key: int, tally: Tally) -> int:
    """Open a long decision: it closes after Exp(decision_days), tomorrow at the earliest (model.md §3.4e)."""
    tally[Slot.OPEN_DECISIONS] += 1
    waiting = world.brand.decision_days * exponential(key, Decision.DECISION_TIME, person.key, climate.day, n)
    return climate.day + 1 + int(min(waiting, LONGEST_DECISION))


@rule
def buy(
    person: Person,
    fan: Fan,
    read: Reading,
    intimacy: float,
    deal_proneness: float,
    draws: DailyDraws,
    around: Surroundings,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> Buyer:
    """Needs of a follower become decisions and orders; an opened offer may tempt one who has no need today.

    Nobody is tempted into what takes days to decide, nor while a whole later need has been borrowed already. A price
    enters the memory when an order was considered at it (the brand was thought of), less so when a deal was only read.

    draws  of this person and day, from ``daily_draws``;  around: the other brands, among which a need is decided
    """
    rules, day = world.rules.purchase, climate.day
    trust, expectation, need_debt, due_on = read.trust, read.expectation, fan.need_debt, fan.due_on
    orders, ordered_on, prospect, spend, grade = fan.orders, fan.ordered_on, fan.prospect, fan.spend, fan.grade
    reference_price, homepage = fan.reference_price, False
    if prospect == 0:
        needs = poisson_quantile(draws.need, person.need_rate * climate.season)
        tally[Slot.NEEDS] += needs
        decisions = 0
        for n in range(needs):
            if need_debt > 0.0:
                covered = min(1.0, need_debt)
                need_debt -= covered
                if uniform(key, Decision.NEED_DEBT, person.key, day, n) < covered:
                    tally[Slot.VANISHED_NEEDS] += 1
                    continue
            if world.brand.decision_days <= 1.0:
                decisions += 1
            elif due_on < day:
                due_on = decision_day(person, n, climate, world, key, tally)
        if due_on == day:
            decisions += 1
        has_offer = read.offer != NO_CHANNEL
        if decisions > 0 or has_offer:
            sought = read.sought != NO_CHANNEL
            carded = read.homepage and world.path.card == 1
            found = found_by_search(orders, world)
            discount = climate.discount if has_offer else 0.0
            asked = asked_price(discount)
            odds = buying_odds(
                trust,
                asked,
                reference_price,
                deal_proneness,
                world.segments.deal_response[person.segment],
                world.brand.relative_price,
                climate.proof_buy + world.segments.match_product[person.segment],
                rules,
                world.rules.deals,
            )
            chosen = preferred(odds, around, world.rules.rivalry)
            bought, bought_by_search, considered = 0, 0, False
            for n in range(decisions):
                searched = found > 0.0 and uniform(key, Decision.SEARCH, person.key, day, n) < found
                if searched:
                    tally[Slot.SEARCHES] += 1
                u = uniform(key, Decision.ORDER, person.key, day, n)
                thought_of = salience(intimacy, has_offer, sought or carded or searched, rules)
                if u < thought_of:
                    considered = True
                    if not has_offer and not sought and not read.homepage:
                        homepage = True  # one who thinks of the brand, with nothing but a need, looks it up
                    if u < chosen * thought_of:
                        bought += 1
                        if searched and not has_offer and not sought:
                            bought_by_search += 1
            if needs == 0 and decisions == 0 and need_debt < 1.0 and world.brand.decision_days <= 1.0:
                strength = rules.impulse_live if read.watched else rules.impulse
                if draws.impulse < strength * odds:
                    bought, considered = 1, True
                    need_debt += rules.borrows
                    tally[Slot.IMPULSES] += 1
            for n in range(bought):
                if prospect == 0:
                    trust, expectation, prospect, net, grade = order(
                        person,
                        orders,
                        expectation,
                        trust,
                        read.offer if has_offer else read.sought,
                        discount,
                        True,
                        read.watched,
                        climate,
                        world,
                        key,
                        tally,
                        n,
                        n < bought_by_search,
                    )
                    orders, ordered_on, spend = orders + 1, day, spend + net
                    intimacy += world.rules.tiers.order
                    deal_proneness = after_lesson(deal_proneness, discount, world.rules.deals)
            weight = world.rules.deals.adaptation if considered else world.rules.deals.notice if has_offer else 0.0
            reference_price = adapted(reference_price, asked, weight)
    if homepage:
        tally[Slot.HOMEPAGE + HomepageSource.SEARCH] += 1
    return Buyer(
        trust,
        intimacy,
        expectation,
        need_debt,
        due_on,
        orders,
        ordered_on,
        prospect,
        spend,
        deal_proneness,
        reference_price,
        0,
        homepage,
        grade,
    )
