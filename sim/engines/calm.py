"""Calm days: the short path of the fast engine, in vectors.

On most days a follower opens nothing, orders nothing, asks nothing, shares nothing, joins nothing and stays: clocks run
on and messages tire. ``calm_days`` recognises such days of a batch of rows by bounds that cost no exponential and no
draw that is not made in the loops of ``fill_words``, and does what ``advance_fan`` would do, to the last bit. Whatever
might be more goes the long way. ``advance_fan`` is the truth; tests compare the two.

Every function here is one loop over columns, without a branch that a selection cannot replace, so that it runs in
vectors: eight rows at a time where the processor has registers of 512 bits.
"""

from typing import Any

import numpy as np

from sim.compiled import rare, rule
from sim.domains import MAX_CHANNELS, TIERS, Prospect
from sim.engines.columns import Columns
from sim.engines.population import Rows
from sim.engines.words import CONTACT, JOIN, LEAVE, NEED, SHARE, draw, most_asking, visit_draw
from sim.rules.climate import Climate, World, first_cell
from sim.rules.clocks import run_on
from sim.rules.follow import relevance
from sim.rules.leaving import most_hazard
from sim.rules.messages import opening_limit
from sim.rules.purchase import salience
from sim.rules.rivalry import Surroundings, felt
from sim.rules.tally import Slot, Tally
from sim.rules.tiers import tier_of
from sim.streams import Decision, poisson_quantile, uniform


@rule
def by_tier(values: np.ndarray, first: int) -> tuple[Any, Any, Any]:
    """Three entries of a vector, one for each tier, read once before a loop."""
    return values[first], values[first + 1], values[first + 2]


@rule
def of_tier(tier: int, values: tuple[Any, Any, Any]) -> Any:
    """The entry of a tier, by selection."""
    passer_by, liking, devoted = values
    return passer_by if tier == 0 else liking if tier == 1 else devoted


@rule
def senders(c: int, audience: int, climate: Climate) -> tuple[int, int, int]:
    """For each tier of an audience 1 where channel c sends it anything today."""
    passer_by, liking, devoted = by_tier(climate.sending, TIERS * audience)
    return passer_by >> c & 1, liking >> c & 1, devoted >> c & 1


@rule
def hears(columns: Columns, n: int, c: int, audience: int, sends: tuple[int, int, int]) -> int:
    """1 where a row of an audience is sent anything by channel c today.  sends: ``senders``"""
    found: int = columns.listening[n] >> c & of_tier(columns.tier[n], sends) & int(columns.audience[n] == audience)
    return found


@rule
def around_of(columns: Columns, n: int) -> Surroundings:
    """The other brands of a row, as far as a calm day feels them."""
    return Surroundings(columns.around[n], 0.0, 0.0, 0.0)


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


