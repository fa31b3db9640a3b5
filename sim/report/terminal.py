"""The terminal: results as sentences, tables and sparklines at 80 columns; progress on standard error."""

import math
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.console import Console, Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from sim.report.data import evidence_of, group_of, shown_value
from sim.report.fairness import Missing
from sim.report.fairness_lines import fairness_lines
from sim.report.numbers import NOTHING, bare, count, date_of, decimal, headed, money, money_interval, percent, trend
from sim.report.terminal_loop import certainty_rows, loop_table, state_of_runs, tasks_of
from sim.report.terminal_rivals import rivals_table
from sim.report.verdict import bootstraps, is_unclear, led_at_once, verdict
from sim.report.words import Lang, Words, words, words_of
from sim.results import Comparison, Interval, Run
from sim.scenario import Assumption, Scenario
from sim.studies.fairness import Fairness

_BARS = "▁▂▃▄▅▆▇█"
_NARROW = 80
_WIDE = 100
_SPARK = 36
_TRUST_STYLE = {"stated": "green", "measured": "green", "weak": "yellow", "assumed": "red"}


class _Console(Console):
    """A console that goes silent, instead of failing, when its reader (such as ``head``) has left."""

    def on_broken_pipe(self) -> None:
        """The results are written already; the rest of the text is dropped."""
        self.quiet = True
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def console() -> Console:
    """At most 100 columns on a terminal, 80 in a pipe; no colours in a pipe."""
    found = _Console(highlight=False)
    found.width = min(found.width, _WIDE) if found.is_terminal else _NARROW
    return found


def sparkline(values: Any, low: float, high: float, width: int = _SPARK) -> str:
    """A row of bars: means of equal stretches of a series, between low and high."""
    series = np.asarray(values, float)
    width = min(width, len(series))
    means = [float(part.mean()) for part in np.array_split(series, width)]
    if not high > low:
        return _BARS[0] * width
    top = len(_BARS) - 1
    return "".join(_BARS[round(top * min(1.0, max(0.0, (m - low) / (high - low))))] for m in means)


def print_comparison(
    comparison: Comparison,
    target: Path,
    lang: Lang,
    report: bool,
    fairness: Fairness | None = None,
    missing: Missing | None = None,
) -> None:
    """Verdict, table of logics, sparklines, crossovers, fairness and where the files are."""
    w, c = words_of(comparison.scenario, lang), comparison
    out = console()
    found = verdict(c, w)
    out.print()
    out.print(Text(c.scenario.title, style="bold"))
    if c.scenario.question:
        out.print(Text(c.scenario.question, style="dim"))
    out.print()
    for number, sentence in enumerate(found.sentences):
        out.print(Text(sentence, style="bold" if number == 0 else ""))
    if found.ladder:
        out.print(Text(found.ladder))
    if found.note:
        out.print(Text(found.note, style="dim"))
    out.print()
    out.print(_logics_table(c, w))
    out.print(Text(w("page.opens_note"), style="dim"))
    out.print()
    out.print(loop_table(c, w))
    for logic in c.ranking:
        if c.runs[logic][0].tasks:
            out.print(tasks_of(c.runs[logic][0], w))
    if c.scenario.rivals:
        out.print(rivals_table(c, w))
    out.print(_lines(c, w))
    out.print(_crossovers(c, w))
    if fairness is not None:
        out.print(fairness_lines(fairness, w, missing))
    out.print(_files(target, w, "report.html" if report else "daily.parquet", figures=report))


