"""The hash that names the folder of compiled rules covers every file that a rule can hold something of."""

import ast
from pathlib import Path

import sim
from sim import compiled

PACKAGE = Path(sim.__file__).resolve().parent


def functions_with_a_rule(tree: ast.Module) -> list[ast.FunctionDef]:
    return [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(mark, ast.Name) and mark.id in ("rule", "rare") for mark in node.decorator_list)
    ]


def origins(tree: ast.Module) -> dict[str, str]:
    """Module of each name that a file imports from the project."""
    return {
        alias.asname or alias.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("sim")
        for alias in node.names
    }


def test_what_rules_name_is_in_the_hash() -> None:
    covered, looked_at = {path.relative_to(PACKAGE).as_posix() for path in compiled.sources()}, 0
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        found, rules = origins(tree), functions_with_a_rule(tree)
        if rules:
            assert path.relative_to(PACKAGE).as_posix() in covered
        for function in rules:
            for node in ast.walk(function):
                if isinstance(node, ast.Name) and node.id in found:
                    place = found[node.id].removeprefix("sim.").replace(".", "/")
                    assert {f"{place}.py", f"{place}/__init__.py"} & covered, f"{path.name}: {function.name}: {node.id}"
                    looked_at += 1
    assert looked_at > 500


def test_an_edit_in_a_helper_of_another_file_changes_the_name(tmp_path: Path, monkeypatch) -> None:
    package = tmp_path / "sim"
    package.mkdir()
    for name in ("compiled.py", "domains.py", "streams.py", "plans.py", "cli.py"):
        (package / name).write_bytes((PACKAGE / name).read_bytes())
    for room in ("rules", "engines", "parameters"):
        (package / room).mkdir()
        for path in (PACKAGE / room).glob("*.py"):
            (package / room / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(compiled, "_PACKAGE", package)
    monkeypatch.setattr(compiled, "__file__", str(package / "compiled.py"))
    before = compiled.fingerprint()

    def after(name: str) -> str:
        path = package / name
        text = path.read_bytes()
        path.write_bytes(text + b"\n# a change\n")
        changed = compiled.fingerprint()
        path.write_bytes(text)
        return changed

    for name in (
        "compiled.py",
        "rules/numbers.py",
        "rules/trust.py",
        "streams.py",
        "engines/population.py",
        "domains.py",
    ):
        assert after(name) != before, name
    for name in ("cli.py", "engines/simulation.py", "engines/operation.py"):
        assert after(name) == before, name
