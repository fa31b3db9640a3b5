"""Values that change in time: a constant, a table by date, or a column of a CSV file."""

import csv
import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict


class SeriesFile(BaseModel):
    """A series in a CSV file with a ``date`` column (ISO dates) and one row per day."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    csv: str
    column: str


@dataclass(frozen=True, slots=True)
class Series:
    """A step function of the calendar day: each value holds from its date until the next.

    steps  pairs (first day, value) in rising order; before the first date its value holds too
    """

    steps: tuple[tuple[dt.date, float], ...]

    @classmethod
    def constant(cls, value: float) -> "Series":
        """The same value on every day."""
        return cls(((dt.date.min, float(value)),))

    @classmethod
    def by_date(cls, table: dict[dt.date, float]) -> "Series":
        """A table from dates to values."""
        return cls(tuple(sorted((date, float(value)) for date, value in table.items())))

    @classmethod
    def from_csv(cls, path: Path, column: str, start: dt.date, days: int) -> "Series":
        """Read one value per day of the run from a CSV file.

        Raises ValueError with a message for the user: no such file or column, a missing day, no number.
        """
        if not path.is_file():
            raise ValueError(f"there is no file {path}")
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            names = list(reader.fieldnames or [])
            for needed in ("date", column):
                if needed not in names:
                    raise ValueError(f'{path.name} has no column "{needed}"; its columns are: {", ".join(names)}')
            found: dict[dt.date, float] = {}
            for row in reader:
                place = f"{path.name}:{reader.line_num}"
                try:
                    date = dt.date.fromisoformat((row["date"] or "").strip())
                except ValueError:
                    raise ValueError(f"{place}: date = {row['date']!r} is not a date like 2021-08-01") from None
                try:
                    value = float((row[column] or "").strip())
                except ValueError:
                    raise ValueError(f"{place}: {column} = {row[column]!r} is not a number") from None
                if not math.isfinite(value):
                    raise ValueError(f"{place}: {column} = {row[column]!r} is not a finite number")
                if date in found:
                    raise ValueError(f"{place}: {date} is there twice")
                found[date] = value
        wanted = [start + dt.timedelta(days=d) for d in range(days)]
        missing = [date for date in wanted if date not in found]
        if missing:
            raise ValueError(
                f"{path.name} has no row for {missing[0]}"
                + (f" and {len(missing) - 1} more days" if len(missing) > 1 else "")
                + f"; the run goes from {wanted[0]} to {wanted[-1]}"
            )
        return cls.by_date(found)

    def on(self, date: dt.date) -> float:
        """Value on a day."""
        value = self.steps[0][1]
        for first, step in self.steps:
            if first > date:
                break
            value = step
        return value

    def daily(self, start: dt.date, days: int) -> npt.NDArray[np.float64]:
        """Values of the days of a run, shape [days]."""
        if len(self.steps) == 1:
            return np.full(days, self.steps[0][1])
        dates = np.array([np.datetime64(max(first, dt.date(1, 1, 1))) for first, _ in self.steps], "datetime64[D]")
        values = np.array([value for _, value in self.steps])
        wanted = np.datetime64(start) + np.arange(days)
        return values[np.maximum(np.searchsorted(dates, wanted, side="right") - 1, 0)]

    @property
    def bounds(self) -> tuple[float, float]:
        """Smallest and largest value."""
        values = [value for _, value in self.steps]
        return min(values), max(values)
