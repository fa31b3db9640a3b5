"""Killed at random moments: after resuming nothing is lost, nothing there twice, every bit as if nothing had happened.

``SANYU_KILLS=30`` (``poe slow``) kills 30 drivers, 30 workers, and fills 30 disks.
"""

import os
import random
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import pandas as pd
import psutil
import pyarrow.parquet as pq
import pytest

from batch.drive import RUNS, asked
from batch.studies import study
from batch.test_sweep import same, stored
from sim.batch.results import read
from sim.batch.sweep import status_of, sweep

KILLS = int(os.environ.get("SANYU_KILLS", "2"))
SEED = int(os.environ.get("SANYU_KILL_SEED", "5"))
TESTS = Path(__file__).parents[1]
LONG_ENOUGH = 300  # seconds


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("whole")
    sweep(study(), folder / "first", folder / "other", processes=2)  # compiles the rules, which no kill should wait for
    began = time.monotonic()
    outcome = sweep(asked(), folder / "out", folder / "store", processes=2)
    assert outcome.runs == RUNS
    found = read(folder / "out"), stored(folder / "store"), time.monotonic() - began
    assert found[0]["margin"].nunique() > 8
    return found


def start(*arguments, before=()):
    """A driver that has loaded everything and now begins."""
    command = [*before, sys.executable, "-m", "batch.drive", *map(str, arguments)]
    # its own group, so that nothing of it is left behind
    path = os.pathsep.join(filter(None, [str(TESTS.parent), os.environ.get("PYTHONPATH")]))
    driver = subprocess.Popen(
        command, cwd=TESTS, env=os.environ | {"PYTHONPATH": path}, stdout=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    assert driver.stdout.readline() == "ready\n"
    return driver


def finish(driver):
    told, _ = driver.communicate(timeout=LONG_ENOUGH)
    assert driver.returncode == 0, told
    return told


def check(folder, unbroken):
    table, store, _ = unbroken
    same(read(folder / "out"), table)
    kept = stored(folder / "store")
    assert kept["key"].is_unique
    same(kept, store)
    assert status_of(folder / "out").finished


def kept_in(store):
    """Runs that are in a store."""
    return sum(pq.read_metadata(file).num_rows for file in store.glob("version=*/runs/*.parquet"))


def workers_of(driver):
    """Processes that the fork server of a driver has started."""
    servers = psutil.Process(driver.pid).children()
    return [worker for server in servers for worker in server.children()]


def test_killed_drivers_lose_nothing_but_what_was_in_flight(unbroken, tmp_path):
    chance, kills, number = random.Random(SEED), 0, 0
    while kills < KILLS:
        folder = tmp_path / str(number)
        folder.mkdir()
        number += 1
        for _ in range(chance.randint(1, 3)):
            driver = start(folder / "out", folder / "store")
            time.sleep(chance.uniform(0.0, unbroken[2]))
            kills += driver.poll() is None
            workers = workers_of(driver) if driver.poll() is None else []
            driver.send_signal(signal.SIGKILL)
            driver.wait()
            psutil.wait_procs(workers, timeout=20)
            assert not [worker for worker in workers if worker.is_running()]
            driver.stdout.close()
            if (folder / "out" / "sweep.json").is_file():
                told = status_of(folder / "out")
                assert not told.live
                assert told.done <= kept_in(folder / "store")  # only what is in flight can be lost
        kept = kept_in(folder / "store")
        assert finish(start(folder / "out", folder / "store")) == f"{RUNS} 0 {kept}\n"
        check(folder, unbroken)
    print(f"{kills} drivers killed, in {number} sweeps")


def test_killed_workers_lose_nothing_and_are_blamed_on_no_run(unbroken, tmp_path):
    chance, kills, number = random.Random(SEED + 1), 0, 0
    while kills < KILLS:
        folder = tmp_path / str(number)
        folder.mkdir()
        number += 1
        driver = start(folder / "out", folder / "store")
        for _ in range(chance.randint(1, 3)):
            time.sleep(chance.uniform(0.0, unbroken[2]))
            if driver.poll() is None and (workers := workers_of(driver)):
                chance.choice(workers).kill()
                kills += 1
        assert finish(driver) == f"{RUNS} 0 0\n"
        check(folder, unbroken)
    print(f"{kills} workers killed, in {number} sweeps")


def may_mount():
    tried = ["unshare", "-rm", "sh", "-c", "mount -t tmpfs -o size=1m small /mnt"]
    try:
        return subprocess.run(tried, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not may_mount(), reason="this system lets no one mount a small disk; see the next test")
def test_full_disks_lose_nothing_but_what_was_in_flight(unbroken, tmp_path):
    chance, number, full = random.Random(SEED + 2), 0, 0
    shards = len(stored_files := list((tmp_path.parent).glob("whole*/store/version=*/runs/*.parquet")))
    bytes_there = sum(file.stat().st_size for file in stored_files)
    assert shards > 10
    while full < KILLS:
        folder = tmp_path / str(number)
        folder.mkdir()
        number += 1
        size = int(chance.uniform(0.02, 1.0) * bytes_there)
        where = chance.choice(["whole", "store"])
        told = finish(start(folder / "out", folder / "store", size, where, before=["unshare", "-rm"]))
        full += told.startswith("full after")
        table, store, _ = unbroken
        same(pd.read_parquet(folder / "out" / "results.parquet"), table)
        kept = stored(folder / "store")
        assert kept["key"].is_unique
        same(kept, store)
    print(f"{full} disks full, in {number} sweeps")


def _until_full(write, chance, *arguments, **named):
    if chance.random() < 0.2:
        raise OSError(28, "No space left on device")
    write(*arguments, **named)


def test_a_disk_that_is_full_at_random_writes_of_the_driver_is_told_and_resumed(unbroken, tmp_path, monkeypatch):
    from sim.batch import sweep as sweeps
    from sim.batch.sweep import DiskFull, resume

    chance, full = random.Random(SEED + 3), 0
    with monkeypatch.context() as patch:
        patch.setattr(sweeps, "_write", partial(_until_full, sweeps._write, chance))
        patch.setattr(sweeps, "EVERY", 0.05)
        for _ in range(4 * KILLS):
            try:
                sweep(asked(), tmp_path / "out", tmp_path / "store", processes=2)
            except DiskFull:
                full += 1
    assert full > 0
    print(f"{full} of {4 * KILLS} sweeps met a full disk when they noted how far they were")
    resume(tmp_path / "out")
    check(tmp_path, unbroken)
