"""Calm days and whole days of the same rows, side by side; only without compilation."""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from worlds import FINDING, SERVED, STORE, begun, everything

from sim.engines import calm
from sim.engines.arrays import load_fan, load_person
from sim.engines.population import rounded_fan
from sim.rules.fan_day import advance_fan
from sim.rules.rivalry import ALONE, Surroundings
from sim.rules.rows import reachable
from sim.rules.tally import new_tally
from sim.streams import MASK32

WORLDS = {"plain": {}, "finding": FINDING, "served": SERVED, "store": STORE}
QUIET = {"rules.referral.share": 0.05}  # sharing so often as in these worlds would leave no day calm
BESIDE = Surroundings(3.0, 5.0, 0.2, 4.0)


def compare(world, days, crowded):
    """Followers' days of a run: how many there were, how many calm, and how many of these differ from the long way."""
    simulation = begun(everything(WORLDS[world] | {"pool.fans": 120, "days": days} | QUIET))
    around = BESIDE if crowded else ALONE
    found = {"days": 0, "calm": 0, "different": 0, "counted": 0}
    rows, advance = simulation.rows, simulation.rows.advance

    def advanced(climate, tally):
        words = np.full((calm.WORDS, rows.count), MASK32, np.uint32)
        visited = calm.channels_of_interest(climate, rows.world)
        calm.fill_batch(words, rows.keys(), visited, climate, rows.world, rows.key)
        joining = calm.most_joining(climate, rows.world)
        for i in range(rows.count):
            person, fan = load_person(rows.people, i), load_fan(rows.fans, i)
            if not reachable(fan.channels, fan.muted):
                continue
            found["days"] += 1
            short, long = new_tally(), new_tally()
            is_calm, after = calm.calm_day(person, fan, words, i, joining, around, climate, rows.world, rows.key, short)
            if not is_calm:
                found["counted"] += int(short.any())
                continue
            found["calm"] += 1
            draws = calm.load_draws(words, i)
            truth = advance_fan(person, fan, draws, around, climate, rows.world, rows.key, long)
            same = rounded_fan(after) == rounded_fan(truth) and np.array_equal(short, long)
            found["different"] += int(not same)
        advance(climate, tally)

    rows.advance = advanced
    for _ in range(days):
        simulation.step()
    return found
