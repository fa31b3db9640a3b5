"""The terminal for batch studies: what one will take, how far it is, how it ended, and what failed."""

import math
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.progress import Progress as Bars
from rich.progress import TextColumn
from rich.table import Table
from rich.text import Text

from sim.batch.experiment import Study
from sim.batch.replications import Paired
from sim.batch.sweep import Failure, Outcome, Progress, Status
from sim.report.study_names import short_name, told
from sim.report.terminal import console
from sim.report.words import Lang, Words, words

if TYPE_CHECKING:
    from sim.batch.pilot import Estimate

MOST_SHOWN = 10  # failures on the terminal; all are in failures.json

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400


def duration(seconds: float, w: Words) -> str:
    """A time in the unit in which people speak of it."""
    for unit, size in (("day", _DAY), ("hour", _HOUR), ("minute", _MINUTE)):
        if seconds >= 2 * size:
            return w.counted(unit, seconds / size, f"{seconds / size:.0f}")
    whole = max(1, math.ceil(seconds))
    return w.counted("second", whole)


def size(amount: float) -> str:
    """Bytes in the unit in which people speak of them."""
    for unit in ("B", "KiB", "MiB", "GiB"):
        if amount < 1024:
            return f"{amount:.3g} {unit}" if amount < 100 else f"{amount:.0f} {unit}"
        amount /= 1024
    return f"{amount:.3g} TiB"


@contextmanager
def sweep_progress(shown: bool, w: Words, watched: str | None) -> Iterator[Callable[[Progress], None]]:
    """Progress of a sweep on standard error; nothing where it is not shown, nor in a pipe.

    watched  the figure whose highest and lowest values are shown
    """
    bars = Bars(
        TextColumn("{task.description}", markup=False),
        console=Console(stderr=True),
        transient=True,
        disable=not (shown and sys.stderr.isatty()),
    )
    with bars:
        task = bars.add_task(w("sweep.running"), total=None)
        yield lambda at: bars.update(task, description=progress_note(at, watched, w))


def progress_note(at: Progress, watched: str | None, w: Words) -> str:
    """How far a sweep is: runs, rate, remaining time and failures; highest and lowest value so far, and where."""
    share = f" {at.done / at.total:.0%}" if at.total else ""
    counts = f"{at.done:,}" if at.total is None else f"{at.done:,}/{at.total:,}"
    parts = [f"{w('sweep.running')}{share}", f"{counts} {w('terminal.runs')}"]
    if at.rate > 0:
        parts.append(w("sweep.rate", rate=f"{at.rate:,.3g}"))
    if at.remaining is not None:
        parts.append(w("sweep.left", time=duration(at.remaining, w)))
    parts.append(w("sweep.failed_so_far", number=f"{at.failed:,}"))
    lines = ["  ".join(parts)]
    for kind, extreme in (("highest", at.best), ("lowest", at.worst)):
        if watched and extreme:
            figure = f"{short_name(watched, w)} {told(watched, extreme[0], w)}"
            lines.append(f"{w(f'sweep.{kind}', figure=figure)}  {extreme[1]}")
    return "\n".join(lines)


def print_study(study: Study, w: Words) -> None:
    """What is asked: title, points, logics."""
    out = console()
    out.print()
    out.print(Text(study.experiment.title, style="bold"))
    asked = study.experiment
    values = {
        "points": w.counted("point", len(study.points)),
        "logics": w.listed([w.logic(name) for name in study.logics]),
        "replications": f"{asked.replications.most:,}",
        "kind": asked.design.kind,
    }
    known = "sweep.study" if isinstance(asked.replications, Paired) else "sweep.study_until"
    out.print(Text(w(known, **values)))


def print_estimate(study: Study, found: "Estimate", processes: int, lang: Lang) -> None:
    """What a sweep will take."""
    w = words(lang)
    print_study(study, w)
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for key, value in (
        ("runs", f"{found.runs:,}"),
        ("reused", f"{found.reused:,}"),
        ("time", duration(found.seconds, w) if found.runs > found.reused else w("sweep.none")),
        ("disk", size(found.bytes_on_disk)),
        ("memory", size(found.memory)),
    ):
        table.add_row(w(f"sweep.{key}"), value)
    out = console()
    out.print(table)
    out.print(Text(w("sweep.pilot", runs=w.counted("run", found.pilot_runs), processes=processes), style="dim"))


def print_outcome(found: Outcome, lang: Lang) -> None:
    """How a sweep ended, what failed, and where everything is."""
    w, out = words(lang), console()
    out.print()
    values = {
        "runs": w.counted("run", found.runs),
        "reused": f"{found.reused:,}",
        "seconds": duration(found.seconds, w),
    }
    out.print(Text(w("sweep.done_shared" if found.reused else "sweep.done", **values), style="bold"))
    if found.failures:
        out.print(failures_table(found.failures, w))
        if len(found.failures) > MOST_SHOWN:
            out.print(Text(w("sweep.more", file=str(found.folder / "failures.json")), style="dim"))
    out.print(Padding(Text(w("sweep.files", file=str(found.folder / "results.parquet"))), (1, 0, 0, 0)))


def failures_table(failures: Sequence[Failure], w: Words) -> Table:
    """The first failures: the run, what it changed, and what happened."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, title=w("sweep.failures"), title_justify="left")
    for key in ("key", "changes", "message"):
        table.add_column(w(f"sweep.{key}"), overflow="fold")
    for one in failures[:MOST_SHOWN]:
        changes = ", ".join(f"{key} = {value}" for key, value in one.changes.items())
        of = f"{w.logic(one.logic)}, {w('sweep.replication')} {one.replication}"
        table.add_row(one.key[:12], f"{changes}\n{of}" if changes else of, one.message)
    return table


def print_status(found: Status, lang: Lang) -> None:
    """How far a sweep is, and whether a process computes it."""
    w, out = words(lang), console()
    state = "finished" if found.finished else "live" if found.live else "broken"
    out.print(Text(w(f"sweep.state_{state}", folder=str(found.folder), pid=found.pid), style="bold"))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    done = f"{found.done:,}" if found.runs is None else f"{found.done:,} / {found.runs:,}"
    rows = [("runs", done), ("failed", f"{found.failed:,}"), ("killed", f"{found.killed:,}")]
    rows += [("began", found.began), ("updated", found.updated)]
    if found.rate is not None:
        rows.append(("rate_now", w("sweep.rate", rate=f"{found.rate:,.3g}")))
    if found.remaining is not None:
        rows.append(("remaining", duration(found.remaining, w)))
    for key, value in rows:
        table.add_row(w(f"sweep.{key}"), value)
    out.print(table)
