"""A calm day: the short path of the fast engine.

On most days a follower opens nothing, needs nothing, asks nothing, shares nothing, joins nothing and stays: clocks run
on and messages tire. ``calm_day`` recognises such a day by bounds that cost no exponential and no draw that is not made
in the loops of ``fill_words``, and does what ``advance_fan`` would do, to the integer. Whatever might be more goes the
long way. ``advance_fan`` is the truth; tests compare the two row by row.
"""

import numpy as np

from sim.compiled import rare, rule
from sim.domains import MAX_CHANNELS, TIERS, Prospect
from sim.engines.population import Rows
from sim.rules.climate import Climate, World, first_cell
from sim.rules.clocks import clocks
from sim.rules.delivery import chatter, counts_on, delivered
from sim.rules.follow import relevance
from sim.rules.leaving import most_hazard
from sim.rules.messages import message_weight, opening_limit
from sim.rules.rivalry import Surroundings, felt
from sim.rules.rows import Fan, Person, count_row
from sim.rules.tally import Slot, Tally
from sim.rules.tiers import tier_of
from sim.streams import MASK32, DailyDraws, Decision, block_of, daily_words, unit

# rows of a batch's words, one per decision that is open to many on one day
VISIT, NEED, LEAVE, IMPULSE, SHARE, JOIN, CONTACT, VISIT_NEXT = range(8)  # the last: of channels 1, 2, …
WORDS = VISIT_NEXT + MAX_CHANNELS - 1


@rare
def fill_daily_words(words: np.ndarray, keys: np.ndarray, day: int, key: int) -> None:
    """The words of ``daily_draws`` of people with these keys, [rows].

    Alone in a loop over keys that lie side by side the generator runs in vectors, at a tenth of its cost elsewhere.
    """
    w0, w1, w2, w3 = words[VISIT], words[NEED], words[LEAVE], words[IMPULSE]
    for i in range(len(keys)):
        w0[i], w1[i], w2[i], w3[i] = daily_words(key, int(keys[i]), day)


@rare
def fill_words(words: np.ndarray, keys: np.ndarray, decision: int, day: int, k: int, key: int) -> None:
    """The words of draw k of one decision of people with these keys, [rows]; its lane is no branch in the loop."""
    lane = decision & 3
    in0, in1 = MASK32 * (lane == 0), MASK32 * (lane == 1)
    in2, in3 = MASK32 * (lane == 2), MASK32 * (lane == 3)
    for i in range(len(keys)):
        w0, w1, w2, w3 = block_of(key, decision, int(keys[i]), day, k)
        words[i] = w0 & in0 | w1 & in1 | w2 & in2 | w3 & in3


@rare
def channels_of_interest(climate: Climate, world: World) -> int:
    """Bit set of the channels beyond the first whose visits are open today: those that send, and those of one's own."""
    found = 0
    for n in range(len(climate.sending)):
        found |= climate.sending[n]
    for c in range(world.channels.joined, world.channels.used):
        found |= 1 << c
    return found & ~1


@rare
def fill_batch(words: np.ndarray, keys: np.ndarray, visited: int, climate: Climate, world: World, key: int) -> None:
    """All words of people with these keys, [rows], that today's climate leaves open.

    visited  see ``channels_of_interest``
    """
    day = climate.day
    fill_daily_words(words, keys, day, key)
    if climate.share_limit > 0.0:
        fill_words(words[SHARE], keys, Decision.SHARE.value, day, 0, key)
    if world.channels.joinable[0] | world.channels.joinable[1] | world.channels.joinable[2]:
        fill_words(words[JOIN], keys, Decision.JOIN_LATER.value, day, 0, key)
    asked = 0.0
    for chance in world.service.asks:
        asked = max(asked, chance)
    if asked > 0.0:
        fill_words(words[CONTACT], keys, Decision.CONTACT.value, day, 0, key)
    for c in range(1, world.channels.used):
        if visited >> c & 1:
            fill_words(words[VISIT_NEXT + c - 1], keys, Decision.VISIT.value, day, c, key)


@rule
def draw(words: np.ndarray, decision: int, at: int) -> float:
    """The uniform number of one decision of one row of a batch."""
    return unit(int(words[decision, at]) + 0)


@rule
def load_draws(words: np.ndarray, at: int) -> DailyDraws:
    """The daily draws of one row of a batch."""
    return DailyDraws(
        draw(words, VISIT, at),
        draw(words, NEED, at),
        draw(words, LEAVE, at),
        draw(words, IMPULSE, at),
        draw(words, SHARE, at),
    )


@rule
def visit_draw(words: np.ndarray, c: int, at: int) -> float:
    """The draw of visiting a channel of one row of a batch."""
    return draw(words, VISIT if c == 0 else VISIT_NEXT + c - 1, at)


@rare
def most_joining(climate: Climate, world: World) -> tuple[float, float, float]:
    """Largest rate per day at which one of each tier joins channels, all together."""
    found = (0.0, 0.0, 0.0)
    for c in range(MAX_CHANNELS):
        ask = climate.ask_to_join[c]
        joins = world.channels.joins
        found = (
            found[0] + joins[TIERS * c] * ask,
            found[1] + joins[TIERS * c + 1] * ask,
            found[2] + joins[TIERS * c + 2] * ask,
        )
    return found


@rule
def relevances(person: Person, world: World) -> tuple[float, float]:
    """How relevant value content and promotions are to a person."""
    match, match_promotion = world.segments.match_value[person.segment], world.segments.match_promotion[person.segment]
    rel_value = relevance(match, person.affinity)
    return rel_value, rel_value if match_promotion == match else relevance(match_promotion, person.affinity)