@rare
def calm_days(
    columns: Columns,
    rows: int,
    words: np.ndarray,
    joining: tuple[float, float, float],
    people: Rows,
    fans: Rows,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> None:
    """Which of a batch of rows certainly have a calm day (``more`` = 0), their clocks, and what they need.

    words    of the batch, [WORDS, rows];  joining: ``most_joining``
    """
    audiences = run_clocks(columns, rows, climate, world)
    find_tiers(columns, rows, world)
    look_early(columns, rows, words, joining, climate, world)
    if climate.bans:
        for n in range(rows):
            columns.more[n] = 1
    limit_opening(columns, rows, world)
    hear_members(columns, rows, climate, world)
    for audience in range(audiences):
        for c in range(world.channels.joined):
            if senders(c, audience, climate) != (0, 0, 0):
                look_at_messages(columns, rows, words, c, audience, climate, world)
        for c in range(world.channels.joined, world.channels.used):
            look_at_own_visits(columns, rows, words, c, audience, climate, world)
    look_at_leaving(columns, rows, words, world)
    find_relevance(columns, rows, words, people, climate, world)
    look_at_needs(columns, rows, words, people, fans, climate, world, key, tally)


@rare
def run_clocks(columns: Columns, rows: int, climate: Climate, world: World) -> int:
    """Clocks over one day, and what else is the same arithmetic for all; returns the number of audiences."""
    last = 0
    for n in range(rows):
        columns.fatigue[n], columns.trust[n], columns.intimacy[n], columns.deal_proneness[n] = run_on(
            columns.fatigue[n], columns.trust[n], columns.intimacy[n], columns.deal_proneness[n],
            columns.trust_prior[n], columns.orders[n], world.one_day.fatigue, world.one_day.trust,
            world.one_day.intimacy, world.one_day.proneness, world,
        )  # fmt: skip
        columns.per_fatigue[n] = world.one_day.load / columns.tolerance[n]
        columns.listening[n] = columns.channels[n] & ~columns.muted[n]
    for n in range(rows):
        columns.noise[n] = 0.0
        columns.useful[n] = columns.asked[n] = 0
    for segment in range(world.segments.used):
        last = max(last, climate.audience[segment])
    for n in range(rows):
        columns.audience[n] = climate.audience[columns.segment[n]] if last > 0 else 0
    return last + 1


@rare
def find_tiers(columns: Columns, rows: int, world: World) -> None:
    """Tiers of yesterday and of today."""
    for n in range(rows):
        tier = columns.marks[n] >> 7 & 3
        columns.tier[n] = tier
        columns.tier_now[n] = tier_of(columns.intimacy[n], tier, world.rules.tiers)


@rare
def look_early(
    columns: Columns, rows: int, words: np.ndarray, joining: tuple[float, float, float], climate: Climate, world: World
) -> None:
    """Needs, sharing, questions and joining."""
    joinables, season, share_limit = by_tier(world.channels.joinable, 0), climate.season, climate.share_limit
    weak, close = by_tier(world.service.asks, 0), by_tier(world.service.asks, TIERS)
    strong = world.service.strong
    for n in range(rows):
        columns.needing[n] = int(columns.marks[n] >> 9 & 3 != Prospect.OVER.value) & int(
            draw(words, NEED, n) >= 1.0 - columns.need_rate[n] * season - 1e-9
        )
    for n in range(rows):
        tier = columns.tier_now[n]
        joinable = of_tier(tier, joinables) & ~(columns.channels[n] | columns.muted[n])
        columns.more[n] |= int(joinable != 0) & int(draw(words, JOIN, n) < of_tier(tier, joining))
    if share_limit > 0.0:
        for n in range(rows):
            columns.more[n] |= int(draw(words, SHARE, n) < share_limit)
    if most_asking(world) > 0.0:
        for n in range(rows):
            tier = columns.tier[n]
            asking = of_tier(tier, close) if columns.listening[n] & strong != 0 else of_tier(tier, weak)
            columns.more[n] |= int(draw(words, CONTACT, n) < asking)


@rare
def limit_opening(columns: Columns, rows: int, world: World) -> None:
    """Bound of opening ÷ base for the most relevant content."""
    for n in range(rows):
        x = felt(columns.fatigue[n], around_of(columns, n), world.rules.rivalry) * columns.per_fatigue[n]
        columns.limit[n] = opening_limit(1.0, x, columns.trust[n], world.brand.trust, world.rules.messages)


@rare
def hear_members(columns: Columns, rows: int, climate: Climate, world: World) -> None:
    """Fatigue that other members' messages add today, in the order of ``delivery.chatter``."""
    for c in range(world.channels.joined):
        if climate.noisy >> c & 1:
            weight = world.channels.weight[c] * climate.chatter[c]
            for n in range(rows):
                columns.noise[n] += weight if columns.listening[n] >> c & 1 else 0.0
    for n in range(rows):
        columns.evening[n] = columns.fatigue[n] + columns.noise[n]


@rare
def look_at_messages(
    columns: Columns, rows: int, words: np.ndarray, c: int, audience: int, climate: Climate, world: World
) -> None:
    """Who might open what channel c sends, how much of it is useful, and how much all of it tires at most."""
    cell, sends = first_cell(audience) + TIERS * c, senders(c, audience, climate)
    bases, values = by_tier(climate.base, cell), by_tier(climate.value, cell)
    weight = world.channels.weight[c] * (2.0 if world.channels.matrix >> c & 1 else 1.0)
    tiring = (
        weight * (climate.value[cell] + climate.promotion[cell]),
        weight * (climate.value[cell + 1] + climate.promotion[cell + 1]),
        weight * (climate.value[cell + 2] + climate.promotion[cell + 2]),
    )
    for n in range(rows):
        tier, heard = columns.tier[n], hears(columns, n, c, audience, sends)
        columns.asked[n] |= heard & int(visit_draw(words, c, n) < of_tier(tier, bases) * columns.limit[n])
        columns.useful[n] += of_tier(tier, values) * heard
        columns.evening[n] += of_tier(tier, tiring) if heard else 0.0


@rare
def look_at_own_visits(
    columns: Columns, rows: int, words: np.ndarray, c: int, audience: int, climate: Climate, world: World
) -> None:
    """Who might visit channel c unasked."""
    bases = by_tier(climate.base, first_cell(audience) + TIERS * c)
    for n in range(rows):
        beside = columns.channels[n] & world.channels.beside[c]
        limit = opening_limit(1.0, 0.0, columns.trust[n], world.brand.trust, world.rules.messages)
        comes = visit_draw(words, c, n) < of_tier(columns.tier[n], bases) * limit
        columns.more[n] |= int(beside != 0) & int(comes) & int(columns.audience[n] == audience)


@rare
def look_at_leaving(columns: Columns, rows: int, words: np.ndarray, world: World) -> None:
    """Who might leave."""
    for n in range(rows):
        tired = felt(columns.evening[n], around_of(columns, n), world.rules.rivalry) * columns.per_fatigue[n]
        most = most_hazard(tired, columns.frailty[n], world.one_day.trust_limit, 0.0, world.rules.leaving)
        columns.more[n] |= int(draw(words, LEAVE, n) < most)


@rare
def find_relevance(
    columns: Columns, rows: int, words: np.ndarray, people: Rows, climate: Climate, world: World
) -> None:
    """Relevance of useful content to the rows that still seem calm, and which of them might open something."""
    picked = 0
    for n in range(rows):  # a list of them, made without a branch that the processor would have to guess
        columns.picked[picked] = n
        picked += int(columns.more[n] == 0) & int(columns.asked[n] + columns.useful[n] != 0)
    for at in range(picked):
        n = columns.picked[at]
        segment, affinity = columns.segment[n], float(people[columns.row[n]].affinity)
        match, match_promotion = world.segments.match_value[segment], world.segments.match_promotion[segment]
        rel_value = relevance(match, affinity)
        columns.relevance[n] = rel_value
        if columns.asked[n]:
            most = rel_value if match_promotion == match else max(rel_value, relevance(match_promotion, affinity))
            columns.more[n] = opens(columns, n, most, words, climate, world)


@rule
def opens(columns: Columns, n: int, most: float, words: np.ndarray, climate: Climate, world: World) -> int:
    """1 where a row might open something.  most: largest relevance of today's content"""
    x = felt(columns.fatigue[n], around_of(columns, n), world.rules.rivalry) * columns.per_fatigue[n]
    limit = opening_limit(most, x, columns.trust[n], world.brand.trust, world.rules.messages)
    audience, tier = columns.audience[n], columns.tier[n]
    heard, c, found = columns.listening[n] & climate.sending[TIERS * audience + tier], 0, 0
    while heard >> c:
        base = climate.base[first_cell(audience) + TIERS * c + tier]
        found |= heard >> c & int(visit_draw(words, c, n) < base * limit)
        c += 1
    return found


@rare
def look_at_needs(
    columns: Columns, rows: int, words: np.ndarray, people: Rows, fans: Rows, climate: Climate, world: World, key: int,
    tally: Tally,
) -> None:  # fmt: skip
    """Needs at which nobody thinks of the brand leave a day calm; where they may lead further, it is not."""
    simple = (
        world.closing.in_store == 0
        and world.brand.decision_days <= 1.0
        and world.brand.found <= 0.0
        and world.brand.found_again <= 0.0
    )
    picked = 0
    for n in range(rows):
        columns.picked[picked] = n
        picked += columns.needing[n] & int(columns.more[n] == 0)
    for at in range(picked):
        n = columns.picked[at]
        i = columns.row[n]
        if not simple or columns.marks[n] >> 9 & 3 != Prospect.OPEN.value or fans[i].need_debt > 0.0:
            columns.more[n] = 1
            continue
        needs = poisson_quantile(draw(words, NEED, n), columns.need_rate[n] * climate.season)
        thought_of = salience(columns.intimacy[n], False, False, world.rules.purchase)
        for k in range(needs):
            if uniform(key, Decision.ORDER.value, int(people[i].key) + 0, climate.day, k) < thought_of:
                columns.more[n] = 1
        if not columns.more[n]:
            tally[Slot.NEEDS] += needs
