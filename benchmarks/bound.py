"""The bound of a fan's day: blocks of the generator and exponentials that it needs, times what each costs here.

The counts come from a run in plain Python, where every call can be counted; the costs from compiled loops of nothing
else, on numbers that lie side by side.
"""

import math
import time
import warnings
from collections import Counter
from typing import Any

FUNCTIONS = ("exp", "expm1", "log", "log1p", "pow", "sqrt")
N = 4096


def counts(fans: int = 1000, days: int = 4) -> dict[str, float]:
    """Calls of the generator and of functions in the loop over the rows, per fan-day; needs NUMBA_DISABLE_JIT=1."""
    called: Counter[str] = Counter()

    def counting(name: str, function: Any) -> Any:
        def counted(*arguments: Any) -> Any:
            called[name] += 1
            return function(*arguments)

        return counted

    for name in FUNCTIONS:
        setattr(math, name, counting(name, getattr(math, name)))
    import sim.streams
    from benchmarks.engines import WARM_UP, _scenario, _simulation
    from sim.compiled import INTERPRETED

    if not INTERPRETED:
        raise RuntimeError("calls can be counted in plain Python only; set NUMBA_DISABLE_JIT=1")
    sim.streams.philox = counting("blocks", sim.streams.philox)
    warnings.simplefilter("ignore", RuntimeWarning)  # 64-bit products wrap, as they are meant to
    simulation = _simulation(_scenario(fans, days + WARM_UP), "arrays", 0, 1)
    advance, inside = simulation.rows.advance, Counter[str]()

    def watched(*arguments: Any) -> None:
        before = called.copy()
        advance(*arguments)
        inside.update(called - before)

    simulation.rows.advance = watched
    for _ in range(WARM_UP):
        simulation.step()
    inside.clear()
    fan_days = sum(simulation.step().fans for _ in range(days))
    return {name: inside[name] / fan_days for name in ("blocks", *FUNCTIONS)}


def nanoseconds_of_a_day(counted: dict[str, float], cost: dict[str, float], record: int) -> dict[str, float]:
    """What a fan-day takes at least on one core: blocks, functions, and the row read and written once."""
    functions = sum(counted[name] * cost[name] for name in ("exp", "log", "pow"))
    functions += (counted["expm1"] + counted["log1p"]) * cost["exp"]
    draws = counted["blocks"] * cost["block"]
    return {"draws": draws, "functions": functions, "memory": 2 * record * cost["byte"], "all": draws + functions}


def costs() -> dict[str, float]:
    """Nanoseconds of a block, of functions and of a byte of copying, each alone in a loop, on one thread."""
    import numpy as np

    from sim.compiled import rare
    from sim.streams import block_of

    @rare
    def blocks(words: Any, keys: Any, day: int, key: int) -> None:
        w0, w1, w2, w3 = words[0], words[1], words[2], words[3]
        for i in range(len(keys)):
            w0[i], w1[i], w2[i], w3[i] = block_of(key, 8, keys[i], day, 0)

    @rare
    def one_by_one(words: Any, keys: Any, day: int, key: int) -> None:
        carried = np.int64(0)
        for i in range(len(keys)):  # each waits for the last, as in a loop with much else in it
            w0, _, _, _ = block_of(key, 8, keys[i] + (carried & 1), day, 0)
            carried = w0
            words[0, i] = w0

    @rare
    def exponentials(x: Any, y: Any) -> None:
        for i in range(len(x)):
            y[i] = math.exp(x[i])

    @rare
    def logarithms(x: Any, y: Any) -> None:
        for i in range(len(x)):
            y[i] = math.log(x[i])

    @rare
    def powers(x: Any, y: Any) -> None:
        for i in range(len(x)):
            y[i] = math.pow(x[i], 0.3)

    words, keys = np.empty((4, N), np.uint32), np.arange(N)
    x, y, positive = np.linspace(-3.0, 0.0, N), np.empty(N), np.linspace(0.1, 3.0, N)
    big = np.zeros(1 << 26, np.uint8)
    other = big.copy()

    def nanoseconds(function: Any, *arguments: Any, n: int = N) -> float:
        function(*arguments)
        taken = []
        for _ in range(60):
            began = time.perf_counter()
            function(*arguments)
            taken.append(time.perf_counter() - began)
        return min(taken) * 1e9 / n

    return {
        "block": nanoseconds(blocks, words, keys, 5, 12345),
        "block_alone": nanoseconds(one_by_one, words, keys, 5, 12345),
        "exp": nanoseconds(exponentials, x, y),
        "log": nanoseconds(logarithms, positive, y),
        "pow": nanoseconds(powers, positive, y),
        "byte": nanoseconds(np.copyto, other, big, n=2 * len(big)),
    }