def _logics_table(c: Comparison, w: Words) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column(w("terminal.logic"), style="bold", overflow="fold")
    for key in ("margin", "half", "fans_end", "exits", "gmv", "open_rate"):
        title = w(f"terminal.{key}")
        table.add_column(headed(title, w) if key in ("margin", "gmv") else title, justify="right", no_wrap=True)
    nothing = Interval(math.nan, math.nan, math.nan)
    for logic in c.ranking:
        t = c.totals[logic]
        margin = bare(money_interval(t["margin"], w)[0], w)
        half = bare(money((t["margin"].high - t["margin"].low) / 2, w, digits=2), w)
        table.add_row(
            escape(w.logic(logic)),
            margin,
            half,
            count(round(t["fans_end"].estimate)),
            percent(t.get("exits_per_month", nothing).estimate),
            bare(money(t["gmv"].estimate, w), w),
            percent(t.get("open_rate", nothing).estimate),
        )
    return table


def _lines(c: Comparison, w: Words) -> RenderableType:
    grid = Table.grid(padding=(0, 1))
    for observable in ("fans_private", "margin_cum"):
        means = {logic: np.asarray(c.bands[logic][observable].mean, float) for logic in c.ranking}
        low = min(0.0, *(float(m.min()) for m in means.values()))
        high = max(0.0, *(float(m.max()) for m in means.values()))
        grid.add_row(Text(w(f"terminal.line_{observable}"), style="dim"))
        for logic, mean in means.items():
            start, end = (
                (count(round(mean[0])), count(round(mean[-1])))
                if observable == "fans_private"
                else (money(mean[0], w), money(mean[-1], w))
            )
            grid.add_row(
                Text("  " + w.logic(logic)),
                Text(start, justify="right"),
                Text(sparkline(mean, low, high), style="cyan"),
                Text(end, justify="right"),
            )
    return Group(grid, Text())


def _crossovers(c: Comparison, w: Words) -> RenderableType:
    best = c.ranking[0]
    lines = []
    for other in c.ranking[1:] if len(c.ranking) > 2 else ():  # of two, the verdict has said it
        duel = c.duels[best, other]
        cross = duel.crossover
        names = {"winner": w.logic(best), "other": w.logic(other)}
        if cross.day is None:
            text = w("terminal.beyond", **names) + bootstraps(c, duel, "page.bootstraps", w) + w("list.stop")
        elif is_unclear(duel):
            text = w("terminal.unclear", **names)
        elif led_at_once(cross):
            text = w("terminal.always", **names)
        else:
            high = w("terminal.horizon") if cross.high is None else count(cross.high + 1)
            text = w(
                "terminal.crossover",
                day=count(cross.day + 1),
                date=date_of(c.scenario.start, cross.day, w.lang),
                low=count((cross.low or 0) + 1),
                high=high,
                **names,
            )
        lines.append(Text(text))
    spent = w(
        "terminal.spent",
        pairs=count(c.pairs),
        fan_days=_short(c.fan_days),
        seconds=count(round(c.seconds)),
        seed=c.seed,
    )
    return Group(*lines, Text(spent, style="dim"), Text())


def _short(value: float) -> str:
    for scale, unit in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= scale:
            return f"{value / scale:.3g} {unit}"
    return f"{value:.0f}"


def _files(target: Path, w: Words, first: str, figures: bool = True) -> RenderableType:
    beside = w("terminal.beside") + (w("list.comma") + "figures/" if figures else "")
    return Group(
        Text(w("terminal.written"), style="dim"),
        Padding(Text(str(target / first), style="bold", overflow="fold"), (0, 0, 0, 2)),
        Padding(Text(beside, style="dim"), (0, 0, 1, 2)),
    )


