"""The loop on a terminal: gain, state of the pool, reach and repurchase, and the tasks that were proposed."""

from collections.abc import Sequence
from statistics import mean

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from sim.analysis.loop_gain import gain_interval, loop_verdict
from sim.loop import caused_variance, lineage, loop_parts, pool_state
from sim.report.numbers import bare, count, date_of, decimal, headed, money, percent
from sim.report.operation import state_of, state_text, why_text
from sim.report.theory_gain import gain_in_theory
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
            decimal(figures["r_fan"]),
            state_of(t, w),
            bare(money(figures["gmv_per_reach"], w), w),
            percent(t["active_share"].estimate),
            percent(figures["repurchase_rate"]),
        )
    return Group(table, Text(w("terminal.loop_note"), style="dim"), Text())


def state_of_runs(runs: Sequence[Run], w: Words) -> str:
    """The state of the pool over the runs of one logic."""
    caused, exits = (sum(part) for part in zip(*(loop_parts(run.ledger) for run in runs), strict=True))
    joins = mean(run.summary["joins_per_month"] for run in runs)
    left = mean(run.summary["exits_per_month"] for run in runs)
    state = pool_state(caused / exits if exits else 0.0, joins, left)
    return w("operation.still") if state is None else state_text(state, w)


def certainty_rows(runs: Sequence[Run], w: Words) -> list[tuple[str, str]]:
    """R_fan with its interval, how sure the state of the pool is, and the value that theory gives."""
    traced = [lineage(run.ledger) for run in runs]
    caused, exits = (sum(part) for part in zip(*(loop_parts(run.ledger) for run in runs), strict=True))
    variance = sum(caused_variance(run.ledger) for run in runs)
    joins = sum(sum(one.values()) - one["exits"] for one in traced)
    rows = []
    gain = gain_interval(caused, variance, exits)
    if gain is not None:
        between = w("terminal.from_to", low=decimal(gain.low), high=decimal(gain.high))
        rows.append((w("theory.gain_between"), f"{decimal(gain.estimate)} {between}"))
    found = loop_verdict(caused, variance, joins, exits)
    if found.state is not None:
        rows.append((w("theory.certainty"), f"{state_text(found.state, w)} {percent(found.confidence)}"))
    theory = gain_in_theory(runs[0].scenario, runs[0].logic)
    if theory is not None:
        rows.append((w("theory.gain_theory"), decimal(theory)))
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
