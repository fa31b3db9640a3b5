"""Every result of theory 4.1 – 4.18 has a test and a sibling that must fail, and docs/theory.md names both."""

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "theory.md"
RESULTS = [f"4.{n}" for n in range(1, 19)]
IDENTITIES = {"4.18"}  # exact, and need no sibling


def table():
    """Rows of the page: number, tests, siblings."""
    found = re.findall(
        r"^\| (4\.\d+) \| [^|]+ \| ([^|]+) \| ([^|]+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE
    )
    return [(number, re.findall(r"`([^`]+)`", tests), re.findall(r"`([^`]+)`", off)) for number, tests, off in found]


@lru_cache(maxsize=32)
def functions(path):
    """Names and sources of the functions of a file."""
    text = path.read_text(encoding="utf-8")
    tree = ast.parse(text)
    return {f.name: ast.get_source_segment(text, f) for f in tree.body if isinstance(f, ast.FunctionDef)}


def source_of(name):
    """Source of a test as the page names it."""
    file, test = name.split("::")
    folder = TESTS if "/" in file else TESTS / "theory"
    return functions(folder / f"{file}.py").get(test, "")


def test_every_result_is_there():
    assert {number for number, _, _ in table()} == set(RESULTS)


@pytest.mark.parametrize("number", RESULTS)
def test_every_result_has_a_test_and_a_sibling(number):
    for at, tests, siblings in table():
        if at == number:
            assert tests
            assert all("assert" in source_of(name) or "assert" in name for name in tests), tests
            assert siblings or number in IDENTITIES
            assert all(source_of(name) for name in siblings), siblings


def test_siblings_say_what_they_find_out():
    """A sibling's name says that it is one, or it asserts the opposite beside the law."""
    for _, _, siblings in table():
        for name in siblings:
            source = source_of(name)
            assert re.search(r"5_percent|need_the_rates", name) or re.search(r"1\.05|found_out|is_right", source), name