def print_runs(runs: Sequence[Run], target: Path, lang: Lang, figures: bool = False) -> None:
    """Figures of one logic: the run's, or mean and range over replications."""
    out, first = console(), runs[0]
    w = words_of(first.scenario, lang)
    out.print()
    out.print(Text(f"{first.scenario.title}{w('list.colon')}{w.logic(first.logic)}", style="bold"))
    days = w.counted("day", first.scenario.days)
    out.print(
        Text(
            w("terminal.run_line", days=days, runs=w.counted("run", len(runs)), seed=first.seed),
            style="dim",
        )
    )
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("")
    table.add_column(w("terminal.mean" if len(runs) > 1 else "terminal.value"), justify="right", style="bold")
    if len(runs) > 1:
        table.add_column(w("terminal.range"), justify="right")
    for key in first.summary:
        if key == "half_life_days":  # of mean rates: some runs may shrink and others grow
            joins, exits = (_mean(runs, f"{rate}_per_month") for rate in ("joins", "exits"))
            table.add_row(w("pool.trend"), trend(joins, exits, first.scenario.days, w))
            table.add_row(w("operation.state"), state_of_runs(runs, w))
        values = [run.summary[key] for run in runs]
        numbers = [float(v) for v in values if v is not None]
        if f"totals.{key}" not in w.texts or not numbers:
            continue
        cells = [_figure(key, sum(numbers) / len(numbers), w)]
        if len(runs) > 1:
            cells.append(f"{_figure(key, min(numbers), w)} … {_figure(key, max(numbers), w)}")
        table.add_row(w(f"totals.{key}"), *cells)
        if key == "r_fan":
            for row in certainty_rows(runs, w):
                table.add_row(*row)
    out.print(table)
    if first.logic in w.bounds:
        out.print(Text(w("bound.means_alone"), style="dim"))
    out.print(tasks_of(first, w))
    grid = Table.grid(padding=(0, 1))
    for observable in ("fans_private", "margin_cum"):
        series = np.asarray(first.daily[observable], float)
        grid.add_row(
            Text(w(f"terminal.line_{observable}"), style="dim"),
            Text(sparkline(series, min(0.0, float(series.min())), float(series.max())), style="cyan"),
        )
    out.print(grid)
    out.print()
    out.print(_files(target, w, "daily.parquet", figures=figures))


MONEY = {"gmv", "contribution", "ad_spend", "content_cost", "margin", "acquisition_cost", "lifetime_value"}
MONEY |= {"gmv_per_reach", "gmv_per_push"}
SHARES = {"exits_per_month", "joins_per_month", "gmv_followers_share", "open_rate", "active_share", "repurchase_rate"}
SHARES |= {"head_share"}
MONEY |= {"service_cost"}
SHARES |= {"promise_kept", "lead_to_sale", "platform_share"}
MONEY |= {"incentives", "sources_cost", "spend"}


def _mean(runs: Sequence[Run], key: str) -> float:
    return float(sum(run.summary[key] for run in runs) / len(runs))


def _figure(key: str, value: float, w: Words) -> str:
    if key in MONEY:
        return money(value, w)
    if key.startswith("r_fan") or key in ("gini_exposure", "trust_end"):
        return decimal(value)
    return percent(value) if key in SHARES else count(round(value))


def print_assumptions(scenario: Scenario, assumptions: Sequence[Assumption], lang: Lang, path: str = "") -> None:
    """All values of a scenario in the order of the schema, with unit, trust, source and origin.

    path  the file that was loaded: places in other files are named with their file
    """
    w, out = words(lang), console()
    out.print(Text(scenario.title, style="bold"))
    if scenario.question:
        out.print(Text(scenario.question, style="dim"))
    counted = evidence_of(assumptions)
    weak = sum(a.trust in ("assumed", "weak") for a in counted)
    out.print(Text(w("terminal.resting", number=count(len(counted)), weak=count(weak)), style="dim"))
    group = None
    table = Table.grid(padding=(0, 2))
    table.add_column(ratio=5, overflow="fold")
    table.add_column(ratio=3, overflow="fold")
    table.add_column(width=8)
    table.add_column(ratio=4, overflow="fold", style="dim")
    table.expand = True
    for a in assumptions:
        head = group_of(a.key)
        if head != group:
            group = head
            table.add_row("")
            table.add_row(Text(head, style="bold"))
        unit = "" if a.unit in ("", "–") else f" {a.unit}"
        rest = a.key[len(head) :].lstrip(".") or a.key
        source = " · ".join(part for part in (a.source, _place(a.origin, path)) if part)
        table.add_row(
            Text("  " + rest),
            Text(shown_value(a.value) + unit),
            Text(a.trust, style=_TRUST_STYLE.get(a.trust, "")),
            Text(source or NOTHING),
        )
    out.print(table)


