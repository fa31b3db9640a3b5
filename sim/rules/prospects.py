"""Prospects: from an open need over a lead to the sale in a store, for followers and others (model.md §3.4e, M19)."""

from typing import NamedTuple

from sim.compiled import rare, rule
from sim.domains import Prospect
from sim.rules.asking import LEAD_WAIT, answer_time, channels_at_answer, count_answer, trust_after_answer
from sim.rules.buying import Buyer, decision_day
from sim.rules.climate import Climate, World
from sim.rules.leads import qualify_probability, step_probability
from sim.rules.orders import order
from sim.rules.purchase import open_need, salience
from sim.rules.reading import Reading
from sim.rules.rivalry import Surroundings, preferred
from sim.rules.rows import NEVER, Fan, Person
from sim.rules.service import answer_bin
from sim.rules.tally import NO_CHANNEL, Slot, Tally
from sim.streams import DailyDraws, Decision, poisson_quantile, uniform

OVERNIGHT = 1440.0  # minutes until an answer that comes on the day after


class Lead(NamedTuple):
    """What leaving contact data left behind."""

    trust: float
    closeness: float  # intimacy gained
    prospect: int
    due_on: int
    joined: int  # bit set of channels to join from tomorrow on


class Pursuit(NamedTuple):
    """What a day on the way to a store left behind."""

    trust: float
    intimacy: float
    expectation: float
    prospect: int
    due_on: int
    joined: int
    bought: bool
    net: float  # cents
    grade: int  # of the satisfaction with the last order


