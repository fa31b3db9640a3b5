"""How fast this machine has been: the last runs' days, days of fans and seconds, kept beside the compiled rules."""

import json
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from statistics import median
from typing import NamedTuple

from sim import kernel
from sim.results import Run
from sim.rules.tally import Slot

KEPT = 40  # runs
FILE = "speed.json"
MANY, FEW = 1_000_000, 100_000  # days of fans from which a run tells what one costs, and up to which what a day does

# of ``benchmarks/engines.py`` on two virtual cores of a shared host (docs/performance.md), one thread
FAN_DAYS_PER_SECOND = 7.0e6
SECONDS_PER_DAY = 0.7e-3
SECONDS_AROUND = 2.3
LEAST_PER_DAY = 1.0e-4


class Speed(NamedTuple):
    """Speed of one run in one thread.

    fan_days  a second, days on which nobody is there taken off;  day: seconds of a brand's day without fans
    around    seconds of ``sanyu run`` beside the days: start, loading of the compiled rules, tables
    runs      on this machine that say how many fan-days; 0: the documented benchmark does
    """

    fan_days: float
    day: float
    around: float
    runs: int


class Past(NamedTuple):
    """A run that was timed: days of brands, days of their followers, seconds, and seconds of the command beside it."""

    days: int
    fan_days: int
    seconds: float
    around: float


def past_of(run: Run, around: float) -> Past:
    """What a finished run says about the machine; around: seconds of the command beside it."""
    ledgers = [run.ledger, *run.rivals.values()]
    fans = sum(int(ledger.tallies[:, Slot.TIER : Slot.LIFECYCLE].sum()) for ledger in ledgers)
    return Past(run.scenario.days * len(ledgers), fans, run.seconds, around)


def remember(runs: Sequence[Run], seconds: float) -> None:
    """Keep what runs of the fast engine say about the machine; where no folder can be written, nothing.

    seconds  of the whole command that made them, one after the other
    """
    around = max(0.0, seconds - sum(run.seconds for run in runs))
    new = [list(past_of(run, around)) for run in runs if run.engine == "arrays"][-KEPT:]
    for home in kernel.homes() if new else ():
        try:
            home.mkdir(parents=True, exist_ok=True)
            written = home / f"{FILE}.new"
            written.write_text(json.dumps([*map(list, _read(home)), *new][-KEPT:]), encoding="utf-8")
            written.replace(home / FILE)  # at once, for whoever reads it now
        except OSError:
            continue
        return


def speed() -> Speed:
    """The machine's speed by its earlier runs, or by the documented benchmark."""
    past = next(filter(None, map(_read, kernel.homes())), [])
    short = [run for run in past if run.fan_days <= FEW]
    # the first day of a process loads the compiled rules: a day is what makes longer runs longer (Theil 1950)
    slopes = [(b.seconds - a.seconds) / (b.days - a.days) for a, b in combinations(short, 2) if a.days != b.days]
    day = max(LEAST_PER_DAY, median(slopes)) if slopes else SECONDS_PER_DAY
    long = [run.fan_days / max(0.2 * run.seconds, run.seconds - run.days * day) for run in past if run.fan_days >= MANY]
    loading = median(max(0.0, run.seconds - run.days * day) for run in short) if short else 0.0
    around = median(run.around for run in past) + loading if past else SECONDS_AROUND
    return Speed(median(long) if long else FAN_DAYS_PER_SECOND, day, around, len(long))


def _read(home: Path) -> list[Past]:
    """Runs kept in a folder; a file that cannot be read, or not be understood, holds none."""
    try:
        return [
            Past(int(a), int(b), float(c), float(d))
            for a, b, c, d in json.loads((home / FILE).read_text(encoding="utf-8"))
        ]
    except (OSError, ValueError, TypeError):
        return []
