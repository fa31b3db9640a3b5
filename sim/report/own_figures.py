"""Figures that users set beside those of their own brand: homepage visits, repurchase by channel, activity, leads."""

import math

import numpy as np

from sim.analysis.ratios import ratio_interval
from sim.domains import HomepageSource
from sim.observables import TRAILING
from sim.report.cells import Cell, Row, Table, percent_cell
from sim.report.numbers import NOTHING, percent, rounded
from sim.report.tables import totals_by
from sim.report.words import Words
from sim.results import Comparison, Interval, Run
from sim.rules.tally import NO_CHANNEL

_RATES = ("active_share", "gmv_followers_share", "lead_to_sale")
_NOTHING = Interval(math.nan, math.nan, math.nan)


def own_figures_tables(c: Comparison, w: Words) -> tuple[Table, ...]:
    """Rates, repurchase by channel and homepage visits by source; the same rows whatever the scenario."""
    heads = tuple(w.logic(logic) for logic in c.logics)
    rates = [Row(w(f"totals.{key}"), tuple(_rate(c, logic, key, w) for logic in c.logics)) for key in _RATES]
    return (
        Table(w("own.rates"), heads, tuple(rates), w("own.rates_note")),
        Table(w("own.repurchase", days=TRAILING), heads, tuple(_repurchase(c, w)), w("own.repurchase_note")),
        Table(w("own.homepage"), heads, tuple(_homepage(c, w)), w("own.homepage_note")),
    )


def _rate(c: Comparison, logic: str, key: str, w: Words) -> Cell:
    return percent_cell(c.totals[logic].get(key, _NOTHING), w)


def _repurchase(c: Comparison, w: Words) -> list[Row]:
    """Share of repeat orders by the channel that sold them; "–" where a channel sold nothing."""
    names = c.runs[c.logics[0]][0].ledger.channels
    places = [*((w.channel(name), at) for at, name in enumerate(names)), (w("figure.no_channel"), NO_CHANNEL)]

    def cells(place: int | slice) -> tuple[Cell, ...]:
        return tuple(percent_cell(repurchase_rate(c.runs[x], place) or _NOTHING, w) for x in c.logics)

    rows = [Row(label, cells(place)) for label, place in places]
    return [*rows, Row(w("own.all_orders"), cells(slice(None)), strong=True)]


def repurchase_rate(runs: list[Run], channel: int | slice) -> Interval | None:
    """Share of the orders of the last 90 days by people who had ordered before; None without orders.

    channel  index of the channel whose messages sold them, ``NO_CHANNEL``, or a slice of them
    """

    def sold(run: Run, name: str) -> float:
        return float(run.ledger.of(name)[-TRAILING:, channel].sum())

    returning, orders = (np.array([sold(run, name) for run in runs]) for name in ("ORDERS_RETURNING", "ORDERS"))
    return ratio_interval(returning, orders)


def _homepage(c: Comparison, w: Words) -> list[Row]:
    """Visits of the homepage by what led there, with their share."""
    visits = {logic: totals_by(c.runs[logic], "HOMEPAGE") for logic in c.logics}

    def cell(part: float, whole: float) -> Cell:
        return Cell(rounded(part, w.lang), percent(part / whole) if part else "")

    rows = [
        Row(w.member(source), tuple(cell(float(v[source]), float(v.sum())) for v in visits.values()))
        for source in HomepageSource
    ]
    every = (Cell(rounded(float(v.sum()), w.lang) if v.any() else NOTHING) for v in visits.values())
    return [*rows, Row(w("own.all_visits"), tuple(every), strong=True)]
