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


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["compare", "--help"], []])
def test_version_and_help_import_nothing_heavy(arguments):
    code = f"""
sys.argv = ["sanyu", *{arguments!r}]
from sim.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
"""
    assert not loaded_after(code) & HEAVY


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