def _place(origin: str, path: str) -> str:
    """Where a value was set, in few letters: ``line 14``, ``liquor.toml · line 14``, ``douyin-2021-07``."""
    if origin == "default":
        return ""
    file, colon, line = origin.rpartition(":")
    if not (colon and line.isdigit()):
        return origin.removeprefix("preset ")
    return f"line {line}" if file == path else f"{Path(file).name} · line {line}"


def print_verdicts(found: Sequence[Any], lang: Lang) -> None:
    """Patterns of the evidence: target, observed, verdict."""
    w, out = words(lang), console()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for key in ("pattern", "meaning", "target", "observed", "verdict"):
        table.add_column(w(f"terminal.{key}"), overflow="fold")
    for v in found:
        style = "green" if v.verdict == "holds" else "bold red"
        meaning = f"{v.meaning}\n{v.note}" if v.note else v.meaning
        table.add_row(v.pattern, escape(meaning), escape(v.target), escape(v.observed), Text(v.verdict, style=style))
    out.print(table)
    held = sum(v.verdict == "holds" for v in found)
    out.print(Text(w("terminal.held", held=held, all=len(found)), style="bold"))


def progress_bars(shown: bool, *columns: Any) -> Progress:
    """Bars on standard error, for as long as something runs; none where they are not shown, nor in a pipe."""
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        *columns,
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not (shown and sys.stderr.isatty()),
    )


@contextmanager
def comparison_progress(shown: bool, lang: Lang) -> Iterator[Callable[[Any], None]]:
    """Progress of a comparison: pairs done, fan-days spent."""
    w = words(lang)
    text = TextColumn("{task.completed:.0f}/{task.total:.0f} " + w("terminal.pairs") + "  {task.fields[note]}")
    with progress_bars(shown, text) as bars:
        task = bars.add_task(w("terminal.comparing"), total=10, note="")

        def report(at: Any) -> None:
            done = getattr(at, "done", 0)
            note = getattr(at, "message", "") or f"{_short(getattr(at, 'fan_days', 0))} fan-days"
            bars.update(task, completed=done, total=max(getattr(at, "total", 0) or 0, done, 1), note=note)

        yield report


@contextmanager
def fairness_progress(shown: bool, lang: Lang) -> Iterator[Callable[[str, int, int], None]]:
    """Progress of equal spend and of the decomposition: runs done, runs in all."""
    w = words(lang)
    with progress_bars(shown, TextColumn("{task.completed:.0f}/{task.total:.0f} " + w("terminal.runs"))) as bars:
        tasks: dict[str, TaskID] = {}

        def report(part: str, done: int, total: int) -> None:
            if part not in tasks:
                tasks[part] = bars.add_task(w(f"terminal.making_{part}"), total=total)
            bars.update(tasks[part], completed=done, total=total)

        yield report


@contextmanager
def run_progress(days: int, replications: int, shown: bool, lang: Lang) -> Iterator[Callable[[int], None]]:
    """Progress of replications of one logic, by day."""
    w = words(lang)
    with progress_bars(shown, TextColumn("{task.completed:.0f}/{task.total:.0f} " + w("terminal.days"))) as bars:
        task = bars.add_task(w("terminal.running"), total=days * replications)
        yield lambda day: bars.advance(task)


@contextmanager
def validation_progress(shown: bool) -> Iterator[Callable[[Any], None]]:
    """Progress of the patterns of the evidence."""
    with progress_bars(shown) as bars:
        task = bars.add_task("…", total=None)
        yield lambda at: bars.update(
            task,
            description=str(getattr(at, "message", "") or at),
            completed=getattr(at, "done", None),
            total=getattr(at, "total", None),
        )
