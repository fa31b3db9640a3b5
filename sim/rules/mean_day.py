"""The mean day: what a day does to many alike fans at once, every draw replaced by its probability.

The mean-field counterpart of ``private_day``: fans with the same traits, tier and intimacy are one *cell* with a size
and a mean state. A cell meets the very messages, lives, prices and answers of the day's climate, by the same formulas.
Who opens something, watches a live or orders moves on to another intimacy, and takes the mean state along; so what an
order moves at once (intimacy, trust, tier, the end of buying) stays together. What is lost is the spread of the other
states within a cell, and with it how openings, trust and hazard go together there (docs/theory.md).
"""

import math

from sim.compiled import rare, rule
from sim.domains import TIERS
from sim.rules.climate import Climate, Floats, Integers, World
from sim.rules.deals import after_lesson
from sim.rules.mean_buying import MeanBuying, book_orders, mean_buying, mean_order
from sim.rules.mean_leaving import join, mean_leaving
from sim.rules.mean_reading import MeanAnswer, asked, mean_reading, trust_after
from sim.rules.mean_state import (
    BOUGHT,
    BUYING,
    DEBT,
    EXPECTATION,
    FATIGUE,
    OPEN,
    ORDERS,
    PLEASED,
    PRONENESS,
    REFERENCE,
    SIZE,
    TRUST,
    MeanState,
    MeanTraits,
    morning_of,
    state_of,
    traits_of,
    with_trust,
)
from sim.rules.messages import load
from sim.rules.numbers import between
from sim.rules.referral import GRADES, share_rate, tier_factor
from sim.rules.tally import Slot
from sim.rules.tiers import tier_of

NEGLIGIBLE = 1e-5  # of a node's fans: smaller cells go with the others


@rare
def mean_days(
    segment: int,
    traits: Floats,
    levels: Floats,
    tiers: Integers,
    states: Floats,
    members: Floats,
    counts: Floats,
    after: Floats,
    members_after: Floats,
    counts_after: Floats,
    scratch: Floats,
    answer: MeanAnswer,
    climate: Climate,
    world: World,
    tally: Floats,
) -> None:
    """One day of a set of cells: node n has the cells n·B … n·B + B − 1, one for each intimacy and tier.

    traits   [nodes, TRAITS];  levels, tiers: [B] intimacy and tier of a node's cells, rising within each tier
    states   [cells, STATES];  members, counts: [cells, C] share who listen to a channel, messages of this month
    after, members_after, counts_after  the same tomorrow morning, zeros to be filled;  scratch: [C + 1]

    Its side effects are on these arrays and on ``tally``, expected counters of the day.
    """
    width = len(levels)
    for n in range(len(traits)):
        fan, first, total, lived = traits_of(n, traits, segment, climate.day), n * width, 0.0, 0.0
        for i in range(first, first + width):
            total += states[i, SIZE]
        if total <= 0.0:
            continue
        for b in range(width):
            i = first + b
            if states[i, SIZE] > NEGLIGIBLE * total:
                lived += states[i, SIZE]
                live_on(
                    i, first, fan, morning_of(levels[b], state_of(i, states), fan, world), states[i, SIZE],
                    tiers[b], levels, tiers, members, counts, after, members_after, counts_after, scratch, answer,
                    climate, world, tally,
                )  # fmt: skip
        for b in range(width):
            i = first + b
            if after[i, SIZE] > 0.0:
                after[i, SIZE] *= total / lived
                count_cell(i, fan, levels[b], tiers[b], after, members_after, world, tally)


