"""The loop on a terminal: gain, state of the pool, reach and repurchase, and the tasks that were proposed."""

from collections.abc import Sequence
from statistics import mean

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from sim.loop import loop_parts, pool_state
from sim.report.gain import gain_in_theory, gain_of
from sim.report.numbers import bare, count, date_of, decimal, headed, money, percent
from sim.report.operation import state_of, state_text, why_text
from sim.report.words import Words
from sim.results import Comparison, Run

_TASKS_SHOWN = 8


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)


def loop_table(c: Comparison, w: Words) -> RenderableType:
    """New fans, R_fan, state of the pool, GMV per 1,000 reached, active share and repurchase rate of every logic."""
    table = _table()
    table.add_column(w("terminal.logic"), style="bold", overflow="fold")
    for key in ("joins", "r_fan", "state", "gmv_per_reach", "active_share", "repurchase_rate"):
        title = w(f"terminal.{key}")
        title = headed(title, w) if key == "gmv_per_reach" else title
        table.add_column(title, justify="right", no_wrap=key != "state")
    for logic in c.ranking:
        t = c.totals[logic]
        figures = {key: t[key].estimate if key in t else None for key in ("r_fan", "gmv_per_reach", "repurchase_rate")}
        table.add_row(
            escape(w.logic(logic)),
            count(round(t["joins"].estimate)),
            _beside_theory(figures["r_fan"], gain_in_theory(c.scenario, logic)),
            state_of(t, w),
            bare(money(figures["gmv_per_reach"], w), w),
            percent(t["active_share"].estimate),
            percent(figures["repurchase_rate"]),
        )
    return Group(table, Text(w("terminal.loop_note"), style="dim"), Text())


def _beside_theory(measured: float | None, theory: float | None) -> str:
    return decimal(measured) if theory is None else f"{decimal(measured)}/{decimal(theory)}"


def state_of_runs(runs: Sequence[Run], w: Words) -> str:
    """The state of the pool over the runs of one logic."""
    caused, exits = (sum(part) for part in zip(*(loop_parts(run.ledger) for run in runs), strict=True))
    joins = mean(run.summary["joins_per_month"] for run in runs)
    left = mean(run.summary["exits_per_month"] for run in runs)
    state = pool_state(caused / exits if exits else 0.0, joins, left)
    return w("operation.still") if state is None else state_text(state, w)


def certainty_rows(runs: Sequence[Run], w: Words) -> list[tuple[str, str]]:
    """R_fan with its interval, how sure the state of the pool is, and the value that theory gives."""
    gain, rows = gain_of(runs), []
    if gain.measured is not None:
        between = w("terminal.from_to", low=decimal(max(0.0, gain.measured.low)), high=decimal(gain.measured.high))
        rows.append((w("theory.gain_between"), f"{decimal(gain.measured.estimate)} {between}"))
    if gain.state is not None:
        rows.append((w("theory.certainty"), f"{state_text(gain.state, w)} {percent(gain.confidence)}"))
    if gain.theory is not None:
        rows.append((w("theory.gain_theory"), decimal(gain.theory)))
    return rows


def tasks_of(run: Run, w: Words) -> RenderableType:
    """The last tasks of a run: date, stage, task, why, and whether it was done; nothing without any."""
    if not run.tasks:
        return Group()
    table = _table()
    for key in ("date", "stage_head", "task", "why_head", "done"):
        table.add_column(w(f"operation.{key}"), overflow="fold")
    for advice, done in run.tasks[-_TASKS_SHOWN:]:
        task = w(f"task.{advice.task}")
        table.add_row(
            date_of(run.scenario.start, advice.day, w.lang),
            w.member(advice.stage),
            escape(f"{task} ({w.channel(advice.channel)})" if advice.channel else task),
            why_text(advice.stage, advice.rate, advice.target, w),
            "" if done is None else w("operation.yes" if done else "operation.no"),
        )
    lead = w(
        "operation.lead",
        logic=w.logic(run.logic),
        number=count(len(run.tasks)),
        done=count(sum(done is True for _, done in run.tasks)),
        shown=count(min(_TASKS_SHOWN, len(run.tasks))),
    )
    return Group(Text(lead), table)
