"""How far a sweep is: counts, rate, and the best and worst of what is watched."""

import math
import time
from collections import deque
from dataclasses import dataclass
from typing import Any

RECENT = 30.0  # seconds over which a rate is taken


@dataclass(frozen=True)
class Progress:
    """How far a sweep is.

    done         runs that are there, those of other studies included;  total: None where it depends on the numbers
    failed       of them, runs that failed or killed their worker
    rate         runs a second, of late;  remaining: seconds, as far as can be told
    best, worst  highest and lowest value of the watched figure (``sim.batch.order.figure_of``), and where it was found
    """

    done: int
    total: int | None
    failed: int
    rate: float
    remaining: float | None
    best: tuple[float, str] | None
    worst: tuple[float, str] | None


class Meter:
    """Counts what arrives."""

    def __init__(self, total: int | None) -> None:
        self.total = total
        self.done = self.failed = self.killed = self.reused = 0
        self.best: tuple[float, str] | None = None
        self.worst: tuple[float, str] | None = None
        self._made: deque[tuple[float, int]] = deque([(time.monotonic(), 0)])  # time, runs made until then
        self._last: dict[float, float] = {}

    def count(self, status: str, reused: bool) -> None:
        """A run is there."""
        self.done += 1
        self.failed += status == "failed"
        self.killed += status == "killed"
        self.reused += reused

    def is_extreme(self, value: float) -> bool:
        """Whether a value is beyond all before."""
        if math.isnan(value):
            return False
        return self.best is None or self.worst is None or value > self.best[0] or value < self.worst[0]

    def extreme(self, value: float, where: str) -> None:
        """Keep a value that is beyond all before."""
        if self.best is None or value > self.best[0]:
            self.best = (value, where)
        if self.worst is None or value < self.worst[0]:
            self.worst = (value, where)

    def due(self, every: float) -> bool:
        """Whether so many seconds have passed since this was last true for as many."""
        now = time.monotonic()
        if now - self._last.setdefault(every, now) < every:
            return False
        self._last[every] = now
        return True

    def progress(self) -> Progress:
        """How far it is now."""
        now, made = time.monotonic(), self.done - self.reused
        self._made.append((now, made))
        while len(self._made) > 2 and now - self._made[0][0] > RECENT:
            self._made.popleft()
        then, before = self._made[0]
        rate = (made - before) / (now - then) if now > then else 0.0
        remaining = (self.total - self.done) / rate if self.total is not None and rate > 0 else None
        return Progress(self.done, self.total, self.failed + self.killed, rate, remaining, self.best, self.worst)

    def plain(self) -> dict[str, Any]:
        """The same for a file."""
        now = self.progress()
        own = {"done": self.done, "total": self.total, "failed": self.failed, "killed": self.killed}
        return own | {"reused": self.reused, "rate": now.rate, "remaining": now.remaining}

    def line(self) -> str:
        """The same for the log."""
        now = self.progress()
        of = f" of {now.total:,}" if now.total is not None else ""
        left = f", {now.remaining:,.0f} s remaining" if now.remaining is not None else ""
        return f"{now.done:,}{of} runs, {now.failed:,} failed, {now.rate:,.1f} runs/s{left}"
