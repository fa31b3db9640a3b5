"""Tables of points: a CSV or Parquet file with a row per point and a column per dotted key of the scenario.

A cell of a CSV file is read as a value of TOML (``0.5``, ``true``, ``2021-08-01``, ``[1, 2]``), anything else as a
text. An empty cell leaves the key as the scenario has it.
"""

import csv
import math
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.batch.designs import AS_IT_IS, LARGEST, Points
from sim.batch.factors import Factor
from sim.scenario import Mistake, ScenarioError
from sim.scenario.mistakes import did_you_mean, shown

SUFFIXES = (".csv", ".parquet")


@dataclass(frozen=True)
class Sheet:
    """A table of points that was read, and where each of its rows stands.

    points  every column a factor with the distinct values of the column, in the order in which they first appear
    label   the file as messages name it
    lines   of a CSV file, the line of each row; empty for Parquet
    """

    points: Points
    label: str
    lines: tuple[int, ...]

    def mistake(self, row: int, key: str, message: str) -> Mistake:
        """A mistake in a cell; row: from 0."""
        line = self.lines[row] if self.lines else 0
        return Mistake(self.label, line, 1 if line else 0, key, f"row {row + 1}, column {key}: {message}")

    def in_header(self, key: str, message: str) -> Mistake:
        """A mistake in the name of a column."""
        line = 1 if self.lines else 0
        return Mistake(self.label, line, line, key, f"column {key}: {message}")


def read_table(file: Path, label: str) -> Sheet:
    """The points of a file; raises ScenarioError with all mistakes of its form.

    label  how messages name it
    """
    if file.suffix not in SUFFIXES:
        raise ScenarioError([_of_file(label, f"a table of points is a {' or '.join(SUFFIXES)} file, by its name")])
    if not file.is_file():
        beside = sorted(f.name for f in file.parent.glob("*") if f.suffix in SUFFIXES) if file.parent.is_dir() else []
        near = did_you_mean(file.name, beside, "Tables there")
        raise ScenarioError([_of_file(label, f"there is no such file. {near}")])
    return _csv(file, label) if file.suffix == ".csv" else _parquet(file, label)


def _of_file(label: str, message: str, line: int = 0) -> Mistake:
    return Mistake(label, line, 1 if line else 0, "", message.rstrip())


def _csv(file: Path, label: str) -> Sheet:
    try:
        with file.open(newline="", encoding="utf-8-sig") as opened:
            reader = csv.reader(opened, strict=True)
            keys = [key.strip() for key in next(reader, [])]
            _check_header(keys, label)
            columns = _Columns(keys)
            lines, wrong = [], []
            for cells in reader:
                if not cells:
                    continue  # an empty line
                if len(cells) != len(keys):
                    text = f"this row has {len(cells)} cells, and the header {len(keys)}"
                    wrong.append(_of_file(label, text, reader.line_num))
                    continue
                lines.append(reader.line_num)
                columns.add([_value(cell) for cell in cells])
    except OSError as error:
        raise ScenarioError([_of_file(label, f"this file cannot be read: {error.strerror}")]) from None
    except UnicodeDecodeError:
        raise ScenarioError([_of_file(label, "this is not UTF-8. Save the file as UTF-8.")]) from None
    except csv.Error as error:
        raise ScenarioError([_of_file(label, f"this is not CSV: {error}", reader.line_num)]) from None
    if wrong:
        raise ScenarioError(wrong)
    return Sheet(columns.points(label), label, tuple(lines))


def _parquet(file: Path, label: str) -> Sheet:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(file)
    except (OSError, pa.ArrowException) as error:
        raise ScenarioError([_of_file(label, f"this is not Parquet: {str(error).splitlines()[0]}")]) from None
    keys = list(table.column_names)
    _check_header(keys, label)
    columns = _Columns(keys)
    for batch in table.to_batches(max_chunksize=10_000):
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            columns.add([None if isinstance(cell, float) and math.isnan(cell) else cell for cell in row])
    return Sheet(columns.points(label), label, ())


def _check_header(keys: list[str], label: str) -> None:
    wrong = []
    if not keys:
        wrong.append(_of_file(label, "this file has no columns. Its header names dotted keys, such as pool.fans"))
    for number, key in enumerate(keys):
        if not key:
            wrong.append(_of_file(label, f"column {number + 1} has no name. Name it by a dotted key", 1))
        elif key in keys[:number]:
            wrong.append(_of_file(label, f"column {key} is there twice", 1))
    if wrong:
        raise ScenarioError(wrong)


def _value(cell: str) -> Any:
    """A cell as a value of TOML, else as the text that it is; None where it is empty."""
    text = cell.strip()
    if not text:
        return None
    if "\n" not in text and "#" not in text:
        try:
            return tomllib.loads(f"x = {text}")["x"]
        except tomllib.TOMLDecodeError:
            pass
    try:
        return float(text)  # .5 and 1. are numbers, though not in TOML
    except ValueError:
        return text


class _Columns:
    """Columns that are being read: distinct values, and the number of each cell's."""

    def __init__(self, keys: list[str]) -> None:
        self.keys = keys
        self.distinct: list[dict[str, tuple[int, Any]]] = [{} for _ in keys]
        self.rows: list[tuple[int, ...]] = []

    def add(self, cells: list[Any]) -> None:
        """Add a row."""
        self.rows.append(tuple(self._numbers(cells)))

    def _numbers(self, cells: list[Any]) -> Iterator[int]:
        for known, cell in zip(self.distinct, cells, strict=True):
            if cell is None:
                yield AS_IT_IS
            else:
                number, _ = known.setdefault(f"{type(cell).__name__} {cell!r}", (len(known), cell))
                yield number

    def points(self, label: str) -> Points:
        """The points; a column without any value is a mistake, and so is a table without rows."""
        if not self.rows:
            raise ScenarioError([_of_file(label, "this table has no rows; each row is a point")])
        if len(self.rows) > LARGEST:
            raise ScenarioError([_of_file(label, f"{len(self.rows):,} points are more than {LARGEST:,}")])
        empty = [key for key, known in zip(self.keys, self.distinct, strict=True) if not known]
        if empty:
            message = f"column {shown(empty[0])} has no value in any row. Leave it out"
            raise ScenarioError([_of_file(label, message, 1)])
        factors = {
            key: Factor(values=tuple(value for _, value in known.values()))
            for key, known in zip(self.keys, self.distinct, strict=True)
        }
        return Points(factors, np.array(self.rows, np.int32))
