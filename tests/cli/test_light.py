"""What must not import anything heavy runs in a process of its own."""

import json
import subprocess
import sys

import pytest

HEAVY = {"numpy", "numba", "pandas", "scipy", "matplotlib", "mesa", "pyarrow", "pydantic", "jinja2"}


def loaded_after(code):
    program = f"import sys, json\n{code}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return {name.split(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


def test_importing_the_package_imports_nothing_heavy():
    assert not loaded_after("import sim; sim.__version__; dir(sim)") & (HEAVY | {"rich", "cyclopts"})


def as_command(arguments):
    return f"""
sys.argv = ["sanyu", *{arguments!r}]
from sim.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["compare", "--help"], ["run", "--help"], []])
def test_version_and_help_import_nothing_heavy(arguments):
    assert not loaded_after(as_command(arguments)) & HEAVY


KERNEL = {"numba", "llvmlite", "mesa", "matplotlib", "pandas", "pyarrow"}


@pytest.mark.parametrize(
    "arguments",
    [
        ["show", "liquor"],
        ["show", "upper-bound", "--json"],
        ["show", "two-brands", "--lang", "zh"],
        ["presets"],
        ["presets", "douyin-2021-07"],
        ["new", "mine.toml"],
        ["schema"],
    ],
)
def test_commands_that_look_things_up_import_no_kernel(arguments, tmp_path, monkeypatch):
    """Nor anything that draws figures or writes tables."""
    monkeypatch.chdir(tmp_path)
    found = loaded_after(as_command(arguments))
    assert "cyclopts" in found
    assert not found & KERNEL


def test_a_run_imports_the_kernel_and_no_mesa(tmp_path, monkeypatch):
    """What the test above looks for is there when it is needed; figures are drawn on request, and without Mesa."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tiny.toml").write_text('extends = "livestream-group"\ndays = 35\n', "utf-8")
    found = loaded_after(as_command(["run", "tiny.toml", "--quiet", "--figures", "--out", "r"]))
    assert {"numba", "matplotlib"} <= found
    assert "mesa" not in found
    found = loaded_after(as_command(["run", "tiny.toml", "--quiet", "--out", "s"]))
    assert not found & {"matplotlib", "mesa", "jinja2"}
    assert not (tmp_path / "s" / "figures").exists()


def test_numba_is_not_imported_in_plain_python(monkeypatch):
    monkeypatch.setenv("NUMBA_DISABLE_JIT", "1")
    found = loaded_after("import sim.compiled, sim.engines.arrays; assert sim.compiled.INTERPRETED")
    assert not found & {"numba", "llvmlite"}


def test_the_module_is_a_command():
    done = subprocess.run([sys.executable, "-m", "sim", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("sanyu ")
    assert done.stderr == ""


def test_everyday_names():
    import sim

    for name in sim.__all__:
        assert getattr(sim, name) is not None
    assert set(sim.__all__) <= set(dir(sim))
    with pytest.raises(AttributeError, match="nonsense"):
        sim.nonsense  # noqa: B018


def test_a_reader_who_leaves_early_is_no_failure():
    command = f"{sys.executable} -m sim show liquor | head -1; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout.count("\n") == 1
    assert (done.returncode, done.stderr) == (0, "")
