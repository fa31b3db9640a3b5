"""Chapters 2 to 6 of the report: what each says, shows and counts."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from sim.domains import CAUSES, Cause, Domain, Source, Tier
from sim.report.cells import Cell, Chapter, Row, Table
from sim.report.cells import count_cell as _count_cell
from sim.report.cells import counts as _counts
from sim.report.cells import gain_cell as _gain_cell
from sim.report.cells import money_cell as _money_cell
from sim.report.cells import percent_cell as _percent_cell
from sim.report.cells import percents as _percents
from sim.report.ladder import Ladder, ladder_of
from sim.report.numbers import (
    count,
    date_of,
    decimal,
    money,
    percent,
    rounded,
    trend,
)
from sim.report.operation import operation_tables
from sim.report.own_figures import own_figures_tables
from sim.report.rivals import rivals_chapter
from sim.report.tables import (
    Floats,
    Money,
    domain_flows,
    money_of,
    retention,
    tier_shares,
    totals_by,
)
from sim.report.verdict import bootstraps, is_unclear, led_at_once
from sim.report.words import Words
from sim.results import Comparison, Interval

_NOTHING = Interval(math.nan, math.nan, math.nan)
_AGES = (1, 3, 6, 12, 18, 24, 36)
_NOT_EVERYWHERE = ("friction", "incentives", "service", "sources")  # costs that many scenarios do not have


def chapters_of(c: Comparison, w: Words) -> tuple[Chapter, ...]:
    """The chapters in the order of the report; the verdict comes before, fairness and assumptions after them."""
    makers: tuple[Callable[[Comparison, Words], Chapter], ...] = (course, movements, pool, money_chapter, stakes)
    if c.scenario.rivals:
        makers = (*makers[:-1], rivals_chapter, makers[-1])
    return tuple(make(c, w) for make in makers)


def _heads(c: Comparison, w: Words) -> tuple[str, ...]:
    return tuple(w.logic(logic) for logic in c.logics)


def _total(c: Comparison, logic: str, key: str) -> Interval:
    return c.totals[logic].get(key) or _NOTHING


def course(c: Comparison, w: Words) -> Chapter:
    """Cumulative margin and fans, and the figures of each logic in one table."""
    rows = [
        Row(w("totals.margin"), tuple(_money_cell(_total(c, x, "margin"), w) for x in c.logics), strong=True),
        Row(w("totals.gmv"), tuple(_gain_cell(_total(c, x, "gmv"), w) for x in c.logics)),
    ]
    for key, shown in (
        ("fans_end", _count_cell),
        ("joins", _count_cell),
        ("exits", _count_cell),
        ("exits_per_month", _percent_cell),
        ("orders", _count_cell),
        ("delivered", _count_cell),
        ("open_rate", _percent_cell),
    ):
        rows.append(Row(w(f"totals.{key}"), tuple(shown(_total(c, x, key), w) for x in c.logics)))
    note = w("page.interval_note") + w("list.space") + w("page.opens_note")
    tables = [Table(w("page.per_logic"), _heads(c, w), tuple(rows), note)]
    ladder = ladder_of(c)
    if ladder:
        tables.append(_ladder_table(c, ladder, w))
    if len(c.logics) > 2 and not (ladder and _says_it_all(c, ladder)):
        tables.append(_against_best(c, w))
    return Chapter("course", w("chapter.course"), (w("course.lead"),), ("margin", "fans"), tuple(tables))


def _against_best(c: Comparison, w: Words) -> Table:
    best = c.ranking[0]
    rows = []
    for other in c.ranking[1:]:
        duel = c.duels[best, other]
        since = Cell(crossover_text(c, best, other, w))
        cells = (_money_cell(duel.final, w), since, _percent_cell(duel.wins, w))
        rows.append(Row(w.logic(other), cells))
    columns = (w("page.difference"), w("page.ahead_since"), w("page.probability"))
    return Table(w("page.against", winner=w.logic(best)), columns, tuple(rows), even=False)


def _says_it_all(c: Comparison, ladder: Ladder) -> bool:
    """True where the leader is the ladder's growth logic, and all others are its rungs."""
    return c.ranking[0] == ladder.growth and len(ladder.rungs) == len(c.logics) - 1


