"""Shards on the workers of a Dask cluster: one long task per worker, which meet at a hub beside the caller.

Dask places the tasks, tells their end and starts workers on any machine or queue; the daily rounds go through the hub,
since a task graph costs a millisecond per task and a day has none to spare.
"""

import socket
import time
from typing import Any
from urllib.parse import urlsplit

from sim.engines.communicators import ShardLost
from sim.engines.hub import Hub
from sim.engines.sharded import Job, Progress, run_at_hub
from sim.results import Run

LOOK = 0.5  # seconds between looks at the cluster
GRACE = 1.5  # seconds in which a task may still tell why the shards lost each other


class NoCluster(RuntimeError):
    """The cluster is missing, too small or cannot be reached."""


def _distributed() -> Any:
    try:
        import distributed
    except ImportError:
        raise NoCluster(
            'runs on a cluster need Dask, which is not installed. Try: python3 -m pip install "sanyu[cluster]"'
        ) from None
    return distributed


def own_address(scheduler: str) -> str:
    """The address of this machine as the machine of a scheduler, such as tcp://10.0.0.7:8786, sees it."""
    parts = urlsplit(scheduler)
    if parts.scheme not in ("tcp", "tls") or parts.hostname is None:  # a scheduler in this process
        return "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect((parts.hostname, parts.port or 8786))  # chooses a route; sends nothing
        return str(line.getsockname()[0])


def places(client: Any, shards: int) -> list[str]:
    """Addresses of as many workers, in a fixed order; raises NoCluster when there are fewer."""
    workers = sorted(client.nthreads())
    if len(workers) < shards:
        raise NoCluster(
            f"{shards} shards need {shards} workers, and the cluster has {len(workers)}. "
            "Start more of them, or ask for fewer shards."
        )
    return workers[:shards]


def run_on_cluster(job: Job, shards: int, cluster: Any, progress: Progress | None = None) -> Run:
    """One run over as many workers; ``cluster`` is a ``distributed.Client`` or the address of a scheduler.

    Raises NoCluster before anything is computed, and ShardLost when a worker dies.
    """
    distributed = _distributed()
    if not isinstance(cluster, str):
        return _run(job, shards, cluster, progress)
    try:
        client = distributed.Client(cluster, timeout="10s", set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoCluster(f"there is no Dask scheduler at {cluster}: {error}") from None
    with client:
        return _run(job, shards, client, progress)


def _run(job: Job, shards: int, client: Any, progress: Progress | None) -> Run:
    workers = places(client, shards)
    with Hub(shards, own_address(client.scheduler.address), progress=progress) as hub:
        futures = [
            client.submit(
                run_at_hub, job, hub.address, hub.authkey, index, shards,
                workers=[worker], allow_other_workers=False, retries=0, pure=False,
            )
            for index, worker in enumerate(workers)
        ]  # fmt: skip
        try:
            return _watch(client, hub, futures, workers)
        finally:
            client.cancel(futures, force=True)


def _watch(client: Any, hub: Hub, futures: list[Any], workers: list[str]) -> Run:
    """Wait for all shards; raises what one of them raised, or ShardLost when a worker is gone."""
    looked = time.monotonic()
    while not hub.lost and not all(future.done() for future in futures):
        if any(future.status == "error" for future in futures):
            break
        time.sleep(0.02)
        if time.monotonic() - looked > LOOK:
            looked = time.monotonic()
            if gone := set(workers) - set(client.nthreads()):
                raise ShardLost(f"workers {sorted(gone)} have left the cluster before the end of the run.")
    if not hub.lost and all(future.status == "finished" for future in futures):
        found: Run = futures[0].result()
        return found
    raise _cause(hub, futures)


def _cause(hub: Hub, futures: list[Any]) -> BaseException:
    """Why the run ended: an error of a shard, which the task of one that was lost cannot tell, or else the loss."""
    killed = _distributed().KilledWorker
    until = time.monotonic() + GRACE
    while True:
        errors = [future.exception() for future in futures if future.status == "error"]
        for error in errors:
            if isinstance(error, BaseException) and not isinstance(error, (ShardLost, killed)):
                return error
        if time.monotonic() > until or len(errors) == len(futures):
            return ShardLost(hub.lost or (str(errors[0]) if errors else "a worker is gone."))
        time.sleep(0.05)
