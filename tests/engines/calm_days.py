"""Calm days and whole days of the same rows, side by side; only without compilation."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from worlds import FINDING, SERVED, STORE, begun, everything

from sim.engines.calm import calm_days, most_joining
from sim.engines.columns import BATCH, new_columns, take_row
from sim.engines.evening import add_up, count_members, tire, write
from sim.engines.population import rounded_fan
from sim.engines.records import load_fan, load_person
from sim.engines.words import WORDS, channels_of_interest, fill_batch, load_draws
from sim.rules.fan_day import advance_fan
from sim.rules.rivalry import ALONE, Surroundings
from sim.rules.rows import reachable
from sim.rules.tally import new_tally
from sim.streams import MASK32

WORLDS = {"plain": {}, "finding": FINDING, "served": SERVED, "store": STORE}
QUIET = {"rules.referral.share": 0.05}  # sharing so often as in these worlds would leave no day calm
BESIDE = Surroundings(3.0, 5.0, 0.2, 4.0)


def short(rows, batch, climate, around, words):
    """The short path of rows, [at most BATCH]: which are calm, their fans afterwards, and what was counted."""
    tally, fans, columns = new_tally(), rows.fans.copy(), new_columns()[0]
    busy, drawn = np.zeros(2 * BATCH, np.int64), np.zeros(2 * BATCH, np.int64)
    for n, i in enumerate(batch):
        take_row(rows.people, fans, i, columns, n, climate.day)
    columns.around = [around.fatigue] * BATCH
    same = (climate, rows.world)
    calm_days(columns, len(batch), words, most_joining(*same), rows.people, fans, *same, rows.key, tally)
    tire(columns, len(batch), rows.people, fans, *same, rows.key, tally)
    add_up(columns, len(batch), climate.day, rows.world, tally)
    waiting = write(columns, len(batch), fans, climate.day, rows.world, tally, busy, drawn, 0)
    count_members(columns, rows.world, tally)
    assert busy[:waiting].tolist() == [batch[n] for n in drawn[:waiting]]
    return sorted(set(batch) - set(busy[:waiting].tolist())), fans, tally


def compare(world, days, crowded):
    """Followers' days of a run: how many there were, how many calm, and how many of these differ from the long way.

    counted  batches of which something else was counted than by the long way of the rows that were calm
    """
    simulation = begun(everything(WORLDS[world] | {"pool.fans": 120, "days": days} | QUIET))
    around = BESIDE if crowded else ALONE
    found = {"days": 0, "calm": 0, "different": 0, "counted": 0}
    rows, advance = simulation.rows, simulation.rows.advance

    def advanced(climate, tally):
        followers = [i for i in range(rows.count) if reachable(int(rows.fans[i].channels), int(rows.fans[i].muted))]
        visited = channels_of_interest(climate, rows.world)
        for first in range(0, len(followers), BATCH):
            batch = followers[first : first + BATCH]
            words = np.full((WORDS, BATCH), MASK32, np.uint32)
            fill_batch(words, rows.people.key[batch], visited, climate, rows.world, rows.key)
            calm, fans, counted = short(rows, batch, climate, around, words)
            long = new_tally()
            for i in calm:
                person, fan, draws = (
                    load_person(rows.people, i),
                    load_fan(rows.fans, i),
                    load_draws(words, batch.index(i)),
                )
                truth = advance_fan(person, fan, draws, around, climate, rows.world, rows.key, long)
                found["different"] += int(load_fan(fans, i) != rounded_fan(truth))
            others = [i for i in batch if i not in calm]
            found["different"] += int((fans[others] != rows.fans[others]).sum())
            found["counted"] += int(not np.array_equal(counted, long))
            found["days"] += len(batch)
            found["calm"] += len(calm)
        advance(climate, tally)

    rows.advance = advanced
    for _ in range(days):
        simulation.step()
    return found