def _ladder_table(c: Comparison, ladder: Ladder, w: Words) -> Table:
    """The growth logic against every rung: how hard it pushes, who leads at the end, since when, how surely."""
    rows = []
    for rung in ladder.rungs:
        duel = c.duels[ladder.growth, rung.logic]
        cells = (
            Cell(f"{rung.a_day:.3g}"),
            Cell(w("operation.yes" if rung.escalates else "operation.no")),
            _money_cell(duel.final, w),
            Cell(crossover_text(c, ladder.growth, rung.logic, w)),
            _percent_cell(duel.wins, w),
        )
        rows.append(Row(w.logic(rung.logic), cells))
    names = {"growth": w.logic(ladder.growth)}
    keys = ("a_day", "escalates", "lead", "ahead_since", "probability")
    columns = tuple(w(f"ladder.column_{key}", **names) for key in keys)
    return Table(w("ladder.caption", **names), columns, tuple(rows), w("ladder.note"), even=False)


def crossover_text(c: Comparison, logic: str, other: str, w: Words) -> str:
    """From which day a logic leads another, in a cell."""
    duel = c.duels[logic, other]
    cross = duel.crossover
    if cross.day is None:
        return w("page.beyond") + bootstraps(c, duel, "page.bootstraps", w)
    if is_unclear(duel):
        return w("stakes.open")
    if led_at_once(cross):
        return w("page.first_week")
    high = w("terminal.horizon") if cross.high is None else count(cross.high + 1)
    return w(
        "page.day_interval",
        day=count(cross.day + 1),
        date=date_of(c.scenario.start, cross.day, w.lang),
        low=count((cross.low or 0) + 1),
        high=high,
    )


def movements(c: Comparison, w: Words) -> Chapter:
    """Where fans came from and went, and why they left."""
    flows = {logic: domain_flows(c.runs[logic]) for logic in c.logics}
    rows = []
    for a in (3, *Domain):
        for b in Domain:
            moved = [flows[logic][a, b] for logic in c.logics]
            if a != b and any(moved):
                origin = w("page.untouched") if a == 3 else w.member(Domain(a))
                rows.append(Row(f"{origin} → {w.member(b)}", _counts(moved, w)))
    moves = Table(w("page.moves"), _heads(c, w), tuple(rows), w("page.moves_note"))
    exits = {logic: totals_by(c.runs[logic], "EXITS")[:CAUSES] for logic in c.logics}
    why = [
        Row(
            f"{w.member(cause)}{w('list.colon')}{w(f'cause.{cause.name.lower()}')}",
            tuple(_of_all(exits[logic][cause], exits[logic].sum(), w) for logic in c.logics),
        )
        for cause in Cause
    ]
    why.append(Row(w("page.all_exits"), _counts((exits[x].sum() for x in c.logics), w), strong=True))
    joins = {logic: totals_by(c.runs[logic], "JOINS") for logic in c.logics}
    whence = [
        Row(w.member(s), tuple(_of_all(joins[x][s], joins[x].sum(), w) for x in c.logics))
        for s in Source
        if any(joins[x][s] for x in c.logics)
    ]
    whence.append(Row(w("page.all_joins"), _counts((joins[x].sum() for x in c.logics), w), strong=True))
    tables = (
        Table(w("page.why"), _heads(c, w), tuple(why)),
        Table(w("page.whence"), _heads(c, w), tuple(whence)),
        moves,
    )
    return Chapter("movements", w("chapter.movements"), _reasons(c, exits, w), ("flows",), tables)


def _of_all(part: float, whole: float, w: Words) -> Cell:
    return Cell(rounded(part, w.lang), percent(part / whole) if part else "")


