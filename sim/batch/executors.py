"""Executors of clusters: Dask and Ray behind the protocol of ``concurrent.futures``, as the local processes are.

A cluster lives as long as a study; an executor of it as long as no worker dies. As with a pool of local processes, a
task whose worker died fails with ``BrokenExecutor``, the executor takes no more, and the supervisor asks for a new one
and finds out which task it was. What a task raises comes through as it is.

Workers run one task at a time, and every library in them one thread: the cores belong to other runs.
"""

import contextlib
import os
import signal
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent import futures
from concurrent.futures import BrokenExecutor, Executor, Future
from functools import partial
from typing import Any, Literal, Self

from sim.engines.cluster import NoCluster

_POOLS = ("NUMBA", "OMP", "OPENBLAS", "MKL")
THREADS = {f"{pool}_NUM_THREADS": "1" for pool in _POOLS}
WORKERS_WITHIN = 120.0  # seconds in which workers must come, at the start and after one has died
ANSWER_WITHIN = 10  # seconds in which a scheduler must answer

Kind = Literal["dask", "ray"]

_SETTINGS = {
    "distributed.scheduler.allowed-failures": 0,  # the supervisor finds out by itself which task kills
    "distributed.deploy.lost-worker-timeout": "1h",  # a busy machine takes more than 15 s to start a worker anew
    **{f"distributed.nanny.pre-spawn-environ.{name}": value for name, value in THREADS.items()},
}


class WorkerDied(BrokenExecutor):
    """The worker process of a task died: killed, out of memory, or crashed."""


class Cluster(ABC):
    """Workers of a cluster, for the length of a ``with``; those that it started itself end with it."""

    @property
    @abstractmethod
    def width(self) -> int:
        """Tasks that run at a time."""

    @abstractmethod
    def executor(self) -> Executor:
        """An executor that nothing has broken yet; raises NoCluster when no workers are left."""

    @abstractmethod
    def close(self) -> None:
        """End what was started."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def cluster(kind: Kind, processes: int, address: str | None = None) -> Cluster:
    """A cluster: that at an address, or one of so many processes, started on this machine.

    address  of a Dask scheduler, such as tcp://10.0.0.7:8786, or of a Ray head, such as 10.0.0.7:6379

    Raises NoCluster.
    """
    return DaskCluster(processes, address) if kind == "dask" else RayCluster(processes, address)


class _Adapter(Executor):
    """Tasks of a cluster as futures of ``concurrent.futures``.

    begin  starts a task and gives the cluster's own future
    died   says of an error what ended the worker of a task, empty when the task itself raised it
    """

    def __init__(self, begin: Callable[..., "Future[Any]"], died: Callable[[BaseException], str]) -> None:
        self._begin, self._died = begin, died
        self._flying: set[Future[Any]] = set()
        self._broken, self._closed = "", False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """Start a task on the cluster."""
        if self._broken:
            raise WorkerDied(self._broken)
        if self._closed:
            raise RuntimeError("cannot schedule new futures after shutdown")
        outer: Future[Any] = Future()
        outer.set_running_or_notify_cancel()  # a cluster's queue is short; what is in it is run
        self._flying.add(outer)
        self._begin(fn, *args, **kwargs).add_done_callback(partial(self._settle, outer))
        return outer

    def _settle(self, outer: "Future[Any]", inner: "Future[Any]") -> None:
        self._flying.discard(outer)
        if inner.cancelled():
            outer.set_exception(NoCluster("the cluster has gone. When it is back, resume."))
            return
        error = inner.exception()
        if error is None:
            outer.set_result(inner.result())
        elif reason := self._died(error):
            self._broken = reason
            outer.set_exception(WorkerDied(reason))
        else:
            outer.set_exception(error)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take no more tasks, and wait for those in flight: a cluster cannot take back what a worker has begun."""
        self._closed = True
        if wait:
            futures.wait(set(self._flying))


