"""``run_sharded``: one run over many processes of this machine, or over the workers of a cluster.

The first shard's book is the result; all others have kept the same. A shard that is lost ends the run with
``ShardLost`` within seconds: nothing is returned, so nothing can be written.
"""

import dataclasses
import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.connection import Connection, wait
from typing import Any, Literal, NamedTuple

from sim.compiled import INTERPRETED, is_cached
from sim.engines.communicators import PATIENCE, Communicator, MemoryCommunicator, ShardLost, SharedMemory
from sim.engines.hub import Hub, HubCommunicator
from sim.engines.run import run
from sim.engines.shards import ShardRows
from sim.results import Run
from sim.scenario.schema import Scenario

Link = Literal["memory", "hub"]
Progress = Callable[[int], None]

FAREWELL = 5.0  # seconds that a process has for ending when told to


class Job(NamedTuple):
    """What every shard is told alike."""

    scenario: Scenario
    logic: str | None
    seed: int
    replication: int
    threads: int  # of each shard


def check_shards(scenario: Scenario, shards: int) -> None:
    """Raises ValueError when there are fewer than one shard, or more than people to begin with."""
    people = scenario.pool.fans + sum(rival.pool.fans for rival in scenario.rivals.values())
    if shards < 1:
        raise ValueError(f"{shards} shards are impossible; 1 is the whole run in one process.")
    if shards > max(1, people):
        raise ValueError(f"{shards} shards for {people} people: some would be empty. At most {max(1, people)} here.")


def run_sharded(
    scenario: Scenario,
    logic: str | None = None,
    seed: int = 0,
    replication: int = 0,
    *,
    shards: int = 2,
    threads: int = 1,
    progress: Progress | None = None,
    cluster: Any = None,
    link: Link = "memory",
) -> Run:
    """Run one logic of a scenario, its people divided among shards; the integers are those of ``run``.

    shards   processes, each with its share of the rows;  threads: of each
    progress called with the number of each finished day
    cluster  a ``distributed.Client``, or the address of a Dask scheduler: one worker per shard, instead of processes of
             this machine
    link     how processes of this machine speak: "memory" is shared, "hub" is TCP on loopback

    Processes are started anew, so that a script that calls this needs ``if __name__ == "__main__":``.

    Raises ShardLost when a shard dies or is silent, ValueError for an impossible number of shards, and what ``run``
    raises.
    """
    check_shards(scenario, shards)
    began = time.perf_counter()
    job = Job(scenario, logic, seed, replication, threads)
    if cluster is not None:
        from sim.engines.cluster import run_on_cluster

        found = run_on_cluster(job, shards, cluster, progress)
    elif shards == 1:
        found = run(*job[:4], threads=threads, progress=progress)
    else:
        _compile_once(job)
        found = _run_in_processes(job, shards, link, progress)
    return dataclasses.replace(found, scenario=scenario, seconds=time.perf_counter() - began)


def run_shard(job: Job, communicator: Communicator, progress: Progress | None = None) -> Run:
    """The part of one shard, for whatever starts them; returns the whole run, which every shard knows."""
    rows = partial(ShardRows, communicator, threads=job.threads)
    return run(*job[:4], progress=progress, make_rows=rows)


def run_at_hub(job: Job, address: tuple[str, int], authkey: bytes, index: int, size: int) -> Run | None:
    """The part of one shard that meets the others at a hub; returns the run in the first shard, None in the others."""
    communicator = HubCommunicator(address, authkey, index, size)
    try:
        found = run_shard(job, communicator, communicator.day if index == 0 else None)
        communicator.end()
    finally:
        communicator.close()
    return found if index == 0 else None


def _compile_once(job: Job) -> None:
    """Compile here what all processes would otherwise compile at the same time: by the first day of a hundred fans."""
    if INTERPRETED or is_cached():
        return
    few = job.scenario.pool.model_copy(update={"fans": min(100, job.scenario.pool.fans)})
    run(job.scenario.model_copy(update={"days": 1, "pool": few}), job.logic, job.seed)