def _reasons(c: Comparison, exits: dict[str, Floats], w: Words) -> tuple[str, ...]:
    found = []
    for logic in c.logics if len(c.logics) <= 3 else c.ranking[:2]:
        every = float(exits[logic].sum())
        if every:
            cause = Cause(int(exits[logic].argmax()))
            found.append(
                w(
                    "movements.reason",
                    logic=w.logic(logic),
                    exits=w.counted("fan", every, rounded(every, w.lang)),
                    cause=w.member(cause),
                    share=percent(float(exits[logic][cause]) / every),
                )
            )
    return tuple(found)


def pool(c: Comparison, w: Words) -> Chapter:
    """Half-life, retention, tiers, trust and load."""
    end = c.scenario.days - 1
    last = slice(max(0, end - 27), end + 1)

    def late(logic: str, observable: str) -> float:
        return float(np.mean(np.asarray(c.bands[logic][observable].mean)[last]))

    kept = {logic: retention(c.runs[logic]) for logic in c.logics}
    rows = [Row(w("pool.trend"), tuple(Cell(_trend(c, logic, w)) for logic in c.logics), strong=True)]
    rows += [
        Row(w(f"totals.{key}"), tuple(_percent_cell(_total(c, x, key), w) for x in c.logics))
        for key in ("joins_per_month", "exits_per_month")
    ]
    months = min(len(k.pool) for k in kept.values())
    rows += [
        Row(w("pool.left_after", months=w.counted("month", m)), _percents(float(kept[x].pool[m - 1]) for x in c.logics))
        for m in _AGES
        if m <= months
    ]
    for tier in reversed(Tier):
        shares = _percents(float(tier_shares(c.runs[x])[last, tier].mean()) for x in c.logics)
        rows.append(Row(w("pool.tier", tier=w.member(tier)), shares))
    for key in ("trust_mean", "load_mean"):
        rows.append(Row(w(f"pool.{key}"), tuple(Cell(decimal(late(x, key))) for x in c.logics)))
    rows.append(Row(w("pool.active_share"), _percents(late(x, "active_share") for x in c.logics)))
    table = Table(w("page.pool_table"), _heads(c, w), tuple(rows), w("pool.note"))
    return Chapter(
        "pool",
        w("chapter.pool"),
        (w("pool.lead"),),
        ("retention", "tiers", "trust-and-load"),
        (table, *operation_tables(c, w)),
    )


def _trend(c: Comparison, logic: str, w: Words) -> str:
    """Half-life of a shrinking pool or doubling time of a growing one, from its mean rates."""
    joins, exits = (_total(c, logic, f"{key}_per_month").estimate for key in ("joins", "exits"))
    return trend(joins, exits, c.scenario.days, w)


