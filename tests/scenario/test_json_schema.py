"""The JSON Schema of scenario files."""

import datetime as dt
import json
import tomllib
from typing import Any

import jsonschema
import pytest

from sim.scenario import load_scenario, shipped_folder, shipped_scenarios, to_toml
from sim.scenario.json_schema import FILE, json_schema

VALIDATOR = jsonschema.Draft7Validator(json_schema())


def as_editors_see_it(value: Any) -> Any:
    """Dates of TOML are texts in JSON."""
    if isinstance(value, dict):
        return {key: as_editors_see_it(item) for key, item in value.items()}
    if isinstance(value, list):
        return [as_editors_see_it(item) for item in value]
    return value.isoformat() if isinstance(value, dt.date) else value


def complaints(text: str) -> list[str]:
    return [error.message for error in VALIDATOR.iter_errors(as_editors_see_it(tomllib.loads(text)))]


def test_it_is_a_json_schema() -> None:
    jsonschema.Draft7Validator.check_schema(json_schema())


def test_the_file_in_the_package_is_up_to_date() -> None:
    """Write it with ``python -m sim.scenario.json_schema``."""
    assert json.loads(FILE.read_text(encoding="utf-8")) == json_schema()


@pytest.mark.parametrize("name", shipped_scenarios())
def test_shipped_and_resolved_scenarios_fit(name: str) -> None:
    assert complaints((shipped_folder() / f"{name}.toml").read_text(encoding="utf-8")) == []
    assert complaints(to_toml(load_scenario(name))) == []


@pytest.mark.parametrize(
    "text",
    [
        'extends = "liquor"\npool.fans = -1\n',
        'extends = "liquor"\npool.fens = 1\n',
        'extends = "liquor"\nplatforms = ["wechat"]\n',
        'extends = "liquor"\nindustry = "rare"\n',
        'extends = "liquor"\nbrand.content.quality = 7\n',
        'extends = "liquor"\nbrand.content.quality.2021-08-01 = 7\n',
        'extends = "liquor"\nlogics.growth.discont = 0.1\n',
        'extends = "liquor"\nchannels.wecom.opne = 0.1\n',
        'extends = "liquor"\npool.age = { value = 3, trust = "guessed" }\n',
        'title = "Nothing else"\n',
    ],
)
def test_mistakes_do_not_fit(text: str) -> None:
    assert complaints(text)


@pytest.mark.parametrize(
    "text",
    [
        'extends = "liquor"\nlogics.growth = false\n',
        'extends = "liquor"\npool.age = { value = 3, unit = "days", source = "x", trust = "measured" }\n',
        'extends = "liquor"\nmarket.season = { csv = "a.csv", column = "b" }\n',
        'extends = "liquor"\nmarket.season.2021-08-01 = 2\n',
        'extends = "liquor"\nchannels.wecom.open = 0.1\nfeed.exposures_per_fan = 1\n',
        'extends = "liquor"\n[industry]\nextends = "rare-online"\nprice = 3\n',
        'extends = "liquor"\n[logics.ours]\nkind = "calendar"\n[[logics.ours.phases]]\nfrom = 2021-09-01\n',
    ],
)
def test_other_forms_fit(text: str) -> None:
    assert complaints(text) == []
