"""The mean of a day on the way to a store: needs, leads, answers, decisions and sales (``prospects``)."""

import math
from typing import NamedTuple

from sim.compiled import rare, rule
from sim.rules.climate import Boxed, Climate, Floats, World
from sim.rules.leads import qualify_probability, step_probability
from sim.rules.mean_reading import MeanAnswer, MeanReading, trust_after
from sim.rules.mean_state import MeanState, MeanTraits
from sim.rules.prospects import OVERNIGHT, lead_at_touch
from sim.rules.purchase import salience
from sim.rules.rivalry import Surroundings, preferred
from sim.rules.service import ANSWER_BINS, answer_bin, answer_event, waited
from sim.rules.tally import NO_CHANNEL, Slot
from sim.rules.trust import mean_prior

WAITS = 512  # points of the distribution of waiting times: qualification falls steeply in the first minutes
UP, DOWN, TODAY, TOMORROW, QUALIFIED = range(5)  # columns of a lead's answer
BINS, QUALIFIED_BINS = 5, 5 + ANSWER_BINS  # first columns of the answers of today, and of those qualified, by bin
LEAD = 5 + 2 * ANSWER_BINS


class MeanProspects(NamedTuple):
    """What a day on the way to a store left behind; shares of all fans of the cell."""

    trust: float
    answered: float  # expected answers of the team
    sold: float
    window: float  # whose need is open
    waiting: float
    qualified: float


@rare
def mean_lead(climates: Boxed, worlds: Boxed, lead: Floats) -> None:
    """Fill in what becomes of a lead of today, averaged over the waiting time (M13, M19).

    lead  [LEAD] by the columns above
    """
    climate, world = climates[0], worlds[0]
    lead[:] = 0.0
    share = 1.0 / WAITS
    for n in range(WAITS):
        minutes = waited((n + 0.5) / WAITS, climate.desk)
        event = answer_event(minutes, world.rules.service)
        lead[UP] += share * max(0.0, event)
        lead[DOWN] += share * max(0.0, -event)
        if minutes > climate.desk.day:
            lead[TOMORROW] += share
        elif minutes >= 0.0:
            qualified = share * qualify_probability(minutes, world.rules.leads)
            lead[TODAY] += share
            lead[QUALIFIED] += qualified
            lead[BINS + answer_bin(minutes)] += share
            lead[QUALIFIED_BINS + answer_bin(minutes)] += qualified


@rule
def closing_probability(decision_days: float) -> float:
    """Probability that a decision under way closes on a day: the law of ``decision_day`` has no memory."""
    return -math.expm1(-1.0 / max(1e-9, decision_days))


@rare
def count_leads(leads: float, overnight: float, lead: Floats, worlds: Boxed, tally: Floats) -> None:
    """Count the answers to leads of today and to those of yesterday that had to wait.

    lead  [LEAD] of ``mean_lead``
    """
    qualified = overnight * qualify_probability(OVERNIGHT, worlds[0].rules.leads)
    tally[Slot.QUEUED] += leads
    for n in range(ANSWER_BINS):
        tally[Slot.LEAD_ANSWERS + n] += leads * lead[BINS + n]
        tally[Slot.QUALIFIED + n] += leads * lead[QUALIFIED_BINS + n]
    tally[Slot.LEAD_ANSWERS + answer_bin(OVERNIGHT)] += overnight
    tally[Slot.QUALIFIED + answer_bin(OVERNIGHT)] += qualified
    tally[Slot.OPEN_DECISIONS] += leads * lead[QUALIFIED] + qualified


@rare
def visit_probability(segment: int, trust: float, discount: float, climate: Climate, world: World) -> float:
    """Probability that a qualified lead whose decision closes comes to the store, see ``pursue``."""
    chance: float = step_probability(
        world.closing.visit, trust, discount, world.segments.deal_response[segment], world.brand.relative_price,
        climate.proof_buy + world.segments.match_product[segment], world.rules.purchase,
    )  # fmt: skip
    return chance


@rare
def sold_outside(segment: int, trust: float, closing: float, climates: Boxed, worlds: Boxed, tally: Floats) -> float:
    """Orders of people who do not follow and whose decisions close today; they are at the list price."""
    climate, world = climates[0], worlds[0]
    visits = closing * visit_probability(segment, trust, 0.0, climate, world)
    tally[Slot.STORE_VISITS] += visits
    tally[Slot.SALES_LEADS] += visits * world.closing.sale
    sold: float = visits * world.closing.sale
    return sold


