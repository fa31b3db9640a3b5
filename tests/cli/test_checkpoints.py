"""Runs with checkpoints: broken off in every way, resumed, and equal to the last byte; or refused, with a reason."""

import hashlib
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest

import sim.engines.unfinished
from sim.engines.checkpoints import TEMPORARY
from sim.engines.simulation import Simulation

LOGIC = """
from sim.logics import Fixed
from sim.logics.base import Logic


class Twice(Logic):
    def plan(self, brief, seen):
        return Fixed(pushes_per_week={"group": 2.0}).plan(brief, seen)
"""
OWN = """
extends = "small.toml"
[logics.twice]
kind = "twice.py:Twice"
"""
ADVISED = """
extends = "advisor"
days = 50
[pool]
fans = 60
[feed]
exposures_at_least = 100
"""
TWO_BRANDS = """
extends = "two-brands"
days = 40
[pool]
fans = 60
[rivals.neighbour.pool]
fans = 60
[feed]
exposures_at_least = 100
"""
LONG = """
extends = "small.toml"
days = 700
"""


@pytest.fixture(autouse=True)
def without_pictures(monkeypatch):
    """Pictures take most of the time, and are drawn from the tables."""
    monkeypatch.setattr("sim.report.figures.plot", lambda *_: None)
    monkeypatch.setattr("sim.report.write._save", lambda _, path: path.touch())


