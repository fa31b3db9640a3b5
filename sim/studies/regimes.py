"""Regime maps: where over two factors a pool grows, is fed or runs dry, refined where that changes.

A grid of the two factors is run first. Then a learner of the package ``adaptive`` (the extra ``study``) divides the
plane into triangles between the points run so far and asks for points inside those whose corners differ in their
regime, the largest first; of all others it divides only what is far larger.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from sim.analysis.pairs import Floats
from sim.analysis.regimes import FIGURES, SURE, Apart, Regime, apart, regime, states_of
from sim.analysis.samples import NotAnalysable
from sim.analysis.sensitivity import MissingExtra
from sim.scenario.schema import Scenario
from sim.studies.runner import Runner, Wanted

Place = tuple[float, float]  # fractions of the two ranges

COARSE = 5  # values of each factor before refining
BATCH = 4  # points asked for at a time; fixed, so that the map does not depend on the machine
UNIFORM = 0.03  # weight of a triangle inside one regime
LEAST = 9  # points of which a map can be made
LATTICE = 9  # values of each factor at which the theory is asked

Predict = Callable[[Scenario, str], tuple[float, float]]  # own and net growth a month, see ``sim.analysis.regimes``


class Ranged(Protocol):
    """A factor with a range: ``sim.batch``'s."""

    def at(self, fraction: float) -> Any:
        """The value at a fraction of the range."""
        ...


@dataclass(frozen=True)
class Cell:
    """A point of the map.

    place   fractions of the two ranges;  values: of the two factors
    regime  None where all runs of the point failed
    runs    finished replications
    """

    place: Place
    values: tuple[Any, Any]
    regime: Regime | None
    runs: int
    message: str = ""


@dataclass(frozen=True)
class Boundary:
    """What the theory says on a lattice of the two factors, [LATTICE, LATTICE], rows along the second factor."""

    x: tuple[Any, ...]
    y: tuple[Any, ...]
    own: Floats
    net: Floats


@dataclass(frozen=True)
class RegimeMap:
    """Regimes over two factors.

    factors  keys of the two
    cells    logic → points of the map, those of the grid first
    theory   logic → what the theory says; empty where there is none
    broken   whether the user stopped it before all points were run
    """

    factors: tuple[str, str]
    cells: dict[str, tuple[Cell, ...]]
    theory: dict[str, Boundary]
    seed: int
    replications: int
    broken: bool

    def apart(self, logic: str) -> Apart | None:
        """How far the theory of a logic is from its runs; None without theory, or with too few points for a map."""
        told = self.theory.get(logic)
        known = [(c.place, c.regime) for c in self.cells[logic] if c.regime is not None and c.regime.state is not None]
        if told is None or len(known) < LEAST:
            return None
        observed = [(one.own.estimate, one.net.estimate) for _, one in known]
        sure = [one.confidence >= SURE for _, one in known]
        places = np.array([place for place, _ in known])
        return apart(places, np.array(observed), np.array(sure), np.stack([told.own, told.net], axis=-1))


