"""Rules of a few sums and products, called from Python: compiled code would cost more than the rule itself."""

from typing import Any


def plain_table[Table: tuple[Any, ...]](kind: type[Table], table: Any) -> Table:
    """A rule table as a NamedTuple of numbers of Python, whether it is one or a record.

    kind  of the table, without vectors
    """
    return kind(*(table if isinstance(table, tuple) else table.tolist()))
