"""Experiment files: what they may say, and that all that is wrong with one is told at once, with its place."""

import json
import time
import tomllib
from pathlib import Path

import jsonschema
import pytest

from sim.batch.designs import Sobol
from sim.batch.experiment import Experiment, load_experiment, study_of
from sim.batch.figures import figures
from sim.batch.json_schema import FILE, json_schema
from sim.batch.replications import Paired, UntilKnown
from sim.engines.run import run
from sim.scenario import ScenarioError, load_scenario

ROOT = Path(__file__).parents[2]
SHIPPED = sorted((ROOT / "experiments").glob("*.toml"))
GRID = 'design = { kind = "grid" }\n'
SOBOL = 'design = { kind = "sobol", samples = 8 }\n'


def written(folder, text):
    file = folder / "e.toml"
    file.write_text(f'scenario = "liquor"\n{text}\n')
    return file


def mistakes(folder, text):
    with pytest.raises(ScenarioError) as caught:
        load_experiment(written(folder, text))
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            'design = { kind = "sobol", samples = 100 }\n[vary]\n"days" = { from = 9, to = 20 }',
            "e.toml:2:1: design: samples = 100 is not a power of two",
        ),
        (
            GRID + '[vary]\n"brand.content.qualty" = { values = [0.5] }',
            "e.toml:4:38: brand.content.qualty is unknown here. Did you mean quality?",
        ),
        (
            GRID + '[vary]\n"brand.content.quality" = { values = [0.5, 7] }',
            "e.toml:4:44: brand.content.quality = 7 is outside 0 … 1. Did you mean 0.7?",
        ),
        (GRID + '[vary]\n"brand.trust" = { from = 0.1, to = 7, levels = 3 }', "e.toml:4:31: brand.trust = 7.0 is"),
        (SOBOL + '[vary]\n"brand.trust" = { from = 0.1, to = 7 }', "e.toml:4:31: brand.trust = 7.0 is outside"),
        (SOBOL + '[vary]\n"pool.fans" = { from = 1, to = 70 }', "is not a whole number. Write integer = true"),
        (GRID + '[vary]\n"days" = { from = 9, to = 20 }', "e.toml:4:1: days needs values or levels in this design"),
        (GRID + 'observ = []\n[vary]\n"days" = { values = [9] }', "e.toml:3:1: observ is not known here. Did you mean"),
        (GRID + '[vary]\n"days" = { from = 9, to = 2, levels = 2 }', "Did you exchange them?"),
        (GRID + '[vary]\n"days" = { valus = [9] }', "e.toml:4:12: vary.days.valus is not known here. Did"),
        ('design = { kind = "gird" }\n[vary]\n"days" = { values = [9] }', "e.toml:2:12: design.kind = \"gird\""),
        ('design = { samples = 8 }\n[vary]\n"days" = { values = [9] }', "design.kind is missing. Kinds: grid"),
        ('design = { kind = "grid", samples = 8 }\n[vary]\n"days" = { values = [9] }', "e.toml:2:27: design.sam"),
        ('design = { kind = "sobol" }\n[vary]\n"days" = { values = [9] }', "design.samples is missing. Write"),
        ('[vary]\n"days" = { values = [9] }', "design is missing. Write design"),
        (GRID, "vary is missing. Write [vary]"),
        (GRID + 'logics = ["grwth"]\n[vary]\n"days" = { values = [9] }', "e.toml:3:11: logics: there is no logic"),
        (GRID + 'observe = ["margn"]\n[vary]\n"days" = { values = [9] }', "Did you mean margin?"),
        (GRID + 'daily = ["margin_sum"]\n[vary]\n"days" = { values = [9] }', "3:10: daily: there is no observable"),
        (GRID + '[vary]\n"logics.grwth.discount" = { values = [0.1] }', "there is no logic grwth in this"),
        (GRID + '[vary]\n"segments.busi.share" = { values = [0.1] }', "there is no segment busi"),
        (GRID + '[vary]\n"platforms[9]" = { values = ["web-2022"] }', "platforms[9] is not there: platforms has 2"),
        (GRID + '[vary]\n"days" = { values = [9] }\n"pool.fans" = { values = [9], like = "day" }', "you mean days?"),
        (GRID + '[vary]\n"days" = { values = [9] }\n"pool.fans" = { values = [9, 8], like = "days" }', "has 2 levels"),
        (GRID + '[fixed]\ndays = 9\n[vary]\n"days" = { values = [9] }', "days is varied, and [fixed] sets it"),
        (GRID + '[fixed]\n"pool.fan" = 9\n[vary]\n"days" = { values = [9] }', "e.toml:4:1: pool.fan is unknown here"),
        (
            GRID + '[vary]\n"brand.content" = { values = [{}] }\n"brand.content.quality" = { values = [0.5] }',
            "brand.content.quality lies within brand.content",
        ),
        (
            GRID + "replications = { paired = 0 }\n[vary]\ndays = { values = [9] }",
            "e.toml:3:18: replications.paired = 0 is not possible",
        ),
        (
            GRID + 'replications = { until_half_width = 0.02, of = "margin" }\n[vary]\ndays = { values = [9] }',
            "replications.at_most is missing",
        ),
        (
            GRID
            + 'replications = { until_half_width = 2, of = "margin", at_most = 20, relative = true }\n'
            + "[vary]\ndays = { values = [9] }",
            "Did you mean 0.02?",
        ),
        (
            GRID
            + 'replications = { until_half_width = 2, of = "margn", at_most = 20, '
            + 'difference = ["growth", "depletin"] }\n[vary]\ndays = { values = [9] }',
            'e.toml:3:92: replications.difference: there is no logic "depletin". Did you mean depletion?',
        ),
        (
            SOBOL + '[vary]\n"pool.fans" = { from = 300, to = 500, integer = true }\n'
            '"market.users" = { from = 100, to = 200, integer = true }',
            "fans are among the users",
        ),
    ],
)  # fmt: skip
def test_mistakes_have_a_place_and_a_remedy(tmp_path, text, said):
    assert said in mistakes(tmp_path, text)


