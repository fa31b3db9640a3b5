"""Rule tables as the engines give them to rules: floats, rates per day, compiled form."""

from sim.parameters import daily
from sim.rules import RULE_TABLES
from sim.rules.climate import compilable


def table(name, **values):
    """A table of rules with its defaults, some values changed (in the units of the file)."""
    return compilable(daily(RULE_TABLES[name](**values)))
