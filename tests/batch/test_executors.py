"""Executors of clusters: real worker processes, which fail, die and come back as those of a local pool."""

import os
import signal
import sys
import time
from concurrent.futures import BrokenExecutor, Executor

import psutil
import pytest

from sim.batch.executors import THREADS, WorkerDied, cluster
from sim.engines.cluster import NoCluster


def surroundings():
    return os.getpid(), {name: os.environ.get(name) for name in THREADS}


def refuse(what):
    raise KeyError(what)


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def wait_and_say(seconds, what):
    time.sleep(seconds)
    return what


def test_tasks_run_in_other_processes_with_one_thread_in_every_library(workers):
    executor = workers.executor()
    assert isinstance(executor, Executor)
    process, environment = executor.submit(surroundings).result()
    assert process != os.getpid()
    assert environment == THREADS
    assert workers.width == 2
    tasks = [executor.submit(wait_and_say, 0.3, n) for n in range(6)]
    assert [task.result() for task in tasks] == list(range(6))
    assert {executor.submit(time.sleep, 0).result() for _ in range(2)} == {None}


def test_clusters_of_this_machine_listen_on_loopback_alone(workers):
    """Servers and workers of both kinds, which this process or its children have started."""
    assert workers.executor().submit(wait_and_say, 0, 1).result() == 1
    own = {os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))}
    listening = [c.laddr.ip for c in psutil.net_connections("inet") if c.status == "LISTEN" and c.pid in own]
    assert len(listening) >= 2
    assert {ip.removeprefix("::ffff:") for ip in listening} <= {"127.0.0.1", "::1"}


def test_what_a_task_raises_comes_through_as_it_is_and_breaks_nothing(workers):
    executor = workers.executor()
    error = executor.submit(refuse, "this").exception()
    assert type(error) is KeyError
    assert error.args == ("this",)
    assert executor.submit(wait_and_say, 0, "on").result() == "on"


def test_a_worker_that_dies_breaks_the_executor_and_a_new_one_goes_on(workers):
    executor = workers.executor()
    before = executor.submit(wait_and_say, 0, 1)
    assert before.result() == 1
    death = executor.submit(die)
    with pytest.raises(BrokenExecutor, match=r"worker of the .* cluster died"):
        death.result()
    with pytest.raises(WorkerDied):
        executor.submit(wait_and_say, 0, 2)
    executor.shutdown()
    again = workers.executor()
    assert [again.submit(wait_and_say, 0, n).result() for n in range(4)] == list(range(4))


def test_shutdown_waits_for_what_is_in_flight(workers):
    executor = workers.executor()
    tasks = [executor.submit(wait_and_say, 0.5, n) for n in range(3)]
    executor.shutdown(cancel_futures=True)
    assert all(task.done() for task in tasks)
    with pytest.raises(RuntimeError, match="after shutdown"):
        executor.submit(die)


@pytest.mark.parametrize(("kind", "module", "extra"), [("dask", "distributed", "cluster"), ("ray", "ray", "ray")])
def test_a_missing_library_is_named_with_the_extra_that_brings_it(monkeypatch, kind, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(NoCluster, match=rf"sanyu\[{extra}\]"):
        cluster(kind, 2)


def test_a_scheduler_that_does_not_answer_is_named():
    with pytest.raises(NoCluster, match=r"no Dask scheduler at tcp://127.0.0.1:9"):
        cluster("dask", 2, "tcp://127.0.0.1:9")


LEFT_BEHIND = """
import sys
from sim.batch.executors import cluster
from batch.test_executors import surroundings
if __name__ == "__main__":
    with cluster(sys.argv[1], 1) as found:
        print(found.executor().submit(surroundings).result()[0], flush=True)
        if sys.argv[2] == "killed":
            import os
            os.kill(os.getpid(), 9)
"""


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["dask", "ray"])
@pytest.mark.parametrize("end", ["ended", "killed"])
def test_no_worker_outlives_its_driver(tmp_path, kind, end):
    import subprocess

    script = tmp_path / "driver.py"
    script.write_text(LEFT_BEHIND)
    found = subprocess.run(
        [sys.executable, str(script), kind, end], capture_output=True, text=True, timeout=120, check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    worker = int(found.stdout.split()[0])
    until = time.monotonic() + 30
    while psutil.pid_exists(worker) and time.monotonic() < until:
        time.sleep(0.1)
    assert not psutil.pid_exists(worker)
