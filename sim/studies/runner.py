"""Runners: how studies that choose their next runs by the last ones get them run, each only once."""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

from sim.batch.identity import scenario_hash
from sim.engines.run import Engine, run
from sim.scenario.machine import cores
from sim.scenario.schema import Scenario


@dataclass(frozen=True)
class Wanted:
    """One run that is wanted."""

    scenario: Scenario
    logic: str
    seed: int
    replication: int


@dataclass(frozen=True)
class Outcome:
    """What became of a run.

    status   "done", "failed" or "killed", as in the store
    figures  of its summary; empty where it is not done
    message  why it is not done
    """

    status: str
    figures: Mapping[str, Any]
    message: str = ""


class Runner(Protocol):
    """Runs what is wanted."""

    def __call__(self, wanted: Sequence[Wanted]) -> list[Outcome]:
        """Outcomes in the order of ``wanted``; KeyboardInterrupt ends the work, and what is finished is remembered."""
        ...


class Stopped(Exception):
    """A run was asked to stop."""


class Threads:
    """Runs in threads of this process, and remembers all it ran.

    done  called after each finished run with the number of runs finished so far
    """

    def __init__(
        self, threads: int | None = None, engine: Engine = "arrays", done: Callable[[int], None] | None = None
    ) -> None:
        self.threads, self.engine, self.done = threads or cores(), engine, done
        self.known: dict[tuple[str, str, int, int], Outcome] = {}

    def __call__(self, wanted: Sequence[Wanted]) -> list[Outcome]:
        """Run what is not known yet."""
        keys = [(scenario_hash(one.scenario, one.logic), one.logic, one.seed, one.replication) for one in wanted]
        missing = {key: one for key, one in zip(keys, wanted, strict=True) if key not in self.known}
        names = {id(one): key for key, one in missing.items()}

        def keep(one: Wanted, outcome: Outcome) -> None:
            self.known[names[id(one)]] = outcome
            if self.done:
                self.done(len(self.known))

        self.each(list(missing.values()), keep)
        return [self.known[key] for key in keys]

    def each(self, wanted: Sequence[Wanted], keep: Callable[[Wanted, Outcome], None]) -> None:
        """Run all, and hand out each outcome in the order of ``wanted``; what is raised stops the others."""
        stop = threading.Event()
        pool = ThreadPoolExecutor(self.threads)
        waiting: list[Future[Outcome]] = []
        try:
            waiting = [pool.submit(outcome_of, one, self.engine, stop) for one in wanted]
            for one, future in zip(wanted, waiting, strict=True):
                keep(one, future.result())
        finally:
            stop.set()
            for future in waiting:
                future.cancel()
            pool.shutdown(wait=True)


def outcome_of(one: Wanted, engine: Engine, stop: threading.Event | None = None) -> Outcome:
    """Run one; an error in it is its outcome. Raises Stopped when asked to."""

    def check(_: int) -> None:
        if stop is not None and stop.is_set():
            raise Stopped

    try:
        found = run(one.scenario, one.logic, one.seed, one.replication, engine, progress=check)
        return Outcome("done", found.summary)
    except Stopped:
        raise
    except Exception as error:
        return Outcome("failed", {}, f"{type(error).__name__}: {error}")
