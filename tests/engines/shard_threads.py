"""Shards in threads of one process: quick to start, and a test can look into them."""

import threading
from functools import partial

import numpy as np

from sim.engines.run import run
from sim.engines.shards import ShardRows


class ThreadCommunicator:
    """A shard among threads; ``said`` is common to all of them, ``rounds`` counts this one's."""

    def __init__(self, index, size, said, barrier):
        self.index, self.size, self.said, self.barrier = index, size, said, barrier
        self.rounds = []

    def _exchange(self, what, word):
        self.rounds.append(word)
        self.said[self.index] = (word, what)
        self.barrier.wait(60)
        heard = list(self.said)
        self.barrier.wait(60)
        assert {other for other, _ in heard} == {word}
        return [text for _, text in heard]

    def sum(self, values):
        return np.sum(self._exchange(values.copy(), "sum"), axis=0, dtype=np.int64)

    def gather(self, columns):
        assert len({len(column) for column in columns}) <= 1
        return self._exchange([column.copy() for column in columns], "gather")


def in_threads(task, size):
    """``task(communicator)`` in so many threads at a time; returns what each returned, and the communicators."""
    said, barrier = [None] * size, threading.Barrier(size)
    communicators = [ThreadCommunicator(index, size, said, barrier) for index in range(size)]
    found, failed = [None] * size, []

    def work(communicator):
        try:
            found[communicator.index] = task(communicator)
        except BaseException as error:
            failed.append(error)
            barrier.abort()

    threads = [threading.Thread(target=work, args=(communicator,)) for communicator in communicators]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    root = [error for error in failed if not isinstance(error, threading.BrokenBarrierError)]
    if failed:
        raise (root or failed)[0]
    return found, communicators


def run_in_threads(scenario, logic, seed, size, rows=ShardRows, **options):
    """The runs of all shards, which should be the same, and the communicators."""

    def task(communicator):
        return run(scenario, logic, seed, make_rows=partial(rows, communicator), **options)

    return in_threads(task, size)