def test_all_mistakes_are_told_at_once(tmp_path):
    text = GRID + (
        'logics = ["grwth"]\nobserve = ["margn"]\n[fixed]\n"pool.fan" = 3\n[vary]\n'
        '"brand.trust" = { values = [7, "x"] }\n'
        '"x[" = { values = [1] }\n"start" = { values = [2021-09-01, 5] }\n'
    )
    said = mistakes(tmp_path, text).splitlines()
    assert [int(line.split("e.toml:")[1].split(":")[0]) for line in said] == [3, 4, 6, 8, 8, 9, 10]


def test_a_missing_scenario_is_a_mistake_of_the_experiment(tmp_path):
    file = written(tmp_path, GRID + "[vary]\ndays = { values = [9] }")
    file.write_text(file.read_text().replace("liquor", "likuor"))
    with pytest.raises(ScenarioError, match=r"e.toml:1:1: scenario = .*Did you mean liquor"):
        load_experiment(file)


def test_a_contradiction_within_a_point_names_the_point(tmp_path):
    text = GRID + '[vary]\n"pool.fans" = { values = [300, 800] }\n"market.users" = { values = [500, 900] }'
    assert "(at point 2: pool.fans = 800, market.users = 500)" in mistakes(tmp_path, text)


def test_linked_factors_are_judged_together(tmp_path):
    """Each of them alone would contradict the scenario, which has other days and users."""
    text = GRID + (
        '[fixed]\n"pool.fans" = 100\n[vary]\n"market.users" = { from = 200, to = 400, levels = 3, integer = true }\n'
        '"pool.fans" = { from = 150, to = 350, levels = 3, integer = true, like = "market.users" }'
    )
    found = load_experiment(written(tmp_path, text.replace('[fixed]\n"pool.fans" = 100\n', "")))
    assert [p["pool.fans"] for p in found.points] == [150, 250, 350]


