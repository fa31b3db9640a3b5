import json

import jsonschema

LOGIC = """
from sim.logics import Fixed
from sim.logics.base import Logic


class Twice(Logic):
    def plan(self, brief, seen):
        return Fixed(pushes_per_week={"group": 2.0 / FACTOR}).plan(brief, seen)
"""
SCENARIO = """
extends = "small.toml"
days = 10
[industry]
extends = "tea"
[logics.twice]
kind = "twice.py:Twice"
"""


def written(folder, factor="2"):
    (folder / "presets" / "industries").mkdir(parents=True, exist_ok=True)
    (folder / "presets" / "industries" / "tea.toml").write_text('extends = "frequent-online"\ntitle = "Tea"\n')
    (folder / "twice.py").write_text(LOGIC.replace("FACTOR", factor), encoding="utf-8")
    (folder / "own.toml").write_text(SCENARIO, encoding="utf-8")


def test_presets_of_the_user_are_listed_and_printed(sanyu, tmp_path):
    written(tmp_path)
    _, out, _ = sanyu("presets")
    assert "presets/industries/tea.toml" in out
    assert sanyu("presets", "tea")[1].startswith('extends = "frequent-online"')
    code, _, err = sanyu("presets", "tee")
    assert (code, "Did you mean tea?" in err) == (2, True)


def test_a_preset_of_the_user_that_is_broken_stays_on_the_list(sanyu, tmp_path):
    written(tmp_path)
    (tmp_path / "presets" / "industries" / "tea.toml").write_text("title = \n")
    code, out, _ = sanyu("presets")
    assert (code, "tea.toml" in out) == (0, True)
    code, _, err = sanyu("show", "own.toml")
    assert code == 2
    assert err.startswith("presets/industries/tea.toml:1:9: this is not TOML")


def test_the_schema_knows_presets_and_logics_of_the_user(sanyu, tmp_path):
    def complaints():
        schema = json.loads(sanyu("schema")[1])
        tree = {"extends": "liquor", "industry": "tea", "logics": {"twice": {"kind": "twice.py:Twice", "any": 3}}}
        return [error.message for error in jsonschema.Draft7Validator(schema).iter_errors(tree)]

    assert complaints()
    written(tmp_path)
    assert complaints() == []


def test_a_logic_of_the_user_runs_and_lies_in_the_results(sanyu, tmp_path):
    written(tmp_path)
    code, out, err = sanyu("run", "own.toml", "--logic", "twice", "--out", "here", "--quiet")
    assert (code, out.strip()) == (0, "here"), err
    assert (tmp_path / "here" / "twice.py").is_file()
    assert sanyu("show", "here/scenario.toml")[0] == 0


def test_a_logic_of_the_user_that_fails_says_where(sanyu, tmp_path):
    written(tmp_path, factor="0")
    for command in (("run", "--logic", "twice"), ("compare", "--pairs", "2")):
        code, out, err = sanyu(command[0], "own.toml", *command[1:])
        assert (code, out) == (1, "")
        assert "logics.twice, day 1: line 8: ZeroDivisionError: float division by zero." in err
        assert "Traceback" not in err
        assert not (tmp_path / "runs").exists()
