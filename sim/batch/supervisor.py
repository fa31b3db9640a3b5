"""A supervisor of worker processes: chunks of about a second, few at a time; what kills its worker is found out.

A worker that dies takes the pool with it. Every chunk then in flight is suspect and is done again alone: one that kills
its worker again is halved, and a single task that has killed two workers which did nothing else is given up.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice

SECONDS = 1.0  # of a chunk
LARGEST = 256  # tasks of a chunk
AHEAD = 2  # chunks in flight for each process


def supervise[T](
    tasks: Iterable[T],
    work: Callable[[Sequence[T]], None],
    killed: Callable[[T], None],
    done: Callable[[int], None],
    processes: int,
    is_done: Callable[[Sequence[T]], bool],
) -> None:
    """Do all tasks in worker processes.

    work     does a chunk in a worker and stores its results; may be done twice
    killed   called here with a task that kills its worker
    done     called here with the number of tasks of each finished chunk
    is_done  whether a chunk's results are stored, though its worker died

    What ``work`` raises is raised here. KeyboardInterrupt is, too, after the chunks in flight have finished.
    """
    _Supervisor(iter(tasks), work, killed, done, processes, is_done).run()


class _Supervisor[T]:
    def __init__(
        self,
        tasks: Iterable[T],
        work: Callable[[Sequence[T]], None],
        killed: Callable[[T], None],
        done: Callable[[int], None],
        processes: int,
        is_done: Callable[[Sequence[T]], bool],
    ) -> None:
        self.tasks, self.work, self.killed, self.done = iter(tasks), work, killed, done
        self.processes, self.is_done = processes, is_done
        self.size = 1
        self.known = False  # how long a task takes
        self.suspects: deque[tuple[list[T], int]] = deque()  # a chunk, and how often it broke a pool alone
        self.flying: dict[Future[float], list[T]] = {}

    def run(self) -> None:
        while True:
            pool = _pool(self.processes)
            try:
                while self._feed(pool):
                    self._collect()
                return
            except BrokenProcessPool:
                self._suspect()
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _feed(self, pool: ProcessPoolExecutor) -> bool:
        """Hand out work as far as there is room; whether any is in flight."""
        if self.suspects:
            chunk = self.suspects[0][0]
            self.flying[pool.submit(_timed, self.work, chunk)] = chunk
            return True
        room = AHEAD * self.processes if self.known else 1  # the first one compiles for all
        while len(self.flying) < room and (chunk := list(islice(self.tasks, self.size))):
            future: Future[float] | None = None
            try:
                future = pool.submit(_timed, self.work, chunk)
            finally:
                self.flying[future or Future()] = chunk  # a pool that broke between takes none
        return bool(self.flying)

    def _collect(self) -> None:
        finished, _ = wait(self.flying, return_when=FIRST_COMPLETED)
        for future in finished:
            seconds = future.result()
            chunk = self.flying.pop(future)
            if self.suspects:
                self.suspects.popleft()
            if self.known:
                self.size = max(1, min(LARGEST, 2 * self.size, int(SECONDS * len(chunk) / max(seconds, 1e-6))))
            self.known = True
            self.done(len(chunk))

    def _suspect(self) -> None:
        """The pool broke: its chunks, or the halves of one that was alone, are to be done alone."""
        chunks = list(self.flying.values())
        self.flying.clear()
        times = self.suspects.popleft()[1] + 1 if self.suspects else 0
        again: list[tuple[list[T], int]] = []
        for chunk in chunks:
            if self.is_done(chunk):
                self.done(len(chunk))
            elif times == 0:
                again.append((chunk, 0))
            elif len(chunk) > 1:
                again += [(chunk[: len(chunk) // 2], 0), (chunk[len(chunk) // 2 :], 0)]
            elif times == 1:
                again.append((chunk, 1))
            else:
                self.killed(chunk[0])
                self.done(1)
        self.suspects.extendleft(reversed(again))


def _pool(processes: int) -> ProcessPoolExecutor:
    method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    return ProcessPoolExecutor(processes, multiprocessing.get_context(method), initializer=_begin)


def _begin() -> None:
    """A worker leaves Ctrl-C to the supervisor, and does not outlive it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _timed[T](work: Callable[[Sequence[T]], None], chunk: Sequence[T]) -> float:
    began = time.perf_counter()
    work(chunk)
    return time.perf_counter() - began
