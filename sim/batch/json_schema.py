"""The JSON Schema of experiment files, for completion and checks in editors.

``python -m sim.batch.json_schema`` writes it beside this file.
"""

import json
from pathlib import Path
from typing import Any

from sim.batch.designs import KINDS
from sim.batch.experiment import Experiment
from sim.batch.figures import figures

FILE = Path(__file__).parent / "experiment.schema.json"

Schema = dict[str, Any]


def json_schema() -> Schema:
    """The JSON Schema of experiment files as people write them."""
    schema = Experiment.model_json_schema(by_alias=True)
    names = {"enum": list(figures())}
    schema["properties"]["observe"]["items"] = names
    schema["$defs"]["UntilKnown"]["properties"]["of"] |= names
    for kind in KINDS.values():
        table = schema["$defs"][kind.__name__]
        table["required"] = ["kind", *table.get("required", [])]
    _plain(schema)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "title": "Sanyu experiment"}


def write_json_schema(file: Path = FILE) -> None:
    """Write the JSON Schema to a file."""
    file.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _plain(schema: Any) -> None:
    """Take out what helps nobody who writes a file: titles made from names, null, and line breaks of docstrings."""
    if isinstance(schema, list):
        for item in schema:
            _plain(item)
    if not isinstance(schema, dict):
        return
    schema.pop("discriminator", None)
    if isinstance(schema.get("title"), str):
        del schema["title"]
    if isinstance(schema.get("description"), str):
        schema["description"] = " ".join(schema["description"].split())
    if isinstance(schema.get("anyOf"), list):
        schema["anyOf"] = [form for form in schema["anyOf"] if form != {"type": "null"}]
        if len(schema["anyOf"]) == 1:
            schema |= schema.pop("anyOf")[0]
    if schema.get("default", "") is None:
        del schema["default"]
    for item in list(schema.values()):
        _plain(item)


if __name__ == "__main__":
    write_json_schema()
