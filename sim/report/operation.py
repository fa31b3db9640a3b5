"""How the brand is operated: the loop's stages and gain, and the tasks that an advisor proposed (E-20, E-29, E-51)."""

from collections.abc import Sequence

import numpy as np

from sim.domains import PoolState, Stage
from sim.loop import STAGE_RATES, WINDOW, pool_state, stage_counts
from sim.report.cells import Cell, Row, Table
from sim.report.gain import gain_in_theory, gain_of
from sim.report.numbers import NOTHING, count, date_of, decimal, known, money, percent
from sim.report.words import Words
from sim.results import CAUSES_BY_FANS, Comparison, Interval, Run

_STEPS = (  # the three steps (三步走, E-52)
    (1, (Stage.ACQUIRE, Stage.DEPOSIT)),
    (2, (Stage.ACTIVATE,)),
    (3, (Stage.CONVERT, Stage.REPURCHASE, Stage.FISSION)),
)
_LAST = 28  # days over which indices are shown


def operation_tables(c: Comparison, w: Words) -> tuple[Table, ...]:
    """The loop, its stages, and the tasks of every logic that took any on."""
    heads = tuple(w.logic(logic) for logic in c.logics)
    advised = [logic for logic in c.logics if c.runs[logic][0].tasks]
    return (
        Table(w("operation.loop"), heads, tuple(_loop(c, w)), w("operation.loop_note")),
        Table(w("operation.stages"), heads, tuple(_stages(c, w)), w("operation.stages_note")),
        *(_summary(logic, c.runs[logic], w) for logic in advised),
        *(_list(logic, c.runs[logic][0], w) for logic in advised),
    )


def _loop(c: Comparison, w: Words) -> list[Row]:
    def late(logic: str, observable: str) -> str:
        return count(round(float(np.asarray(c.bands[logic][observable].mean)[-_LAST:].mean())))

    def each(key: str, *cells: Cell) -> Row:
        return Row(w(key), cells)

    totals = [c.totals[logic] for logic in c.logics]
    theory = [gain_in_theory(c.scenario, logic) for logic in c.logics]
    parts = [part for cause in CAUSES_BY_FANS if _any(part := f"r_fan_{cause}", totals)]
    return [
        each("totals.joins", *(Cell(count(round(t["joins"].estimate))) for t in totals)),
        Row(w("totals.r_fan"), tuple(_gain_cell(t.get("r_fan"), w) for t in totals), strong=True),
        *(each(f"totals.{part}", *(_gain_cell(t.get(part), w) for t in totals)) for part in parts),
        each("theory.gain_theory", *(Cell(decimal(gain)) for gain in theory)),
        each("operation.state", *(_state_cell(c, logic, w) for logic in c.logics)),
        each("totals.gmv_per_reach", *(Cell(_money(t, "gmv_per_reach", w)) for t in totals)),
        each("totals.gmv_per_push", *(Cell(_money(t, "gmv_per_push", w)) for t in totals)),
        each("operation.operating_value", *(Cell(late(logic, "operating_value")) for logic in c.logics)),
        each("operation.popularity_value", *(Cell(late(logic, "popularity_value")) for logic in c.logics)),
    ]


def _gain_cell(gain: Interval | None, w: Words) -> Cell:
    if gain is None:
        return Cell(NOTHING)
    if not (known(gain.low) and known(gain.high)):
        return Cell(decimal(gain.estimate))
    return Cell(decimal(gain.estimate), w("terminal.from_to", low=decimal(max(0.0, gain.low)), high=decimal(gain.high)))


def _any(figure: str, totals: Sequence[dict[str, Interval]]) -> bool:
    return any(figure in t and t[figure].estimate > 0.0 for t in totals)


def _state_cell(c: Comparison, logic: str, w: Words) -> Cell:
    """The state of the pool, and how sure it is where it is said."""
    state = state_of(c.totals[logic], w)
    gain = gain_of(c.runs[logic])
    if gain.state is None or state != state_text(gain.state, w) or not known(gain.confidence):
        return Cell(state)
    return Cell(state, w("theory.sure", share=percent(gain.confidence)))


def _money(totals: dict[str, Interval], key: str, w: Words) -> str:
    return money(totals[key].estimate, w) if key in totals else NOTHING