@rare
def lead_clicked(segment: int, climates: Boxed, worlds: Boxed) -> float:
    """Probability that one without a row who clicks an ad leaves contact data, see ``first_response``."""
    climate, world = climates[0], worlds[0]
    trust = mean_prior(world.brand.trust_bought, world.segments.trust_shift[segment])
    proof = climate.proof_buy + world.segments.match_product[segment]
    return lead_at_touch(world.segments.need_rate[segment], trust, climate.season, proof, world)


@rare
def mean_prospects(
    fan: MeanTraits,
    state: MeanState,
    read: MeanReading,
    intimacy: float,
    answer: MeanAnswer,
    size: float,
    around: Surroundings,
    climate: Climate,
    world: World,
    tally: Floats,
) -> MeanProspects:
    """One day of a cell where deals close in a store, in the order of ``buy_in_store`` and ``pursue``.

    Of those who may buy, some wait for an answer, some decide after a qualified lead, the others are open: with a need
    that stays in mind, in which every opened message is an occasion, or without.
    """
    rules, brand, segment = world.rules, world.brand, fan.segment
    ends = closing_probability(brand.decision_days)
    window = state.window * (1.0 - ends)
    idle = max(0.0, state.buying - window - state.waiting - state.open)
    # answers that were due, decisions that close
    good = state.waiting * qualify_probability(OVERNIGHT, rules.leads)
    closing = state.open * ends
    comes = visit_probability(segment, read.trust, climate.discount, climate, world)
    visits = closing * preferred(comes, around, rules.rivalry)
    sold, qualified = visits * world.closing.sale, state.open - closing + good
    idle += state.waiting - good + closing - sold
    tally[Slot.STORE_VISITS] += size * visits
    tally[Slot.SALES_LEADS] += size * sold
    book_sales(size * sold, state.bought, climate, world, tally)
    # needs, and leads of those who are ready
    needs = fan.need_rate * climate.season
    tally[Slot.NEEDS] += size * state.buying * needs
    need = -math.expm1(-needs)
    at_offer = ready(segment, read.trust, climate.discount, intimacy, True, climate, world)
    without = ready(segment, read.trust, 0.0, intimacy, False, climate, world)
    opened = max(0.0, read.active - read.offered)  # something else than an offer
    leads = need * (read.offered * at_offer + (1.0 - read.offered) * without)
    reminded = opened + (1.0 - read.offered - opened) * need
    from_idle, from_window = idle * leads, window * (read.offered * at_offer + reminded * without)
    started = idle * (need - leads)
    left = from_idle + from_window
    tally[Slot.LEADS] += size * left
    tally[Slot.LEADS_FOLLOWERS] += size * left
    tally[Slot.OPEN_DECISIONS] += size * started
    trust = read.trust + left * (trust_after(read.trust, answer.lead_up, answer.lead_down, world) - read.trust)
    return MeanProspects(
        trust, state.waiting + left * answer.lead_today, sold, window - from_window + started,
        left * answer.lead_tomorrow, qualified + left * answer.lead_qualified,
    )  # fmt: skip


@rule
def ready(
    segment: int, trust: float, discount: float, intimacy: float, offer: bool, climate: Climate, world: World
) -> float:
    """Probability that a follower with a need thinks of the brand and leaves contact data."""
    proof = climate.proof_buy + world.segments.match_product[segment]
    steps = step_probability(
        world.rules.leads.ready, trust, discount, world.segments.deal_response[segment], world.brand.relative_price,
        proof, world.rules.purchase,
    )  # fmt: skip
    return steps * salience(intimacy, offer, False, world.rules.purchase)


@rule
def book_sales(orders: float, bought: float, climate: Climate, world: World, tally: Floats) -> None:
    """Book expected orders of followers in the store: at the day's discount, without a commission.

    bought  share of them who have bought before
    """
    brand = world.brand
    net, goods = orders * brand.price * (1.0 - climate.discount), orders * brand.price * brand.goods / 10000.0
    tally[Slot.ORDERS + NO_CHANNEL] += orders
    tally[Slot.GMV + NO_CHANNEL] += net
    tally[Slot.LIST_VALUE] += orders * brand.price
    tally[Slot.GOODS] += goods
    tally[Slot.ORDERS_FOLLOWERS] += orders
    tally[Slot.GMV_FOLLOWERS] += net
    tally[Slot.CONTRIBUTION_FOLLOWERS] += net - goods
    tally[Slot.ORDERS_RETURNING + NO_CHANNEL] += orders * bought
    tally[Slot.ORDERS_FIRST] += orders * (1.0 - bought)