@rare
def live_on(
    i: int,
    first: int,
    fan: MeanTraits,
    state: MeanState,
    size: float,
    tier: int,
    levels: Floats,
    tiers: Integers,
    members: Floats,
    counts: Floats,
    after: Floats,
    members_after: Floats,
    counts_after: Floats,
    scratch: Floats,
    answer: MeanAnswer,
    climate: Climate,
    world: World,
    tally: Floats,
) -> None:
    """One day of cell i, in the order of ``private_day``; its fans go to the cells from ``first`` on of ``after``."""
    rules = world.rules
    asks, trust = asked(i, tier, members, world), state.trust
    trust += asks * (trust_after(trust, answer.up, answer.down, world) - trust)
    tally[Slot.QUESTIONS] += size * asks
    tally[Slot.QUEUED] += size * asks * (1.0 - world.service.automatic)
    read = mean_reading(i, fan, with_trust(state, trust), tier, members, counts, scratch, climate, world, size, tally)
    intimacy = state.intimacy + asks * answer.answered * rules.tiers.reply
    bought = MeanBuying(0.0, 0.0, 0.0, state.reference, state.debt, state.open)
    if world.closing.in_store == 0:
        bought = mean_buying(fan, state, read, intimacy + read.closeness, climate, world)
        book_orders(fan, state, read, bought, scratch, size * state.buying, climate, world, tally)
    rate = bought.at_deal + bought.impulses + bought.at_list
    share = min(0.999, state.buying * -math.expm1(-rate))  # of the cell orders today, once or more
    if climate.share_limit > 0.0:
        own = share_rate(
            read.trust, state.pleased, tier_factor(tier, rules.referral) * world.segments.sharing[fan.segment],
            rules.referral,
        )  # fmt: skip
        tempted = -math.expm1(-own * climate.uplift)
        tally[Slot.SHARES] += size * tempted
        tally[Slot.REWARDED_SHARES] += size * (tempted + math.expm1(-own))
        intimacy += tempted * rules.tiers.share
    tally[Slot.ACTIVE] += size * read.active
    tally[Slot.ACTIVE_CORE] += size * read.active * (1.0 if tier > 0 else 0.0)
    gone = mean_leaving(
        i, fan, tier, read.trust, read.fatigue, intimacy + read.closeness, read.shock, members, scratch, climate,
        world, size, tally,
    )  # fmt: skip
    stay = max(0.0, size - gone)
    join(i, tier, asks * answer.any, stay, members, climate, world, tally)
    rest = MeanState(
        read.trust, read.fatigue, intimacy, read.expectation, state.proneness, bought.reference, bought.debt,
        (state.buying - share) / (1.0 - share), state.bought, state.orders, state.pleased, bought.open,
    )  # fmt: skip
    live = min(rules.tiers.live_most, rules.tiers.live_minute * rules.lives.minutes)
    watched = min(read.watched, read.active)
    visit = (read.closeness - watched * live) / max(1e-300, read.active)
    keep = stay * (1.0 - share)
    send(i, first, intimacy, tier, keep * (1.0 - read.active), rest, levels, tiers, members, counts, after,
         members_after, counts_after, world)  # fmt: skip
    send(i, first, intimacy + visit, tier, keep * (read.active - watched), rest, levels, tiers, members, counts, after,
         members_after, counts_after, world)  # fmt: skip
    send(i, first, intimacy + visit + live, tier, keep * watched, rest, levels, tiers, members, counts, after,
         members_after, counts_after, world)  # fmt: skip
    if share <= 0.0:
        return
    made = mean_order(read.expectation, state.orders, world)
    tally[Slot.ATTRITED] += size * share * made.attrition
    lesson = (bought.at_deal + bought.impulses) / rate
    lesson *= after_lesson(state.proneness, climate.discount, rules.deals) - state.proneness
    known = rules.trust.experience * (world.brand.product_quality - fan.trust_prior)
    trust = between(0.0, read.trust + (1.0 - state.bought) * known, 1.0)
    buyers = MeanState(
        trust_after(trust, made.up, made.down, world), read.fatigue, 0.0,
        read.expectation + rules.purchase.learning * (made.experience - read.expectation), state.proneness + lesson,
        bought.reference, bought.debt, 1.0 - made.attrition, 1.0, state.orders + 1.0,
        GRADES * (made.experience - read.expectation), bought.open,
    )  # fmt: skip
    send(i, first, intimacy + read.closeness + rules.tiers.order, tier, stay * share, buyers, levels, tiers, members,
         counts, after, members_after, counts_after, world)  # fmt: skip


