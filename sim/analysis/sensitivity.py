"""Sensitivity: how much of a figure's variation each factor is responsible for. By SALib, the extra ``study``.

Places are fractions 0 … 1 of the factors' ranges, one row per point, in the order of the design. NaN is refused before
anything is computed: one of them makes SALib return 0 for all indices without a word. SALib takes seed 0 for none, and
so it is given the seed plus one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np

from sim.analysis.pairs import LEVEL, Floats
from sim.analysis.samples import NotAnalysable
from sim.results import Interval

RESAMPLES = 400
LEAST = 8  # base points of a smaller sample in a table of convergence
SLICES = 10  # of a factor's range, in PAWN
DUMMY = "(chance)"


class MissingExtra(ImportError):
    """A package that this analysis needs is not installed; the text says how to get it."""

    def __init__(self, package: str, extra: str) -> None:
        super().__init__(f'this needs {package}, which is not installed. Try: pip install "sanyu[{extra}]"')


@dataclass(frozen=True)
class Indices:
    """Indices of factors by one method.

    method   "sobol", "morris" or "pawn"
    names    [K] factors
    first    [K] first-order effects (Sobol), mean absolute effects (Morris), PAWN indices
    total    [K] total effects (Sobol); None for the others
    spread   [K] standard deviations of the effects (Morris), which tell of interaction; None for the others
    signed   [K] mean effects with their sign (Morris); None for the others
    samples  base points, trajectories, or points
    floor    PAWN: the index that a factor without any effect would have
    """

    method: str
    names: tuple[str, ...]
    first: tuple[Interval, ...]
    total: tuple[Interval, ...] | None
    samples: int
    spread: tuple[float, ...] | None = None
    signed: tuple[float, ...] | None = None
    floor: float | None = None

    @property
    def ranked(self) -> tuple[int, ...]:
        """Numbers of the factors, the most important first: by total effect where there is one."""
        leading = self.total or self.first
        return tuple(sorted(range(len(self.names)), key=lambda k: -leading[k].estimate))


def sobol(values: Floats, names: Sequence[str], second_order: bool = False, seed: int = 0) -> Indices:
    """Sobol indices from the results of a Saltelli sample, [N·(K + 2)] or with second order [N·(2K + 2)], in order.

        first = V[E(y | x_k)] ÷ V(y)        total = E[V(y | all but x_k)] ÷ V(y)

    Intervals: normal, with the standard deviation of bootstrap samples of base points. For a scrambled Sobol sequence
    they are on the wide side, since its points are not independent. Source: Saltelli et al. 2010.
    Raises NotAnalysable and MissingExtra.
    """
    block = 2 * len(names) + 2 if second_order else len(names) + 2
    y = _checked(values, block)
    analyze = _salib("sobol").analyze
    with np.errstate(invalid="ignore"):
        found = analyze(
            _problem(names), y, calc_second_order=second_order, num_resamples=RESAMPLES, conf_level=LEVEL, seed=seed + 1
        )
    first, total = (
        tuple(_around(e, half) for e, half in zip(found[key], found[f"{key}_conf"], strict=True))
        for key in ("S1", "ST")
    )
    return Indices("sobol", tuple(names), first, total, len(y) // block)


def convergence(values: Floats, names: Sequence[str], second_order: bool = False, seed: int = 0) -> list[Indices]:
    """Sobol indices from the first eighth, quarter, half and all of the base points: do they still move?

    Each part is itself a sample with the balance of its kind, since the design's size is a power of two.
    """
    block = 2 * len(names) + 2 if second_order else len(names) + 2
    base = len(values) // block
    sizes = [base >> shift for shift in (3, 2, 1, 0) if base >> shift >= LEAST or shift == 0]
    return [sobol(values[: size * block], names, second_order, seed) for size in sizes]


def morris(places: Floats, values: Floats, names: Sequence[str], levels: int = 4, seed: int = 0) -> Indices:
    """Elementary effects from Morris trajectories, in the unit of the figure per whole range of a factor.

        effect = Δy ÷ Δx_k  at a step of one factor        μ* = mean |effect|        μ = mean effect        σ = its sd

    places  [T·(K + 1), K];  values [T·(K + 1)];  levels: places in each range, as in the design

    ``first`` is μ*, the mean of the absolute effects, with a bootstrap interval; ``spread`` is σ: above μ*, the effect
    depends on where the others stand. Source: Morris 1991; Campolongo et al. 2007.
    """
    y = _checked(values, len(names) + 1)
    found = _salib("morris").analyze(
        _problem(names), np.asarray(places, np.float64), y, num_levels=levels, num_resamples=RESAMPLES,
        conf_level=LEVEL, seed=np.random.default_rng(seed),
    )  # fmt: skip
    halves = zip(found["mu_star"], found["mu_star_conf"], strict=True)
    return Indices(
        "morris",
        tuple(names),
        tuple(_around(float(e), float(half)) for e, half in halves),
        None,
        len(y) // (len(names) + 1),
        tuple(map(float, found["sigma"])),
        tuple(map(float, found["mu"])),
    )


def pawn(places: Floats, values: Floats, names: Sequence[str], seed: int = 0, resamples: int = 100) -> Indices:
    """PAWN indices from any sample: how far a slice of a factor moves the whole distribution of the figure.

        index_k = median over slices of x_k of  max_y |F(y | slice) − F(y)|

    places  [N, K], fractions or any numbers in the order of the factor;  values [N]

    Factors are replaced by their ranks, ties broken at random, so that values of a list have slices too. ``floor`` is
    the mean index of factors that are pure chance: the index is a distance and never 0, so only what stands clear of
    the floor is an effect. Intervals: normal, with the standard deviation over half samples without replacement, scaled
    to the whole (a bootstrap with replacement would repeat values, which a distance between distributions takes for an
    effect). Source: Pianosi and Wagener 2018.
    """
    y = _checked(values, 1)
    n = len(y)
    if n < 5 * SLICES:
        raise NotAnalysable(f"{n} points are too few for PAWN with {SLICES} slices. Take {5 * SLICES} or more")
    rng = np.random.default_rng(seed)
    ranked = _ranks(np.asarray(places, np.float64), rng)
    analyze = _salib("pawn").analyze

    def median(x: Floats, of: Floats) -> Floats:
        found: Floats = analyze(_problem([str(k) for k in range(x.shape[1])]), x, of, S=SLICES)["median"]
        return found

    estimate = median(ranked, y)
    halves = [rng.permutation(n)[: n // 2] for _ in range(resamples)]
    spread = np.std(
        [median(ranked[rows], y[rows]) for rows in halves], axis=0, ddof=1
    )  # half of n: as wide as the whole
    chance = median(rng.random((n, 20)), y)
    margin = NormalDist().inv_cdf(0.5 + LEVEL / 2)
    first = tuple(_around(float(e), margin * float(s)) for e, s in zip(estimate, spread, strict=True))
    return Indices("pawn", tuple(names), first, None, n, floor=float(chance.mean()))


def _ranks(places: Floats, rng: np.random.Generator) -> Floats:
    """Ranks of each column as fractions, ties in random order, [N, K]."""
    order = np.lexsort((rng.random(places.shape).T, places.T), axis=-1)
    found = np.empty_like(places)
    for k, column in enumerate(order):
        found[column, k] = (np.arange(len(column)) + 0.5) / len(column)
    return found


def _checked(values: Floats, block: int) -> Floats:
    """Values that indices can be computed from; raises NotAnalysable."""
    y = np.asarray(values, np.float64)
    bad = int((~np.isfinite(y)).sum())
    if bad:
        raise NotAnalysable(f"{bad} of {len(y)} values are missing or infinite, and every point is needed")
    if not len(y) or len(y) % block:
        raise NotAnalysable(f"{len(y)} values are no multiple of {block}, the points of a block of this design")
    if np.ptp(y) <= 1e-12 * max(1.0, float(np.abs(y).max())):
        raise NotAnalysable(f"all values are {y[0]:g}: nothing varies, so no factor can be responsible for it")
    return y


def _around(estimate: float, half: float) -> Interval:
    return Interval(float(estimate), float(estimate - half), float(estimate + half))


def _problem(names: Sequence[str]) -> dict[str, Any]:
    return {"num_vars": len(names), "names": list(names), "bounds": [[0.0, 1.0]] * len(names)}


def _salib(method: str) -> Any:
    try:
        from importlib import import_module

        return import_module(f"SALib.analyze.{method}")
    except ImportError:
        raise MissingExtra("SALib", "study") from None
