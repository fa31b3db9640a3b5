"""The mean day of fans some of whom follow other brands too (M14): what the brands are to each other this morning.

The mean-field counterpart of ``presence`` and of a day among other brands. For the length of a day a node's fans are
groups by the other brands that they follow, so that what tires or tempts away one group does not reach the next; in the
evening they are one again. How many are in each group is the caller's to follow.
"""

from sim.compiled import rare, rule
from sim.domains import TIERS
from sim.rules.climate import Boxed, Climate, Floats, Integers, World, first_cell
from sim.rules.mean_day import NEGLIGIBLE, count_cell, live_on
from sim.rules.mean_reading import answer_of, mean_messages
from sim.rules.mean_state import (
    CELL,
    MEMBERS,
    SIZE,
    MeanState,
    MeanTraits,
    morning_of,
    state_of,
    traits_of,
)
from sim.rules.messages import load, open_probability, watch_probability
from sim.rules.purchase import buying_odds, salience
from sim.rules.rivalry import Surroundings

# columns of what other brands are to the fans of a node
SHARE, AROUND = 0, 1  # of the fans, those in the group; four fields of ``Surroundings``, mean over those
BESIDE = AROUND + 4


@rare
def mean_days_beside(
    segment: int,
    traits: Floats,
    levels: Floats,
    tiers: Integers,
    cells: Floats,
    members: Floats,
    counts: Floats,
    after: Floats,
    scratch: Floats,
    kept: Floats,
    answer: Floats,
    beside: Floats,
    gone: Floats,
    climates: Boxed,
    worlds: Boxed,
    tally: Floats,
) -> None:
    """One day of a set of cells beside other brands; arguments as of ``mean_days``.

    beside  [nodes, G, BESIDE] groups of those who follow others too, the rest is alone;  kept: [CELL] room
    gone    [nodes, G] to be filled: the share of each group that leaves today
    """
    climate, world, width, groups = climates[0], worlds[0], len(levels), beside.shape[1]
    question = answer_of(answer)
    for n in range(len(traits)):
        fan, first, total, lived = traits_of(n, traits, segment, climate.day, world), n * width, 0.0, 0.0
        after[first : first + width] = 0.0
        gone[n, :] = 0.0
        for i in range(first, first + width):
            total += cells[i, SIZE]
        if total <= 0.0:
            continue
        for b in range(width):
            i = first + b
            size = cells[i, SIZE]
            if size > NEGLIGIBLE * total:
                lived += size
                state, alone = morning_of(levels[b], state_of(i, cells), fan, world), 1.0
                for k in range(MEMBERS, CELL):
                    kept[k] = cells[i, k]
                for g in range(groups):
                    share = min(alone, beside[n, g, SHARE])
                    if share > 0.0:
                        alone -= share
                        gone[n, g] += live_on(
                            i, first, fan, state, share * size, tiers[b], levels, tiers, members, counts, after,
                            scratch, question, around_of(n, g, beside), climate, world, tally,
                        )  # fmt: skip
                        for k in range(MEMBERS, CELL):
                            cells[i, k] = kept[k]  # the day of the group has changed them
                if alone > 0.0:
                    live_on(
                        i, first, fan, state, alone * size, tiers[b], levels, tiers, members, counts, after, scratch,
                        question, Surroundings(0.0, 0.0, 0.0, 0.0), climate, world, tally,
                    )  # fmt: skip
        for g in range(groups):
            gone[n, g] = min(1.0, gone[n, g] / max(1e-300, beside[n, g, SHARE] * lived))
        for b in range(width):
            i = first + b
            size = after[i, SIZE]
            if size > 0.0:
                for k in range(CELL):
                    after[i, k] /= size  # from sums to means
                after[i, SIZE] = size * total / lived
                count_cell(i, fan, levels[b], tiers[b], after, world, tally)


@rule
def around_of(node: int, g: int, beside: Floats) -> Surroundings:
    """What other brands are to group g of a node."""
    return Surroundings(
        beside[node, g, AROUND], beside[node, g, AROUND + 1], beside[node, g, AROUND + 2], beside[node, g, AROUND + 3]
    )


@rare
def mean_presence(
    segment: int,
    traits: Floats,
    levels: Floats,
    tiers: Integers,
    cells: Floats,
    members: Floats,
    found: Floats,
    climates: Boxed,
    worlds: Boxed,
) -> None:
    """What the brand is this morning to the fans of each node, see ``presence``.

    found  [nodes, BESIDE] to be filled: fans, then the mean of ``Surroundings`` over them

    The appeal is that of the share who may still buy. Source: evidence M14.
    """
    climate, world, width = climates[0], worlds[0], len(levels)
    for n in range(len(traits)):
        fan, total = traits_of(n, traits, segment, climate.day, world), 0.0
        found[n] = 0.0
        for b in range(width):
            i = n * width + b
            size = cells[i, SIZE]
            if size <= 0.0:
                continue
            state = morning_of(levels[b], state_of(i, cells), fan, world)
            around = cell_presence(i, fan, state, tiers[b], members, climate, world)
            total += size
            found[n, AROUND] += size * around.fatigue
            found[n, AROUND + 1] += size * around.messages
            found[n, AROUND + 2] += size * around.appeal
            found[n, AROUND + 3] += size * around.minutes
        if total > 0.0:
            for k in range(AROUND, AROUND + 4):
                found[n, k] /= total
        found[n, SHARE] = total


@rare
def cell_presence(
    i: int, fan: MeanTraits, state: MeanState, tier: int, members: Floats, climate: Climate, world: World
) -> Surroundings:
    """Fatigue, messages, appeal and lives of the brand to a fan of cell i this morning, see ``presence``."""
    messages, segment, missed = mean_messages(i, fan.segment, tier, members, climate, world), fan.segment, 1.0
    chance = buying_odds(
        state.trust,
        1.0,
        state.reference,
        state.proneness,
        world.segments.deal_response[segment],
        world.brand.relative_price,
        climate.proof_buy + world.segments.match_product[segment],
        world.rules.purchase,
        world.rules.deals,
    )
    known = salience(state.intimacy, False, False, world.rules.purchase)
    appeal = state.buying * known * chance / max(1e-12, 1.0 - chance)
    if messages > 0.0:
        x = load(state.fatigue, fan.tolerance, world.one_day.load)
        first = first_cell(climate.audience[segment]) + tier
        for c in range(world.channels.joined):
            if members[i, c] > 0.0 and climate.notice[c] > 0:
                base = climate.base[first + TIERS * c]
                opens = open_probability(
                    base, fan.rel_promotion, x, state.trust, world.brand.trust, world.rules.messages
                )
                missed *= 1.0 - members[i, c] * opens * watch_probability(tier, world.rules.lives)
    return Surroundings(state.fatigue, messages, appeal, world.rules.lives.minutes * (1.0 - missed))
