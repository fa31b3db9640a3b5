import json
import tomllib

import jsonschema
import pytest

COMMANDS = ["compare", "run", "show", "presets", "new", "schema", "validate"]


def test_help_lists_every_command(sanyu):
    code, out, _ = sanyu("--help")
    assert code == 0
    for command in COMMANDS:
        assert command in out
    assert max(map(len, out.splitlines())) <= 80


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_help_page_of_80_columns(sanyu, command):
    code, out, err = sanyu(command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: sanyu {command}")
    assert max(map(len, out.splitlines())) <= 80


def test_show_names_source_and_trust(sanyu):
    code, out, _ = sanyu("show", "liquor")
    assert code == 0
    assert "E-37" in out
    assert "stated" in out
    code, out, _ = sanyu("show", "small.toml", "--json")
    values = {value["key"]: value for value in json.loads(out)["values"]}
    assert values["pool.fans"]["value"] == 60
    assert values["days"]["origin"].startswith("small.toml:")


def test_show_says_what_a_run_will_take(sanyu):
    code, out, _ = sanyu("show", "small.toml")
    assert code == 0
    told = out[out.index("What one run will take") :]
    assert "growth: 60 rows at first" in told
    assert "depletion: 60 rows at first" in told
    assert "MiB" in told
    assert max(map(len, out.splitlines())) <= 80
    code, out, _ = sanyu("show", "small.toml", "--lang", "zh")
    assert "一次运行的开销" in out
    found = json.loads(sanyu("show", "small.toml", "--json")[1])
    assert [one["logic"] for one in found["forecast"]] == ["growth", "depletion"]
    for one in found["forecast"]:
        assert one["pool"] == 60
        for what in ("peak", "seconds"):
            assert 0 < one[what]["low"] < one[what]["estimate"] < one[what]["high"]
    assert found["speed"]["fan_days"] > 0


def test_presets_are_listed_and_printed(sanyu):
    code, out, _ = sanyu("presets")
    assert code == 0
    for name in ("liquor", "douyin-2021-07", "frequent-online"):
        assert name in out
    code, out, _ = sanyu("presets", "wechat-2021-07")
    assert tomllib.loads(out)["channels"]
    code, out, err = sanyu("presets", "wechat-2021-7")
    assert (code, out) == (2, "")
    assert "Did you mean wechat-2021-07?" in err


@pytest.mark.parametrize("start", ["liquor", "livestream-group"])
def test_a_new_file_is_a_scenario_with_comments(sanyu, tmp_path, start):
    from sim.scenario import load_scenario

    code, out, _ = sanyu("new", "mine/brand.toml", "--from", start)
    assert code == 0
    assert "sanyu compare mine/brand.toml" in out
    text = (tmp_path / "mine" / "brand.toml").read_text("utf-8")
    assert text.count("#") > 5
    assert not text.startswith("#:schema ../")
    assert load_scenario(tmp_path / "mine" / "brand.toml") == load_scenario(start)


def test_a_new_file_never_overwrites(sanyu, tmp_path):
    code, _, err = sanyu("new", "small.toml")
    assert code == 2
    assert "exists already" in err
    assert "Small" in (tmp_path / "small.toml").read_text("utf-8")


def test_a_new_file_from_something_unknown(sanyu, tmp_path):
    code, _, err = sanyu("new", "x.toml", "--from", "liqour")
    assert code == 2
    assert "Did you mean liquor?" in err
    assert not (tmp_path / "x.toml").exists()


@pytest.mark.parametrize("of", [(), ("--experiment",)])
def test_the_schema_is_a_json_schema(sanyu, of):
    code, out, _ = sanyu("schema", *of)
    assert code == 0
    jsonschema.Draft202012Validator.check_schema(json.loads(out))


def test_commands_elsewhere_are_told_as_they_tell_themselves():
    from importlib import import_module
    from inspect import getdoc

    from sim.cli import _ELSEWHERE

    for place, told in _ELSEWHERE.items():
        module, _, name = place.partition(":")
        first = getdoc(getattr(import_module(f"sim.commands.{module}"), name)).split("\n\n")[0]
        assert " ".join(first.split()) == told
