"""The regime boundary in theory: where two logics have earned the same, over two keys of a scenario.

The *lead* of a logic over another is the difference of what they earn by the horizon: in the mean field (everything
that it knows, seconds per point), or by the value V_T of a fan under the plans as they begin (theory 4.7, a tenth of
that, blind to adaptation and newcomers). The boundary is where the lead changes its sign.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from sim.scenario import with_changes
from sim.scenario.schema import Scenario
from sim.theory.curves import curves_of
from sim.theory.meanfield import MeanPool, calm, mean_field

Floats = npt.NDArray[np.float64]
Method = Literal["mean-field", "value"]
NODES = 16  # a boundary needs the sign only


@dataclass(frozen=True, slots=True)
class Boundary:
    """A boundary between two regimes.

    logics    first and second;  key_x, key_y: of the scenario;  xs: [n];  ys: [n] where both earn the same, NaN if
              one leads for all y
    low       [n] True where the first leads below the boundary: at the lowest y
    """

    logics: tuple[str, str]
    key_x: str
    key_y: str
    xs: tuple[float, ...]
    ys: tuple[float, ...]
    low: tuple[bool, ...]


def lead(scenario: Scenario, first: str, second: str, method: Method = "mean-field") -> float:
    """How much more ``first`` earns than ``second`` by the horizon, cents; by V_T: cents per fan of the pool."""
    if method == "value":
        return _value(scenario, first) - _value(scenario, second)
    earned = [float(mean_field(scenario, logic, nodes=NODES).ledger.margin.sum()) for logic in (first, second)]
    return earned[0] - earned[1]


def _value(scenario: Scenario, logic: str) -> float:
    mean = MeanPool(calm(scenario), logic, NODES)
    mean.step()
    plan = mean.brand.plan
    assert plan is not None
    curves = curves_of(mean.brand, scenario, plan, 4 * NODES)
    return curves.value(curves.planned, float(scenario.days))


def boundary(
    scenario: Scenario,
    key_x: str,
    key_y: str,
    xs: Sequence[float],
    ys: Sequence[float],
    logics: tuple[str, str] | None = None,
    method: Method = "mean-field",
) -> Boundary:
    """The curve y(x) on which two logics earn the same.

    key_x, key_y  dotted keys of the scenario that hold numbers;  xs: at these values
    ys            rising values of y among which a change of sign is looked for; between two of them it is interpolated
    logics        the two logics [default: the first two of the scenario]

    Of several changes of sign the lowest is taken. Keys that must be whole take whole values.
    """
    first, second = logics or tuple(scenario.logics)[:2]
    found, low = [], []
    for x in xs:
        before, at = math.nan, math.nan
        crossing = math.nan
        for n, y in enumerate(ys):
            changes = {key: _whole(scenario, key, value) for key, value in ((key_x, x), (key_y, y))}
            now = lead(with_changes(scenario, changes), first, second, method)
            if n == 0:
                low.append(now > 0)
            elif (now > 0) != (before > 0):
                crossing = at + (y - at) * before / (before - now)
                break
            before, at = now, y
        found.append(float(crossing))
    return Boundary((first, second), key_x, key_y, tuple(map(float, xs)), tuple(found), tuple(low))


def _whole(scenario: Scenario, key: str, value: float) -> float | int:
    """A value as the key has it: a whole number where the scenario holds one."""
    item: object = scenario
    for part in key.split("."):
        item = item.get(part) if isinstance(item, dict) else getattr(item, part, None)
    return round(value) if isinstance(item, int) and not isinstance(item, bool) else float(value)


def distance(a: Sequence[float], b: Sequence[float], span: float) -> float:
    """Mean distance of two boundaries at the same x, as a share of the range of y that was looked at.

    Where only one of them exists they are a whole range apart; where neither does they agree.
    """
    apart = []
    for y, z in zip(a, b, strict=True):
        if math.isnan(y) and math.isnan(z):
            apart.append(0.0)
        elif math.isnan(y) or math.isnan(z):
            apart.append(1.0)
        else:
            apart.append(abs(y - z) / span)
    return float(np.mean(apart)) if apart else 0.0


def apart(a: Floats, b: Floats, fine: int = 40) -> float:
    """Area between two boundaries, as a share of the plane that was looked at: where two leads differ in sign.

    a, b  [n, m] lead at evenly spread places of a plane, n, m ≥ 2;  fine: bilinear steps between two of them

    Boundaries of any shape are compared so, with one that leaves the plane, or that runs along either axis.
    """
    first, second = (_finer(_finer(lead, fine).T, fine) > 0.0 for lead in (a, b))
    return float((first != second).mean())


def _finer(values: Floats, fine: int) -> Floats:
    """Linear interpolation along the first axis, in the middle of ``fine`` steps between two places."""
    at = (np.arange(fine * (len(values) - 1)) + 0.5) / fine
    below = at.astype(np.int64)
    share = (at - below)[:, None]
    found: Floats = (1.0 - share) * values[below] + share * values[below + 1]
    return found