def regimes(
    scenario_at: Callable[[Mapping[str, Any]], Scenario],
    factors: Mapping[str, Ranged],
    logics: Sequence[str],
    run: Runner,
    points: int = 60,
    replications: int = 4,
    seed: int = 0,
    predict: Predict | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> RegimeMap:
    """Map the regimes of each logic.

    scenario_at  the scenario in which the keys of a mapping have its values
    factors      key → factor, two of them with ranges; others may move with these (``like``)
    points       of the map for each logic, the first 25 on a grid
    progress     called with points done and points in all; of the theory, after them

    Interrupted (KeyboardInterrupt), it returns the points that are finished. Raises NotAnalysable for anything but two
    factors, and MissingExtra.
    """
    free = tuple(key for key, factor in factors.items() if _leader(factor) is None)
    if len(free) != 2:
        raise NotAnalysable(f"a map has two factors, and there are {len(free)}. Vary two keys, and fix the others")
    mapper = _Mapper(scenario_at, dict(factors), free, run, replications, seed)
    done, broken = 0, False
    cells: dict[str, list[Cell]] = {logic: [] for logic in logics}
    try:
        for logic in logics:
            learner = _learner()
            while len(cells[logic]) < points:
                places = _next(learner, len(cells[logic]), points)
                for cell in mapper.cells(logic, places):
                    cells[logic].append(cell)
                    learner.tell(cell.place, _value(cell))
                done += len(places)
                if progress:
                    progress(done, points * len(logics))
    except KeyboardInterrupt:
        broken = True
    theory: dict[str, Boundary] = {}
    if predict is not None and not broken:
        try:
            theory = {name: mapper.boundary(name, predict, progress) for name in logics}
        except KeyboardInterrupt:
            broken = True
    x, y = free
    return RegimeMap((x, y), {k: tuple(v) for k, v in cells.items()}, theory, seed, replications, broken)


@dataclass
class _Mapper:
    scenario_at: Callable[[Mapping[str, Any]], Scenario]
    factors: dict[str, Ranged]
    free: tuple[str, ...]
    run: Runner
    replications: int
    seed: int

    def values(self, place: Place) -> dict[str, Any]:
        of = dict(zip(self.free, place, strict=True))
        return {key: factor.at(of[_leader(factor) or key]) for key, factor in self.factors.items()}

    def cells(self, logic: str, places: Sequence[Place]) -> list[Cell]:
        """Run the replications of some places."""
        values = [self.values(place) for place in places]
        scenarios = [self.scenario_at(value) for value in values]
        every = range(self.replications)
        outcomes = iter(self.run([Wanted(s, logic, self.seed, r) for s in scenarios for r in every]))
        return [
            _cell(place, tuple(value[key] for key in self.free), [next(outcomes) for _ in every])
            for place, value in zip(places, values, strict=True)
        ]

    def boundary(self, logic: str, predict: Predict, progress: Callable[[int, int], None] | None) -> Boundary:
        at = np.linspace(0.0, 1.0, LATTICE)
        own, net = np.empty((LATTICE, LATTICE)), np.empty((LATTICE, LATTICE))
        for n, up in enumerate(at):
            for m, across in enumerate(at):
                own[n, m], net[n, m] = predict(self.scenario_at(self.values((float(across), float(up)))), logic)
            if progress:
                progress((n + 1) * LATTICE, LATTICE * LATTICE)
        x, y = (tuple(self.factors[key].at(float(one)) for one in at) for key in self.free)
        return Boundary(x, y, own, net)


def _leader(factor: Ranged) -> str | None:
    """The factor with which this one moves."""
    leader: str | None = getattr(factor, "like", None)
    return leader


def _cell(place: Place, values: Any, outcomes: Sequence[Any]) -> Cell:
    done = [outcome.figures for outcome in outcomes if outcome.status == "done"]
    if not done:
        return Cell(place, values, None, 0, outcomes[0].message)
    gain, joins, exits = (np.array([row[name] for row in done], np.float64) for name in FIGURES)
    return Cell(place, values, regime(gain, joins, exits), len(done))


def _value(cell: Cell) -> Place:
    """What the learner is told of a point; a failed one stands apart from both regimes, in neither's favour."""
    return (cell.regime.own.estimate, cell.regime.net.estimate) if cell.regime else (0.0, 0.0)


def _learner() -> Any:
    try:
        from adaptive import Learner2D
    except ImportError:
        raise MissingExtra("adaptive", "study") from None
    learner = Learner2D(None, bounds=((0.0, 1.0), (0.0, 1.0)), loss_per_triangle=_loss)
    learner.stack_size = 0  # no points are kept that were chosen before the last results were known
    return learner


def _loss(ip: Any) -> Floats:
    """Area of each triangle, that of a triangle inside one regime times ``UNIFORM``."""
    from adaptive.learner.learner2D import areas

    corners = states_of(ip.values[:, 0], ip.values[:, 1])[ip.tri.simplices]
    mixed = (corners != corners[:, :1]).any(axis=1)
    found: Floats = areas(ip) * np.where(mixed, 1.0, UNIFORM)
    return found


def _next(learner: Any, have: int, points: int) -> list[Place]:
    """The grid, and then what the learner asks for."""
    if have < COARSE * COARSE:
        at = np.linspace(0.0, 1.0, COARSE)
        grid = [(float(x), float(y)) for y in at for x in at]
        return grid[have : min(points, have + COARSE)]
    asked, _ = learner.ask(min(BATCH, points - have))
    return [(float(x), float(y)) for x, y in asked]
