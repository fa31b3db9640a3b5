"""The supervisor: chunks of about a second, few at a time, workers of one thread, the culprit found by halving."""

import os
import signal
import threading
import time
from concurrent.futures import Executor, Future
from functools import partial
from itertools import islice

import pytest

from sim.batch.supervisor import AHEAD, LARGEST, ONE_THREAD, Chunk, Processes, supervise

EACH = 0.003  # seconds of a task that takes time


class Tasks:
    """Numbers that are handed out; what is in flight is counted."""

    def __init__(self, count):
        self.left, self.count = iter(range(count)), count
        self.sizes, self.done, self.lost = [], [], []
        self.flying = self.most = 0

    def take(self, most):
        tasks = list(islice(self.left, most))
        if not tasks:
            return None
        self.sizes.append(len(tasks))
        self.flying += len(tasks)
        self.most = max(self.most, self.flying)
        return Chunk(f"c{len(self.sizes)}", tasks)

    def finished(self, chunk, result):
        self.flying -= len(chunk.tasks)
        self.done += result

    def recovered(self, chunk):
        return None

    def killed(self, task):
        self.lost.append(task)

    def beat(self):
        pass


class Threads:
    """Workers that are threads of this process, in which tasks may be counted."""

    width = 2

    def executor(self):
        return _Soon()

    def close(self):
        pass


class _Soon(Executor):
    def submit(self, fn, /, *arguments):
        future = Future()
        threading.Thread(target=lambda: future.set_result(fn(*arguments))).start()
        return future


def slow(token, tasks):
    time.sleep(EACH * len(tasks))
    return list(tasks)


def quick(token, tasks):
    return list(tasks)


def test_chunks_grow_until_they_take_as_long_as_asked():
    source = Tasks(1500)
    supervise(source, slow, Threads(), seconds=0.12)
    assert sorted(source.done) == list(range(1500))
    assert source.sizes[:5] == [1] * 5  # the first alone, and as many as fly at a time
    assert 10 <= max(source.sizes) <= 0.12 / EACH
    assert len(source.sizes) < 300


def test_a_large_study_is_never_in_flight_as_a_whole():
    """Back-pressure: what is handed out and not done does not grow with the study."""
    most = []
    for count in (20_000, 80_000):
        source = Tasks(count)
        supervise(source, quick, Threads(), seconds=1.0)
        assert len(source.done) == count
        assert max(source.sizes) <= LARGEST
        most.append(source.most)
    assert max(most) <= LARGEST * AHEAD * Threads.width < 20_000


def surroundings(token, tasks):
    return [{name: os.environ.get(name) for name in ONE_THREAD} | {"process": os.getpid()} for _ in tasks]


def numba_threads(token, tasks):
    import numba

    return [numba.get_num_threads() for _ in tasks]


@pytest.fixture
def processes():
    found = Processes(2)
    yield found
    found.close()


def test_workers_are_other_processes_with_one_thread_in_every_library(processes):
    source = Tasks(6)
    supervise(source, surroundings, processes)
    assert os.getpid() not in {told.pop("process") for told in source.done}
    assert source.done == [dict.fromkeys(ONE_THREAD, "1")] * 6


def test_the_threads_of_numba_are_one_in_each_worker(processes):
    source = Tasks(2)
    supervise(source, numba_threads, processes)
    assert source.done == [1, 1]


POISON = (3, 17)


def deadly(token, tasks):
    if any(task in POISON for task in tasks):
        os.kill(os.getpid(), signal.SIGKILL)
    return list(tasks)


def test_tasks_that_kill_their_workers_are_found_and_all_others_done_once(processes):
    source = Tasks(24)
    supervise(source, deadly, processes)
    assert sorted(source.lost) == sorted(POISON)
    assert sorted(source.done) == [task for task in range(24) if task not in POISON]


def dies_once(mark, token, tasks):
    if 5 in tasks and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return list(tasks)


def test_a_worker_that_dies_by_chance_costs_no_task(processes, tmp_path):
    source = Tasks(12)
    supervise(source, partial(dies_once, tmp_path / "died"), processes)
    assert (source.lost, sorted(source.done)) == ([], list(range(12)))
    assert (tmp_path / "died").exists()
