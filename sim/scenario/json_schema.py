"""The JSON Schema of scenario files, for completion and checks in editors.

``python -m sim.scenario.json_schema`` writes it beside this file.
"""

import datetime as dt
import json
from pathlib import Path as File
from typing import Any

from pydantic import BaseModel

from sim.logics import LOGICS, AnyLogic, Logic
from sim.parameters import Series
from sim.scenario.document import TRUSTS
from sim.scenario.fields import Declared, declaration, fields_of
from sim.scenario.reach import Ads, Feed
from sim.scenario.resolve import PARTS
from sim.scenario.schema import (
    Brand,
    Channel,
    ExternalSource,
    Industry,
    Platform,
    Rival,
    Scenario,
    Search,
    Segment,
    Shop,
)
from sim.scenario.shelves import own, presets

FILE = File(__file__).parent / "scenario.schema.json"
_SCALARS = {float: "number", int: "integer", bool: "boolean", str: "string"}
_DATE = {"type": "string", "format": "date"}
_PART_MODELS: dict[str, type[BaseModel]] = dict(zip(PARTS, (Feed, Ads, Shop, Search), strict=True))
_PRESETS: dict[type[BaseModel], str] = {
    Platform: "platforms",
    Channel: "channels",
    Industry: "industries",
    Segment: "segments",
    Brand: "brands",
}

Schema = dict[str, Any]


def json_schema(folder: File | None = None) -> Schema:
    """The JSON Schema of scenario files as people write them.

    folder  where the files lie: the names of the user's own presets there are allowed too
    """
    return _Writer(folder).file()


def write_json_schema(file: File = FILE) -> None:
    """Write the JSON Schema to a file."""
    file.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


