"""Validating: every value of a resolved tree against the schema, all mistakes at once."""

import copy
import csv
import datetime as dt
import math
import re
from pathlib import Path as File
from typing import Any

from pydantic import BaseModel, ValidationError

from sim.logics import AnyLogic, Fixed, Logic
from sim.parameters import Series, SeriesFile
from sim.scenario.document import Document
from sim.scenario.fields import Declared, declared_at, fields_of, item_of, of_logic, type_name
from sim.scenario.mistakes import did_you_mean, shown
from sim.scenario.positions import Path
from sim.scenario.resolve import FILE_KEYS
from sim.scenario.schema import ANY_CURRENCY, YUAN, Scenario

_DROPPED = object()
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def validate(document: Document) -> tuple[Scenario | None, set[Path]]:
    """The scenario of a resolved document, and the paths whose values were wrong.

    Wrong values are reported to the document and replaced by defaults, so that the checks between values can
    still be made on the rest.
    """
    reader = _Reader(document)
    tree = reader.value(document.tree, Declared(Scenario), ())
    try:
        return Scenario.model_validate(tree), reader.broken
    except ValidationError as error:
        if not document.mistakes:
            for one in error.errors():
                at = one["loc"]
                message = f"{document.key(at)} = {shown(document.at(at))} is not possible: {one['msg']}"
                document.mistakes.append(document.mistake(at, message.replace("Value error, ", "")))
        return None, reader.broken


def stand_in(declared: Declared) -> Any:
    """Some value that the schema allows."""
    if declared.default is not None:
        return copy.deepcopy(declared.default)
    if declared.type is tuple:
        return (stand_in(item_of(declared)),)
    if declared.type is dict:
        return {"fixed": Fixed()} if declared.item is AnyLogic else {}
    if isinstance(declared.type, type) and issubclass(declared.type, Logic):
        return Fixed()
    if isinstance(declared.type, type) and issubclass(declared.type, BaseModel):
        needed = {name: known for name, known in fields_of(declared.type).items() if known.required}
        return {name: stand_in(known) for name, known in needed.items()}
    if declared.type is dt.date:
        return dt.date(2021, 8, 1)
    if declared.type is str:
        return declared.choices[0] if declared.choices else "?"
    number = declared.low if declared.above is None else declared.above + 1
    return declared.type(number or 0)