@pytest.fixture
def scenarios(tmp_path):
    for name, text in (("own", OWN), ("advised", ADVISED), ("two", TWO_BRANDS), ("long", LONG)):
        (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
    (tmp_path / "twice.py").write_text(LOGIC, encoding="utf-8")


@pytest.fixture
def broken(monkeypatch):
    """Break the computing off, as by Ctrl-C, before a number of days in all; returns a function that mends it."""
    real = Simulation.step

    def after(days, error=KeyboardInterrupt):
        stepped = []

        def step(simulation):
            stepped.append(simulation.day)
            if len(stepped) > days:
                raise error
            return real(simulation)

        monkeypatch.setattr(Simulation, "step", step)
        return stepped

    return after


def tables(folder):
    """Hashes of all files of results but those that tell the time."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {"daily.parquet", "flows.parquet", "cohorts.parquet", "scenario.toml"} <= {path.name for path in files}
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in files
        if path.name not in ("provenance.json", "summary.json")
    }


def summary(folder):
    found = json.loads((folder / "summary.json").read_text("utf-8"))
    assert found.pop("seconds") > 0
    return found


def breaks(folder):
    extra = json.loads((folder / "provenance.json").read_text("utf-8"))["extra"]
    assert {"version", "python", "numpy", "numba", "rules", "sources"} <= set(extra["maker"])
    assert all(set(one) == {"replication", "day", "resumed", "by"} for one in extra["breaks"])
    return [(one["replication"], one["day"]) for one in extra["breaks"]]


def equal(a, b):
    assert tables(a) == tables(b)
    assert summary(a) == summary(b)


@pytest.mark.parametrize("engine", ["arrays", "agents"])
@pytest.mark.parametrize(
    ("file", "options"),
    [
        ("small.toml", ["--logic", "depletion", "--seed", "3"]),
        ("own.toml", ["--logic", "twice"]),
        ("advised.toml", ["--logic", "fans-first"]),
        ("two.toml", []),
    ],
)
def test_a_resumed_run_ends_with_the_same_bytes(sanyu, tmp_path, scenarios, broken, file, options, engine):
    asked = [file, *options, "--engine", engine, "--replications", "2"]
    assert sanyu("run", *asked, "--out", "unbroken", "--quiet")[0] == 0
    days = summary(tmp_path / "unbroken")["days"]
    broken(days + 33)
    code, _, err = sanyu("run", *asked, "--out", "r", "--checkpoint-every", "6")
    assert code == 130
    assert err == ("Interrupted; 1 of 2 replications and 30 days of the next are kept.\nTo go on:\n  sanyu resume r\n")
    stepped = broken(10**9)
    code, out, err = sanyu("resume", "r", "--quiet")
    assert (code, out, err) == (0, "r\n", "")
    assert stepped == list(range(30, days))  # nothing that is finished was computed again
    equal(tmp_path / "r", tmp_path / "unbroken")
    assert breaks(tmp_path / "r") == [(1, 30)]
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_checkpoints_change_nothing_of_an_unbroken_run(sanyu, tmp_path):
    assert sanyu("run", "small.toml", "--out", "a", "--quiet")[0] == 0
    assert sanyu("run", "small.toml", "--out", "b", "--quiet", "--checkpoint-every", "1")[0] == 0
    equal(tmp_path / "a", tmp_path / "b")
    assert breaks(tmp_path / "b") == []


def test_a_run_may_be_broken_off_again_and_again_and_before_its_first_checkpoint(sanyu, tmp_path, broken):
    assert sanyu("run", "small.toml", "--out", "unbroken", "--quiet")[0] == 0
    broken(3)
    code, _, err = sanyu("run", "small.toml", "--out", "r", "--checkpoint-every", "10")
    assert (code, "0 of 1 replications and 0 days of the next" in err) == (130, True)
    broken(25)
    assert sanyu("resume", "r")[0] == 130
    broken(13)
    assert sanyu("resume", "r")[0] == 130
    broken(10**9)
    code, out, _ = sanyu("resume", "r", "--json", "--threads", "2")
    assert (code, json.loads(out)["folder"]) == (0, "r")
    equal(tmp_path / "r", tmp_path / "unbroken")
    assert breaks(tmp_path / "r") == [(0, 0), (0, 20), (0, 30)]


def test_the_last_two_checkpoints_are_kept(sanyu, tmp_path, broken):
    broken(35)
    sanyu("run", "small.toml", "--out", "r", "--checkpoint-every", "10")
    assert sorted(path.name for path in (tmp_path / "r").glob("*.checkpoint")) == [
        "replication-0-day-20.checkpoint",
        "replication-0-day-30.checkpoint",
    ]


# --------------------------------------------------------------------------------------------- broken off for real


def started(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "sim", *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )


def under_way(process, folder, checkpoints):
    """Wait until a process has written another checkpoint."""
    known, until = set(checkpoints), time.monotonic() + 120
    while {path.name for path in folder.glob("*.checkpoint")} <= known:
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < until
        time.sleep(0.002)


def test_a_killed_process_loses_nothing_but_the_days_since_its_last_checkpoint(sanyu, tmp_path, scenarios):
    assert sanyu("run", "long.toml", "--replications", "2", "--out", "unbroken", "--quiet")[0] == 0
    chance, folder = random.Random(4), tmp_path / "r"
    command = ["run", "long.toml", "--replications", "2", "--checkpoint-every", "1", "--out", "r", "--quiet"]
    for _ in range(3):
        process = started(*command)
        under_way(process, folder, {path.name for path in folder.glob("*.checkpoint")})
        time.sleep(chance.uniform(0.0, 0.7))
        os.kill(process.pid, signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        process.stderr.close()
        assert not (folder / "provenance.json").exists()
        command = ["resume", "r", "--quiet"]
    assert sanyu("resume", "r", "--quiet") == (0, "r\n", "")
    equal(folder, tmp_path / "unbroken")
    days = [700 * replication + day for replication, day in breaks(folder)]
    assert len(days) == 3
    assert 0 < days[0] < days[1] < days[2]


def test_ctrl_c_leaves_nothing_half_and_says_how_to_go_on(sanyu, tmp_path, scenarios):
    folder = tmp_path / "r"
    program = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from sim.cli import main; main()"
    )
    command = ["run", "long.toml", "--checkpoint-every", "1", "--out", "r", "--quiet"]
    process = subprocess.Popen([sys.executable, "-c", program, *command], stderr=subprocess.PIPE, text=True)
    under_way(process, folder, ())
    time.sleep(0.3)
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    first, second, third, last = err.splitlines()
    assert first == "Interrupted; what is finished is being kept ..."
    kept = max(int(path.stem.rpartition("-")[2]) for path in folder.glob("*.checkpoint"))
    assert second == f"Interrupted; 0 of 1 replications and {kept} days of the next are kept."
    assert (third, last) == ("To go on:", "  sanyu resume r")
    assert not list(folder.glob(f"{TEMPORARY}*"))
    assert sanyu("resume", "r", "--quiet") == (0, "r\n", "")
    assert sanyu("run", "long.toml", "--out", "unbroken", "--quiet")[0] == 0
    equal(folder, tmp_path / "unbroken")


def test_a_folder_that_another_process_computes_is_left_alone(sanyu, tmp_path, scenarios):
    process = started("run", "long.toml", "--replications", "9", "--checkpoint-every", "1", "--out", "r", "--quiet")
    under_way(process, tmp_path / "r", ())
    assert sanyu("resume", "r") == (2, "", "r is being computed by another process. Let it finish, or end it.\n")
    assert process.poll() is None
    under_way(process, tmp_path / "r", {path.name for path in (tmp_path / "r").glob("*.checkpoint")})
    process.kill()
    process.communicate()


# ---------------------------------------------------------------------------------------------------------- refusals


@pytest.fixture
def unfinished(sanyu, tmp_path, broken, scenarios):
    """A run of a logic of the user's own, broken off on day 35."""
    broken(35)
    assert sanyu("run", "own.toml", "--logic", "twice", "--out", "r", "--checkpoint-every", "10")[0] == 130
    broken(10**9)
    return tmp_path / "r"


def refused(sanyu, folder="r"):
    code, out, err = sanyu("resume", folder)
    assert (code, out) == (2, "")
    assert "Traceback" not in err
    return err


def test_what_is_no_unfinished_run_is_refused(sanyu, tmp_path, unfinished):
    assert refused(sanyu, "nowhere") == "nowhere: there is no such folder.\n"
    (tmp_path / "empty").mkdir()
    assert refused(sanyu, "empty") == (
        "empty holds no run with checkpoints, and no sweep. sanyu run FILE --checkpoint-every DAYS --out FOLDER begins "
        "the one, sanyu sweep EXPERIMENT --out FOLDER the other.\n"
    )
    assert sanyu("resume", "r")[0] == 0
    assert refused(sanyu) == "r is finished: its results are there, and there is nothing to resume.\n"
    unfinished.rename(tmp_path / ".r.new")  # killed between the two renamings by which results take the folder's place
    assert refused(sanyu) == "r is finished; its results only need their name. Rename .r.new to r.\n"


def test_an_edited_scenario_is_refused_with_what_differs(sanyu, unfinished):
    file = unfinished / "scenario.toml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("days = 40", "days = 90"), encoding="utf-8")
    err = refused(sanyu)
    assert err.startswith("r cannot be resumed, since its scenario was edited:\n")
    assert "  scenario.toml: -days = 40\n  scenario.toml: +days = 90\n" in err
    assert "sanyu run r/scenario.toml --checkpoint-every DAYS --out FOLDER begins a new run.\n" in err
    file.write_text(text, encoding="utf-8")
    assert sanyu("resume", "r")[0] == 0


def test_an_edited_logic_of_the_users_own_is_refused(sanyu, unfinished):
    (unfinished / "twice.py").write_text(LOGIC.replace("2.0", "3.0"), encoding="utf-8")
    assert 'twice.py: +        return Fixed(pushes_per_week={"group": 3.0})' in refused(sanyu)
    (unfinished / "twice.py").unlink()
    assert "twice.py is missing" in refused(sanyu)


def test_the_users_own_files_may_change_since_the_folder_has_copies(sanyu, tmp_path, unfinished):
    (tmp_path / "twice.py").write_text("nonsense", encoding="utf-8")
    (tmp_path / "own.toml").unlink()
    (unfinished / "notes.py").write_text("nonsense", encoding="utf-8")
    assert sanyu("resume", "r")[0] == 0


@pytest.mark.parametrize(
    ("what", "value"), [("version", "9.9.9"), ("rules", "0123456789abcdef"), ("sources", "f" * 16)]
)
def test_another_version_is_refused_with_what_differs(sanyu, unfinished, monkeypatch, what, value):
    real = sim.engines.unfinished.maker_of
    was = json.loads((unfinished / "unfinished.json").read_text("utf-8"))["maker"][what]
    monkeypatch.setattr(sim.engines.unfinished, "maker_of", lambda scenario: real(scenario) | {what: value})
    err = refused(sanyu)
    assert err.startswith("r cannot be resumed, since what computes it has changed:\n")
    assert f"  {what}: {was} then, {value} now\n" in err
    assert err.count(" then, ") == 1
    assert "begins a new run" in err


def test_a_damaged_checkpoint_is_passed_over_and_said(sanyu, tmp_path, unfinished):
    assert sanyu("run", "own.toml", "--logic", "twice", "--out", "unbroken")[0] == 0
    last = unfinished / "replication-0-day-30.checkpoint"
    last.write_bytes(last.read_bytes()[:5000])
    code, _, err = sanyu("resume", "r")
    assert code == 0
    assert err.startswith("r/replication-0-day-30.checkpoint is cut off, or no checkpoint: ")
    assert err.endswith("; the checkpoint before it is used.\n")
    equal(unfinished, tmp_path / "unbroken")
    assert breaks(unfinished) == [(0, 20)]


def test_damaged_checkpoints_only_are_refused(sanyu, unfinished):
    for file in unfinished.glob("*.checkpoint"):
        file.write_bytes(file.read_bytes()[:-2000] + b"\0" * 2000)
    err = refused(sanyu)
    assert "r has no other checkpoint" in err
    for file in unfinished.glob("*.checkpoint"):
        assert file.name in err
        file.unlink()
    assert sanyu("resume", "r")[0] == 0  # the remedy that it names


def test_a_checkpoint_of_another_run_is_not_used(sanyu, tmp_path, unfinished, broken):
    broken(35)
    sanyu("run", "own.toml", "--logic", "twice", "--seed", "5", "--out", "other", "--checkpoint-every", "10")
    broken(10**9)
    name = "replication-0-day-30.checkpoint"
    (unfinished / name).write_bytes((tmp_path / "other" / name).read_bytes())
    code, _, err = sanyu("resume", "r")
    assert (code, err) == (0, f"r/{name} is of another run; the checkpoint before it is used.\n")


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"kind": "run"}', '{"kind": "feast"}'])
def test_a_damaged_folder_is_refused(sanyu, unfinished, text):
    (unfinished / "unfinished.json").write_text(text, encoding="utf-8")
    err = refused(sanyu)
    assert err.startswith("r cannot be resumed: ")
    assert "damaged" in err
    assert "sanyu run r/scenario.toml" in err