class _Writer:
    def __init__(self, folder: File | None) -> None:
        self.definitions: dict[str, Schema] = {}
        self.folder = folder

    def file(self) -> Schema:
        """The whole file, with the keys that only files have."""
        root = self.table(Scenario)
        required = root.pop("required")
        root["properties"] = {
            "extends": {
                "type": "string",
                "description": "A file, or a shipped scenario, that this one extends",
            },
            **root["properties"],
            "channels": {
                "description": "Changes to channels of the platforms, by name",
                "type": "object",
                "additionalProperties": {"anyOf": [self.preset(Channel), self.channel()]},
            },
            **{part: self.reference(model) for part, model in _PART_MODELS.items()},
        }
        return {
            "$schema": "http://json-schema.org/draft-07/schema#",
            "title": "Sanyu scenario",
            **root,
            "anyOf": [{"required": ["extends"]}, {"required": required}],
            "definitions": dict(sorted(self.definitions.items())),
        }

    def preset(self, model: type[BaseModel]) -> Schema:
        """The name of a preset, or the path of a preset's file."""
        kind = _PRESETS[model]
        names = [*presets(kind), *(own(kind, self.folder) if self.folder is not None else ())]
        path = {"type": "string", "pattern": r"\.toml$"}
        return {"anyOf": [{"enum": names}, path]} if names else path

    def channel(self) -> Schema:
        """A channel in a table of the file: what changes, or a new one and the platform that it belongs to."""
        channel = self.table(Channel)
        del channel["required"]
        names = {"type": "string", "description": "The platform of a new channel"}
        channel["properties"] = {"platform": names, **channel["properties"]}
        self.definitions["ChannelOfFile"] = channel
        return {"$ref": "#/definitions/ChannelOfFile"}

    def reference(self, model: type[BaseModel]) -> Schema:
        """A reference to a model's definition, made on first use."""
        name = model.__name__
        if name not in self.definitions:
            self.definitions[name] = {}  # breaks cycles
            self.definitions[name] = self.table(model)
            self.definitions[name].pop("required")  # an extending file may say only what changes
        return {"$ref": f"#/definitions/{name}"}

    def table(self, model: type[BaseModel]) -> Schema:
        """A model."""
        fields = fields_of(model)
        properties = {name: self.field(known) for name, known in fields.items()}
        if model in _PRESETS:
            properties = {
                "extends": {"description": "The preset to start from", **self.preset(model)},
                **properties,
            }
        return {
            "type": "object",
            "description": " ".join((model.__doc__ or "").split()),
            "additionalProperties": False,
            "properties": properties,
            "required": [name for name, known in fields.items() if known.required],
        }

    def field(self, known: Declared) -> Schema:
        """A field of a model, with its meaning, unit and default."""
        schema = self.form(known)
        unit = f" [{known.unit}]" if known.unit not in ("", "–") else ""
        if known.meaning:
            schema["description"] = f"{known.meaning}{unit}"
        if isinstance(known.default, bool | int | float | str):
            schema["default"] = known.default
        return schema

    def form(self, known: Declared) -> Schema:
        """The forms that a value may take."""
        if known.type is Series:
            return self.series(known)
        if known.type is Logic:
            return {"anyOf": [*self.logics(), {"type": "string"}]}
        if known.type is dict:
            return {"type": "object", "additionalProperties": self.item(known.item)}
        if known.type is tuple:
            return {"type": "array", "items": self.item(known.item)}
        if isinstance(known.type, type) and issubclass(known.type, BaseModel):
            return self.named(known.type)
        return {"anyOf": [self.scalar(known), self.pedigreed()]}

    def item(self, annotation: Any) -> Schema:
        """What a list or a table with free keys holds."""
        if annotation is AnyLogic:
            return {"anyOf": [*self.logics(), {"const": False}]}
        known = declaration(annotation)
        return self.form(known)

    def named(self, model: type[BaseModel]) -> Schema:
        """A model, or the name of a preset; a segment or a source may be removed."""
        if model not in _PRESETS:
            reference = self.reference(model)
            return {"anyOf": [reference, {"const": False}]} if model in (ExternalSource, Rival) else reference
        removed = [{"const": False}] if model is Segment else []
        return {"anyOf": [self.preset(model), self.reference(model), *removed]}

    def logics(self) -> list[Schema]:
        """The shipped logics, and one of the user's own."""
        return [*(self.reference(model) for model in LOGICS.values()), self.own_logic()]

    def own_logic(self) -> Schema:
        """A logic of the user's own: its kind names a class, which knows its other keys."""
        self.definitions["OwnLogic"] = {
            "description": "A logic of your own: kind names a class, my_logic.py:Weekend",
            "type": "object",
            "required": ["kind"],
            "properties": {"kind": {"type": "string", "pattern": r"^.+:\w+$"}},
        }
        return {"$ref": "#/definitions/OwnLogic"}

    def scalar(self, known: Declared) -> Schema:
        """A number with its bounds, a text, a date, true or false."""
        if known.type is dt.date:
            return dict(_DATE)
        schema: Schema = {"type": _SCALARS[known.type]}
        if known.choices:
            schema = {"enum": list(known.choices)}
        for name, bound in (
            ("minimum", known.low),
            ("maximum", known.high),
            ("exclusiveMinimum", known.above),
        ):
            if bound is not None:
                schema[name] = bound
        return schema

    def series(self, known: Declared) -> Schema:
        """The three forms of a time value."""
        number = self.scalar(Declared(float, low=known.low, high=known.high))
        table = {
            "type": "object",
            "minProperties": 1,
            "additionalProperties": False,
            "patternProperties": {r"^\d{4}-\d{2}-\d{2}$": number},
        }
        column = {
            "type": "object",
            "additionalProperties": False,
            "properties": {"csv": {"type": "string"}, "column": {"type": "string"}},
            "required": ["csv", "column"],
        }
        forms = [number, table, column]
        return {"anyOf": [*forms, self.pedigreed()]}

    def pedigreed(self) -> Schema:
        """A value with its pedigree."""
        text = {"type": "string"}
        self.definitions["Pedigree"] = {
            "description": "A value with its unit, source and trust",
            "type": "object",
            "additionalProperties": False,
            "required": ["value"],
            "properties": {"value": {}, "unit": text, "source": text, "trust": {"enum": list(TRUSTS)}},
        }
        return {"$ref": "#/definitions/Pedigree"}


if __name__ == "__main__":
    write_json_schema()
