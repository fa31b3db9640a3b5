"""The theory of a scenario for people: the first answer in words, a table, figures."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from rich import box
from rich.table import Table
from rich.text import Text

from sim.parameters import DAYS_PER_MONTH
from sim.report.data import plain
from sim.report.numbers import NOTHING, count, decimal, money, percent
from sim.report.operation import state_text
from sim.report.terminal import console
from sim.report.words import Lang, Words, words_of
from sim.scenario.schema import Scenario
from sim.theory.curves import EVEN, MOST
from sim.theory.meanfield import Trajectory
from sim.theory.outlook import Outlook


def pushes(value: float) -> str:
    """2.4; from 10 on 21; at the largest frequency that is looked at ≥140."""
    if value > 0.99 * MOST:
        return f"≥{MOST:.0f}"
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"


def answers(o: Outlook, scenario: Scenario, w: Words) -> list[str]:
    """The first answer in words: the best frequency, what it is worth, and what becomes of the pool by itself."""
    low, high = o.nearly_best
    found = [
        w(
            "theory.best",
            logic=w.logic(o.logic),
            best=pushes(o.best.question),
            days=w.counted("day", scenario.days),
            planned=pushes(o.planned),
        ),
        w(
            f"theory.{'loses' if o.forgone >= 1.0 else 'nearly' if o.forgone > 1.0 - EVEN else 'as_good'}",
            low=pushes(low),
            high=pushes(high),
            within=percent(1.0 - EVEN, 0),
            less=percent(o.forgone),
        ),
    ]
    if math.isfinite(o.half_life):
        found.append(w("theory.halves", days=w.counted("day", round(o.half_life))))
    elif math.isfinite(o.doubling):
        found.append(w("theory.doubles", days=w.counted("day", round(o.doubling))))
    else:
        found.append(w("theory.stands"))
    return found


def rows(o: Outlook, w: Words) -> list[tuple[str, str]]:
    """The table of a logic: name and value of every figure."""
    loop = o.loop
    life = w("theory.doubling", days=w.counted("day", round(o.doubling))) if math.isfinite(o.doubling) else None
    if math.isfinite(o.half_life):
        life = w.counted("day", round(o.half_life))
    cost, parts = (
        o.acquisition_cost,
        (("feedback", loop.feedback), ("ads", loop.reinvested), ("invited", loop.referral)),
    )
    found = [
        ("planned", pushes(o.planned)),
        ("best_short", pushes(o.best.quarter)),
        ("best_days", pushes(o.best.question)),
        ("nearly_best", w("terminal.from_to", low=pushes(o.nearly_best[0]), high=pushes(o.nearly_best[1]))),
        ("best_ever", pushes(o.best.ever)),
        *zip(
            ("third_low", "third_middle", "third_high"), (pushes(x.question) for x in o.best_by_tolerance), strict=True
        ),
        ("critical", _critical(o.critical, w)),
        ("trust", decimal(o.trust)),
        ("load", decimal(o.load)),
        ("margin", money(DAYS_PER_MONTH * o.margin, w)),
        ("exits", percent(-math.expm1(-DAYS_PER_MONTH * o.exits))),
        ("value", money(o.lifetime_value, w)),
        ("cost", money(cost, w) if cost else NOTHING),
        ("value_cost", decimal(o.lifetime_value / cost if cost else None)),
        ("r_fan", decimal(loop.r_fan)),
        *((name, _part(part, loop.exits)) for name, part in parts),
        ("half_life", life or NOTHING),
        ("standing", count(round(o.standing)) if math.isfinite(o.standing) else w("theory.boundless")),
        ("extinction", percent(o.extinction)),
        ("state", NOTHING if loop.state is None else state_text(loop.state, w)),
    ]
    if o.nash is not None and o.together is not None:
        found += [("brand_alone", pushes(o.nash)), ("brands_together", pushes(o.together))]
    return [(w(f"theory.{key}"), value) for key, value in found]


def _part(births: float, exits: float) -> str:
    """A part of R_fan, or nothing where nobody comes so."""
    return decimal(births / exits) if births > 0.0 and exits > 0.0 else NOTHING


def _critical(frequency: float, w: Words) -> str:
    if math.isinf(frequency):
        return w("theory.never_")
    return pushes(frequency) if frequency > 0 else w("theory.always")


def print_theory(found: Sequence[Outlook], scenario: Scenario, lang: Lang) -> None:
    """Words first, then the table, a column for each logic."""
    w, out = words_of(scenario, lang), console()
    for o in found:
        first, *others = answers(o, scenario, w)
        out.print(Text(first, style="bold"))
        out.print(Text(("" if lang == "zh" else " ").join(others)))
        out.print()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, title=None)
    table.add_column(w("theory.title"), overflow="fold")
    columns = [dict(rows(o, w)) for o in found]
    for o in found:
        table.add_column(w.logic(o.logic), justify="right", overflow="fold")
    for name in columns[0]:
        cells = [column[name] for column in columns]
        if any(cell != NOTHING for cell in cells):
            table.add_row(name, *cells)
    out.print(table)
    loop = found[0].loop
    out.print(Text(w("theory.note", first=count(loop.first + 1), last=count(loop.last + 1)), style="dim"))


def plain_theory(found: Sequence[Outlook]) -> dict[str, Any]:
    """The same as plain data: money in cents, rates per day, frequencies per week; what is infinite is null."""
    return {"theory": {o.logic: plain(o) | {"loop": plain(o.loop) | {"r_fan": o.loop.r_fan}} for o in found}}


def write_theory(
    found: Sequence[Outlook], means: Sequence[Trajectory], scenario: Scenario, folder: Path, lang: Lang
) -> None:
    """Write theory.json, the mean field by day as mean-field.csv, and the figures."""
    import csv
    import json

    from sim.report.style import drawing, has_chinese_font, png_of, svg_of

    (folder / "theory.json").write_text(
        json.dumps(plain_theory(found), ensure_ascii=False, indent=2, allow_nan=False), encoding="utf-8"
    )
    with (folder / "mean-field.csv").open("w", encoding="utf-8", newline="") as opened:
        table = csv.writer(opened)
        table.writerow(("logic", "day", "fans", "joins", "exits", "orders", "margin"))
        for mean in means:
            columns = mean.columns()
            table.writerows((mean.logic, day, *row) for day, row in enumerate(zip(*columns, strict=True)))
    for suffix, save in (("svg", lambda f: svg_of(f).encode()), ("png", png_of)):
        w = words_of(scenario, lang if lang == "en" or suffix == "svg" or has_chinese_font() else "en")
        with drawing():
            (folder / f"frequency.{suffix}").write_bytes(save(frequency_figure(found, scenario, w)))
            (folder / f"mean-field.{suffix}").write_bytes(save(mean_figure(means, scenario, w)))


def frequency_figure(found: Sequence[Outlook], scenario: Scenario, w: Words) -> Any:
    """What a fan earns within a quarter and within the question, by push frequency; a dot: the plan."""
    from sim.report.axes import in_money
    from sim.report.style import canvas, colours, dashes

    figure, panels = canvas(1, 2, 3.2)
    colour, dash = colours(scenario), dashes([o.logic for o in found])
    for axes, days, name in ((panels[0], 91, "quarter"), (panels[1], scenario.days, "question")):
        for o in found:
            f = [point.frequency for point in o.curve]
            value = [getattr(point, name) for point in o.curve]
            axes.plot(f, value, color=colour[o.logic], ls=dash[o.logic], label=w.logic(o.logic))
            best: float = getattr(o.best, name)
            axes.plot([best], [float(np.interp(best, f, value))], "v", color=colour[o.logic])
            axes.plot([o.planned], [float(np.interp(o.planned, f, value))], "o", color=colour[o.logic])
        axes.set_xscale("symlog", linthresh=1)
        axes.set_xticks([0, 1, 3, 7, 21, 70], ["0", "1", "3", "7", "21", "70"])
        axes.set_xlabel(w("theory.axis_f"))
        axes.set_title(w("theory.axis_v", days=w.counted("day", days)), loc="left", fontsize=9)
        in_money(axes, w)
    panels[0].legend(frameon=False, fontsize=8)
    figure.suptitle(w("theory.value_by_f"), x=0.02, ha="left", fontsize=10)
    return figure


def mean_figure(means: Sequence[Trajectory], scenario: Scenario, w: Words) -> Any:
    """Followers in the mean field by day."""
    from sim.report.axes import calendar, dates, in_counts
    from sim.report.style import canvas, colours, dashes

    figure, (axes,) = canvas(1, 1, 3.0)
    colour, dash = colours(scenario), dashes([mean.logic for mean in means])
    for mean in means:
        fans = mean.columns()[0]
        axes.plot(dates(scenario.start, len(fans)), fans, color=colour[mean.logic], ls=dash[mean.logic],
                  label=w.logic(mean.logic))  # fmt: skip
    calendar(axes, scenario.start, scenario.days, w.lang)
    in_counts(axes)
    axes.set_ylim(bottom=0)
    axes.set_ylabel(w("theory.axis_fans"))
    axes.set_title(w("theory.fans_mean"), loc="left", fontsize=10)
    axes.legend(frameon=False, fontsize=8)
    return figure
