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
from sim.rules.climate import Boxed, Climate, Floats, Integers, World
from sim.rules.deals import after_lesson
from sim.rules.mean_buying import MeanBuying, book_orders, mean_buying, mean_order
from sim.rules.mean_leaving import join, mean_leaving
from sim.rules.mean_prospects import mean_prospects
from sim.rules.mean_reading import MeanAnswer, answer_of, asked, mean_reading, trust_after
from sim.rules.mean_state import (
    BOUGHT,
    BUYING,
    CELL,
    COUNTS,
    DEBT,
    EXPECTATION,
    FATIGUE,
    MEMBERS,
    OPEN,
    ORDERS,
    PLEASED,
    PRONENESS,
    REFERENCE,
    SIZE,
    TRUST,
    WAITING,
    WINDOW,
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
from sim.rules.rivalry import Surroundings, felt
from sim.rules.tally import Slot
from sim.rules.tiers import tier_of

NEGLIGIBLE = 1e-5  # of a node's fans: smaller cells go with the others


@rare
def mean_days(
    segment: int,
    traits: Floats,
    levels: Floats,
    tiers: Integers,
    cells: Floats,
    members: Floats,
    counts: Floats,
    after: Floats,
    scratch: Floats,
    answer: Floats,
    climates: Boxed,
    worlds: Boxed,
    tally: Floats,
) -> None:
    """One day of a set of cells: node n has the cells n·B … n·B + B − 1, one for each intimacy and tier.

    traits   [nodes, TRAITS];  levels, tiers: [B] intimacy and tier of a node's cells, rising within each tier
    cells    [cells, CELL];  members, counts: [cells, C] their columns of these names
    after    the cells tomorrow morning, to be filled;  scratch: [CELL];  answer: [ANSWER] fields of ``MeanAnswer``

    Its side effects are on these arrays and on ``tally``, expected counters of the day.
    """
    climate, world, width = climates[0], worlds[0], len(levels)
    question, alone = answer_of(answer), Surroundings(0.0, 0.0, 0.0, 0.0)
    for n in range(len(traits)):
        fan, first, total, lived = traits_of(n, traits, segment, climate.day, world), n * width, 0.0, 0.0
        after[first : first + width] = 0.0
        for i in range(first, first + width):
            total += cells[i, SIZE]
        if total <= 0.0:
            continue
        for b in range(width):
            i = first + b
            if cells[i, SIZE] > NEGLIGIBLE * total:
                lived += cells[i, SIZE]
                live_on(
                    i, first, fan, morning_of(levels[b], state_of(i, cells), fan, world), cells[i, SIZE], tiers[b],
                    levels, tiers, members, counts, after, scratch, question, alone, climate, world, tally,
                )  # fmt: skip
        for b in range(width):
            i = first + b
            size = after[i, SIZE]
            if size > 0.0:
                for k in range(CELL):
                    after[i, k] /= size  # from sums to means
                after[i, SIZE] = size * total / lived
                count_cell(i, fan, levels[b], tiers[b], after, world, tally)


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
    scratch: Floats,
    answer: MeanAnswer,
    around: Surroundings,
    climate: Climate,
    world: World,
    tally: Floats,
) -> float:
    """One day of cell i, in the order of ``private_day``; its fans go to the cells from ``first`` on of ``after``.

    size    of the cell's fans, those for whom the other brands are ``around``

    Returns how many of them leave.
    """
    rules = world.rules
    asks, trust = asked(i, tier, members, world), state.trust
    trust += asks * (trust_after(trust, answer.up, answer.down, world) - trust)
    tally[Slot.QUESTIONS] += size * asks
    tally[Slot.QUEUED] += size * asks * (1.0 - world.service.automatic)
    read = mean_reading(
        i, fan, with_trust(state, trust), tier, members, counts, scratch, around, climate, world, size, tally
    )
    intimacy = state.intimacy + asks * answer.answered * rules.tiers.reply
    bought = MeanBuying(0.0, 0.0, 0.0, state.reference, state.debt, state.open)
    trust, answers, at_deal, window, waiting, under_way = read.trust, asks * answer.any, 0.0, 0.0, 0.0, 0.0
    if world.closing.in_store == 0:
        bought = mean_buying(fan, state, read, intimacy + read.closeness, around, climate, world)
        book_orders(fan, state, read, bought, scratch, size * state.buying, climate, world, tally)
        rate = bought.at_deal + bought.impulses + bought.at_list
        share = min(0.999, state.buying * -math.expm1(-rate))  # of the cell orders today, once or more
        if share > 0.0:
            at_deal = (bought.at_deal + bought.impulses) / rate
        under_way = bought.open
    else:
        sought = mean_prospects(
            fan, state, read, intimacy + read.closeness, answer, size, around, climate, world, tally
        )
        share, trust, window, waiting = min(0.999, sought.sold), sought.trust, sought.window, sought.waiting
        bought = MeanBuying(0.0, 0.0, 0.0, state.reference, state.debt, sought.qualified / (1.0 - share))
        intimacy += sought.answered * rules.tiers.reply
        answers += sought.answered
    if climate.share_limit > 0.0:
        own = share_rate(
            trust, state.pleased, tier_factor(tier, rules.referral) * world.segments.sharing[fan.segment],
            rules.referral,
        )  # fmt: skip
        tempted = -math.expm1(-own * climate.uplift)
        tally[Slot.SHARES] += size * tempted
        tally[Slot.REWARDED_SHARES] += size * (tempted + math.expm1(-own))
        intimacy += tempted * rules.tiers.share
    tally[Slot.ACTIVE] += size * read.active
    tally[Slot.ACTIVE_CORE] += size * read.active * (1.0 if tier > 0 else 0.0)
    tired = felt(read.fatigue, around, rules.rivalry)
    gone = mean_leaving(
        i, fan, tier, trust, tired, intimacy + read.closeness, read.shock, members, scratch, climate,
        world, size, tally,
    )  # fmt: skip
    stay = max(0.0, size - gone)
    join(i, tier, answers, stay, members, climate, world, tally)
    rest = MeanState(
        trust, read.fatigue, intimacy, read.expectation, state.proneness, bought.reference, bought.debt,
        (state.buying - share) / (1.0 - share), state.bought, state.orders, state.pleased, bought.open,
        window / (1.0 - share), waiting / (1.0 - share),
    )  # fmt: skip
    live = min(rules.tiers.live_most, rules.tiers.live_minute * rules.lives.minutes)
    watched = min(read.watched, read.active)
    visit = (read.closeness - watched * live) / max(1e-300, read.active)
    keep = stay * (1.0 - share)
    put(i, rest, members, counts, scratch, world)
    send(first, intimacy, tier, keep * (1.0 - read.active), scratch, levels, tiers, after, world)
    send(first, intimacy + visit, tier, keep * (read.active - watched), scratch, levels, tiers, after, world)
    send(first, intimacy + visit + live, tier, keep * watched, scratch, levels, tiers, after, world)
    if share <= 0.0:
        return gone
    made = mean_order(read.expectation, state.orders, world)
    tally[Slot.ATTRITED] += size * share * made.attrition
    lesson = at_deal * (after_lesson(state.proneness, climate.discount, rules.deals) - state.proneness)
    known = rules.trust.experience * (world.brand.product_quality - fan.trust_prior)
    trust = between(0.0, trust + (1.0 - state.bought) * known, 1.0)
    buyers = MeanState(
        trust_after(trust, made.up, made.down, world), read.fatigue, 0.0,
        read.expectation + rules.purchase.learning * (made.experience - read.expectation), state.proneness + lesson,
        bought.reference, bought.debt, 1.0 - made.attrition, 1.0, state.orders + 1.0,
        GRADES * (made.experience - read.expectation), under_way, 0.0, 0.0,
    )  # fmt: skip
    put(i, buyers, members, counts, scratch, world)
    ordered = intimacy + read.closeness + rules.tiers.order
    send(first, ordered, tier, stay * share, scratch, levels, tiers, after, world)
    return gone


