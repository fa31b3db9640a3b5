"""Who a person is depends on the seed and the identity alone, and time passes for rows in closed form."""

import numpy as np
import pytest
from worlds import begun, small

from sim.engines import arrays
from sim.engines.arrays import ArrayRows
from sim.engines.population import rounded_fan
from sim.rules.clocks import clocks
from sim.rules.rows import Fan, Person

BORN_WITH = ("segment", "tolerance", "frailty", "need_rate", "affinity")
CHANGES = {"pool.fans": 400, "days": 60, "feed.exposures_at_least": 4000}


def people(logic, seed=3, changes=None, rows=ArrayRows, days=60):
    """Traits of everybody who has a row, and the day of birth, by address."""
    simulation = begun(small("liquor", CHANGES | (changes or {})), logic, seed, rows=rows)
    born = []
    for day in range(days):
        simulation.step()
        born += [day] * (simulation.rows.count - len(born))
    table = simulation.rows.table()
    simulation.close()
    rows = zip(*(table[name].tolist() for name in BORN_WITH), strict=True)
    return {key: (traits, day) for key, traits, day in zip(table["key"].tolist(), rows, born, strict=True)}


def common(a, b):
    """Who has a row in both, without the pool."""
    both = [key for key in a if key in b and key >> 60 == 2]
    assert len(both) > 200
    return both


@pytest.mark.parametrize("logic", ["growth", "depletion"])
def test_another_logic_and_another_day_meet_the_same_people(logic):
    """Under three times the exposure everybody comes on another day."""
    one = people("growth")
    other = people(logic, changes={"feed.exposures_at_least": 12_000})
    both = common(one, other)
    assert all(one[key][0] == other[key][0] for key in both)
    assert sum(one[key][1] != other[key][1] for key in both) > len(both) / 2


def test_threads_meet_the_same_people(monkeypatch):
    monkeypatch.setattr(arrays, "ROWS_PER_THREAD", 10)
    assert people("growth", days=20) == people("growth", days=20, rows=lambda *of: ArrayRows(*of, threads=2))


def test_another_seed_meets_other_people():
    one, other = people("growth"), people("growth", seed=4)
    assert all(one[key][0] != other[key][0] for key in common(one, other))


# --------------------------------------------------------------------------------------- clocks in closed form

DAY = 40
EPSILON = {"once": np.finfo(np.float64).eps, "stored": np.finfo(np.float32).eps}


def a_row(elapsed):
    """World, person and fan in the middle of everything, last visited ``elapsed`` days before DAY."""
    simulation = begun(small("liquor", {"days": DAY}), "depletion")
    for _ in range(10):
        simulation.step()
    table = simulation.rows.table()
    pick = int(np.argmax(table["fatigue"]))
    person = Person(*(table[name][pick].item() for name in Person._fields))
    fan = Fan(*(table[name][pick].item() for name in Fan._fields))
    fan = fan._replace(updated_on=DAY - elapsed, intimacy=3.0, deal_proneness=0.4, trust=0.8)
    assert fan.fatigue > 0.0
    return simulation.world, person, fan


def day_by_day(person, fan, world, stored):
    """Clocks of a row that is visited every day; ``stored``: and rounded to 32 bits every evening, as rows are."""
    for day in range(fan.updated_on + 1, DAY + 1):
        fatigue, trust, intimacy, proneness = clocks(person, fan, day, world)
        fan = fan._replace(fatigue=fatigue, trust=trust, intimacy=intimacy, deal_proneness=proneness, updated_on=day)
        fan = rounded_fan(fan) if stored else fan
    return np.array([fan.fatigue, fan.trust, fan.intimacy, fan.deal_proneness])


@pytest.mark.parametrize("how", EPSILON)
@pytest.mark.parametrize("elapsed", [1, 2, 7, 30, 365])
def test_a_visit_after_some_days_is_a_visit_every_day(elapsed, how):
    """Within one rounding of a product and one of a sum each day, and the rounding of the exponential."""
    world, person, fan = a_row(elapsed)
    at_once = np.array(clocks(person, fan, DAY, world))
    daily = day_by_day(person, fan, world, how == "stored")
    assert (np.abs(at_once - daily) <= 4.0 * EPSILON[how] * elapsed * np.maximum(daily, 1e-30)).all()


def test_a_day_more_is_found_out():
    world, person, fan = a_row(30)
    late = np.array(clocks(person, fan._replace(updated_on=DAY - 31), DAY, world))
    daily = day_by_day(person, fan, world, True)
    assert (np.abs(late - daily) > 4.0 * EPSILON["stored"] * 30 * daily).all()
