"""Where compiled rules are kept, and where when that place cannot be written."""

import json
import os
import subprocess
import sys

import pytest

from sim import compiled, kernel


@pytest.fixture
def places(monkeypatch, tmp_path):
    """Home and temporary folder of a user who is alone in the world."""
    for name in ("home", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.delenv("SANYU_CACHE_DIR", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home" / ".cache"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    return tmp_path


def unwritable(place):
    """A path below a regular file: nobody can write there, an administrator neither."""
    place.write_text("a file", "utf-8")
    return place / "below"


def test_the_named_folder_comes_first(places, monkeypatch):
    monkeypatch.setenv("SANYU_CACHE_DIR", str(places / "named"))
    assert compiled.cache_folder().parent == places / "named"


def test_a_named_folder_that_cannot_be_written_gives_way_to_the_users(places, monkeypatch):
    monkeypatch.setenv("SANYU_CACHE_DIR", str(unwritable(places / "file")))
    assert compiled.cache_folder().parent == places / "home" / ".cache" / "sanyu"


def test_a_home_that_cannot_be_written_gives_way_to_a_temporary_folder(places, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(unwritable(places / "file")))
    assert compiled.cache_folder().parent == places / "tmp" / f"sanyu-{os.getuid()}"


def test_without_any_of_them_a_new_folder_is_made(places, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(unwritable(places / "file")))
    (places / "tmp" / f"sanyu-{os.getuid()}").write_text("somebody was here first", "utf-8")
    found = compiled.cache_folder()
    assert found.parent == places / "tmp"
    assert found.is_dir()


def test_all_processes_find_the_same_folder(places):
    assert compiled.cache_folder() == compiled.cache_folder()
    assert compiled.cache_folder().name == f"rules-{compiled.fingerprint()}"


RULE = """
import json, sys
import sim.compiled as c
from sim.rules.numbers import kept
kept(3.0, 20.0)
print(json.dumps([str(c.CACHE), sum(kept.stats.cache_hits.values()), sum(kept.stats.cache_misses.values())]))
"""


def test_the_next_process_compiles_nothing(places, monkeypatch):
    """In a folder that is not the named one, which cannot be written: the fallback is a cache, too."""
    monkeypatch.setenv("SANYU_CACHE_DIR", str(unwritable(places / "file")))
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    found = [
        json.loads(
            subprocess.run([sys.executable, "-c", RULE], env=environment, capture_output=True, check=True).stdout
        )
        for _ in range(2)
    ]
    folder = str(places / "home" / ".cache" / "sanyu" / f"rules-{compiled.fingerprint()}")
    assert found == [[folder, 0, 1], [folder, 1, 0]]


def test_no_kernel_is_wanted_once_declined(monkeypatch):
    monkeypatch.delenv("NUMBA_DISABLE_JIT", raising=False)
    monkeypatch.setattr(kernel, "_wanted", True)
    assert kernel.wanted()
    kernel.is_not_needed()
    assert not kernel.wanted()