@rule
def calm_day(
    person: Person,
    fan: Fan,
    words: np.ndarray,
    at: int,
    joining: tuple[float, float, float],
    around: Surroundings,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> tuple[bool, Fan]:
    """Whether a follower's day is certainly calm, and then the fan after it; nothing is counted if it is not.

    words    of the batch, [WORDS, rows];  at: of this row;  joining: ``most_joining``
    around   the other brands this morning
    """
    rules, day = world.rules, climate.day
    if fan.updated_on != day - 1 or fan.due_on == day or climate.bans:
        return False, fan
    if fan.prospect != Prospect.OVER and draw(words, NEED, at) >= 1.0 - person.need_rate * climate.season - 1e-9:
        return False, fan
    if draw(words, SHARE, at) < climate.share_limit:
        return False, fan
    listening = fan.channels & ~fan.muted
    asks = world.service.asks[fan.tier + (TIERS if listening & world.service.strong else 0)]
    if draw(words, CONTACT, at) < asks:
        return False, fan
    fatigue, trust, intimacy, deal_proneness = clocks(person, fan, day, world)
    tier = tier_of(intimacy, fan.tier, rules.tiers)
    if world.channels.joinable[tier] & ~(fan.channels | fan.muted) and draw(words, JOIN, at) < joining[tier]:
        return False, fan
    # what may be opened, and how tired one may be in the evening
    audience = climate.audience[person.segment]
    cell = first_cell(audience) + fan.tier
    heard = listening & climate.sending[TIERS * audience + fan.tier]
    evening, per_fatigue = fatigue, world.one_day.load / person.tolerance
    rel_value, useful, known = 0.0, 0, False
    if heard:
        # any content first: whom its bound lets open something is asked how relevant today's is
        x = felt(fatigue, around, rules.rivalry) * per_fatigue
        limit = opening_limit(1.0, x, trust, world.brand.trust, rules.messages)
        left, c = heard, 0
        while left:
            if left & 1:
                base = climate.base[cell + TIERS * c]
                if visit_draw(words, c, at) < base * limit:
                    if known:
                        return False, fan
                    rel_value, rel_promotion = relevances(person, world)
                    limit = opening_limit(max(rel_value, rel_promotion), x, trust, world.brand.trust, rules.messages)
                    known = True
                    if visit_draw(words, c, at) < base * limit:
                        return False, fan
                useful += climate.value[cell + TIERS * c]
                sent = climate.value[cell + TIERS * c] + climate.promotion[cell + TIERS * c]
                evening += world.channels.weight[c] * (2 * sent if world.channels.matrix >> c & 1 else sent)
            left, c = left >> 1, c + 1
        if useful and not known:
            rel_value, _ = relevances(person, world)
    for c in range(world.channels.joined, world.channels.used):
        if fan.channels & world.channels.beside[c]:
            base, u = climate.base[cell + TIERS * c], visit_draw(words, c, at)
            if u < base * world.one_day.open_limit and u < base * opening_limit(
                1.0, 0.0, trust, world.brand.trust, rules.messages
            ):
                return False, fan
    noisy = listening & climate.noisy
    if noisy:
        for c in range(world.channels.joined):
            if noisy >> c & 1:
                evening += world.channels.weight[c] * climate.chatter[c]
    tired = felt(evening, around, rules.rivalry) * per_fatigue
    if draw(words, LEAVE, at) < most_hazard(tired, person.frailty, world.one_day.trust_limit, 0.0, rules.leaving):
        return False, fan
    # a calm day
    counts = counts_on(fan.month_counts, fan.updated_on, climate, world)
    if noisy:
        fatigue += chatter(noisy, climate, world, tally)
    c = 0
    while heard:
        if heard & 1:
            values, promotions, counts = delivered(
                c, climate.value[cell + TIERS * c], climate.promotion[cell + TIERS * c], counts, person.key, climate,
                world, key, tally,
            )  # fmt: skip
            if values + promotions > 0:
                tally[Slot.DELIVERED + c] += values + promotions
                fatigue += message_weight(
                    world.channels.weight[c], float(values), float(promotions), rel_value, rules.messages
                )
        heard, c = heard >> 1, c + 1
    if tier > fan.tier:
        tally[Slot.TIER_UPS] += 1
    elif tier < fan.tier:
        tally[Slot.TIER_DOWNS] += 1
    after = Fan(
        fan.source, fan.channels, fan.muted, tier, fan.cause, fan.prospect, fan.attempts, fan.joined_on, fan.left_on,
        fan.clicked_on, fan.ordered_on, fan.active_on, day, fan.due_on, fan.orders, trust, fatigue, intimacy,
        fan.expectation, fan.need_debt, counts, fan.spend, fan.threshold, deal_proneness, fan.reference_price,
        fan.grade,
    )  # fmt: skip
    count_row(person, after, day, world, tally)
    return True, after


@rule
def store_calm(fans: Rows, i: int, before: Fan, after: Fan) -> None:
    """Write what a calm day moves into a row."""
    row = fans[i]
    row.updated_on = after.updated_on
    row.trust = after.trust
    row.fatigue = after.fatigue
    row.intimacy = after.intimacy
    row.deal_proneness = after.deal_proneness
    if after.month_counts != before.month_counts:
        row.month_counts = after.month_counts
    if after.tier != before.tier:
        row.marks = int(row.marks) & ~(3 << 7) | after.tier << 7
