"""Parts of the report as plain data: cells, rows, tables, chapters."""

from dataclasses import dataclass


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
    """A chapter: sentences, figures by name, tables.

    key  names the chapter in links
    """

    key: str
    title: str
    sentences: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
