"""Files that are not there, files that files name, and sizes that do not fit."""

import datetime as dt
from pathlib import Path

import pytest

from sim.scenario import ScenarioError, checks, load_scenario

from .bad_files import SCENARIOS, body, said


@pytest.mark.parametrize(
    ("name", "message"),
    [
        (
            "liqour",
            "liqour: there is no such file, nor a shipped scenario of this name. Did you mean liquor?",
        ),
        (
            "zzz",
            f"zzz: there is no such file, nor a shipped scenario of this name. Shipped scenarios: {SCENARIOS}.",
        ),
        (
            "liquor.toml",
            "liquor.toml: there is no such file, nor a shipped scenario of this name. Did you mean liquor?",
        ),
        ("a\0b", "there is no such file"),
        ("x" * 5000, "there is no such file"),
        ("", "this is a folder, not a scenario file"),
    ],
)
def test_no_such_file(name: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ScenarioError) as error:
        load_scenario(name)
    assert message in str(error.value)


def test_a_sibling_is_meant(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_text(body(""))
    with pytest.raises(ScenarioError) as error:
        load_scenario(tmp_path / "brnad.toml")
    assert str(error.value) == f"{tmp_path}/brnad.toml: there is no such file. Did you mean {tmp_path}/brand.toml?"


def test_a_folder(tmp_path: Path) -> None:
    (tmp_path / "brand.toml").write_text(body(""))
    with pytest.raises(ScenarioError) as error:
        load_scenario(tmp_path)
    assert str(error.value) == f"{tmp_path}: this is a folder, not a scenario file. It holds: brand.toml."


def csv_of(values: list[str], header: str = "date,x") -> str:
    """100 days from 2021-08-01, as far as there are values."""
    first = dt.date(2021, 8, 1)
    return "\n".join([header, *(f"{first + dt.timedelta(days=d)},{v}" for d, v in enumerate(values))]) + "\n"


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (csv_of(["1"] * 100, "date,y"), 'a.csv has no column "x"; its columns are: date, y'),
        (csv_of(["1"] * 98), "a.csv has no row for 2021-11-07 and 1 more days; the run goes from"),
        (csv_of(["1", "high"]), "a.csv:3: x = 'high' is not a number"),
        (csv_of(["1"] * 99 + ["-2"]), "has x = -2 on 2021-11-08, outside 0 … 100. Did you mean 2?"),
        (csv_of(["1"] * 99 + ["nan"]), "a.csv:101: x = 'nan' is not a finite number"),
        ("date,x\n1.8.2021,3\n", "a.csv:2: date = '1.8.2021' is not a date like 2021-08-01"),
        (csv_of(["1"] * 100) + "2021-08-01,3\n", "a.csv:102: 2021-08-01 is there twice"),
        (b"date,x\n2021-08-01,\xe9\n", "is not UTF-8. Save the file as UTF-8."),
        ("", 'a.csv has no column "date"'),
    ],
)
def test_a_series_in_a_bad_csv_file(table: str | bytes, message: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    text = said(tmp_path, body('market.season = { csv = "a.csv", column = "x" }\n'))
    assert text.startswith("s.toml:6:19: market.season.csv")
    assert message in text


def test_a_pool_that_does_not_fit_into_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "physical_memory", lambda: 16 * 2**30)
    monkeypatch.setattr(checks, "cores", lambda: 2)
    text = body("market.users = 1_000_000_000\npool.fans = 900_000_000\n")
    assert said(tmp_path, text) == (
        "s.toml:7:1: pool.fans = 900000000 would need about 251 GiB: 100 bytes per fan, half as much again for growth, "
        "2 runs at a time; this machine has 16 GiB. Up to about 45,812,984 fans fit."
    )
    monkeypatch.setattr(checks, "cores", lambda: 1)
    assert "1 run at a time" in said(tmp_path, text)


def test_a_mistake_survives_the_border_between_processes(tmp_path: Path) -> None:
    import pickle

    with pytest.raises(ScenarioError) as error:
        load_scenario(tmp_path / "none.toml")
    assert pickle.loads(pickle.dumps(error.value)).mistakes == error.value.mistakes
