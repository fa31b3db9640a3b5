"""Chapters 2 to 6 of the report: what each says, shows and counts."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from sim.domains import CAUSES, Cause, Domain, Source, Tier
from sim.report.numbers import (
    NOTHING,
    count,
    date_of,
    decimal,
    money,
    money_interval,
    moneys,
    not_negative,
    percent,
    percent_interval,
    rounded,
    trend,
)
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
from sim.studies.decompose import Decomposition

_NOTHING = Interval(math.nan, math.nan, math.nan)
_AGES = (1, 3, 6, 12, 18, 24, 36)


@dataclass(frozen=True)
class Cell:
    """What a cell says, and beside it an interval or a share."""

    text: str
    beside: str = ""


@dataclass(frozen=True)
class Row:
    """A row: its label, its cells, and whether it is a sum."""

    label: str
    cells: tuple[Cell, ...]
    strong: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a head for every column but the first."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
    even: bool = True  # columns of equal width, one per logic


@dataclass(frozen=True)
class Chapter:
    """A chapter: sentences, figures by name, tables.

    key  names the chapter in links
    """

    key: str
    title: str
    sentences: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


def chapters_of(c: Comparison, w: Words, decomposition: Decomposition | None = None) -> tuple[Chapter, ...]:
    """The chapters in the order of the report; the verdict comes before, the assumptions after them."""
    makers: tuple[Callable[[Comparison, Words], Chapter], ...] = (course, movements, pool, money_chapter)
    return (*(make(c, w) for make in makers), stakes(c, w, decomposition))


def _heads(c: Comparison, w: Words) -> tuple[str, ...]:
    return tuple(w.logic(logic) for logic in c.logics)


def _total(c: Comparison, logic: str, key: str) -> Interval:
    return c.totals[logic].get(key) or _NOTHING


def _from_to(parts: tuple[str, str, str], w: Words) -> Cell:
    estimate, low, high = parts
    return Cell(estimate, "" if NOTHING in (low, high) else w("terminal.from_to", low=low, high=high))


def _money_cell(interval: Interval, w: Words) -> Cell:
    return _from_to(money_interval(interval, w.lang), w)


def _percent_cell(interval: Interval, w: Words) -> Cell:
    return _from_to(percent_interval(interval), w)


def _gain_cell(interval: Interval, w: Words) -> Cell:
    return _money_cell(not_negative(interval), w)


def _count_cell(interval: Interval, w: Words) -> Cell:
    interval = not_negative(interval)
    low, high = (rounded(value, w.lang) for value in (interval.low, interval.high))
    return _from_to((rounded(interval.estimate, w.lang), low, high), w)


def _percents(values: Iterable[float]) -> tuple[Cell, ...]:
    return tuple(Cell(percent(value)) for value in values)


def _counts(values: Iterable[float], w: Words) -> tuple[Cell, ...]:
    return tuple(Cell(rounded(value, w.lang)) for value in values)


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
    if len(c.logics) > 2:
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
    return Chapter("pool", w("chapter.pool"), (w("pool.lead"),), ("retention", "tiers", "trust-and-load"), (table,))


def _trend(c: Comparison, logic: str, w: Words) -> str:
    """Half-life of a shrinking pool or doubling time of a growing one, from its mean rates."""
    joins, exits = (_total(c, logic, f"{key}_per_month").estimate for key in ("joins", "exits"))
    return trend(joins, exits, c.scenario.days, w)


def money_chapter(c: Comparison, w: Words) -> Chapter:
    """GMV by channel and kind of buyer, costs, acquisition cost, lifetime value, payback."""
    books = {logic: money_of(c.runs[logic]) for logic in c.logics}
    lang = w.lang

    def row(key: str, values: Sequence[float], strong: bool = False) -> Row:
        return Row(w(f"money.{key}"), tuple(Cell(money(value, lang)) for value in values), strong)

    def spent(key: str, values: Sequence[float]) -> list[Row]:
        """A cost that most scenarios do not have."""
        return [row(key, values)] if any(values) else []

    each = [books[logic] for logic in c.logics]
    account = Table(
        w("page.account"),
        _heads(c, w),
        (
            row("gmv", [b.gmv for b in each], strong=True),
            row("goods", [-b.goods for b in each]),
            row("commission", [-b.commission for b in each]),
            row("fees", [-b.fees for b in each]),
            *spent("incentives", [-b.incentives for b in each]),
            row("contribution", [b.contribution for b in each], strong=True),
            row("ads", [-b.ads for b in each]),
            row("content", [-b.content for b in each]),
            *spent("sources", [-b.sources for b in each]),
            row("margin", [b.margin for b in each], strong=True),
            Row(w("money.left"), tuple(Cell(money(_left(c, logic), lang)) for logic in c.logics)),
        ),
        w("money.account_note"),
    )

    def share(part: float, book: Money) -> Cell:
        return Cell(money(part, lang), percent(part / book.gmv) if part else "")

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
    return Chapter("money", w("chapter.money"), (w("money.lead"),), ("gmv",), tables)


def _left(c: Comparison, logic: str) -> float:
    """What the fans left at the end may still bring: their number times the lifetime value of a fan, cents."""
    return _total(c, logic, "fans_end").estimate * _total(c, logic, "lifetime_value").estimate


def stakes(c: Comparison, w: Words, decomposition: Decomposition | None = None) -> Chapter:
    """What would change the verdict: the horizon and, if they were swapped, the elements of the logics."""
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
    tables = (table, _shares(decomposition, w)) if decomposition else (table,)
    return Chapter("stakes", w("chapter.stakes"), (w("stakes.lead"), w("stakes.limits")), ("horizon",), tables)


def _shares(d: Decomposition, w: Words) -> Table:
    """Shares of the elements in the difference, all amounts in one unit."""
    names = {"winner": w.logic(d.logic), "other": w.logic(d.reference)}
    labels = [w(f"element.{key}") + w("list.colon") + w(f"element.{key}_means") for key in d.shares]
    intervals = [*d.shares.values(), d.difference]
    amounts = iter(moneys([cents for i in intervals for cents in (i.estimate, i.low, i.high)], w.lang))
    rows = [
        Row(label, (_from_to((next(amounts), next(amounts), next(amounts)), w),), strong=sums)
        for label, sums in [*((label, False) for label in labels), (w("shares.sum"), True)]
    ]
    note = w("shares.note", pairs=count(d.pairs), **names)
    return Table(w("shares.caption", **names), (w("shares.share"),), tuple(rows), note, even=False)