def _run_in_processes(job: Job, shards: int, link: Link, progress: Progress | None) -> Run:
    context = multiprocessing.get_context("spawn")  # a fork would inherit locks that threads hold
    hub = Hub(shards) if link == "hub" else None
    place = (hub.address, hub.authkey, shards) if hub else SharedMemory.of(shards, context)
    processes: list[Any] = []
    lines: list[Connection] = []
    try:
        for index in range(shards):
            here, there = context.Pipe(duplex=False)
            process = context.Process(
                target=_process, args=(job, place, index, there), name=f"shard {index} of {shards}", daemon=True
            )
            process.start()
            there.close()
            processes.append(process)
            lines.append(here)
        return _watch(processes, lines, progress)
    finally:
        _end(processes)
        for line in lines:
            line.close()
        if hub:
            hub.close()


def _process(job: Job, place: Any, index: int, line: Connection) -> None:
    """What runs in the process of a shard."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the caller's to answer
    threading.Thread(target=_end_with_the_caller, daemon=True).start()

    def told(day: int) -> None:
        line.send(("day", day))

    progress = told if index == 0 else None
    try:
        if isinstance(place, SharedMemory):
            found = run_shard(job, MemoryCommunicator(place, index, PATIENCE), progress)
        else:
            address, authkey, size = place
            communicator = HubCommunicator(address, authkey, index, size)
            found = run_shard(job, communicator, progress)
            communicator.end()
    except Exception as error:
        error.add_note(f"in shard {index}:\n{traceback.format_exc()}")
        with suppress(OSError):
            _send_failure(line, error)
        return
    line.send(("done", found if index == 0 else None))


def _send_failure(line: Connection, error: Exception) -> None:
    try:
        line.send(("failed", error))
    except (TypeError, AttributeError, ValueError):  # an exception that cannot be sent as it is
        line.send(("failed", RuntimeError(f"{type(error).__name__}: {error}")))


def _end_with_the_caller() -> None:
    """A shard whose caller is gone has nobody to compute for."""
    caller = multiprocessing.parent_process()
    if caller is not None:
        wait([caller.sentinel])
        os._exit(1)


def _watch(processes: list[Any], lines: list[Connection], progress: Progress | None) -> Run:
    """Hear all shards until they are done; raises what one of them raised, or ShardLost when one has died."""
    found: dict[int, Run | None] = {}
    lost: ShardLost | None = None
    while len(found) < len(lines):
        open_lines = {lines[k]: k for k in range(len(lines)) if k not in found}
        ready = wait([*open_lines, *(processes[k].sentinel for k in open_lines.values())], 1.0 if lost else None)
        if lost and not ready:
            raise lost
        for line, index in open_lines.items():
            if not line.poll():
                if processes[index].exitcode is not None:
                    raise _died(processes[index], index, len(lines))
                continue
            try:
                word, what = line.recv()
            except (EOFError, OSError):
                processes[index].join(FAREWELL)
                raise _died(processes[index], index, len(lines)) from None
            if word == "failed":
                if not isinstance(what, ShardLost):
                    raise what
                lost, found[index] = lost or what, None  # another shard may be about to say why
            elif word == "done":
                found[index] = what
            elif progress:
                progress(what)
    if lost:
        raise lost
    run_found = found[0]
    assert run_found is not None
    return run_found


def _died(process: Any, index: int, shards: int) -> ShardLost:
    code = process.exitcode
    how = f"was killed by signal {-code}" if code is not None and code < 0 else f"ended with code {code}"
    why = " The machine may lack memory." if code == -9 else ""
    return ShardLost(f"shard {index} of {shards} (process {process.pid}) {how} before the end of the run.{why}")


def _end(processes: list[Any]) -> None:
    """Leave no process behind."""
    for process in processes:
        if process.is_alive():
            process.join(0.2)  # one that is done is just leaving
        if process.is_alive():
            process.terminate()
    for process in processes:
        process.join(FAREWELL)
        if process.is_alive():
            process.kill()
            process.join()
