"""Studies in the terminal: sentences and tables of sensitivity, regime maps, optimisation and sweeps."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich import box
from rich.padding import Padding
from rich.progress import TextColumn
from rich.table import Table
from rich.text import Text

from sim.analysis.flips import Box, Limit
from sim.analysis.regimes import SURE
from sim.domains import PoolState
from sim.report.numbers import percent, percent_interval
from sim.report.sensitivity_figures import title_of
from sim.report.study_axes import words_for
from sim.report.study_names import figure_name, short_name, told
from sim.report.study_write import named_plans
from sim.report.terminal import console, progress_bars
from sim.report.words import Lang, Words, words
from sim.results import Interval
from sim.scenario import Scenario
from sim.studies.optimise import Judged, Optimum
from sim.studies.regimes import RegimeMap
from sim.studies.responses import Responses
from sim.studies.sensitivity import Flip, Sensitivity

_SHOWN_LEAVES = 3


@contextmanager
def study_progress(visible: bool, lang: Lang, unit: str = "runs") -> Iterator[Callable[..., None]]:
    """Progress of a study: so many of so many, and a note."""
    w = words(lang)
    text = TextColumn("{task.completed:.0f}/{task.total:.0f} " + w(f"study.{unit}") + "  {task.fields[note]}")
    with progress_bars(visible, text) as bars:
        task = bars.add_task("", total=1, note="")
        yield lambda done, total, note="": bars.update(task, completed=done, total=max(1, total), note=note)


def print_sensitivity(found: Sensitivity, scenario: Scenario, target: Path, lang: Lang) -> None:
    """Indices by factor, the share of luck, and where the conclusion flips."""
    out, w = console(), words_for(scenario, lang)
    out.print()
    out.print(Text(title_of(found, w), style="bold"))
    out.print(Text(w("study.sample", points=f"{found.points:,}", runs=found.replications), style="dim"))
    out.print(_indices_table(found, w))
    if found.noise is None:
        out.print(w("study.luck_unknown"))
    else:
        share, low, high = percent_interval(found.noise.share)
        out.print(w("study.luck", share=share, low=low, high=high))
    if found.flip is not None:
        _print_flip(out, found.flip, w)
    _print_place(out, target, w)


def _indices_table(found: Sensitivity, w: Words) -> Table:
    indices = found.indices
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column(w("study.factor"), overflow="fold")
    table.add_column(w(f"study.{indices.method}"), justify="right")
    if indices.total is not None:
        table.add_column(w("study.total"), justify="right", style="bold")
    if indices.spread is not None:
        table.add_column("σ", justify="right")
    in_unit = indices.method == "morris"
    for k in indices.ranked:
        cells = [_between(indices.first[k], found.figure, w) if in_unit else _index(indices.first[k])]
        if indices.total is not None:
            cells.append(_index(indices.total[k]))
        if indices.spread is not None:
            cells.append(told(found.figure, indices.spread[k], w))
        table.add_row(indices.names[k], *cells)
    if indices.floor is not None:
        table.add_row(Text(w("study.floor"), style="dim"), f"{indices.floor:.2f}")
    return table


def _index(interval: Interval) -> str:
    return f"{interval.estimate:.2f} ({interval.low:.2f} … {interval.high:.2f})".replace("-", "−")


def _between(interval: Interval, figure: str, w: Words) -> str:
    estimate, low, high = (told(figure, value, w) for value in (interval.estimate, interval.low, interval.high))
    return f"{estimate} ({low} … {high})"


def _print_flip(out: Any, flip: Flip, w: Words) -> None:
    logic, reference = w.logic(flip.logic), w.logic(flip.reference)
    out.print()
    out.print(Text(w("study.share_won", logic=logic, reference=reference), style="bold"))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    for name in (w("study.after_days"), w("study.wins"), *(w("study.clearly", logic=x) for x in (logic, reference))):
        table.add_column(name, justify="right")
    for day, share in zip(flip.days, flip.shares, strict=True):
        estimate, low, high = percent_interval(share.wins)
        parts = (percent(share.clear.estimate), percent(share.against.estimate))
        table.add_row(f"{day}", f"{estimate} ({low} … {high})", *parts)
    out.print(table)
    out.print(w("study.contested", days=flip.contested))
    if flip.decided is None:
        out.print(w("study.undecided", why=flip.why))
        return
    decided = flip.decided
    if decided.box is None:
        out.print(w("study.no_box"))
    else:
        said = {"limits": limits_text(decided.box.limits, w), "logic": logic}
        out.print(w("study.box", **said, **_percents(decided.box)))
    for leaf in decided.leaves[:_SHOWN_LEAVES]:
        line = w("study.leaf", limits=limits_text(leaf.limits, w), logic=logic, **_percents(leaf))
        out.print(Padding(Text(line), (0, 0, 0, 2)))
    ranked = ", ".join(f"{name} {percent(share)}" for name, share in decided.importance.items() if share >= 0.01)
    out.print(w("study.importance", ranked=ranked))


def _percents(part: Box) -> dict[str, str]:
    return {name: percent(getattr(part, name)) for name in ("coverage", "density", "mass")}


def limits_text(limits: Sequence[Limit], w: Words) -> str:
    """Limits of a box in one phrase: "x ≥ 0.4 and y < 12"."""
    said = []
    for limit in limits:
        if limit.values:
            said.append(f"{limit.factor} = {'/'.join(map(str, limit.values))}")
        elif limit.low is not None and limit.high is not None:
            said.append(f"{limit.low:.3g} ≤ {limit.factor} ≤ {limit.high:.3g}")
        elif limit.low is not None:
            said.append(f"{limit.factor} ≥ {limit.low:.3g}")
        elif limit.high is not None:
            said.append(f"{limit.factor} ≤ {limit.high:.3g}")
    return w.listed(said)


def print_regimes(found: RegimeMap, scenario: Scenario, target: Path, lang: Lang) -> None:
    """Points by regime, how many of them are sure, and how far the theory is from them."""
    out, w = console(), words_for(scenario, lang)
    out.print()
    out.print(Text(w("study.map_over", x=found.factors[0], y=found.factors[1]), style="bold"))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("")
    for name in (*(w.member(state) for state in PoolState), w("study.sure"), w("study.failed")):
        table.add_column(name, justify="right")
    for logic, cells in found.cells.items():
        regimes = [cell.regime for cell in cells if cell.regime is not None]
        counts = [str(sum(regime.state == state for regime in regimes)) for state in PoolState]
        sure = sum(regime.confidence >= SURE for regime in regimes)
        table.add_row(w.logic(logic), *counts, f"{sure}/{len(regimes)}", str(len(cells) - len(regimes)))
    out.print(table)
    for logic in found.theory:
        if (far := found.apart(logic)) is not None:
            parts = {"area": percent(far.area), "missed": str(far.missed), "sure": str(far.sure)}
            out.print(w("study.apart", logic=w.logic(logic), **parts))
    _print_place(out, target, w)


def print_optimum(found: Optimum, target: Path, lang: Lang) -> None:
    """The plans on fresh pairs beside the logics of the file, and what the search had hoped."""
    out, w = console(), words_for(found.scenario, lang)
    out.print()
    by_status = {s: sum(trial.status == s for trial in found.trials) for s in ("done", "pruned", "failed")}
    aims = w.listed([figure_name(aim, w) for aim in found.aims])
    out.print(Text(w("study.best_plan", aims=aims, days=found.scenario.days), style="bold"))
    out.print(Text(w("study.searched", all=len(found.trials), sampler=found.sampler, **by_status), style="dim"))
    for name, plan in named_plans(found).items() if len(found.chosen) == 1 else ():
        out.print(_plan_table(name, plan, found))
    if found.judged:
        out.print(_judged_table(found, w))
        out.print(Text(w("study.fresh_note", pairs=found.fresh_pairs, seed=found.fresh_seed), style="dim"))
        best = found.judged[0]
        for aim in found.aims if len(found.chosen) == 1 else ():
            out.print(_lead_sentence(best, aim, w))
    else:
        out.print(w("study.not_judged"))
    _print_place(out, target, w, "best.toml")


def _plan_table(name: str, plan: dict[str, Any], found: Optimum) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_header=False)
    for knob in found.knobs:
        value: Any = plan
        for part in knob.path:
            value = value[part]
        table.add_row(f"logics.{name}.{knob.key}", f"{value:.3g}")
    return table


def _judged_table(found: Optimum, w: Words) -> Table:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column("")
    for figure in ("margin", "fans_end", "spend", "trust_end"):
        table.add_column(short_name(figure, w), justify="right")
    for aim in found.aims:
        table.add_column(w("study.hoped_of", figure=short_name(aim, w)), justify="right", style="dim")
    for judged in found.judged:
        cells = [
            _between(judged.figures[figure], figure, w) if figure in found.aims
            else told(figure, judged.figures[figure].estimate, w)
            for figure in ("margin", "fans_end", "spend", "trust_end")
        ]  # fmt: skip
        hoped = [told(aim, judged.hoped[aim], w) for aim in found.aims]
        table.add_row(w.logic(judged.name), *cells, *hoped)
    return table


def _lead_sentence(best: Judged, aim: str, w: Words) -> str:
    assert best.lead is not None
    lead = best.lead[aim]
    key = "ahead" if lead.low > 0.0 else "behind" if lead.high < 0.0 else "open"
    parts = {name: told(aim, getattr(lead, name), w) for name in ("estimate", "low", "high")}
    curse = told(aim, best.hoped[aim] - best.figures[aim].estimate, w)
    return w(f"study.plan_{key}", figure=figure_name(aim, w), curse=curse, **parts)


def print_responses(found: Responses, scenario: Scenario, target: Path, lang: Lang) -> None:
    """The curves of each factor as a table: figure by value and logic."""
    out, w = console(), words_for(scenario, lang)
    for factor, by_figure in found.curves.items():
        out.print()
        out.print(Text(factor, style="bold"))
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
        table.add_column("")
        columns = [(figure, logic) for figure, by_logic in by_figure.items() for logic in by_logic][:4]
        for figure, logic in columns:
            table.add_column(f"{short_name(figure, w)}\n{w.logic(logic)}", justify="right")
        first = next(iter(next(iter(by_figure.values())).values()))
        for at, value in enumerate(first.values):
            cells = []
            for figure, logic in columns:
                curve = by_figure[figure][logic]
                interval = Interval(float(curve.mean[at]), float(curve.low[at]), float(curve.high[at]))
                cells.append(_between(interval, figure, w))
            table.add_row(f"{value:.3g}" if isinstance(value, float) else str(value), *cells)
        changes = [by_figure[figure][logic].change for figure, logic in columns]
        if any(changes):
            cells = ["" if c is None else _between(c, f, w) for c, (f, _) in zip(changes, columns, strict=True)]
            table.add_section()
            table.add_row(w("study.change"), *cells)
        out.print(table)
    _print_place(out, target, w, "figures/")


def _print_place(out: Any, target: Path, w: Words, first: str = "figures/") -> None:
    out.print()
    out.print(Text(w("study.place", place=f"{target}/{first}"), style="dim"))
