"""Load: constant weighted messages f per day give x = f/θ exactly (evidence M5)."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from worlds import begun

from sim.rules.messages import load
from sim.rules.numbers import kept

from .pools import pool


@given(st.floats(0.5, 30), st.floats(0.01, 40), st.floats(0.01, 40))
def test_constant_messages_give_f_over_theta(time, f, tolerance):
    fatigue = 0.0
    for _ in range(int(40 * time) + 40):
        fatigue = fatigue * kept(1.0, time) + f
    assert load(fatigue, tolerance, -math.expm1(-1 / time)) == pytest.approx(f / tolerance, rel=1e-9)


@pytest.mark.parametrize("per_week", [7.0, 21.0, 140.0])
def test_a_run_settles_at_f_over_theta(per_week):
    """Promotions only, in a group of weight .1, opened or not: the identity to the rounding of 32 bits."""
    logic = {"kind": "fixed", "value_share": 0.0, "pushes_per_week": {"wechat-group": per_week}}
    scenario = pool(500, 220, {"logics.quiet": False, "logics.loud": logic})
    simulation = begun(scenario, seed=1)
    for _ in range(scenario.days):
        simulation.step()
    table, world = simulation.rows.table(), simulation.world
    only = table["channels"] == 1  # of the group and nothing else
    assert only.sum() > 300
    x = table["fatigue"].astype(float) * world.one_day.load / table["tolerance"]
    weight = float(world.channels.weight[0])
    assert np.allclose(x[only], per_week / 7 * weight / table["tolerance"][only], rtol=3e-6, atol=0)


def test_without_messages_load_falls_by_the_recovery_time():
    logic = {"kind": "calendar", "value_share": 0.0, "pushes_per_week": {"wechat-group": 70.0}}
    scenario = pool(300, 60, {"logics.quiet": False, "logics.loud": logic})
    stop = scenario.start.replace(day=31)
    phase = logic | {"phases": [{"from": stop, "pushes_per_week": {"wechat-group": 0.0}}]}
    simulation = begun(pool(300, 60, {"logics.quiet": False, "logics.loud": phase}), seed=1)
    for _ in range(30):
        simulation.step()
    before = simulation.rows.table()["fatigue"].astype(float)
    for _ in range(14):
        simulation.step()
    after = simulation.rows.table()["fatigue"].astype(float)
    assert np.allclose(after, before * math.exp(-2), rtol=3e-6)  # two times τ = 7 days
