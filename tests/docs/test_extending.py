"""docs/extending.md is a recipe: its files, written where it says, are found, listed and run."""

import subprocess
import tomllib

import pytest

from docs.pages import ROOT, blocks
from docs.test_blocks import _environment
from sim.engines.run import run
from sim.scenario import load_scenario
from sim.scenario.shelves import KINDS

PAGE = ROOT / "docs" / "extending.md"
FILES = [block for block in blocks() if block.page == PAGE and block.file]


@pytest.fixture
def folder(tmp_path):
    for block in FILES:
        file = tmp_path / block.file
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")
    return tmp_path


def test_the_recipe_adds_one_of_each_by_one_file():
    names = [block.file for block in FILES]
    assert len(names) == len(set(names))
    assert {name.split("/")[1] for name in names if name.startswith("presets/")} == set(KINDS)
    assert [name for name in names if name.endswith(".py")] == ["weekend.py"]


def test_the_recipe_makes_a_scenario_that_runs(folder):
    tea = load_scenario(folder / "tea.toml")
    assert [c.name for c in tea.channels] == ["parcel-card", "thread", "newsletter", "forum-profile"]
    assert (tea.platforms[0].name, tea.industry.name, tea.brand.trust) == ("forum", "tea", 0.2)
    assert (tea.segments["collectors"].tolerance, tea.segments["collectors"].deal_response) == (8.0, 0.6)
    daily = run(tea, "weekend", 1).daily
    weekend = [date.weekday() >= 5 for date in daily["date"]]
    assert ((daily["delivered_thread"] > 0) == weekend).all()
    assert daily["visits_forum_profile"].sum() > 0
    assert daily["searches"].sum() > 0


def test_the_recipes_commands_run(folder):
    (recipe,) = [block for block in blocks("sh") if block.page == PAGE and "recipe" in block.words]
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", recipe.text],
        cwd=folder, env=_environment(), capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    for name in ("collectors", "forum", "parcel-card", "our-tea"):
        assert name in done.stdout
    (results,) = [line for line in done.stdout.splitlines() if line.startswith("runs/")]
    assert (folder / results / "weekend.py").read_bytes() == (folder / "weekend.py").read_bytes()
    kept = tomllib.loads((folder / results / "scenario.toml").read_text(encoding="utf-8"))
    assert kept["logics"]["weekend"]["kind"] == "weekend.py:Weekend"
    assert load_scenario(folder / results / "scenario.toml").logics["weekend"].many == 20


def test_the_page_names_every_kind_of_preset():
    text = PAGE.read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"`presets/{kind}/NAME.toml`" not in text] == []