def money_chapter(c: Comparison, w: Words) -> Chapter:
    """GMV by channel and kind of buyer, costs, acquisition cost, lifetime value, payback."""
    books = {logic: money_of(c.runs[logic]) for logic in c.logics}

    def row(key: str, values: Sequence[float], strong: bool = False) -> Row:
        return Row(w(f"money.{key}"), tuple(Cell(money(value, w)) for value in values), strong)

    each = [books[logic] for logic in c.logics]

    def costs(*keys: str) -> list[Row]:
        found = {key: [-getattr(book, key) for book in each] for key in keys}
        return [row(key, values) for key, values in found.items() if key not in _NOT_EVERYWHERE or any(values)]

    account = Table(
        w("page.account"),
        _heads(c, w),
        (
            row("gmv", [b.gmv for b in each], strong=True),
            *costs("goods", "commission", "friction", "fees", "incentives"),
            row("contribution", [b.contribution for b in each], strong=True),
            *costs("ads", "content", "service", "sources"),
            row("margin", [b.margin for b in each], strong=True),
            Row(w("money.left"), tuple(Cell(money(_left(c, logic), w)) for logic in c.logics)),
        ),
        w("money.account_note"),
    )

    def share(part: float, book: Money) -> Cell:
        return Cell(money(part, w), percent(part / book.gmv) if part else "")

    buyers = [
        Row(w(f"money.{key}"), tuple(share(getattr(b, key), b) for b in each))
        for key in ("followers", "others", "first", "returning")
    ]
    channels = [
        Row(
            w.channel(name) if name else w("figure.no_channel"),
            tuple(share(b.by_channel[name], b) for b in each),
        )
        for name in each[0].by_channel
        if any(b.by_channel[name] for b in each)
    ]
    unit = [
        Row(w(f"totals.{key}"), tuple(cell(_total(c, x, key), w) for x in c.logics))
        for key, cell in (("acquisition_cost", _gain_cell), ("lifetime_value", _money_cell))
    ]
    unit.append(
        Row(
            w("totals.payback_days"),
            tuple(_count_cell(_total(c, x, "payback_days"), w) for x in c.logics),
        )
    )
    tables = (
        account,
        Table(w("page.by_channel"), _heads(c, w), tuple(channels)),
        Table(w("page.by_buyer"), _heads(c, w), tuple(buyers)),
        Table(w("page.per_fan"), _heads(c, w), tuple(unit), w("money.unit_note")),
    )
    served = [table for table in (_service_and_leads(c, w),) if table.rows]
    every = (*tables, *own_figures_tables(c, w), *served)
    return Chapter("money", w("chapter.money"), (w("money.lead"),), ("gmv",), every)


def _service_and_leads(c: Comparison, w: Words) -> Table:
    """What people asked, how soon they were answered, and what became of leads; no rows where nobody asked."""
    rows = [
        Row(w(f"totals.{key}"), tuple(cell(_total(c, x, key), w) for x in c.logics))
        for key, cell in (
            ("queued", _count_cell),
            ("promise_kept", _percent_cell),
            ("leads", _count_cell),
            ("qualified", _count_cell),
            ("sales_leads", _count_cell),
            ("lead_to_sale", _percent_cell),
            ("platform_share", _percent_cell),
        )
        if any(key in c.totals[x] for x in c.logics)
    ]
    return Table(w("page.service_and_leads"), _heads(c, w), tuple(rows))


def _left(c: Comparison, logic: str) -> float:
    """What the fans left at the end may still bring: their number times the lifetime value of a fan, cents."""
    return _total(c, logic, "fans_end").estimate * _total(c, logic, "lifetime_value").estimate


def stakes(c: Comparison, w: Words) -> Chapter:
    """What would change the verdict: the horizon."""
    best, second = c.ranking[0], c.ranking[1]
    duel = c.duels[best, second]
    ends = [day for day in (30, 60, 90, 180, 270, 360, 540, 720, 1080, 1440) if day < c.scenario.days]
    rows = []
    for days in [*ends, c.scenario.days]:
        at = days - 1
        low, mean, high = (float(x[at]) for x in (duel.difference.low, duel.difference.mean, duel.difference.high))
        if low > 0:
            says = w("stakes.ahead", logic=w.logic(best))
        elif high < 0:
            says = w("stakes.ahead", logic=w.logic(second))
        else:
            says = w("stakes.open")
        cells = (
            _money_cell(Interval(mean, low, high), w),
            Cell(percent(float(duel.wins_by_day[at]))),
            Cell(says),
        )
        rows.append(Row(w.counted("day", days), cells, strong=days == c.scenario.days))
    columns = (
        w("figure.minus", winner=w.logic(best), other=w.logic(second)),
        w("stakes.share", logic=w.logic(best)),
        w("stakes.ahead_then"),
    )
    table = Table(w("page.by_horizon"), columns, tuple(rows), w("stakes.note"), even=False)
    return Chapter("stakes", w("chapter.stakes"), (w("stakes.lead"), w("stakes.limits")), ("horizon",), (table,))
