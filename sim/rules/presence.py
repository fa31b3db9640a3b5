"""Presence: what one brand is in a person's life this morning, as the other brands meet it (M14)."""

from sim.compiled import rare, rule
from sim.domains import TIERS, Prospect
from sim.rules.climate import Climate, World, first_cell
from sim.rules.clocks import clocks
from sim.rules.follow import relevance
from sim.rules.messages import load, open_probability, watch_probability
from sim.rules.purchase import buying_odds, salience
from sim.rules.rivalry import Surroundings
from sim.rules.rows import STRANGER, Fan, Person


@rule
def messages_today(segment: int, channels: int, muted: int, tier: int, climate: Climate, world: World) -> float:
    """Messages that a brand sends today to one with these memberships, in all channels together."""
    audience = climate.audience[segment]
    first = first_cell(audience) + tier
    listening, found = channels & ~muted & climate.sending[TIERS * audience + tier], 0
    for c in range(world.channels.joined):
        if listening >> c & 1:
            found += climate.value[first + TIERS * c] + climate.promotion[first + TIERS * c]
    return float(found)


@rule
def minutes_today(person: Person, fan: Fan, fatigue: float, trust: float, climate: Climate, world: World) -> float:
    """Minutes that one with these memberships is expected to spend today with a brand's lives.

    L · (1 − Π_c (1 − P(open c) · P(watch | opened)))    over the channels c that announce a live today

    fatigue, trust  of this morning;  at most one live a day is watched (``read_messages``)
    """
    audience = climate.audience[person.segment]
    first = first_cell(audience) + fan.tier
    listening, missed = fan.channels & ~fan.muted & climate.sending[TIERS * audience + fan.tier], 1.0
    for c in range(world.channels.joined):
        if listening >> c & 1 and climate.notice[c] > 0:
            opens = open_probability(
                climate.base[first + TIERS * c],
                relevance(world.segments.match_promotion[person.segment], person.affinity),
                load(fatigue, person.tolerance, world.one_day.load),
                trust,
                world.brand.trust,
                world.rules.messages,
            )
            missed *= 1.0 - opens * watch_probability(fan.tier, world.rules.lives)
    return world.rules.lives.minutes * (1.0 - missed)


@rare
def presence(person: Person, fan: Fan, climate: Climate, world: World) -> Surroundings:
    """Fatigue, today's messages, appeal and lives of one brand to one person; zeros where they have not met.

    The appeal is the odds of buying at the list price of one who thinks of the brand unprompted, times the probability
    of thinking of it; 0 for those who will not buy again. It rests on the state of the morning, so that the order in
    which brands live the day decides nothing.

    Source: evidence M14; model.md §2.
    """
    if fan.source == STRANGER:
        return Surroundings(0.0, 0.0, 0.0, 0.0)
    fatigue, trust, intimacy, deal_proneness = clocks(person, fan, climate.day, world)
    messages = messages_today(person.segment, fan.channels, fan.muted, fan.tier, climate, world)
    appeal = 0.0
    if fan.prospect != Prospect.OVER:
        chance = buying_odds(
            trust,
            1.0,
            fan.reference_price,
            deal_proneness,
            world.segments.deal_response[person.segment],
            world.brand.relative_price,
            climate.proof_buy + world.segments.match_product[person.segment],
            world.rules.purchase,
            world.rules.deals,
        )
        known = salience(intimacy, False, False, world.rules.purchase)
        appeal = known * chance / max(1e-12, 1.0 - chance)
    minutes = minutes_today(person, fan, fatigue, trust, climate, world) if messages > 0.0 else 0.0
    return Surroundings(fatigue, messages, appeal, minutes)