@rule
def send(
    i: int,
    first: int,
    intimacy: float,
    tier: int,
    size: float,
    state: MeanState,
    levels: Floats,
    tiers: Integers,
    members: Floats,
    counts: Floats,
    after: Floats,
    members_after: Floats,
    counts_after: Floats,
    world: World,
) -> None:
    """Fans of cell i go on with this intimacy: to the two levels of their tier between which it lies, in proportion.

    That keeps the mean intimacy; the distance of levels adds a little to its spread.
    """
    if size <= 0.0:
        return
    following = tier_of(intimacy, tier, world.rules.tiers)
    b = 0
    while tiers[b] < following:
        b += 1
    while b + 2 < len(levels) and tiers[b + 2] == following and levels[b + 1] <= intimacy:
        b += 1
    above = between(0.0, (intimacy - levels[b]) / (levels[b + 1] - levels[b]), 1.0)
    arrive(i, first + b, size * (1.0 - above), state, members, counts, after, members_after, counts_after, world)
    arrive(i, first + b + 1, size * above, state, members, counts, after, members_after, counts_after, world)


@rare
def arrive(
    i: int,
    to: int,
    size: float,
    state: MeanState,
    members: Floats,
    counts: Floats,
    after: Floats,
    members_after: Floats,
    counts_after: Floats,
    world: World,
) -> None:
    """Fans of cell i arrive in another; its state becomes the mean of all who are there."""
    if size <= 0.0:
        return
    both = after[to, SIZE] + size
    part = size / both
    after[to, SIZE] = both
    after[to, TRUST] += part * (state.trust - after[to, TRUST])
    after[to, FATIGUE] += part * (state.fatigue - after[to, FATIGUE])
    after[to, EXPECTATION] += part * (state.expectation - after[to, EXPECTATION])
    after[to, PRONENESS] += part * (state.proneness - after[to, PRONENESS])
    after[to, REFERENCE] += part * (state.reference - after[to, REFERENCE])
    after[to, DEBT] += part * (state.debt - after[to, DEBT])
    after[to, BUYING] += part * (state.buying - after[to, BUYING])
    after[to, BOUGHT] += part * (state.bought - after[to, BOUGHT])
    after[to, ORDERS] += part * (state.orders - after[to, ORDERS])
    after[to, PLEASED] += part * (state.pleased - after[to, PLEASED])
    after[to, OPEN] += part * (state.open - after[to, OPEN])
    for c in range(world.channels.joined):
        members_after[to, c] += part * (members[i, c] - members_after[to, c])
        counts_after[to, c] += part * (counts[i, c] - counts_after[to, c])


@rare
def count_cell(
    i: int,
    fan: MeanTraits,
    intimacy: float,
    tier: int,
    states: Floats,
    members: Floats,
    world: World,
    tally: Floats,
) -> None:
    """Count a cell at the end of its day, see ``count_row``."""
    size = states[i, SIZE]
    tally[Slot.TIER + tier] += size
    tally[Slot.SEGMENT + fan.segment] += size
    for c in range(world.channels.joined):
        tally[Slot.MEMBERS + TIERS * c + tier] += size * members[i, c]
    tally[Slot.TRUST_SUM] += size * states[i, TRUST]
    tally[Slot.FATIGUE_SUM] += size * states[i, FATIGUE]
    tally[Slot.LOAD_SUM] += size * load(states[i, FATIGUE], fan.tolerance, world.one_day.load)
    tally[Slot.INTIMACY_SUM] += size * intimacy
    tally[Slot.PRONENESS_SUM] += size * states[i, PRONENESS]
    tally[Slot.REFERENCE_SUM] += size * states[i, REFERENCE]
