"""A lint of the science: rules use only what is bit-equal in compiled code and plain Python."""

import ast
from pathlib import Path

import pytest

import sim.rules
import sim.streams

MATH = {"exp", "log", "log1p", "expm1", "sqrt", "pow", "tanh", "erf", "floor"}
BUILTINS = {"int", "float", "bool", "min", "max", "abs", "range", "len"}
MODULES = {"math", "typing", "enum"}
ROOMS = {"sim.compiled", "sim.domains", "sim.parameters", "sim.streams", "sim.rules"}
STORAGE = {"climate.py": {"numpy"}, "tally.py": {"numpy", "numpy.typing"}}  # vectors, but no rules
OPERATORS = (
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.LShift, ast.RShift, ast.BitAnd, ast.BitOr, ast.BitXor,
)  # fmt: skip
FILES = [*sorted(Path(sim.rules.__file__).parent.glob("*.py")), Path(sim.streams.__file__)]


def is_rule(node):
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(d, ast.Name) and d.id in ("rule", "rare") for d in node.decorator_list
    )


def mistakes(source, name="rule.py"):
    """What a file of rules does that it must not."""
    tree = ast.parse(source)
    found, known = [], set(BUILTINS)
    for node in ast.walk(tree):
        modules = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            modules = [node.module or "."]
            known |= {alias.asname or alias.name for alias in node.names if (node.module or "").startswith("sim.")}
        allowed = MODULES | STORAGE.get(name, set())
        found += [
            f"imports {m}" for m in modules if m not in allowed and not any(f"{m}.".startswith(f"{r}.") for r in ROOMS)
        ]
        if (isinstance(node, ast.FunctionDef) and is_rule(node)) or isinstance(node, ast.ClassDef):
            known.add(node.name)
    for function in (node for node in tree.body if is_rule(node)):
        for node in ast.walk(ast.Module(function.body, [])):
            found += [f"{function.name}: {wrong}" for wrong in _of_node(node, known)]
    return found


def _of_node(node, known):
    if isinstance(node, ast.BinOp | ast.AugAssign) and not isinstance(node.op, OPERATORS):
        yield f"uses {type(node.op).__name__}"
    if isinstance(node, ast.Call):
        call = node.func
        if isinstance(call, ast.Name):
            if call.id not in known:
                yield f"calls {call.id}"
        elif not (
            isinstance(call, ast.Attribute)
            and isinstance(call.value, ast.Name)
            and call.value.id == "math"
            and call.attr in MATH
        ):
            yield f"calls {ast.unparse(call)}"
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ("np", "numpy"):
        yield f"uses {ast.unparse(node)}"
    if isinstance(
        node, ast.Lambda | ast.ListComp | ast.DictComp | ast.SetComp | ast.GeneratorExp | ast.Try | ast.Global
    ):
        yield f"uses {type(node).__name__}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_rules_use_only_what_is_bit_equal(path):
    assert mistakes(path.read_text(encoding="utf-8"), path.name) == []


def test_rules_are_found():
    rules = [node.name for path in FILES for node in ast.parse(path.read_text(encoding="utf-8")).body if is_rule(node)]
    assert len(rules) > 60
    assert {"advance_fan", "uniform", "logistic", "cause_of"} <= set(rules)


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ("return x ** 2", "f: uses Pow"),
        ("x **= 2", "f: uses Pow"),
        ("return x % 2", "f: uses Mod"),
        ("return math.lgamma(x)", "f: calls math.lgamma"),
        ("return math.sin(x)", "f: calls math.sin"),
        ("return np.tanh(x)", "f: calls np.tanh"),
        ("return x.sum()", "f: calls x.sum"),
        ("return round(x)", "f: calls round"),
        ("return sum([x for _ in x])", "f: calls sum"),
        ("return g(x)", "f: calls g"),
    ],
)
def test_lint_finds_what_is_not_allowed(body, wrong):
    assert wrong in mistakes(f"import math\n@rule\ndef f(x):\n    {body}\n")


@pytest.mark.parametrize("module", ["numpy", "random", "sim.plans", "sim.engines.arrays", "scipy.special"])
def test_lint_finds_imports_from_above(module):
    assert mistakes(f"from {module} import x\n") == [f"imports {module}"]
