"""The fast engine's day of all rows: calm days in vectors, batch by batch, all others row by row."""

import numpy as np

from sim.compiled import rare, rule
from sim.domains import Domain, Lifecycle
from sim.engines.calm import calm_days, most_joining
from sim.engines.columns import BATCH, Columns, take_row
from sim.engines.evening import add_up, count_members, tire, write
from sim.engines.population import Rows
from sim.engines.records import load_fan, load_person, real, store_fan, whole
from sim.engines.rest import STEPS, rest_of, steps_gone
from sim.engines.words import WORDS, channels_of_interest, fill_batch, load_draws
from sim.rules.climate import Boxed, Climate, World
from sim.rules.fan_day import advance_fan
from sim.rules.membership import applications
from sim.rules.retargeting import retargeted
from sim.rules.rivalry import ALONE, Surroundings
from sim.rules.rows import STRANGER, count_bystander, reachable
from sim.rules.search import searches
from sim.rules.tally import Slot, Tally
from sim.streams import MASK32

AT_ONCE = 32  # rows that are asked together whether they rest


@rule
def surroundings(around: np.ndarray, n: int) -> Surroundings:
    """The other brands of one row, from [4, rows]."""
    return Surroundings(around[0, n], around[1, n], around[2, n], around[3, n])


@rare
def look_around(
    people: Rows,
    fans: Rows,
    first: int,
    stop: int,
    beside: bool,
    columns: Columns,
    keys: np.ndarray,
    busy: np.ndarray,
    awake: np.ndarray,
    until: np.ndarray,
    gone: float,
    step: float,
    climate: Climate,
    world: World,
    key: int,
    tally: Tally,
) -> tuple[int, int, int]:
    """Who is who among the rows from ``first`` on: at most BATCH who do not rest.

    columns, keys  of followers, to be filled;  busy: rows of the others to whom something may happen, to be filled
    awake          room for BATCH rows and one;  until, gone, step: see ``rest.Rest``

    Returns the row after the last, how many followers, and how many others.
    """
    day, shelf, behind = climate.day, world.brand.found_again > 0.0, steps_gone(gone, step)
    i, found, resting, churned = first, 0, 0, 0
    while i < stop and found + AT_ONCE <= BATCH:
        last, rests = min(i + AT_ONCE, stop), 0
        for n in range(i, last):
            at_rest = int(whole(until[n]) & STEPS > behind)
            rests += at_rest
            churned += at_rest & whole(until[n]) >> 7
        if rests < last - i:
            for n in range(i, last):  # a list of the others, made without a branch that would have to be guessed
                awake[found] = n
                found += int(whole(until[n]) & STEPS <= behind)
        resting += rests
        i = last
    tally[Slot.ROWS + Domain.PUBLIC] += resting
    tally[Slot.LIFECYCLE + Lifecycle.CHURNED] += churned
    followers, others = 0, 0
    for at in range(found):
        n = awake[at]
        row = fans[n]
        if reachable(whole(row.channels), whole(row.muted)):
            keys[followers] = people[n].key
            take_row(people, fans, n, columns, followers, day)
            followers += 1
            continue
        if beside and whole(row.marks) & 15 == STRANGER:
            continue
        lacking = row.threshold - climate.exposure[whole(people[n].segment)]
        if (
            lacking > 0.0
            and row.due_on != day
            and not retargeted(whole(people[n].key), whole(row.clicked_on), climate, key)
            and not (
                shelf
                and searches(
                    whole(people[n].key), real(people[n].need_rate), whole(row.orders), whole(row.marks) >> 9 & 3,
                    climate, world, key,
                )
            )
        ):  # fmt: skip
            count_bystander(whole(row.clicked_on), whole(row.left_on), day, tally)
            if not shelf:
                until[n] = rest_of(
                    lacking, gone, step, whole(row.muted), whole(row.clicked_on), whole(row.due_on),
                    whole(row.left_on), day,
                )  # fmt: skip
        else:
            busy[others] = n
            others += 1
    return i, followers, others


@rare
def advance_rows(
    people: Rows,
    fans: Rows,
    start: int,
    stop: int,
    around: np.ndarray,
    origin: int,
    climates: Boxed,
    worlds: Boxed,
    key: int,
    tally: Tally,
    shared: np.ndarray,
    applied: np.ndarray,
    batches: Boxed,
    until: np.ndarray,
    gone: float,
    step: float,
) -> tuple[int, int, int]:
    """Advance the rows start … stop − 1 by one day, or as many as ``shared`` and ``applied`` have room for.

    around  [4, rows] the other brands (``Surroundings``) of the rows from ``origin`` on; [4, 0] where there is none
    shared  to be filled: rows that shared today, as 2 · row, + 1 if for a reward
    applied to be filled: rows that wait for a scarce place until the morning
    batches room for the columns of one batch
    until, gone, step  who rests how long: see ``rest.Rest``

    Returns the first row that is still to be advanced (stop: none), how many shared, and how many applied.
    """
    climate, world, columns = climates[0], worlds[0], batches[0]
    found, asked, told, owed = 0, 0, tally[Slot.SHARES], tally[Slot.REWARDED_SHARES]
    beside, at = around.shape[1] > 0, ALONE
    words = np.full((WORDS, BATCH), MASK32, np.uint32)  # nothing happens at the largest draw
    # rows with more than a calm day, and their columns of words
    busy, drawn, keys = np.empty(2 * BATCH, np.int64), np.empty(2 * BATCH, np.int64), np.empty(BATCH, np.int64)
    awake = np.empty(BATCH + 1, np.int64)
    visited, joining = channels_of_interest(climate, world), most_joining(climate, world)
    first = start
    while first < stop and max(found, asked) + BATCH <= len(shared):
        first, followers, waiting = look_around(
            people, fans, first, stop, beside, columns, keys, busy, awake, until, gone, step, climate, world, key, tally
        )
        drawn[:waiting] = 0  # draws are for followers
        if followers:
            fill_batch(words, keys[:followers], visited, climate, world, key)
            for n in range(followers):
                columns.around[n] = real(around[0, columns.row[n] - origin]) if beside else 0.0
            calm_days(columns, followers, words, joining, people, fans, climate, world, key, tally)
            tire(columns, followers, people, fans, climate, world, key, tally)
            add_up(columns, followers, climate.day, world, tally)
            waiting = write(columns, followers, fans, climate.day, world, tally, busy, drawn, waiting)
        for n in range(waiting):
            i, draws = busy[n], load_draws(words, drawn[n])
            if beside:
                at = surroundings(around, i - origin)
            fan = advance_fan(load_person(people, i), load_fan(fans, i), draws, at, climate, world, key, tally)
            store_fan(fans, i, fan)
            if applications(fan.channels, fan.muted) != 0:
                applied[asked] = i
                asked += 1
            if tally[Slot.SHARES] != told:
                shared[found] = 2 * i + tally[Slot.REWARDED_SHARES] - owed
                found, told, owed = found + 1, tally[Slot.SHARES], tally[Slot.REWARDED_SHARES]
    count_members(columns, world, tally)
    return first, found, asked