def state_of(totals: dict[str, Interval], w: Words) -> str:
    """Growing, fed or depleting, from the figures of a logic; not said where the gain is not told apart from 1."""
    joins, exits = (totals[f"{key}_per_month"].estimate for key in ("joins", "exits"))
    gain = totals.get("r_fan")
    if gain is not None and gain.low <= 1.0 <= gain.high and joins >= exits:
        return w("operation.open")
    state = pool_state(gain.estimate if gain is not None else 0.0, joins, exits)
    return w("operation.still") if state is None else state_text(state, w)


def state_text(state: PoolState, w: Words) -> str:
    """The state of a pool in words."""
    return w(f"state.{state.name.lower()}")


def _stages(c: Comparison, w: Words) -> list[Row]:
    sums = {logic: _sums(c.runs[logic]) for logic in c.logics}
    rows = []
    for step, stages in _STEPS:
        for stage in stages:
            rate = STAGE_RATES[stage]
            if stage == Stage.FISSION and not any(sums[logic][rate.count] for logic in c.logics):
                continue  # nothing in the scenario lets fans invite
            label = w("operation.stage", step=step, stage=w.member(stage), what=w(f"stage.{stage.name.lower()}"))
            cells = []
            for logic in c.logics:
                base = sums[logic][rate.of]
                cells.append(Cell(rate_text(stage, rate.scale * sums[logic][rate.count] / base) if base else NOTHING))
            rows.append(Row(label, tuple(cells)))
        if step == 2:
            kept = (percent(max(0.0, 1.0 - c.totals[x]["exits_per_month"].estimate)) for x in c.logics)
            label = w("operation.stage", step=step, stage=w("operation.retain"), what=w("operation.retained"))
            rows.append(Row(label, tuple(map(Cell, kept))))
    return rows


def _sums(runs: Sequence[Run]) -> dict[str, float]:
    """Counters of the stages over the last 90 days of all runs."""
    counted = [stage_counts(run.ledger) for run in runs]
    return {name: float(sum(one[name][-WINDOW:].sum() for one in counted)) for name in counted[0]}


def rate_text(stage: Stage, value: float) -> str:
    """The rate of a stage as people read it."""
    if stage in (Stage.DEPOSIT, Stage.ACTIVATE, Stage.REPURCHASE):
        return percent(value)
    return decimal(value, 4 if stage == Stage.CONVERT else 2)


def _summary(logic: str, runs: Sequence[Run], w: Words) -> Table:
    """How often each task was proposed in a run, and how often it was done."""
    counts: dict[tuple[Stage, str], list[int]] = {}
    for run in runs:
        for advice, done in run.tasks:
            proposed = counts.setdefault((advice.stage, advice.task), [0, 0, 0])
            proposed[0] += 1
            proposed[1] += done is not None
            proposed[2] += done is True
    rows = [
        Row(
            w(f"task.{task}"),
            (
                Cell(w.member(stage)),
                Cell(decimal(proposed / len(runs), 1)),
                Cell(percent(done / judged) if judged else NOTHING),
            ),
        )
        for (stage, task), (proposed, judged, done) in sorted(counts.items(), key=lambda one: (-one[1][0], one[0]))
    ]
    heads = (w("operation.for_stage"), w("operation.per_run"), w("operation.done_share"))
    return Table(w("operation.tasks", logic=w.logic(logic)), heads, tuple(rows), w("operation.tasks_note"), even=False)


def _list(logic: str, run: Run, w: Words) -> Table:
    """Every task of a run: date, stage, task, why, and whether it was done."""
    rows = [
        Row(
            date_of(run.scenario.start, advice.day, w.lang),
            (
                Cell(w.member(advice.stage)),
                Cell(w(f"task.{advice.task}"), w.channel(advice.channel)),
                Cell(why_text(advice.stage, advice.rate, advice.target, w)),
                Cell(NOTHING if done is None else w("operation.yes" if done else "operation.no")),
            ),
        )
        for advice, done in run.tasks
    ]
    heads = (w("operation.for_stage"), w("operation.task"), w("operation.why_head"), w("operation.done"))
    return Table(
        w("operation.list", logic=w.logic(logic), number=count(len(rows))),
        heads,
        tuple(rows),
        w("operation.list_note"),
        even=False,
        folded=True,
    )


def why_text(stage: Stage, rate: float, target: float, w: Words) -> str:
    """Why a task was proposed: the stage's rate against its target."""
    return w("operation.why", rate=rate_text(stage, rate), target=rate_text(stage, target))
