"""What ``sanyu show`` says beforehand: rows by the closed form, memory of a real process, speed by earlier runs."""

import json
import os
import subprocess
import sys

import pytest
from samples import FAR, z_of_share
from theory.test_reservoir_twin import scenario
from worlds import run_through, small

from sim import kernel
from sim.engines.arrays import ArrayRows
from sim.engines.forecast import comers_of, forecast
from sim.engines.run import run
from sim.engines.simulation import Simulation
from sim.engines.speed import FAN_DAYS_PER_SECOND, FEW, KEPT, MANY, SECONDS_PER_DAY, Speed, remember, speed
from sim.scenario import load_scenario, with_changes

QUICK = Speed(4e6, 1e-3, 4.0, 0)


@pytest.fixture
def cache(monkeypatch, tmp_path):
    """An empty cache folder, and no other."""
    monkeypatch.setattr(kernel, "homes", lambda: iter([tmp_path / "file" / "below", tmp_path / "cache"]))
    (tmp_path / "file").write_text("nobody can write below", "utf-8")
    return tmp_path / "cache"


@pytest.mark.statistical
@pytest.mark.parametrize("off", [1.0, 1.05])
def test_expected_comers_are_those_who_come(off):
    """Where the intensities are known beforehand (no feedback, no luck) and four weeks are twice two weeks."""
    scene = with_changes(scenario(400_000), {"days": 28})
    simulation = Simulation(scene, "quiet", 5, 0, ArrayRows)
    run_through(simulation)
    z = z_of_share(simulation.rows.count, 400_000, off * comers_of(scene, "quiet", 0) / 400_000)
    assert abs(z) < FAR if off == 1.0 else abs(z) > FAR


def test_half_of_the_feedback_and_no_luck_are_near_a_year_of_growth():
    """Liquor as shipped: the assumptions about the pool keep the expectation within a factor of two."""
    scene = with_changes(load_scenario("liquor"), {"pool.fans": 5000, "days": 365})
    came = run(scene, "growth", 3).ledger.of("FLOW")[:, 9:].sum()
    assert 0.5 < came / comers_of(scene, "growth", 5000) < 2.0


def test_more_people_days_and_brands_take_more():
    base = forecast(small("two-brands"), QUICK)[0]
    assert base.brands == 2
    for changes in ({"pool.fans": 4_000_000, "market.users": 10**8}, {"days": 240}, {"market.users": 10**8}):
        more = forecast(small("two-brands", changes), QUICK)[0]
        assert more.peak.estimate >= base.peak.estimate
        assert more.seconds.estimate >= base.seconds.estimate
        assert more != base
    assert base.peak.low < base.peak.estimate < base.peak.high
    assert base.seconds.low < base.seconds.estimate < base.seconds.high


@pytest.mark.parametrize("name", ["liquor", "upper-bound", "advisor", "used-cars", "two-brands", "yoga-partners"])
def test_every_kind_of_scenario_has_a_forecast(name):
    scene = load_scenario(name)
    found = forecast(scene, QUICK)
    assert [one.logic for one in found] == list(scene.logics)
    assert all(0 <= one.comers <= scene.market.users for one in found)


TABLES = """
extends = "liquor"
days = {days}
[pool]
fans = {fans}
"""


@pytest.mark.skipif(not hasattr(os, "wait4"), reason="peaks are read from the kernel")
@pytest.mark.parametrize(("fans", "days"), [(500, 40), (2_000_000, 3)])
def test_the_peak_of_a_real_run_is_within_what_was_said(fans, days, tmp_path):
    run(small("liquor", {"days": 3}), "depletion", 1)  # so that the process below need not compile
    file = tmp_path / "some.toml"
    file.write_text(TABLES.format(fans=fans, days=days), "utf-8")
    command = [sys.executable, "-m", "sim", "run", str(file), "--quiet", "--out", str(tmp_path / "r")]
    # started by a small process: the peak of a large one that starts it would be taken for its own
    watched = "import os, sys; _, status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)"
    watched += "; print(status, used.ru_maxrss)"
    done = subprocess.run(
        [sys.executable, "-c", watched, *command],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    status, peak = map(int, done.stdout.split()[-2:])
    assert status == 0, done.stderr
    said = forecast(load_scenario(file), QUICK)[0].peak
    assert said.low < 1024 * peak < said.high


def test_without_earlier_runs_the_benchmark_speaks(cache):
    assert (speed().fan_days, speed().runs) == (FAN_DAYS_PER_SECOND, 0)
    cache.mkdir()
    for broken in ("", "[[1]]", "{", '[["a", 1, 2, 3]]', "7"):
        (cache / "speed.json").write_text(broken, "utf-8")
        assert speed().runs == 0


def test_earlier_runs_speak(cache):
    cache.mkdir()
    short = [[100, FEW, 1.0, 3.0], [300, FEW, 2.0, 3.0], [500, FEW, 3.0, 3.0]]  # half a second, and 5 ms a day
    runs = [*short, [100, 10 * MANY, 5.5, 4.0], [100, 10 * MANY, 2.5, 5.0], [100, 10 * MANY, 10.5, 90.0]]
    (cache / "speed.json").write_text(json.dumps(runs), "utf-8")
    # medians: of 2, 5 and 1 million; of 3, 3, 3, 4, 5, 90 and half a second for loading; one outlier moves little
    assert speed() == Speed(2.0e6, 0.005, 4.0, 3)


def test_runs_are_remembered_and_the_oldest_forgotten(cache):
    found = run(small("livestream-group", {"days": 3}))
    for n in range(KEPT + 5):
        remember([found], found.seconds + n)
    kept = json.loads((cache / "speed.json").read_text("utf-8"))
    assert [round(row[3]) for row in kept] == list(range(5, KEPT + 5))
    assert kept[-1][:2] == [3, int(found.ledger.of("ROWS")[:, 2].sum())]
    assert speed().day == SECONDS_PER_DAY  # runs of one length cannot tell
    assert speed().around > found.seconds - 3 * SECONDS_PER_DAY


def test_the_readable_engine_is_not_remembered(cache):
    remember([run(small("livestream-group", {"days": 2}), engine="agents")], 1.0)
    assert not cache.exists()
