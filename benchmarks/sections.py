"""The sections of the benchmark: what each measures, in which sizes."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchmarks.child import Failed, call
from benchmarks.fan_lite.measure import PEERS
from benchmarks.fan_lite.model import VARIANTS

PLAIN = {"NUMBA_DISABLE_JIT": "1"}
GROUP = "not installed: pip install --group peers"
MILLION = 1_000_000
MANY = {"sanyu": "Sanyu's batch layer", "mesa": "mesa.batch_run", "starsim": "Starsim's MultiSim"}


@dataclass
class Effort:
    """How much is measured.

    quick    all sections within some three minutes;  large: the sizes that need several GiB, too
    pythons  peer → interpreter of an environment of its own
    say      called with what is measured next
    """

    quick: bool = False
    large: bool = False
    pythons: dict[str, str] = field(default_factory=dict)
    say: Callable[[str], None] = print


def engines(effort: Effort) -> dict[str, Any]:
    """The readable engine and the fast one."""
    fans = 10_000 if effort.quick else 100_000
    days, repeats = (20, 2) if effort.quick else (20, 5)
    model = "benchmarks.engines:full_model"
    effort.say(f"agents with interpreted rules, {fans:,} fans")
    rows = {"agents, interpreted rules": call(model, env=PLAIN, fans=fans, days=1, engine="agents")}
    effort.say("agents with compiled rules")
    rows["agents, compiled rules"] = call(model, fans=fans // 10, days=2, engine="agents")
    for threads in (1, 2):
        effort.say(f"arrays, {threads} of 2 threads")
        name = "arrays, 1 thread" if threads == 1 else "arrays, 2 threads"
        rows[name] = call(model, fans=100_000, days=days, threads=threads, repeats=repeats)
    rows["arrays, 2 runs at a time"] = call("benchmarks.engines:two_at_a_time", fans=100_000, days=days)
    return rows


def size(effort: Effort) -> list[dict[str, Any]]:
    """Rate and memory by number of private fans."""
    rows = []
    for power in range(3, 8 if effort.large else 7):
        fans = 10**power
        days = min(100, max(2, (500_000 if effort.quick else 2 * MILLION) // fans))
        for threads in (1, 2) if fans > 20_000 or not effort.quick else (1,):
            effort.say(f"{fans:,} fans, {threads} of 2 threads")
            repeats = 2 if effort.quick else 5
            rows.append(call("benchmarks.engines:full_model", fans=fans, days=days, threads=threads, repeats=repeats))
    return rows


def platform(effort: Effort) -> list[dict[str, Any]]:
    """The same pool on platforms of 10⁶ to 10⁹ users.

    What the feed shows of the brand follows the brand's own fans, not the users, so that exposure per head falls with
    1 ÷ users and the number of people met stays the same without further doing; ``rows`` shows it.
    """
    rows = []
    for power in range(6, 10):
        effort.say(f"{10**power:,} users")
        days, repeats = (10, 3) if effort.quick else (20, 6)
        rows.append(call("benchmarks.engines:full_model", fans=100_000, days=days, users=10**power, repeats=repeats))
    return rows


def start_up(effort: Effort) -> dict[str, Any]:
    """First and later start of ``sanyu run``."""
    effort.say("first start, which compiles, and later ones")
    found: dict[str, Any] = call("benchmarks.startup:start_up", repeats=3 if effort.quick else 7)
    return found


def sweep(effort: Effort) -> dict[str, Any]:
    """Runs per second on two processes."""
    from benchmarks.sweep import DAYS

    effort.say("runs of 2,000 fans and 180 days on two processes")
    own = call("benchmarks.sweep:own", runs=16 if effort.quick else 100)
    effort.say("mesa.batch_run on the agents engine, which takes a while")
    mesa = call("benchmarks.sweep:by_mesa", runs=2, days=5 if effort.quick else DAYS)
    if mesa["days"] == own["days"] and mesa["fans"] != own["fans"][: len(mesa["fans"])]:
        raise Failed(f"the two ended with different fans: {mesa['fans']} and {own['fans'][: len(mesa['fans'])]}")
    return {"own": own, "mesa": mesa}


def day_loop(effort: Effort) -> dict[str, Any]:
    """Microseconds of a day with next to nobody in it."""
    effort.say("days of a pool of 100 fans")
    found: dict[str, Any] = call("benchmarks.engines:day_loop", fans=100, days=200 if effort.quick else 600)
    return found


def bound(effort: Effort) -> dict[str, Any]:
    """Draws and functions of a fan-day, counted, and what they cost on this machine."""
    effort.say("draws and exponentials of a fan-day")
    return {
        "counts": call("benchmarks.bound:counts", env=PLAIN, fans=500 if effort.quick else 3000),
        "costs": call("benchmarks.bound:costs"),
    }


def why_not(peer: str, failure: Failed) -> str:
    """Why a peer has no figures."""
    if "ModuleNotFoundError" not in str(failure):
        return str(failure)
    return PEERS[peer].missing or GROUP


def _sizes(effort: Effort, peer: str) -> list[int]:
    """Numbers of agents that a peer is measured at."""
    sizes = [100_000] if effort.quick else [10_000, 100_000, MILLION]
    most = PEERS[peer].most // (10 if effort.quick else 1)
    return [min(sizes[0], most), *(n for n in sizes[1:] if n <= most)]


def fan_lite(effort: Effort) -> dict[str, Any]:
    """The micro-model on all peers, each checked first."""
    found: dict[str, Any] = {}
    for peer in PEERS:
        own = {"python": effort.pythons[peer]} if peer in effort.pythons else {}
        effort.say(f"fan-lite on {PEERS[peer].title}: is it the same model?")
        try:
            found[peer] = call("benchmarks.fan_lite.measure:check", **own, peer=peer) | {"rows": []}
            for agents in _sizes(effort, peer):
                effort.say(f"fan-lite on {PEERS[peer].title}, {agents:,} agents")
                repeats = 1 if PEERS[peer].most < MILLION else 2 if effort.quick else 4
                rows = call("benchmarks.fan_lite.measure:rates", **own, peer=peer, agents=agents, repeats=repeats)
                found[peer]["rows"] += rows
        except Failed as failure:
            found[peer] = {"failed": why_not(peer, failure)}
    return found


def batch(effort: Effort) -> dict[str, Any]:
    """What the batch layer costs a run, and memory over the number of runs."""
    runs = 200 if effort.quick else 2000
    found: dict[str, Any] = {"layer": [], "sizes": []}
    for points in (2, runs // 2):
        effort.say(f"cost of the batch layer: {runs:,} runs of a day at {points:,} points")
        found["layer"].append(call("benchmarks.overhead:cost", runs=runs, points=points))
    for size in (400, 4000) if effort.quick else (1000, 10_000, 100_000):
        effort.say(f"a sweep of {size:,} small runs")
        found["sizes"].append(call("benchmarks.overhead:memory", runs=size, days=10, fans=50))
    return found


def many(effort: Effort) -> list[dict[str, Any]]:
    """Many small runs of fan-lite: the batch layer and the runners of two peers."""
    rows = []
    for peer, function, runs in (("sanyu", "own", 2000), ("mesa", "by_mesa", 100), ("starsim", "by_starsim", 100)):
        own = {"python": effort.pythons[peer]} if peer in effort.pythons else {}
        for variant in VARIANTS:
            effort.say(f"many runs of fan-lite, {variant}, on {MANY[peer]}")
            try:
                count = runs // 10 if effort.quick else runs
                row = call(f"benchmarks.many:{function}", **own, runs=count, variant=variant)
            except Failed as failure:
                row = {"failed": why_not(peer, failure), "variant": variant}
            rows.append({"peer": peer} | row)
    return rows


def theory(effort: Effort) -> list[dict[str, Any]]:
    """The mean field of every shipped scenario."""
    effort.say("the mean field of every shipped scenario")
    found: list[dict[str, Any]] = call("benchmarks.meanfield:every_scenario", tries=1 if effort.quick else 3)
    return found


SECTIONS: dict[str, Callable[[Effort], Any]] = {
    "engines": engines,
    "size": size,
    "platform": platform,
    "bound": bound,
    "day-loop": day_loop,
    "start-up": start_up,
    "sweep": sweep,
    "fan-lite": fan_lite,
    "batch": batch,
    "many": many,
    "theory": theory,
}


def machine() -> dict[str, Any]:
    """What machine this is and how busy it is."""
    import platform as here
    from importlib.metadata import version

    return {
        "processor": here.machine(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "python": here.python_version(),
        "numpy": version("numpy"),
        "numba": version("numba"),
        "load": os.getloadavg()[0],
    }
