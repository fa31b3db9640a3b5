"""A supervisor of workers: chunks of about a second, few at a time; what kills its worker is found out.

A worker that dies takes its chunk with it, and with a pool of processes every chunk then in flight. They are suspect
and are done again alone: one that kills its worker again is halved, and a single task that has killed three workers
which did nothing else is given up.
"""

import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from typing import Protocol

SECONDS = 1.0  # of a chunk
LARGEST = 1024  # tasks of a chunk
AHEAD = 2  # chunks in flight for each worker
GIVEN_UP = 3  # workers that a single task has killed, alone
PATIENCE = 5.0  # seconds that chunks in flight get after an interruption
ONE_THREAD = ("NUMBA_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


@dataclass(frozen=True)
class Chunk[T]:
    """Tasks that go out together; token: names what they write."""

    token: str
    tasks: Sequence[T]


class Source[T, R](Protocol):
    """Where tasks come from and results go."""

    def take(self, most: int) -> Chunk[T] | None:
        """Up to so many tasks; None where there are none for now, or none any more."""
        ...

    def finished(self, chunk: Chunk[T], result: R) -> None:
        """A chunk is done."""
        ...

    def recovered(self, chunk: Chunk[T]) -> R | None:
        """The result of a chunk whose worker died, where it was stored all the same."""
        ...

    def killed(self, task: T) -> None:
        """A task kills its workers and is given up."""
        ...

    def beat(self) -> None:
        """Called at least once a second."""
        ...


class Workers(Protocol):
    """Where tasks are done: processes of this machine, or a cluster (``sim.batch.executors``)."""

    @property
    def width(self) -> int:
        """Tasks that run at a time."""
        ...

    def executor(self) -> Executor:
        """A fresh executor; it lives until a worker dies."""
        ...

    def close(self) -> None:
        """End what was started, whatever it is doing."""
        ...


class Processes:
    """Processes of this machine, each with one thread."""

    def __init__(self, processes: int) -> None:
        self.width = processes
        self._pool: ProcessPoolExecutor | None = None

    def executor(self) -> Executor:
        """A pool of processes that begin afresh: they inherit no threads and no state."""
        method = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
        context = multiprocessing.get_context(method)
        if method == "forkserver":
            context.set_forkserver_preload(["sim.batch.warm"])
        self._pool = ProcessPoolExecutor(self.width, context, initializer=_begin)
        return self._pool

    def close(self) -> None:
        """End the processes at once, with what they do."""
        workers = list((getattr(self._pool, "_processes", None) or {}).values())
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        for worker in workers:
            worker.kill()


def supervise[T, R](
    source: Source[T, R], work: Callable[[str, Sequence[T]], R], workers: Workers, seconds: float = SECONDS
) -> None:
    """Have all tasks of a source done.

    work     does a chunk in a worker: token, tasks → result; may be called twice for the same tasks
    seconds  that a chunk should take

    What ``work`` raises is raised here when the chunks in flight are done. KeyboardInterrupt comes through, too, after
    up to PATIENCE seconds; a second one at once.
    """
    _Supervisor(source, work, workers, seconds).run()


class _Supervisor[T, R]:
    def __init__(
        self, source: Source[T, R], work: Callable[[str, Sequence[T]], R], workers: Workers, seconds: float
    ) -> None:
        self.source, self.work, self.workers, self.seconds = source, work, workers, seconds
        self.size = 1
        self.known = False  # how long a task takes
        self.suspects: deque[tuple[Chunk[T], int]] = deque()  # a chunk, and how many workers it has killed alone
        self.flying: dict[Future[tuple[R, float]], Chunk[T]] = {}

    def run(self) -> None:
        executor = self.workers.executor()
        try:
            while True:
                try:
                    self._feed(executor)
                    if not self.flying:
                        break
                    self._collect()
                except BrokenExecutor:
                    self._broken()
                    executor.shutdown(wait=False, cancel_futures=True)
                    executor = self.workers.executor()
            executor.shutdown(wait=True)
        except BaseException:
            self._wind_up()
            executor.shutdown(wait=False, cancel_futures=True)
            raise

    def _feed(self, executor: Executor) -> None:
        """Hand out work as far as there is room; suspects one at a time, and nothing beside them."""
        if self.suspects:
            if not self.flying:
                self._submit(executor, self.suspects[0][0])
            return
        room = AHEAD * self.workers.width if self.known else 1  # the first one compiles for all
        while len(self.flying) < room and (chunk := self.source.take(self.size)):
            self._submit(executor, chunk)

    def _submit(self, executor: Executor, chunk: Chunk[T]) -> None:
        try:
            future = executor.submit(_timed, self.work, chunk.token, chunk.tasks)
        except BrokenExecutor as error:  # between two chunks
            future = Future()
            future.set_exception(error)
        self.flying[future] = chunk

    def _collect(self) -> None:
        done, _ = wait(self.flying, timeout=1.0, return_when=FIRST_COMPLETED)
        self.source.beat()
        for future in done:
            result, seconds = future.result()
            self._count(self.flying.pop(future), result, seconds)

    def _count(self, chunk: Chunk[T], result: R, seconds: float) -> None:
        if self.suspects:
            self.suspects.popleft()
        if self.known:
            fitting = int(self.seconds * len(chunk.tasks) / max(seconds, 1e-6))
            self.size = max(1, min(LARGEST, 2 * self.size, fitting))
        self.known = True
        self.source.finished(chunk, result)

    def _broken(self) -> None:
        """A worker died: chunks that went with it are to be done alone, or the halves of one that was alone."""
        wait(self.flying)
        killed = self.suspects.popleft()[1] + 1 if self.suspects else 0
        again: list[tuple[Chunk[T], int]] = []
        for future, chunk in list(self.flying.items()):
            error = future.exception()
            if error is not None and not isinstance(error, BrokenExecutor):
                raise error
            del self.flying[future]
            result = future.result()[0] if error is None else self.source.recovered(chunk)
            if result is not None:
                self.source.finished(chunk, result)
            elif killed == 0:
                again.append((chunk, 0))
            elif len(chunk.tasks) > 1:
                half = len(chunk.tasks) // 2
                again.append((Chunk(f"{chunk.token}0", chunk.tasks[:half]), 0))
                again.append((Chunk(f"{chunk.token}1", chunk.tasks[half:]), 0))
            elif killed < GIVEN_UP:
                again.append((chunk, killed))
            else:
                self.source.killed(chunk.tasks[0])
        self.suspects.extendleft(reversed(again))

    def _wind_up(self) -> None:
        """Something was raised: what is in flight gets some seconds to be kept; what waits is dropped."""
        end = time.monotonic() + PATIENCE
        for future in self.flying:
            future.cancel()
        try:
            wait([future for future in self.flying if not future.cancelled()], timeout=max(0.0, end - time.monotonic()))
        except KeyboardInterrupt:
            return
        for future, chunk in self.flying.items():
            if future.done() and not future.cancelled() and future.exception() is None:
                self.source.finished(chunk, future.result()[0])


def _begin() -> None:
    """A worker leaves Ctrl-C to the supervisor, does not outlive it, and uses one thread."""
    for name in ONE_THREAD:
        os.environ[name] = "1"
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _timed[T, R](work: Callable[[str, Sequence[T]], R], token: str, tasks: Sequence[T]) -> tuple[R, float]:
    began = time.perf_counter()
    found = work(token, tasks)
    return found, time.perf_counter() - began
