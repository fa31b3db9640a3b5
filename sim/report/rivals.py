"""The other brands in the market: what each earns and keeps, under every logic of the scenario's own brand (M14)."""

from collections.abc import Callable

import numpy as np

from sim.analysis.pairs import mean_interval
from sim.domains import Domain
from sim.observables import Ledger
from sim.report.cells import Chapter, Row, Table, count_cell, money_cell
from sim.report.words import Words
from sim.results import Comparison, Interval, Run

OWN = ""  # stands for the scenario's own brand


def brands_of(c: Comparison) -> tuple[str, ...]:
    """The scenario's own brand, then the rivals."""
    return (OWN, *c.scenario.rivals)


def ledger_of(run: Run, brand: str) -> Ledger:
    """The book of one brand of a run."""
    return run.rivals[brand] if brand else run.ledger


def brand_name(brand: str, w: Words) -> str:
    """A brand's name; the scenario's own has none."""
    return brand or w("brands.own")


def figure_of(c: Comparison, logic: str, brand: str, what: Callable[[Ledger], float]) -> Interval:
    """A figure of a brand in the market in which the own brand follows a logic, over pairs."""
    return mean_interval(np.array([what(ledger_of(run, brand)) for run in c.runs[logic]], np.float64))


def margin_of(ledger: Ledger) -> float:
    """Margin of all days, cents."""
    return float(ledger.margin.sum())


def fans_of(ledger: Ledger) -> float:
    """Fans at the end."""
    return float(ledger.of("ROWS")[-1, Domain.PRIVATE])


def orders_of(ledger: Ledger) -> float:
    """Orders of all days."""
    return float(ledger.of("ORDERS").sum())


def margin_and_fans(c: Comparison) -> dict[str, dict[str, dict[str, Interval]]]:
    """Own logic → rival → margin (cents), fans at the end and orders, over pairs."""
    figures = {"margin": margin_of, "fans_end": fans_of, "orders": orders_of}
    return {
        logic: {
            brand: {name: figure_of(c, logic, brand, what) for name, what in figures.items()}
            for brand in c.scenario.rivals
        }
        for logic in c.logics
    }


def rivals_chapter(c: Comparison, w: Words) -> Chapter:
    """Margin, fans and orders of every brand; a column is a market, in which the own brand follows the logic."""
    heads = tuple(w.logic(logic) for logic in c.logics)

    def rows(what: Callable[[Ledger], float], cell: Callable[[Interval, Words], object]) -> tuple[Row, ...]:
        found = [
            Row(brand_name(brand, w), tuple(cell(figure_of(c, x, brand, what), w) for x in c.logics))  # type: ignore[misc]
            for brand in brands_of(c)
        ]
        sums = [
            mean_interval(
                np.array([sum(what(ledger_of(run, b)) for b in brands_of(c)) for run in c.runs[x]], np.float64)
            )
            for x in c.logics
        ]
        found.append(Row(w("brands.together"), tuple(cell(total, w) for total in sums), strong=True))  # type: ignore[misc]
        return tuple(found)

    tables = (
        Table(w("brands.margin"), heads, rows(margin_of, money_cell), w("brands.note")),
        Table(w("brands.fans"), heads, rows(fans_of, count_cell), w("brands.fans_note")),
        Table(w("brands.orders"), heads, rows(orders_of, count_cell)),
    )
    return Chapter("rivals", w("chapter.rivals"), (w("brands.lead"),), ("rivals",), tables)
