"""What a day does not compute again is what it would have computed."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pytest
from worlds import begun, everything, small

from sim.engines.operation import world_in
from sim.engines.remembered import OfScenario, Remembered
from sim.engines.world import Commission, commission_on, world_of
from sim.loop import stage_counts
from sim.rules.climate import compilable


def test_a_function_is_asked_again_when_an_argument_has_changed():
    asked = []
    double = Remembered(lambda x, y=0: asked.append((x, y)) or 2 * x + y)
    assert [double(1), double(1), double(2), double(1), double(1, 3), double(1, 3)] == [2, 2, 4, 2, 5, 5]
    assert asked == [(1, 0), (2, 0), (1, 0), (1, 3)]


def test_what_follows_from_a_scenario_is_kept_for_that_one_only():
    asked = []
    named = OfScenario(lambda scenario, n: asked.append(n) or (scenario.name, n))
    one, other = SimpleNamespace(name="one"), SimpleNamespace(name="other")
    assert [named(one, 1), named(other, 1), named(one, 2), named(one, 1)] == [
        ("one", 1),
        ("other", 1),
        ("one", 2),
        ("one", 1),
    ]
    assert asked == [1, 1, 2]
    for n in range(OfScenario.KEPT):
        named(other, 10 + n)
    named(one, 1)
    assert asked[-1] == 1  # crowded out, and found anew


def test_replications_share_a_world_and_changed_scenarios_do_not():
    scenario = small()
    changed = small(changes={"brand.trust": scenario.brand.trust / 2})
    assert world_in(scenario, 0) is world_in(scenario, 0)
    assert world_in(changed, 0).brand.trust == pytest.approx(world_in(scenario, 0).brand.trust / 2)
    assert world_in(scenario, 5) == compilable(world_of(scenario)._replace(people_key=5))


def test_commissions_change_on_the_day_on_which_a_shop_is_no_longer_new():
    changes = {"shop.opening_commission": 0.01, "shop.commission": 0.05, "shop.opening_days": 40}
    opened = small("liquor").start - dt.timedelta(days=10)
    scenario = small("liquor", changes | {"brand.shop_opened": opened})
    known = Commission(scenario, 0.9)
    exact = [commission_on(scenario, scenario.start + dt.timedelta(days=d), 0.9) for d in range(scenario.days)]
    assert [known.on(d) for d in range(scenario.days)] == exact
    assert len(known.since) == len(set(exact)) == 2


def test_the_operator_sees_the_sums_that_the_book_of_the_whole_run_gives():
    simulation = begun(everything({"days": 40}))
    seen = [simulation.step() for _ in range(40)]
    counts = stage_counts(simulation.ledger)
    for name in ("reached", "responses", "contacts", "active", "orders_followers", "repeat_orders", "invited"):
        assert [getattr(day, name) for day in seen] == counts[name].tolist(), name
    assert [day.spent for day in seen] == simulation.ledger.spend.tolist()
    assert [day.contribution for day in seen] == simulation.ledger.contribution.tolist()
    assert all(np.count_nonzero(counts[name]) for name in counts)