def test_a_damaged_finished_replication_is_run_again(sanyu, tmp_path, broken):
    assert sanyu("run", "small.toml", "--replications", "2", "--out", "unbroken")[0] == 0
    broken(45)
    sanyu("run", "small.toml", "--replications", "2", "--out", "r", "--checkpoint-every", "3")
    broken(10**9)
    (tmp_path / "r" / "replication-0.finished").write_bytes(b"PK")
    code, _, err = sanyu("resume", "r")
    assert (code, "; the replication is run again.\n" in err) == (0, True)
    equal(tmp_path / "r", tmp_path / "unbroken")


def test_what_a_broken_write_left_behind_is_removed(sanyu, unfinished, broken):
    (unfinished / f"{TEMPORARY}abc").write_bytes(b"half")
    broken(3)
    assert sanyu("resume", "r")[0] == 130
    assert not (unfinished / f"{TEMPORARY}abc").exists()


def test_a_new_run_does_not_replace_an_unfinished_one_unasked(sanyu, unfinished):
    code, _, err = sanyu("run", "small.toml", "--out", "r")
    assert code == 2
    assert err == "r holds an unfinished run: sanyu resume r goes on with it, --overwrite begins anew.\n"
    assert sanyu("run", "small.toml", "--out", "r", "--overwrite", "--checkpoint-every", "20")[0] == 0
    assert summary(unfinished)["logic"] == "growth"
    assert not list(unfinished.glob("*.checkpoint"))


def test_a_full_disk_ends_the_run_and_says_how_to_go_on(sanyu, unfinished, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("sim.engines.unfinished.write_checkpoint", full)
        code, _, err = sanyu("resume", "r")
    assert (code, err) == (1, "r takes no more: No space left on device. When it does: sanyu resume r\n")
    assert sanyu("resume", "r")[0] == 0


@pytest.mark.parametrize("days", ["0", "-3"])
def test_no_days_between_checkpoints_are_refused(sanyu, tmp_path, days):
    code, _, err = sanyu("run", "small.toml", "--out", "r", f"--checkpoint-every={days}")
    assert (code, err) == (2, f"--checkpoint-every {days} is below 1. Try --checkpoint-every 30\n")
    assert not (tmp_path / "r").exists()
