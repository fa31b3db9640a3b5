"""Presence: what one brand is in a person's life this morning, as the other brands meet it (M14)."""

from sim.compiled import rare, rule
from sim.domains import TIERS, Prospect
from sim.rules.climate import Climate, World, first_cell
from sim.rules.clocks import clocks
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


@rare
def presence(person: Person, fan: Fan, climate: Climate, world: World) -> Surroundings:
    """Fatigue, today's messages and appeal of one brand to one person; zeros where they have not met.

    The appeal is the odds of buying at the list price of one who thinks of the brand unprompted, times the probability
    of thinking of it; 0 for those who will not buy again. It rests on the state of the morning, so that the order in
    which brands live the day decides nothing.

    Source: evidence M14; model.md §2.
    """
    if fan.source == STRANGER:
        return Surroundings(0.0, 0.0, 0.0)
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
            climate.proof_buy,
            world.rules.purchase,
            world.rules.deals,
        )
        known = salience(intimacy, False, False, world.rules.purchase)
        appeal = known * chance / max(1e-12, 1.0 - chance)
    return Surroundings(fatigue, messages, appeal)