def test_factors_of_every_type_inside_logics_lists_and_dates(tmp_path):
    file = tmp_path / "e.toml"
    file.write_text(
        'scenario = "content-maker"\ndesign = { kind = "latin-hypercube", samples = 6 }\n[vary]\n'
        '"logics.step-by-step.phases[1].value_share" = { from = 0.1, to = 0.9 }\n'
        '"logics.step-by-step.phases[4].from" = { from = 2022-04-02, to = 2022-04-20 }\n'
        '"brand.content.quality.2021-09-01" = { from = 0.2, to = 0.9 }\n'
        '"brand.certified" = { values = [true, false] }\n'
        '"pool.fans" = { from = 10, to = 1000, scale = "log", integer = true }\n'
    )
    found = load_experiment(file)
    for number, point in enumerate(found.points):
        scenario = found.scenario(number)
        phases = scenario.logics["step-by-step"].phases
        assert phases[1].value_share == point["logics.step-by-step.phases[1].value_share"]
        assert phases[4].start == point["logics.step-by-step.phases[4].from"]
        assert scenario.brand.content.quality.steps[-1][1] == point["brand.content.quality.2021-09-01"]
        assert (scenario.brand.certified, scenario.pool.fans) == (point["brand.certified"], point["pool.fans"])


def test_a_large_design_is_checked_without_building_every_point(tmp_path):
    text = 'design = { kind = "sobol", samples = 262144 }\n[vary]\n"brand.trust" = { from = 0.1, to = 0.9 }'
    found = load_experiment(written(tmp_path, text))
    assert len(found.points) == 2**18
    assert found.points.places.nbytes == 8 * 2**18


def test_the_file_names_the_study_and_python_can_do_without_one(tmp_path):
    found = load_experiment(written(tmp_path, GRID + "[vary]\ndays = { values = [9] }"))
    assert found.experiment.title == "e"
    same = study_of(
        Experiment.model_validate(
            {"scenario": "liquor", "title": "e", "design": {"kind": "grid"}, "vary": {"days": {"values": [9]}}}
        ),
        load_scenario("liquor"),
    )
    assert (same.experiment, list(same.points)) == (found.experiment, list(found.points))
    assert isinstance(
        Experiment.model_validate(
            {"scenario": "x", "design": {"kind": "sobol", "samples": 4}, "replications": {"paired": 3}}
        ).design,
        Sobol,
    )


def test_replications_are_of_two_kinds():
    made = Experiment.model_validate({"scenario": "x", "design": {"kind": "grid"}})
    assert made.replications == Paired(paired=10)
    asked = {"until_half_width": 0.02, "of": "margin", "at_most": 200}
    until = Experiment.model_validate({"scenario": "x", "design": {"kind": "grid"}, "replications": asked}).replications
    assert until == UntilKnown(until_half_width=0.02, of="margin", at_most=200)
    assert (until.most, until.at_least, until.relative, until.difference) == (200, 10, False, None)


def test_figures_are_those_that_a_run_reports():
    scenario = load_scenario("liquor").model_copy(update={"days": 1})
    assert figures() == tuple(run(scenario, "growth").summary)


def test_the_json_schema_is_current():
    """Write it with ``python -m sim.batch.json_schema``."""
    jsonschema.Draft202012Validator.check_schema(json_schema())
    assert json.loads(FILE.read_text(encoding="utf-8")) == json_schema()


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_shipped_experiments_are_sound_say_what_they_ask_and_name_the_schema(file):
    began = time.monotonic()
    found = load_experiment(file)
    assert len(found.points) >= 4
    assert time.monotonic() - began < 60  # a hang, not a speed
    first, second = file.read_text("utf-8").splitlines()[:2]
    assert first == "#:schema ../sim/batch/experiment.schema.json"
    assert second.startswith("# ")
    assert "?" in file.read_text("utf-8").split("\nscenario")[0]
    plain = json.loads(json.dumps(tomllib.loads(file.read_text("utf-8")), default=str))
    jsonschema.Draft202012Validator(json_schema()).validate(plain)


@pytest.mark.parametrize(
    "wrong",
    [
        {"design": {"kind": "grid", "samples": 4}},
        {"design": {"samples": 4}},
        {"replications": {"paired": 2, "of": "margin"}},
        {"observe": ["margn"]},
        {"vary": {"days": {"value": [3]}}},
        {"extra": 1},
    ],
)
def test_the_json_schema_refuses_what_loading_refuses(wrong):
    sound = {"scenario": "liquor", "design": {"kind": "grid"}, "vary": {"days": {"values": [3]}}}
    validator = jsonschema.Draft202012Validator(json_schema())
    assert validator.is_valid(sound)
    assert not validator.is_valid(sound | wrong)
