"""Tables of runs for tests of the analysis, from a function instead of a simulation."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

Model = Callable[[Mapping[str, Any], str, int], Mapping[str, Any]]


def table_of(points: list[dict[str, Any]], model: Model, logics=("growth",), replications=3) -> pd.DataFrame:
    """A row per point, logic and replication, as a sweep gives them."""
    rows = [
        {
            "point": n, "logic": logic, "replication": r, "status": "done",
            **point, **model(point, logic, r),
        }
        for n, point in enumerate(points)
        for logic in logics
        for r in range(replications)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def luck(seed: int, *address: int) -> float:
    """A standard normal number by address."""
    return float(np.random.default_rng([seed, *address]).normal())
