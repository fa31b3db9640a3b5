"""The evening of calm days: what messages added to fatigue, how rows are counted, and what is written into them.

As in ``calm``, every function is a loop over columns. Sums over many rows are exact in any order, since they are sums
of integers; rows that go the long way are left out of them.
"""

import numpy as np

from sim.compiled import rare, rule
from sim.domains import TIERS, Domain, Lifecycle
from sim.engines.calm import by_tier, hears, of_tier, senders
from sim.engines.columns import MEMBERSHIPS, Columns, put_row
from sim.engines.population import COUNTS, Rows
from sim.engines.records import whole, with_counts
from sim.rules.climate import Climate, World, first_cell
from sim.rules.delivery import counts_on, delivered
from sim.rules.messages import load, message_weight
from sim.rules.numbers import fixed
from sim.rules.rows import SILENT_DAYS, count_channels
from sim.rules.tally import LOAD_BINS, TRUST_BINS, Slot, Tally


@rare
def tire(
    columns: Columns, rows: int, people: Rows, fans: Rows, climate: Climate, world: World, key: int, tally: Tally
) -> None:
    """Fatigue by today's messages of the brand and of other members, and the counts that limit the former."""
    if climate.month_start == climate.day:
        for n in range(rows):
            if not columns.more[n]:
                fan = fans[columns.row[n]]
                counts = whole(fan.counts)
                fan.counts = with_counts(counts, counts_on(counts & COUNTS, climate.day - 1, climate, world))
    for c in range(world.channels.joined):
        if climate.noisy >> c & 1:
            heard = 0
            for n in range(rows):
                heard += columns.listening[n] >> c & 1 & ~columns.more[n]
            tally[Slot.CHATTER + c] += heard * fixed(climate.chatter[c])
    last = 0
    for n in range(rows):
        columns.fatigue[n] += columns.noise[n]
        last = max(last, columns.audience[n])
    for audience in range(last + 1):
        for c in range(world.channels.joined):
            if senders(c, audience, climate) == (0, 0, 0):
                continue
            if world.channels.quota[c] < 0 and climate.closed[c] == 0:
                deliver_all(columns, rows, c, audience, climate, world, tally)
            else:
                deliver_within(columns, rows, c, audience, people, fans, climate, world, key, tally)


@rare
def deliver_all(
    columns: Columns, rows: int, c: int, audience: int, climate: Climate, world: World, tally: Tally
) -> None:
    """Messages of a channel without limit: everybody who listens gets what is sent."""
    cell, weight, count = first_cell(audience) + TIERS * c, world.channels.weight[c], 0
    useful, selling, sends = (
        by_tier(climate.value, cell),
        by_tier(climate.promotion, cell),
        senders(c, audience, climate),
    )
    for n in range(rows):
        tier, heard = columns.tier[n], hears(columns, n, c, audience, sends)
        values, promotions = of_tier(tier, useful), of_tier(tier, selling)
        tiring = message_weight(weight, float(values), float(promotions), columns.relevance[n], world.rules.messages)
        columns.fatigue[n] += tiring if heard else 0.0
        count += (values + promotions) * (heard & ~columns.more[n])
    tally[Slot.DELIVERED + c] += count


@rare
def deliver_within(
    columns: Columns, rows: int, c: int, audience: int, people: Rows, fans: Rows, climate: Climate, world: World,
    key: int, tally: Tally,
) -> None:  # fmt: skip
    """Messages of a channel with quotas or banned accounts."""
    sends = senders(c, audience, climate)
    for n in range(rows):
        if columns.more[n] or not hears(columns, n, c, audience, sends):
            continue
        i, cell = columns.row[n], first_cell(audience) + TIERS * c + columns.tier[n]
        before = whole(fans[i].counts)
        values, promotions, counts = delivered(
            c, climate.value[cell], climate.promotion[cell], before & COUNTS, whole(people[i].key),
            climate, world, key, tally,
        )  # fmt: skip
        fans[i].counts = with_counts(before, counts)
        if values + promotions > 0:
            tally[Slot.DELIVERED + c] += values + promotions
            columns.fatigue[n] += message_weight(
                world.channels.weight[c], float(values), float(promotions), columns.relevance[n], world.rules.messages
            )


