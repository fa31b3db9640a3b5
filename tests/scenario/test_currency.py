"""Currency: amounts are shown in it and never converted, so that an amount in another one is a mistake."""

from pathlib import Path

import pytest

from sim.scenario import ScenarioError, load, load_scenario

from .bad_files import said

TEXT = """title = "T"
days = 30
start = 2024-01-01
currency = "€"
platforms = ["web-2022"]
industry = { extends = "frequent-online", price = 30 }
[logics.growth]
"""


def test_units_of_money_are_those_of_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text(TEXT, encoding="utf-8")
    units = {a.key: a.unit for a in load(tmp_path / "s.toml").assumptions}
    assert (units["industry.price"], units["ads.cpm"], units["costs.item"]) == ("€", "€ per 1,000", "€")
    assert not [unit for unit in units.values() if "¥" in unit or "¤" in unit]
    assert {a.unit for a in load("liquor").assumptions if a.key == "costs.item"} == {"¥"}
    assert load_scenario(tmp_path / "s.toml").currency == "€"


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            ", price = 30",
            "",
            'preset frequent-online:5:1: price = 120.0 has the unit "¥", but is read in "€". Give a value',
        ),
        (
            "price = 30",
            'price = { value = 30, unit = "$" }',
            'price = 30 has the unit "$", but is read in "€". Convert',
        ),
        ('"web-2022"', '"douyin-2021-07"', 'cpm = 20.0 has the unit "¥ per 1,000", but is read in "€ per 1,000".'),
        ('"€"', '"euros"', 'currency = "euros" is not a sign or code of up to 4 letters. Write €, $ or CHF.'),
        ('"€"', '""', 'currency = "" is not a sign or code'),
        ('"€"', '"10"', 'currency = "10" is not a sign or code'),
        ('"€"', "1", "currency = 1 is not a text in quotes."),
    ],
)
def test_an_amount_in_another_currency_is_a_mistake(old: str, new: str, message: str, tmp_path: Path) -> None:
    assert old in TEXT
    assert message in said(tmp_path, TEXT.replace(old, new))


def test_nothing_is_nothing_in_every_currency(tmp_path: Path) -> None:
    text = TEXT + '[channels.messenger]\ncost_per_message = { value = 0, unit = "¥" }\n'
    (tmp_path / "s.toml").write_text(text, encoding="utf-8")
    load_scenario(tmp_path / "s.toml")
    with pytest.raises(ScenarioError):
        load_scenario(_written(tmp_path, text.replace("value = 0", "value = 0.1")))
    load_scenario(_written(tmp_path, text.replace("value = 0", "value = 0.1").replace("¥", "€")))


def _written(folder: Path, text: str) -> Path:
    file = folder / "other.toml"
    file.write_text(text, encoding="utf-8")
    return file
