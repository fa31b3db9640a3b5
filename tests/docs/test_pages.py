"""Pages agree with the code and with each other."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from docs.pages import PAGES, ROOT, anchors, links, prose
from sim.scenario import assumptions, shipped_scenarios
from sim.studies.validate import PATTERNS

DOCS = ROOT / "docs"


def test_generated_pages_are_current():
    command = [sys.executable, str(DOCS / "generate.py"), "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_resolve(page):
    for link in links(page):
        if link.startswith(("https://", "http://")):
            continue
        file, _, anchor = link.partition("#")
        target = (page.parent / file).resolve() if file else page
        assert target.exists(), link
        if anchor:
            assert anchor in anchors(target), link


def test_every_page_is_reached_from_the_readme():
    reached = {(ROOT / link.partition("#")[0]).resolve() for link in links(ROOT / "README.md")}
    assert set(PAGES) - {ROOT / "README.md"} <= reached


def test_the_model_page_has_a_section_for_every_file_of_rules():
    files = {file.name for file in (ROOT / "sim" / "rules").glob("*.py")} - {"__init__.py"}
    sections = set(re.findall(r"^### (\w+\.py)$", prose(DOCS / "model.md"), flags=re.M))
    assert sections == files


def test_the_architecture_page_names_every_room():
    text = prose(DOCS / "architecture.md")
    rooms = [f"`sim/{p.name}/`" if p.is_dir() else f"`sim/{p.name}`" for p in sorted((ROOT / "sim").iterdir())
             if not p.name.startswith("__init__") and p.name != "__pycache__" and p.name != "shipped"]  # fmt: skip
    assert [room for room in rooms if room not in text] == []


def test_the_patterns_page_names_every_pattern_of_validate():
    text = prose(DOCS / "patterns.md")
    names = [name for names in PATTERNS for name in names.split(", ")]
    assert [name for name in names if f"| {name} |" not in text or (f"**{name}" not in text and name not in text)] == []


def test_shipped_scenarios_share_all_behavioural_parameters():
    text = (DOCS / "shipped.md").read_text(encoding="utf-8")
    assert "`rules." not in text
    assert all(f"### {name}\n" in text for name in shipped_scenarios())


def test_the_readme_lists_every_command():
    from sim.cli import app

    text = prose(ROOT / "README.md")
    commands = [name for name in app if not name.startswith("-")]
    assert commands
    assert [name for name in commands if f"`sanyu {name}" not in text] == []


def test_the_readme_counts_the_assumptions_of_liquor():
    trust = [one.trust for one in assumptions("liquor")]
    weak = sum(level in ("assumed", "weak") for level in trust)
    assert f"Of the {len(trust)} values behind `liquor`, {weak} are" in prose(ROOT / "README.md")


def test_constraints_pin_versions_and_name_no_place():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert pins
    assert [line for line in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[A-Za-z0-9.+!]+", line)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_name_no_folder_of_a_machine(page):
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"/(?:home|root|tmp|opt|work|Users)/", text), Path(page).name
