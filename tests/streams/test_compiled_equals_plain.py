"""Two forms of every rule, compiled and plain Python: equal to the last bit."""

import numba
import pytest
from worlds import in_plain_python

from sim import compiled

from . import every_rule

pytestmark = pytest.mark.skipif(compiled.INTERPRETED, reason="nothing is compiled")


def test_every_compiled_function_is_among_the_rules():
    import importlib

    for name in every_rule.MODULES:
        module = importlib.import_module(name)
        compiled_here = {
            f"{name}:{key}"
            for key, value in vars(module).items()
            if isinstance(value, numba.core.registry.CPUDispatcher) and value.py_func.__module__ == name
        }
        assert compiled_here == {f"{name}:{rule}" for rule in every_rule.rules_of(name)}
    assert len(every_rule.all_rules()) > 50


def test_rules_are_the_same_compiled_and_plain():
    fast, readable = every_rule.results(), in_plain_python("streams.every_rule:results")
    assert fast.keys() == readable.keys() == set(every_rule.all_rules())
    assert [rule for rule in fast if fast[rule] != readable[rule]] == []
    # the arguments mean something: only a constant of the world never varies
    constant = {rule for rule, found in fast.items() if len({repr(one) for one in found}) == 1}
    assert constant <= {"sim.rules.messages:load_per_fatigue"}


@pytest.mark.parametrize("engine", ["arrays", "agents"])
def test_whole_run_is_the_same_compiled_and_plain(engine):
    fast = every_rule.whole_run(engine)
    assert sum(map(sum, fast)) > 0
    assert fast == in_plain_python("streams.every_rule:whole_run", engine)
