"""Rates of one peer, measured in a process of its own, and whether it lives the same model."""

import importlib
import time
from importlib.metadata import version
from typing import Any, NamedTuple

from benchmarks.child import Memory
from benchmarks.fan_lite.model import DAYS, VARIANTS


class Peer(NamedTuple):
    """How an engine is shown, and what it needs.

    package  distribution that brings it, "" for those of Sanyu itself;  threads: worth asking for
    most     agents beyond which it is not tried, since it would take minutes
    missing  what to say where it is not installed, "" for the usual
    """

    title: str
    package: str = ""
    threads: tuple[int, ...] = (1,)
    most: int = 10_000_000
    missing: str = ""


APART = "not installed: wants NumPy 1.26, Sanyu 2.2 or newer; give --peer-python mesa_frames=PYTHON of its own"
PEERS = {
    "mesa": Peer("Mesa, one object per agent", "mesa", most=100_000),
    "mesa_frames": Peer("mesa-frames (Polars)", "mesa-frames", missing=APART),
    "amber": Peer("AMBER (Polars)", "ambr"),
    "starsim": Peer("Starsim", "starsim"),
    "numpy": Peer("NumPy", "numpy"),
    "numba": Peer("Numba loop by hand, same draws", "numba", (1, 2)),
    "sanyu": Peer("Sanyu's kernel machinery", "", (1, 2)),
}
BY_HAND = "numba"
OWN = "sanyu"
CHECKED = 20_000


def rates(peer: str, agents: int, repeats: int) -> list[dict[str, Any]]:
    """Agent-days per second of both variants on as many threads as are worth asking for."""
    return [_rate(peer, agents, variant, threads, repeats) for variant in VARIANTS for threads in PEERS[peer].threads]


def _rate(peer: str, agents: int, variant: str, threads: int, repeats: int) -> dict[str, Any]:
    """The best of some runs, by the clock and per second of processor time."""
    prepare = importlib.import_module(f"benchmarks.fan_lite.on_{peer}").prepare
    rules = VARIANTS[variant]
    prepare(1000, 3, 0, rules, threads)()  # compile, start threads
    memory = Memory()
    seconds, busy = [], []
    for _ in range(repeats):
        run = prepare(agents, DAYS, 0, rules, threads)
        began, processor = time.perf_counter(), time.process_time()
        run()
        seconds.append(time.perf_counter() - began)
        busy.append(time.process_time() - processor)
    return {
        "agents": agents,
        "variant": variant,
        "threads": threads,
        "rate": agents * DAYS / min(seconds),
        "rate_of_processor": agents * DAYS / min(busy),
        "seconds": seconds,
        "peak": memory.peak(),
    }


def check(peer: str) -> dict[str, Any]:
    """Standard errors that the worst day lies off, over all series, by variant; and the version that did so."""
    from benchmarks.fan_lite.check import deviations

    prepare = importlib.import_module(f"benchmarks.fan_lite.on_{peer}").prepare
    worst = {}
    for name, rules in VARIANTS.items():
        worst[name] = max(deviations(prepare(CHECKED, DAYS, 7, rules, 1)(), CHECKED, rules).values())
    package = PEERS[peer].package
    return {"worst": worst, "version": version(package) if package else ""}
