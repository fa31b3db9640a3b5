"""``FanModel`` with Mesa's own tools."""

import mesa
import numpy as np

from sim.engines.model import FanModel, FanScenario
from sim.engines.run import run
from sim.scenario import load_scenario, with_changes

COLLECTED = ["fans_private", "joins", "exits", "orders", "contribution", "margin_cum"]
SIZE = {"fans": 60, "days": 25}


def expected(seed=0, logic="growth", replication=0, changes=None):
    changes = {"pool.fans": 60, "days": 25} | (changes or {})
    scenario = with_changes(load_scenario("livestream-group"), changes)
    return run(scenario, logic, seed, replication, engine="arrays").daily


def collected(model):
    return model.datacollector.get_model_vars_dataframe()


def assert_collects(model, daily):
    frame = collected(model)
    assert list(frame.columns) == COLLECTED
    assert len(frame) == len(daily) + 1  # t = 0 and after each day
    assert frame.iloc[0].tolist() == [60, 0, 0, 0, 0, 0]
    for name in COLLECTED:
        assert frame[name].tolist()[1:] == daily[name].tolist(), name


def test_steps_collect_what_the_fast_engine_reports():
    model = FanModel(**SIZE, rng=5)
    while model.running:
        model.step()
    assert model.time == 25
    assert_collects(model, expected(5))


def test_run_for_runs_days():
    model = FanModel(**SIZE, rng=5, logic="depletion")
    model.run_for(10)
    assert (model.time, model.running, len(collected(model))) == (10, True, 11)
    model.run_for(15)
    assert not model.running
    assert_collects(model, expected(5, "depletion"))


def test_run_model_ends_at_the_horizon():
    model = FanModel(**SIZE, rng=5)
    model.run_model()
    assert_collects(model, expected(5))


def test_a_scenario_of_mesa_sets_the_parameters():
    model = FanModel(scenario=FanScenario(**SIZE, logic="depletion", replication=3))
    model.run_for(25)
    assert_collects(model, expected(0, "depletion", 3))


def test_a_scenario_of_mesa_with_the_same_seed_twice():
    model = FanModel(scenario=FanScenario(**SIZE, rng=5), rng=5)
    model.run_for(25)
    assert_collects(model, expected(5))


def test_a_scenario_of_mesa_brings_its_seed():
    model = FanModel(scenario=FanScenario(**SIZE, rng=5))
    model.run_for(25)
    assert_collects(model, expected(5))


def test_dotted_keys_of_the_file_are_parameters():
    model = FanModel(**SIZE, rng=2, industry__need_interval=10.0)
    model.run_for(25)
    assert_collects(model, expected(2, changes={"industry.need_interval": 10.0}))
    assert not expected(2).equals(expected(2, changes={"industry.need_interval": 10.0}))


def test_without_a_seed_it_is_0():
    model = FanModel(**SIZE)
    model.run_for(25)
    assert_collects(model, expected(0))


def test_batch_run():
    found = mesa.batch_run(
        FanModel, {"file": "livestream-group", "logic": ["growth", "depletion"], **SIZE}, rng=[1, 2],
        number_processes=1, data_collection_period=1, max_steps=1000, display_progress=False,
    )  # fmt: skip
    assert len(found) == 4 * 26
    for logic in ("growth", "depletion"):
        for seed in (1, 2):
            mine = [row for row in found if row["logic"] == logic and row["rng"] == seed]
            daily = expected(seed, logic)
            for name in COLLECTED:
                assert [row[name] for row in mine][1:] == daily[name].tolist(), (logic, seed, name)


def test_agents_can_be_asked():
    model = FanModel(**SIZE, rng=5)
    model.run_for(25)
    follows = np.array(model.agents.get("follows"))
    assert len(follows) == 60
    assert follows.sum() == collected(model)["fans_private"].iloc[-1]


def test_nothing_happens_past_the_horizon():
    model = FanModel(**SIZE | {"days": 5})
    model.run_for(8)
    assert model.simulation.day == 5
    assert not model.running
    assert len(model.datacollector.get_model_vars_dataframe()) == 6
