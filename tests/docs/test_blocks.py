"""Every example runs: Python and shell blocks in a folder of their own, scenario blocks as files."""

import datetime as dt
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from docs.pages import ROOT, Block, blocks
from sim.batch.experiment import load_experiment
from sim.scenario import ScenarioError, load_scenario

DAY = dt.timedelta(days=1)


def _environment() -> dict[str, str]:
    return os.environ | {"PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])}


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stderr[-3000:]


def _written(block: Block, folder: Path) -> Path:
    """The block as a scenario file, with the CSV file that its season may name beside it."""
    file = folder / "mine.toml"
    file.write_text(block.text, encoding="utf-8")
    first = dt.date(2021, 8, 1)
    rows = [f"{first + number * DAY},1.0" for number in range(720)]
    (folder / "season.csv").write_text("\n".join(["date,need", *rows]) + "\n", encoding="utf-8")
    return file


def _ids(found: list[Block]) -> list[str]:
    return [block.place for block in found]


# blocks that are files of a recipe are in test_extending
PYTHON, TOML = ([b for b in blocks(language) if not b.file] for language in ("python", "toml"))
EXPERIMENTS = [b for b in TOML if "experiment" in b.words]
TOML = [b for b in TOML if "experiment" not in b.words]
SHELL = [b for b in blocks("sh") if "run" in b.words]


@pytest.mark.slow
@pytest.mark.parametrize("block", PYTHON, ids=_ids(PYTHON))
def test_python_blocks_run(block, tmp_path):
    (tmp_path / "block.py").write_text(block.text, encoding="utf-8")
    _run([sys.executable, "block.py"], tmp_path)


@pytest.mark.parametrize("block", SHELL, ids=_ids(SHELL))
def test_shell_blocks_marked_run_do_run(block, tmp_path):
    _run(["bash", "-euo", "pipefail", "-c", block.text], tmp_path)


@pytest.mark.parametrize("block", TOML, ids=_ids(TOML))
def test_scenario_blocks_load(block, tmp_path):
    file = _written(block, tmp_path)
    if "wrong" in block.words:
        with pytest.raises(ScenarioError):
            load_scenario(file)
        return
    scenario = load_scenario(file)
    given = tomllib.loads(block.text).get("logics", {})
    assert {name for name, table in given.items() if table is not False} <= set(scenario.logics)


@pytest.mark.parametrize("block", EXPERIMENTS, ids=_ids(EXPERIMENTS))
def test_experiment_blocks_load(block, tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text(block.text, encoding="utf-8")
    assert len(load_experiment(file).points) > 1


def test_the_messages_shown_are_the_messages_given(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (wrong,) = [block for block in TOML if "wrong" in block.words]
    _written(wrong, tmp_path)
    with pytest.raises(ScenarioError) as caught:
        load_scenario("mine.toml")
    (shown,) = [b for b in blocks("text") if b.page == wrong.page and b.text.startswith("mine.toml:")]
    assert str(caught.value) == shown.text.rstrip("\n")


def test_there_are_blocks_of_every_kind():
    assert PYTHON
    assert SHELL
    assert TOML
    assert EXPERIMENTS


def test_the_first_block_of_the_readme_holds_the_two_commands():
    first, second = blocks("sh")[0].text.splitlines()
    setup = "python3 -m venv --without-pip .venv && python3 -m pip --python .venv install -c constraints.txt -e "
    assert blocks("sh")[0].page == ROOT / "README.md"
    assert first == f"{setup}. && .venv/bin/sanyu compare scenarios/liquor.toml"
    assert second == f'{setup}".[dev]" && .venv/bin/poe -q test'


@pytest.mark.skipif(not (ROOT / ".ci" / "run").is_file(), reason="sources without the CI script")
def test_the_ci_script_finds_the_second_line():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    pattern = script.partition("grep -m1 -E '")[2].partition("'")[0]
    found = subprocess.run(["grep", "-E", pattern, "README.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == blocks("sh")[0].text.splitlines()[1] + "\n"