class _Reader:
    """Reads a tree by the schema's declarations."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.broken: set[Path] = set()

    def wrong(self, path: Path, message: str, about: str | None = None) -> Any:
        """Report a mistake about the value at a path, which is then left out."""
        key = self.document.key(path)
        value = self.document.at(path)
        text = f"{key} {message}" if about == "" else f"{key} = {shown(value)} {message}"
        self.document.mistakes.append(self.document.mistake(path, text))
        self.broken.add(path)
        return _DROPPED

    def value(self, value: Any, known: Declared, path: Path) -> Any:
        """The value as the schema takes it, or ``_DROPPED``."""
        if known.type is Series:
            return self.series(value, known, path)
        if known.type is Logic:
            known = of_logic(known, value)
        if known.type is dict:
            return self.table(value, known, path)
        if known.type is tuple:
            return self.list(value, known, path)
        if isinstance(known.type, type) and issubclass(known.type, BaseModel):
            return self.model(value, known, path)
        return self.scalar(value, known, path)

    def model(self, value: Any, known: Declared, path: Path) -> Any:
        """A table with known keys."""
        if value is None and path in self.document.marks:  # reported when it was resolved
            self.broken.add(path)
            return stand_in(known)
        if not isinstance(value, dict):
            return self.wrong(path, "is not a table")
        fields = fields_of(known.type)
        read = {}
        for key, item in value.items():
            at = (*path, key)
            if key not in fields:
                names = [*fields, *(FILE_KEYS if not path else ())]
                self.wrong(at, f"is unknown here. {did_you_mean(str(key), names)}", about="")
                continue
            self.check_unit(at, fields[key])
            found = self.value(item, fields[key], at)
            if found is not _DROPPED:
                read[key] = found
            elif fields[key].required:
                read[key] = stand_in(fields[key])
        for name, field in fields.items():
            if field.required and name not in value:
                at = (*path, name)
                self.wrong(at, f"is missing. {self.remedy(name, field)}", about="")
                read[name] = stand_in(field)
        if isinstance(read.get("phases"), tuple):
            read["phases"] = self.in_order(read["phases"], (*path, "phases"))
        return read

    def in_order(self, phases: tuple[Any, ...], path: Path) -> tuple[Any, ...]:
        """Phases that follow each other in time; the others are reported and left out."""
        kept: list[Any] = []
        for number, phase in enumerate(phases):
            at = (*path, number, "from")
            if at in self.broken or not isinstance(phase.get("from"), dt.date):
                continue
            if kept and phase["from"] <= kept[-1]["from"]:
                before = kept[-1]["from"]
                self.wrong(at, f"does not come after the phase before it, {before}. Sort the phases.")
            else:
                kept.append(phase)
        return tuple(kept)

    def remedy(self, name: str, field: Declared) -> str:
        """How to write a missing key."""
        if name == "platforms":
            return 'Write platforms = ["douyin-2021-07"].'
        if name == "industry":
            return 'Write industry = "frequent-online".'
        if name == "logics":
            return "Write [logics.growth] and [logics.depletion]."
        if name == "logic":
            return 'Write logic = "depletion", the name of a logic of the file, or a table with a kind.'
        meaning = f"{field.meaning}: " if field.meaning else "Write "
        unit = f" ({field.unit})" if field.unit not in ("", "–") else ""
        return f"{meaning}{type_name(field.type)}{unit}."

    def check_unit(self, path: Path, field: Declared) -> None:
        """A unit given beside a value must be the declared one, money in the scenario's currency: nothing is converted.

        Nothing is nothing in every currency; the sign ¤ is that of any.
        """
        mark = self.document.marks.get(path)
        if mark is None or mark.unit is None or not field.unit:
            return
        currency = self.document.tree.get("currency", YUAN)
        expected = field.unit.replace(YUAN, currency if isinstance(currency, str) else YUAN)
        allowed = {expected, field.unit.replace(YUAN, ANY_CURRENCY)}
        if self.document.at(path) == 0:
            allowed.add(field.unit)
        if mark.unit not in allowed:
            message = f'has the unit "{mark.unit}", but is read in "{expected}". Convert the value.'
            if mark.preset:
                message = message.replace("Convert the value.", "Give a value of your own.")
            self.wrong(path, message)

    def table(self, value: Any, known: Declared, path: Path) -> Any:
        """A table with free keys."""
        if not isinstance(value, dict):
            return self.wrong(path, "is not a table")
        if path == ("logics",) and not value:
            return self.wrong(path, "holds no logic. Write [logics.growth] or another one.", about="")
        read = {}
        for key, item in value.items():
            at = (*path, key)
            if known.item is AnyLogic:
                field = declared_at(at, self.document.tree)
                if field is None:
                    if item is not None:
                        self.wrong(at, "is not a table")
                    self.broken.add(at)
                    continue
            else:
                field = item_of(known)
            self.check_unit(at, field)
            found = self.value(item, field, at)
            if found is not _DROPPED:
                read[key] = found
        return read if read or path != ("logics",) else _DROPPED

    def list(self, value: Any, known: Declared, path: Path) -> Any:
        """A list of tables."""
        if not isinstance(value, list | tuple):
            return self.wrong(path, "is not a list. Write it in [ ].")
        if not value and known.required:
            return self.wrong(path, "is empty; at least one is needed")
        read = [self.value(item, item_of(known), (*path, n)) for n, item in enumerate(value)]
        if any(item is _DROPPED for item in read):
            return _DROPPED
        return tuple(read)

    def scalar(self, value: Any, known: Declared, path: Path) -> Any:
        """A number, a text, a date, true or false."""
        kind = known.type
        if kind in (float, int):
            return self.number(value, known, path)
        if type(value) is not kind:
            near = ". Did you mean it in quotes?" if kind is str and isinstance(value, int | float) else ""
            near = ". Write it without quotes." if kind is dt.date and isinstance(value, str) else near
            return self.wrong(path, f"is not {type_name(kind)}{near}")
        if known.choices and value not in known.choices:
            return self.wrong(path, f"is not possible. {did_you_mean(value, known.choices, 'Allowed')}")
        return value

    def number(self, value: Any, known: Declared, path: Path) -> Any:
        """A number within its bounds; the message is about the value as the file has it."""
        if isinstance(value, bool) or not isinstance(value, int | float):
            near = ". Write it without quotes." if isinstance(value, str) and _is_number(value) else ""
            return self.wrong(path, f"is not {type_name(known.type)}{near}")
        if isinstance(value, float) and not math.isfinite(value):
            return self.wrong(path, f"is not a finite number; allowed: {known.range}")
        if known.type is int and value != int(value):
            return self.wrong(path, "is not a whole number")
        if not known.allows(value):
            return self.wrong(path, f"is {_outside(known)}.{_nearer(value, known)}")
        return known.type(value)

    def series(self, value: Any, known: Declared, path: Path) -> Any:
        """A number, a table by date, or a column of a CSV file."""
        if isinstance(value, Series):
            low, high = value.bounds
            return value if known.allows(low) and known.allows(high) else self.wrong(path, f"leaves {known.range}")
        if not isinstance(value, dict):
            number = self.number(value, Declared(float, low=known.low, high=known.high), path)
            return number if number is _DROPPED else Series.constant(number)
        if "csv" in value or "column" in value:
            return self.column(value, known, path)
        table = {}
        for key, item in value.items():
            date = key if isinstance(key, dt.date) else _date(key)
            at = (*path, key)
            if date is None:
                self.wrong(at, "is not a date like 2021-08-01", about="")
                continue
            number = self.number(item, Declared(float, low=known.low, high=known.high), at)
            if number is not _DROPPED:
                table[date] = number
        if not value:
            return self.wrong(path, f"is empty. Write {type_name(Series)}.")
        return Series.by_date(table) if len(table) == len(value) else _DROPPED

    def column(self, value: dict[str, Any], known: Declared, path: Path) -> Any:
        """A column of a CSV file with one row per day."""
        found = self.model(value, Declared(SeriesFile), path)
        tree = self.document.tree
        start, days = tree.get("start"), tree.get("days")
        if any(at[: len(path)] == path for at in self.broken):
            return _DROPPED
        if type(start) is not dt.date or type(days) is not int or not 1 <= days <= 10_000:
            return _DROPPED  # reported where they stand
        mark, _ = self.document.mark(path)
        file = (mark.folder / found["csv"]) if mark.folder else found["csv"]
        try:
            series = Series.from_csv(File(file), found["column"], start, days)
        except UnicodeDecodeError:
            return self.wrong((*path, "csv"), "is not UTF-8. Save the file as UTF-8.")
        except (OSError, csv.Error) as error:
            return self.wrong((*path, "csv"), f"cannot be read: {error}")
        except (ValueError, OverflowError) as error:
            return self.wrong((*path, "csv"), f"does not fit: {error}")
        for date, number in series.steps:
            if not known.allows(number):
                message = f"has {found['column']} = {number:g} on {date}, {_outside(known)}."
                return self.wrong((*path, "csv"), message + _nearer(number, known))
        return series


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _outside(known: Declared) -> str:
    return f"not {known.range}" if known.above is not None else f"outside {known.range}"


def _nearer(value: float, known: Declared) -> str:
    """A number that may have been meant: 7 or 70 for 0.7, and a forgotten sign."""
    tries = [-value]
    if known.low is not None and known.high is not None and known.low >= 0 and known.high <= 1:
        tries = [value / 10, -value] if 1 < value <= 10 else [value / 100, -value]
    near = next((number for number in tries if number and known.allows(number)), None)
    return "" if near is None else f" Did you mean {near:g}?"
