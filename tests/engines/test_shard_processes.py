"""Shards in processes of their own: shared memory, a hub over TCP, workers of a Dask cluster; and how they end."""

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from worlds import TESTS, everything, small

from sim.engines.cluster import NoCluster, own_address, run_on_cluster
from sim.engines.communicators import ROOM, MemoryCommunicator, ShardLost, SharedMemory
from sim.engines.hub import Hub, HubCommunicator
from sim.engines.run import run
from sim.engines.sharded import run_sharded
from sim.scenario import load_scenario, with_changes

from .test_equality import assert_equal

SEED = 7
SOON = 10.0  # seconds; a loss is noticed in less than one, but the machine may be busy


@pytest.fixture(scope="module")
def alone():
    return run(everything({"days": 20}), "depletion", SEED)


def work_in_threads(tasks):
    """Call each task in a thread of its own; returns what they returned or raised."""
    found = [None] * len(tasks)

    def work(at):
        try:
            found[at] = tasks[at]()
        except Exception as error:
            found[at] = error

    threads = [threading.Thread(target=work, args=(at,)) for at in range(len(tasks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    return found


# ------------------------------------------------------------------------------------------------------------- links


def memory_link(size, patience=60.0):
    shared = SharedMemory.of(size, multiprocessing.get_context("spawn"))
    return [lambda k=k: MemoryCommunicator(shared, k, patience) for k in range(size)]


@pytest.mark.parametrize("link", ["memory", "hub"])
@pytest.mark.parametrize("size", [2, 5])
def test_a_link_sums_and_gathers(link, size):
    """Long and short texts in turn, from shards of which now one, now another is late."""
    hub = Hub(size) if link == "hub" else None
    makers = (
        [lambda k=k: HubCommunicator(hub.address, hub.authkey, k, size) for k in range(size)]
        if hub
        else memory_link(size)
    )
    lengths = [0, 1, 3, ROOM // 8 + 1, 5, 2 * ROOM // 8, 0, 7]

    def speak(k):
        communicator = makers[k]()
        found = []
        for r, length in enumerate(lengths * 5):
            if (r + k) % 7 == 0:
                time.sleep(0.002)
            n = length * (k == r % size) + k
            found.append(communicator.sum(np.arange(4, dtype=np.int64) * k + r).tolist())
            columns = communicator.gather([np.full(n, r + k, np.int64), np.full(n, k, np.int8)])
            found.append([(len(a), a.dtype, set(a.tolist()), len(b), b.dtype, set(b.tolist())) for a, b in columns])
        if hub:
            communicator.end()
        return found

    found = work_in_threads([lambda k=k: speak(k) for k in range(size)])
    expected = []
    for r, length in enumerate(lengths * 5):
        expected.append([i * sum(range(size)) + r * size for i in range(4)])
        columns = []
        for k in range(size):
            n = length * (k == r % size) + k
            columns.append((n, np.int64, {r + k} if n else set(), n, np.int8, {k} if n else set()))
        expected.append(columns)
    assert found == [expected] * size
    if hub:
        hub.close()
        assert hub.lost is None


def test_silence_ends_the_wait():
    first = memory_link(2, patience=0.2)[0]()
    with pytest.raises(ShardLost, match="not been heard of"):
        first.sum(np.zeros(3, np.int64))
    with Hub(2, patience=1.0) as hub:
        lines = work_in_threads([lambda k=k: HubCommunicator(hub.address, hub.authkey, k, 2) for k in range(2)])
        with pytest.raises(ShardLost, match=r"shards \[1\] of 2 were silent"):
            lines[0].sum(np.zeros(3, np.int64))
        assert "silent" in hub.lost


def test_a_hub_waits_for_shards_only_so_long():
    with Hub(2, patience=0.6) as hub:
        line = HubCommunicator(hub.address, hub.authkey, 1, 2)
        with pytest.raises(ShardLost, match=r"shards \[0\] of 2 did not come"):
            line.sum(np.zeros(1, np.int64))


def test_a_shard_that_hangs_up_is_told_of():
    with Hub(3) as hub:
        lines = work_in_threads([lambda k=k: HubCommunicator(hub.address, hub.authkey, k, 3) for k in range(3)])
        lines[2].close()
        began = time.monotonic()
        told = work_in_threads([lambda k=k: lines[k].sum(np.zeros(3, np.int64)) for k in range(2)])
        assert [str(error).split(":")[0] for error in told] == ["shard 2 of 3 is gone"] * 2
        assert time.monotonic() - began < SOON


def test_who_does_not_know_the_key_stays_outside():
    with Hub(2) as hub:
        with pytest.raises(ShardLost, match="cannot reach the hub"):
            HubCommunicator(hub.address, b"guessed", 0, 2)
        lines = work_in_threads([lambda k=k: HubCommunicator(hub.address, hub.authkey, k, 2) for k in range(2)])
        sums = work_in_threads([lambda k=k: lines[k].sum(np.array([k + 1])).tolist() for k in range(2)])
        assert sums == [[3], [3]]


def test_shards_at_different_places_are_an_error():
    with Hub(2) as hub:
        lines = work_in_threads([lambda k=k: HubCommunicator(hub.address, hub.authkey, k, 2) for k in range(2)])
        tasks = [lambda: lines[0].sum(np.zeros(1, np.int64)), lambda: lines[1].gather([np.zeros(1)])]
        assert ["not at the same place" in str(error) for error in work_in_threads(tasks)] == [True, True]


# --------------------------------------------------------------------------------------------------------- processes


def shards_alive():
    """Processes of shards; a cluster of other tests may live on."""
    return [process for process in multiprocessing.active_children() if process.name.startswith("shard")]


@pytest.mark.parametrize(("link", "shards"), [("memory", 3), ("hub", 2)])
def test_processes_equal_one_process(alone, link, shards):
    days = []
    found = run_sharded(alone.scenario, "depletion", SEED, shards=shards, link=link, progress=days.append)
    assert_equal(found, alone)
    assert found.scenario is alone.scenario
    assert days == list(range(20))
    assert not shards_alive()


@pytest.mark.parametrize("link", ["memory", "hub"])
def test_a_killed_process_ends_the_run(alone, link):
    struck = []

    def strike(day):
        if day == 5:
            (victim,) = (p for p in multiprocessing.active_children() if p.name == "shard 1 of 2")
            struck.append(time.monotonic())
            os.kill(victim.pid, signal.SIGKILL)

    scenario = alone.scenario.model_copy(update={"days": 150})
    with pytest.raises(ShardLost, match=r"shard 1 of 2 \(process \d+\) was killed by signal 9"):
        run_sharded(scenario, "depletion", SEED, shards=2, link=link, progress=strike)
    assert time.monotonic() - struck[0] < SOON
    assert not shards_alive()


def test_an_error_in_a_shard_is_the_callers(tmp_path):
    """A logic of the user's own that fails on its second plan fails in all shards alike."""
    from sim.logics.own import OwnLogicError

    (tmp_path / "mine.py").write_text(
        "from sim.logics import Logic\n\n\n"
        "class Mine(Logic):\n"
        "    every = 7\n\n"
        "    def plan(self, brief, seen):\n"
        "        raise RuntimeError('not today')\n",
        encoding="utf-8",
    )
    scenario = with_changes(load_scenario("livestream-group"), {"days": 5, "pool.fans": 50})
    scenario = _with_own_logic(tmp_path, scenario)
    with pytest.raises(OwnLogicError, match="not today"):
        run_sharded(scenario, "mine", SEED, shards=2)
    assert not shards_alive()


def _with_own_logic(folder, scenario):
    file = folder / "mine.toml"
    file.write_text('extends = "livestream-group"\ndays = 5\n[pool]\nfans = 50\n[logics.mine]\nkind = "mine.py:Mine"\n')
    return load_scenario(str(file))


CALLER = """
import multiprocessing, sys, time
sys.path.insert(0, {tests!r})
from worlds import small
from sim.engines.sharded import run_sharded

def told(day):
    if day == 1:
        print(*(p.pid for p in multiprocessing.active_children()), flush=True)
        time.sleep(60)

if __name__ == "__main__":
    run_sharded(small("livestream-group"), shards=2, progress=told)
"""


def test_shards_end_with_their_caller(tmp_path):
    (tmp_path / "caller.py").write_text(CALLER.format(tests=str(TESTS)), encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(
        [sys.executable, tmp_path / "caller.py"], stdout=subprocess.PIPE, text=True, env=environment
    ) as caller:
        shards = [int(word) for word in caller.stdout.readline().split()]
        assert len(shards) == 2
        caller.kill()
    until = time.monotonic() + SOON
    while any(lives(pid) for pid in shards):
        assert time.monotonic() < until
        time.sleep(0.05)


def lives(pid):
    psutil = pytest.importorskip("psutil")
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


# ------------------------------------------------------------------------------------------------------------ cluster


@pytest.fixture(scope="module")
def cluster():
    """Three workers in processes of their own, on loopback."""
    distributed = pytest.importorskip("distributed")
    quiet = {"distributed.worker.multiprocessing-method": "spawn", "logging": {"distributed": "critical"}}
    import dask

    with (
        dask.config.set(quiet),
        distributed.LocalCluster(
            n_workers=3, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
            silence_logs="CRITICAL",
        ) as workers,
        distributed.Client(workers, set_as_default=False) as client,
    ):  # fmt: skip
        yield client


def test_workers_of_a_cluster_equal_one_process(cluster, alone):
    days = []
    found = run_sharded(alone.scenario, "depletion", SEED, shards=3, cluster=cluster, progress=days.append)
    assert_equal(found, alone)
    assert days == list(range(20))
    assert_equal(run_sharded(alone.scenario, "depletion", SEED, shards=2, cluster=cluster.scheduler.address), alone)


def test_more_shards_than_workers_are_refused(cluster):
    with pytest.raises(NoCluster, match="4 shards need 4 workers, and the cluster has 3"):
        run_sharded(small("livestream-group"), shards=4, cluster=cluster)


def test_a_killed_worker_ends_the_run(cluster, alone):
    workers = cluster.run(os.getpid)
    struck = []

    def strike(day):
        if day == 5:
            struck.append(time.monotonic())
            os.kill(workers[min(workers)], signal.SIGKILL)

    scenario = alone.scenario.model_copy(update={"days": 150})
    with pytest.raises(ShardLost, match=r"gone|left the cluster"):
        run_sharded(scenario, "depletion", SEED, shards=3, cluster=cluster, progress=strike)
    assert time.monotonic() - struck[0] < SOON


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(NoCluster, match=r'"sanyu\[cluster\]"'):
        run_on_cluster(None, 2, "tcp://127.0.0.1:8786")


def test_a_cluster_that_is_not_there_is_named(monkeypatch):
    distributed = pytest.importorskip("distributed")

    def unreachable(address, **_):
        raise OSError("Timed out")

    monkeypatch.setattr(distributed, "Client", unreachable)
    with pytest.raises(NoCluster, match=r"no Dask scheduler at tcp://127\.0\.0\.1:9"):
        run_on_cluster(None, 2, "tcp://127.0.0.1:9")


@pytest.mark.parametrize(
    ("scheduler", "address"), [("tcp://127.0.0.1:8786", "127.0.0.1"), ("inproc://1/2", "127.0.0.1")]
)
def test_the_hub_stands_where_the_scheduler_can_see_it(scheduler, address):
    assert own_address(scheduler) == address
