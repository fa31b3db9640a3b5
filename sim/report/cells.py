"""What chapters of the report are made of: sentences, figures by name, tables of cells with intervals."""

from collections.abc import Iterable
from dataclasses import dataclass

from sim.report.numbers import NOTHING, money_interval, not_negative, percent, percent_interval, rounded
from sim.report.words import Words
from sim.results import Interval


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
    """A table with a head for every column but the first.

    even    columns of equal width, one per logic
    folded  shown when the reader opens it
    """

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    note: str = ""
    even: bool = True
    folded: bool = False


@dataclass(frozen=True)
class Chapter:
    """A chapter: sentences, paragraphs after them, figures by name, tables.

    key  names the chapter in links
    """

    key: str
    title: str
    sentences: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    paragraphs: tuple[str, ...] = ()


def from_to(parts: tuple[str, str, str], w: Words) -> Cell:
    """An estimate with its interval beside it."""
    estimate, low, high = parts
    return Cell(estimate, "" if NOTHING in (low, high) else w("terminal.from_to", low=low, high=high))


def money_cell(interval: Interval, w: Words) -> Cell:
    """Money with its interval."""
    return from_to(money_interval(interval, w), w)


def percent_cell(interval: Interval, w: Words) -> Cell:
    """A share in percent with its interval."""
    return from_to(percent_interval(interval), w)


def gain_cell(interval: Interval, w: Words) -> Cell:
    """Money that cannot be negative, with its interval."""
    return money_cell(not_negative(interval), w)


def count_cell(interval: Interval, w: Words) -> Cell:
    """A number of people or things, with its interval."""
    interval = not_negative(interval)
    low, high = (rounded(value, w.lang) for value in (interval.low, interval.high))
    return from_to((rounded(interval.estimate, w.lang), low, high), w)


def percents(values: Iterable[float]) -> tuple[Cell, ...]:
    """Shares in percent, without intervals."""
    return tuple(Cell(percent(value)) for value in values)


def counts(values: Iterable[float], w: Words) -> tuple[Cell, ...]:
    """Numbers of people or things, without intervals."""
    return tuple(Cell(rounded(value, w.lang)) for value in values)