class DaskCluster(Cluster):
    """Dask distributed: a scheduler at an address, which may hand out the nodes of a queue, or local processes."""

    def __init__(self, processes: int, address: str | None = None) -> None:
        distributed = _needed("distributed", "Dask", "cluster")
        import dask

        self._killed = distributed.KilledWorker
        self._own: Any = None
        self._settings = contextlib.ExitStack()  # they are read again when a worker is replaced
        if address is None:
            self._settings.enter_context(dask.config.set(_SETTINGS))
            self._own = distributed.LocalCluster(
                processes, threads_per_worker=1, processes=True, host="127.0.0.1", dashboard_address=None,
                memory_limit=None, silence_logs=50, preload=__name__,
            )  # fmt: skip
        try:
            self._client = distributed.Client(self._own or address, timeout=f"{ANSWER_WITHIN}s", set_as_default=False)
        except (OSError, ValueError) as error:
            raise NoCluster(f"there is no Dask scheduler at {address}: {error}") from None

    @property
    def width(self) -> int:
        """Threads of all workers."""
        return max(1, int(sum(self._client.nthreads().values())))

    def executor(self) -> Executor:
        """An executor of this cluster, once a worker is there."""
        try:
            self._client.wait_for_workers(1, timeout=WORKERS_WITHIN)
        except (TimeoutError, OSError) as error:
            raise NoCluster(f"the Dask cluster has no workers: {error}. Start some, and resume.") from None
        return _Adapter(self._client.get_executor(pure=False, retries=0).submit, self._reason)

    def _reason(self, error: BaseException) -> str:
        return "a worker of the Dask cluster died" if isinstance(error, self._killed) else ""

    def close(self) -> None:
        """Leave the cluster, and end it if it was started here."""
        with contextlib.suppress(TimeoutError, OSError):
            self._client.close()
        if self._own is not None:
            self._own.close()
        self._settings.close()


def dask_setup(_: Any) -> None:
    """Dask calls this in each worker that was started here: Ctrl-C is left to the driver."""
    with contextlib.suppress(ValueError):  # not the main thread
        signal.signal(signal.SIGINT, signal.SIG_IGN)


class RayCluster(Cluster):
    """Ray: a cluster whose head is at an address, or local processes."""

    def __init__(self, processes: int, address: str | None = None) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # it would report to its makers
        if address is None:  # on loopback, where nobody else can reach it: Ray listens to the whole network otherwise
            os.environ.setdefault("RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER", "0")  # read when ray is imported
        self._ray = ray = _needed("ray", "Ray", "ray")
        environment = dict(THREADS)
        here: dict[str, Any] = {}
        if address is None:
            here = {"num_cpus": processes, "include_dashboard": False}
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))  # as multiprocessing hands it on
        try:
            ray.init(
                address=address or "local", log_to_driver=False, logging_level="ERROR",
                runtime_env={"env_vars": environment}, **here,
            )  # fmt: skip
        except (ConnectionError, ValueError, RuntimeError) as error:
            raise NoCluster(f"there is no Ray cluster at {address or 'this machine'}: {error}") from None
        self._call = ray.remote(max_retries=0, num_cpus=1)(_call)

    @property
    def width(self) -> int:
        """Processors of all nodes."""
        return max(1, int(self._ray.cluster_resources().get("CPU", 1)))

    def executor(self) -> Executor:
        """An executor of this cluster."""
        if not self._ray.is_initialized():
            raise NoCluster("the Ray cluster has gone. Start it, and resume.")
        return _Adapter(self._start, self._reason)

    def _start(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> "Future[Any]":
        inner: Future[Any] = Future()
        self._call.remote(fn, args, kwargs).future().add_done_callback(partial(self._unwrap, inner))
        return inner

    def _unwrap(self, inner: "Future[Any]", found: "Future[Any]") -> None:
        """What a task raised comes in a wrapper of Ray's."""
        error = found.exception()
        if error is None:
            inner.set_result(found.result())
        elif isinstance(error, self._ray.exceptions.RayTaskError) and isinstance(error.cause, BaseException):
            inner.set_exception(error.cause)
        else:
            inner.set_exception(error)

    def _reason(self, error: BaseException) -> str:
        e = self._ray.exceptions
        died = (e.WorkerCrashedError, e.NodeDiedError, e.OutOfMemoryError)
        return f"a worker of the Ray cluster died ({type(error).__name__})" if isinstance(error, died) else ""

    def close(self) -> None:
        """Leave the cluster, and end it if it was started here."""
        self._ray.shutdown()


def _call(fn: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    return fn(*args, **kwargs)


def _needed(module: str, name: str, extra: str) -> Any:
    from importlib import import_module

    try:
        return import_module(module)
    except ImportError:
        raise NoCluster(
            f'this executor needs {name}, which is not installed. Try: python3 -m pip install "sanyu[{extra}]"'
        ) from None