@rule
def counted(x: float, calm: int) -> int:
    """A real number as it enters an aggregate, of a calm row; 0 of others.  calm: −1 or 0"""
    return fixed(x) & calm


@rare
def add_up(columns: Columns, rows: int, day: int, world: World, tally: Tally) -> None:
    """Sums over calm rows, and where each of them is counted."""
    trust = fatigue = total = intimacy = proneness = reference = ups = downs = 0
    for n in range(rows):
        calm = columns.more[n] - 1
        x = load(columns.fatigue[n], columns.tolerance[n], world.one_day.load)
        trust += counted(columns.trust[n], calm)
        fatigue += counted(columns.fatigue[n], calm)
        total += counted(min(x, 1e6), calm)
        intimacy += counted(columns.intimacy[n], calm)
        proneness += counted(columns.deal_proneness[n], calm)
        reference += counted(columns.reference_price[n], calm)
        ups += int(columns.tier_now[n] > columns.tier[n]) & calm
        downs += int(columns.tier_now[n] < columns.tier[n]) & calm
        columns.trust_bin[n] = min(int(columns.trust[n] * TRUST_BINS), TRUST_BINS - 1)
        columns.load_bin[n] = int(min(x * 10.0, LOAD_BINS - 1.0))
        stage = min(columns.orders[n], 2)
        columns.stage[n] = Lifecycle.SILENT.value if day - columns.last_on[n] > SILENT_DAYS else stage
    tally[Slot.TRUST_SUM] += trust
    tally[Slot.FATIGUE_SUM] += fatigue
    tally[Slot.LOAD_SUM] += total
    tally[Slot.INTIMACY_SUM] += intimacy
    tally[Slot.PRONENESS_SUM] += proneness
    tally[Slot.REFERENCE_SUM] += reference
    tally[Slot.TIER_UPS] += ups
    tally[Slot.TIER_DOWNS] += downs


@rare
def write(
    columns: Columns, rows: int, fans: Rows, day: int, world: World, tally: Tally, busy: np.ndarray, drawn: np.ndarray,
    waiting: int,
) -> int:  # fmt: skip
    """Count calm rows one by one where no sum will do, and write them; the others join those that wait.

    busy, drawn  rows that wait, and their columns of words: from ``waiting`` on to be filled

    Returns how many wait.
    """
    for n in range(rows):
        if columns.more[n]:
            busy[waiting], drawn[waiting] = columns.row[n], n
            waiting += 1
            continue
        columns.members[MEMBERSHIPS * columns.tier_now[n] + columns.channels[n]] += 1
        tally[Slot.SEGMENT + columns.segment[n]] += 1
        tally[Slot.LIFECYCLE + columns.stage[n]] += 1
        tally[Slot.TRUST_BIN + columns.trust_bin[n]] += 1
        tally[Slot.LOAD_BIN + columns.load_bin[n]] += 1
        if columns.muted[n]:
            count_channels(Slot.MUTED.value, columns.muted[n] & columns.channels[n], world, tally)
        put_row(columns, n, fans, day)
    return waiting


@rare
def count_members(columns: Columns, world: World, tally: Tally) -> None:
    """Who is where, from the counts by tier and set of channels; these begin anew."""
    for tier in range(TIERS):
        for channels in range(MEMBERSHIPS):
            rows = columns.members[MEMBERSHIPS * tier + channels]
            columns.members[MEMBERSHIPS * tier + channels] = 0
            if rows:
                tally[Slot.TIER + tier] += rows
                tally[Slot.ROWS + Domain.PRIVATE] += rows
                for c in range(world.channels.joined):
                    if channels >> c & 1:
                        tally[Slot.MEMBERS + TIERS * c + tier] += rows