@rule
def buy_in_store(
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
    """Needs of a follower where deals close in a store; nobody is tempted into such a deal by an offer alone.

    A need stays open for 1 + Exp(decision days) days, and every opened message is an occasion to leave contact data:
    an offer at the time of need (E-99). Nobody learns of deals where one buys so seldom: the list price is remembered.
    """
    day = climate.day
    if fan.prospect != Prospect.OVER:
        needs = poisson_quantile(draws.need, person.need_rate * climate.season)
        tally[Slot.NEEDS] += needs
        reminded = fan.prospect == Prospect.OPEN and fan.due_on > day and read.opened
        if needs > 0 or fan.due_on == day or reminded:
            got = pursue(
                person,
                fan.prospect,
                fan.due_on,
                fan.orders,
                read.trust,
                intimacy,
                read.expectation,
                needs > 0,
                reminded,
                read.offer != NO_CHANNEL,
                True,
                fan.grade,
                around,
                climate,
                world,
                key,
                tally,
            )
            orders, ordered_on = fan.orders, fan.ordered_on
            if got.bought:
                orders, ordered_on = orders + 1, day
            return Buyer(
                got.trust,
                got.intimacy,
                got.expectation,
                fan.need_debt,
                got.due_on,
                orders,
                ordered_on,
                got.prospect,
                fan.spend + got.net,
                deal_proneness,
                fan.reference_price,
                got.joined,
                False,
                got.grade,
            )
    return Buyer(
        read.trust,
        intimacy,
        read.expectation,
        fan.need_debt,
        fan.due_on,
        fan.orders,
        fan.ordered_on,
        fan.prospect,
        fan.spend,
        deal_proneness,
        fan.reference_price,
        0,
        False,
        fan.grade,
    )


@rare
def pursue(
    person: Person,
    prospect: int,
    due_on: int,
    orders: int,
    trust: float,
    intimacy: float,
    expectation: float,
    needed: bool,
    reminded: bool,
    offer: bool,
    follows: bool,
    grade: int,
    around: Surroundings,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> Pursuit:
    """One day on the way to a store: an answer that was due, a decision that closes, a need that may become a lead.

    prospect  member of ``Prospect``, not OVER;  due_on: day of the answer, of the decision, or the last of an open need
    needed    a need arose today or, for one who does not follow, was open at a touch
    reminded  a message was opened while a need was open;  offer: an offer was
    grade     of the satisfaction with the last order so far;  around: the other brands, to one of whose stores one goes

    Source: evidence M19, E-40, E-99, E-109.
    """
    rules, day = world.rules, climate.day
    response = world.segments.deal_response[person.segment]
    proof = climate.proof_buy + world.segments.match_product[person.segment]
    joined, net, bought = 0, 0.0, False
    if due_on == day and prospect == Prospect.WAITING:
        prospect, due_on = qualify(person, OVERNIGHT, climate, world, key, tally)
        joined = channels_at_answer(person, climate, world, key)
        intimacy += rules.tiers.reply
    elif due_on == day and prospect == Prospect.QUALIFIED:
        prospect, due_on = Prospect.OPEN.value, NEVER
        discount = climate.discount if follows else 0.0
        comes = step_probability(
            world.closing.visit,
            trust,
            discount,
            response,
            world.brand.relative_price,
            proof,
            rules.purchase,
        )
        if uniform(key, Decision.STORE_VISIT, person.key, day, 0) < preferred(comes, around, rules.rivalry):
            tally[Slot.STORE_VISITS] += 1
            bought = uniform(key, Decision.SALE, person.key, day, 0) < world.closing.sale
        if bought:
            tally[Slot.SALES_LEADS] += 1
            trust, expectation, prospect, net, grade = order(
                person,
                orders,
                expectation,
                trust,
                NO_CHANNEL,
                discount,
                follows,
                False,
                climate,
                world,
                key,
                tally,
                0,
                False,
            )
            intimacy += rules.tiers.order
    if prospect == Prospect.OPEN and (needed or reminded):
        discount = climate.discount if offer else 0.0
        ready = step_probability(
            rules.leads.ready, trust, discount, response, world.brand.relative_price, proof, rules.purchase
        ) * salience(intimacy, offer, not follows, rules.purchase)
        if not follows:
            ready *= rules.leads.card
        if uniform(key, Decision.LEAD, person.key, day, 0) < ready:
            lead = leave_lead(person, trust, follows, climate, world, key, tally)
            trust, prospect, due_on, joined = lead.trust, lead.prospect, lead.due_on, lead.joined
            intimacy += lead.closeness
        elif follows and due_on < day:
            due_on = decision_day(person, 0, climate, world, key, tally)
    return Pursuit(trust, intimacy, expectation, prospect, due_on, joined, bought, net, grade)


@rare
def leave_lead(
    person: Person, trust: float, follows: bool, climate: Climate, world: World, key: int, tally: Tally
) -> Lead:
    """Contact data is left, and the team answers: today, tomorrow, or never. Source: evidence M13, M19."""
    tally[Slot.LEADS] += 1
    if follows:
        tally[Slot.LEADS_FOLLOWERS] += 1
    minutes = answer_time(person, LEAD_WAIT, climate, key, tally)
    trust = trust_after_answer(trust, minutes, world)
    if minutes < 0.0:
        return Lead(trust, 0.0, Prospect.OPEN.value, NEVER, 0)
    if minutes > climate.desk.day:
        return Lead(trust, 0.0, Prospect.WAITING.value, climate.day + 1, 0)
    prospect, due_on = qualify(person, minutes, climate, world, key, tally)
    return Lead(trust, world.rules.tiers.reply, prospect, due_on, channels_at_answer(person, climate, world, key))


@rare
def qualify(person: Person, minutes: float, climate: Climate, world: World, key: int, tally: Tally) -> tuple[int, int]:
    """The team answers a lead: qualified or not, and when its decision closes. Source: evidence M13, L20."""
    count_answer(minutes, tally)
    tally[Slot.LEAD_ANSWERS + answer_bin(minutes)] += 1
    if uniform(key, Decision.QUALIFY, person.key, climate.day, 0) < qualify_probability(minutes, world.rules.leads):
        tally[Slot.QUALIFIED + answer_bin(minutes)] += 1
        return Prospect.QUALIFIED.value, decision_day(person, 0, climate, world, key, tally)
    return Prospect.OPEN.value, NEVER


@rule
def lead_at_touch(need_rate: float, trust: float, season: float, proof: float, world: World) -> float:
    """Probability that one who does not follow leaves contact data at a touch: an open need, on the mind, ready.

    need_rate  needs per day;  season: factor on it;  proof: log-odds added by others (``conformity.py``)

    Source: evidence M19, E-40, E-111.
    """
    days, rules = world.brand.decision_days, world.rules
    ready = step_probability(rules.leads.ready, trust, 0.0, 1.0, world.brand.relative_price, proof, rules.purchase)
    return (
        open_need(need_rate * season, days, days)
        * ready
        * rules.leads.card
        * salience(0.0, False, True, rules.purchase)
    )