@rule
def put(i: int, state: MeanState, members: Floats, counts: Floats, row: Floats, world: World) -> None:
    """Fill in a row for fans of cell i with this state, one of them."""
    row[SIZE] = 1.0
    row[TRUST] = state.trust
    row[FATIGUE] = state.fatigue
    row[EXPECTATION] = state.expectation
    row[PRONENESS] = state.proneness
    row[REFERENCE] = state.reference
    row[DEBT] = state.debt
    row[BUYING] = state.buying
    row[BOUGHT] = state.bought
    row[ORDERS] = state.orders
    row[PLEASED] = state.pleased
    row[OPEN] = state.open
    row[WINDOW] = state.window
    row[WAITING] = state.waiting
    for c in range(world.channels.joined):
        row[MEMBERS + c] = members[i, c]
        row[COUNTS + c] = counts[i, c]


@rule
def send(
    first: int,
    intimacy: float,
    tier: int,
    size: float,
    row: Floats,
    levels: Floats,
    tiers: Integers,
    after: Floats,
    world: World,
) -> None:
    """Fans go on with this intimacy: to the two levels of their tier between which it lies, in proportion.

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
    arrive(first + b, size * (1.0 - above), row, after)
    arrive(first + b + 1, size * above, row, after)


@rare
def arrive(to: int, size: float, row: Floats, after: Floats) -> None:
    """So many fans arrive in a cell, whose row holds sums over them until the day is over."""
    if size <= 0.0:
        return
    for k in range(CELL):
        after[to, k] += size * row[k]


@rare
def count_cell(
    i: int,
    fan: MeanTraits,
    intimacy: float,
    tier: int,
    cells: Floats,
    world: World,
    tally: Floats,
) -> None:
    """Count a cell at the end of its day, see ``count_row``."""
    size = cells[i, SIZE]
    tally[Slot.TIER + tier] += size
    tally[Slot.SEGMENT + fan.segment] += size
    for c in range(world.channels.joined):
        tally[Slot.MEMBERS + TIERS * c + tier] += size * cells[i, MEMBERS + c]
    tally[Slot.TRUST_SUM] += size * cells[i, TRUST]
    tally[Slot.FATIGUE_SUM] += size * cells[i, FATIGUE]
    tally[Slot.LOAD_SUM] += size * load(cells[i, FATIGUE], fan.tolerance, world.one_day.load)
    tally[Slot.INTIMACY_SUM] += size * intimacy
    tally[Slot.PRONENESS_SUM] += size * cells[i, PRONENESS]
    tally[Slot.REFERENCE_SUM] += size * cells[i, REFERENCE]
