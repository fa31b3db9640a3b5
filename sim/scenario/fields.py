"""Fields: what the schema declares for a path: type, unit, range, meaning and source."""

import datetime as dt
import types
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from sim.logics import AnyLogic, Logic, logic_class
from sim.parameters import Series
from sim.scenario.positions import Path
from sim.scenario.schema import Scenario


@dataclass(frozen=True, slots=True)
class Declared:
    """One place of the schema.

    type      the Python type: a model, a scalar, ``Series``, ``dict`` or ``tuple``
    item      what a ``dict`` or ``tuple`` holds
    low, high, above  bounds; ``above`` is excluded
    choices   allowed words, where there are only a few
    """

    type: Any
    item: Any = None
    required: bool = False
    default: Any = None
    meaning: str = ""
    unit: str = ""
    source: str = ""
    trust: str = ""
    low: float | None = None
    high: float | None = None
    above: float | None = None
    choices: tuple[str, ...] = ()

    @property
    def range(self) -> str:
        """``0 … 1``, ``above 0``: what is allowed, in words."""
        if self.above is not None:
            most = "" if self.high is None else f" and at most {_digits(self.high)}"
            return f"above {_digits(self.above)}{most}"
        if self.low is not None and self.high is not None:
            return f"{_digits(self.low)} … {_digits(self.high)}"
        if self.low is not None:
            return f"{_digits(self.low)} or more"
        return f"at most {_digits(self.high)}" if self.high is not None else "any number"

    def allows(self, value: float) -> bool:
        """True when a number lies within the bounds."""
        return (
            (self.low is None or value >= self.low)
            and (self.high is None or value <= self.high)
            and (self.above is None or value > self.above)
        )


def _digits(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:g}"


def declaration(annotation: Any, info: FieldInfo | None = None) -> Declared:
    """What an annotation declares; ``info`` is that of the model's field, if it is one."""
    extra: dict[str, Any] = {}
    bounds: dict[str, Any] = {}
    required, default, meaning = False, None, ""

    def learn(from_: FieldInfo) -> None:
        nonlocal meaning
        meaning = from_.description or meaning
        if isinstance(from_.json_schema_extra, dict):
            extra.update(from_.json_schema_extra)
        for item in from_.metadata:
            for name in ("ge", "gt", "le", "pattern"):
                if getattr(item, name, None) is not None:
                    bounds[name] = getattr(item, name)

    if info is not None:
        learn(info)
        required = info.is_required()
        default = None if required else info.get_default(call_default_factory=True)
        default = None if default is PydanticUndefined else default
    while True:
        if get_origin(annotation) is Annotated:
            annotation, *rest = get_args(annotation)
            for item in rest:
                if isinstance(item, FieldInfo):
                    learn(item)
        elif get_origin(annotation) in (Union, types.UnionType) and type(None) in get_args(annotation):
            annotation = next(part for part in get_args(annotation) if part is not type(None))
        else:
            break
    choices: tuple[str, ...] = ()
    if get_origin(annotation) is Literal:
        choices, annotation = get_args(annotation), str
    elif "pattern" in bounds:
        choices = tuple(bounds["pattern"].strip("^$()").split("|"))
    item = None
    if get_origin(annotation) in (dict, tuple):
        item = get_args(annotation)[1 if get_origin(annotation) is dict else 0]
        annotation = get_origin(annotation)
    return Declared(
        annotation,
        item,
        required,
        default,
        meaning,
        low=extra.get("low", bounds.get("ge")),
        high=extra.get("high", bounds.get("le")),
        above=bounds.get("gt"),
        choices=choices,
        **{key: str(extra.get(key, "")) for key in ("unit", "source", "trust")},
    )


@lru_cache(maxsize=1024)
def fields_of(model: type[BaseModel]) -> dict[str, Declared]:
    """Fields of a model, by the name that files use; not to be changed, since the next caller gets the same."""
    return {info.alias or name: declaration(info.annotation, info) for name, info in model.model_fields.items()}


_ITEMS: dict[int, tuple[Any, Declared]] = {}  # by the address of an annotation, which is kept beside it


def item_of(known: Declared) -> Declared:
    """What the annotation of the items of a list or table declares; an annotation has no hash of its own."""
    if id(known.item) not in _ITEMS:
        _ITEMS[id(known.item)] = known.item, declaration(known.item)
    return _ITEMS[id(known.item)][1]


def declared_at(path: Path, tree: Any) -> Declared | None:
    """What the schema declares for a path of a resolved tree; None for a path that it does not know."""
    here: Declared | None = Declared(Scenario)
    for key in path:
        tree = tree.get(key) if isinstance(tree, dict) else _element(tree, key)
        here = _step(cast(Declared, here), key, tree)
        if here is None:
            return None
    return here


def _element(tree: Any, key: str | int) -> Any:
    return tree[key] if isinstance(tree, list | tuple) and isinstance(key, int) and key < len(tree) else None


def _step(here: Declared, key: str | int, tree: Any) -> Declared | None:
    if here.type is dict or here.type is tuple:
        if here.item is AnyLogic:
            found = logic_class(tree.get("kind")) if isinstance(tree, dict) else None
            return None if found is None else Declared(found)
        return item_of(here)
    if isinstance(here.type, type) and issubclass(here.type, BaseModel):
        known = fields_of(here.type).get(str(key))
        return known if known is None or known.type is not Logic else of_logic(known, tree)
    return None


def of_logic(known: Declared, value: Any) -> Declared:
    """The declaration of one logic, by the kind that its table names."""
    found = logic_class(value.get("kind")) if isinstance(value, dict) else None
    return known if found is None else replace(known, type=found)


def is_series(path: Path) -> bool:
    """True for a path of a value that may change in time."""
    return any(
        len(path) == len(known) and all(name in (key, _ANY) for key, name in zip(path, known, strict=True))
        for known in SERIES
    )


_ANY = "*"  # a key that the file chooses


def _series_paths(model: type[BaseModel], at: Path = ()) -> Iterator[Path]:
    for name, known in fields_of(model).items():
        inner = item_of(known).type if known.type is dict else known.type
        below = (*at, name, _ANY) if known.type is dict else (*at, name)
        if known.type is Series:
            yield (*at, name)
        elif isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _series_paths(inner, below)


SERIES: tuple[Path, ...] = tuple(_series_paths(Scenario))

NAMES: dict[Any, str] = {
    float: "a number",
    int: "a whole number",
    bool: "true or false",
    str: "a text in quotes",
    dt.date: "a date like 2021-08-01",
    dict: "a table",
    tuple: "a list",
    Series: "a number, a table from dates to numbers, or { csv = …, column = … }",
}


def type_name(kind: Any) -> str:
    """What a type is called in a message."""
    return NAMES.get(kind, "a table")
