"""Which conclusions flip: in which share of a space of factors one logic wins, and which factors decide it.

The share is that of the points of a sample of the space. What decides is found by scenario discovery (Bryant and
Lempert 2010): PRIM peels the space down to a box in which the logic wins, CART divides it by thresholds. Both are those
of ema-workbench and scikit-learn, the extra ``discovery``.
"""

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sim.analysis.pairs import Floats, mean_band, mean_interval, share_interval
from sim.analysis.samples import NotAnalysable
from sim.analysis.sensitivity import MissingExtra
from sim.results import Interval

if TYPE_CHECKING:
    import pandas as pd

Mask = npt.NDArray[np.bool_]
LEAST_EACH = 10  # points on either side below which no box is sought
LEAST_MASS = 0.05  # of the points in a box or a leaf
QUASI_P = 0.05  # above, a limit of a box may be chance
DEPTH = 3  # of the tree


@dataclass(frozen=True)
class Share:
    """Where a logic leads another in a space of factors.

    wins     share of the points at which it leads in the mean
    clear    share of the points at which its lead is clear (the 95 % interval over pairs lies above 0)
    against  share of the points at which the other's lead is clear; the rest is open
    points   that were counted
    """

    wins: Interval
    clear: Interval
    against: Interval
    points: int

    @property
    def open(self) -> float:
        """Share of the points at which the pairs do not tell who leads."""
        return max(0.0, 1.0 - self.clear.estimate - self.against.estimate)


def share_won(differences: Floats, block: int = 1) -> Share:
    """Shares of a space from paired differences at the points of a sample of it.

    differences  [P, R]: point, pair; points without any pair (all NaN) are left out
    block        points that belong together, as a base point of a Saltelli sample with its neighbours does

    Intervals are for the sample of points: Jeffreys for points of their own, for blocks t intervals of the means of
    blocks. Points of a Sobol sequence or a Latin hypercube fill the space more evenly than independent ones, so that
    intervals are on the wide side. Luck of the runs can move points near the border to either side; ``clear`` and
    ``against`` say how many are beyond its reach. Raises NotAnalysable.
    """
    usable = np.isfinite(differences).any(axis=1)
    if not usable.any():
        raise NotAnalysable("no point has a pair of finished runs")
    low, high = (np.full(len(differences), np.nan) for _ in range(2))
    means = np.full(len(differences), np.nan)
    for n in np.flatnonzero(usable):
        pairs = differences[n][np.isfinite(differences[n])]
        band = mean_band(pairs[:, None])
        means[n], low[n], high[n] = band.mean[0], band.low[0], band.high[0]
    parts = (means > 0.0, low > 0.0, high < 0.0)
    wins, clear, against = (_share(part, usable, block) for part in parts)
    return Share(wins, clear, against, int(usable.sum()))


def _share(part: Mask, usable: Mask, block: int) -> Interval:
    if block == 1:
        return share_interval(int(part[usable].sum()), int(usable.sum()))
    means = [
        float(part[n : n + block][kept].mean())
        for n in range(0, len(part), block)
        if (kept := usable[n : n + block]).any()
    ]
    if set(means) <= {0.0} or set(means) <= {1.0}:  # no block tells another story: as many witnesses as blocks
        return share_interval(int(sum(means)), len(means))
    found = mean_interval(np.array(means))
    return Interval(found.estimate, max(0.0, found.low), min(1.0, found.high))


@dataclass(frozen=True)
class Limit:
    """What a box asks of a factor: a range, or some of its values.

    low, high  of a number; None where that side is open;  values: of a factor with names, else empty
    chance     quasi-p: how likely a limit as telling as this is by chance (one-sided binomial)
    """

    factor: str
    low: float | None
    high: float | None
    values: tuple[Any, ...] = ()
    chance: float = 0.0


@dataclass(frozen=True)
class Box:
    """A part of the space, and how well it tells where a logic wins.

    coverage  share of all wins that are inside;  density: share of the points inside that are wins
    mass      share of all points that are inside
    """

    limits: tuple[Limit, ...]
    coverage: float
    density: float
    mass: float


@dataclass(frozen=True)
class Decided:
    """What decides whether a logic wins.

    box         by PRIM, None where it finds none that tells more than the whole space does
    leaves      by CART, the parts into which a tree of depth 3 divides the space, the largest density first
    importance  factor → its share in what the tree tells (fall of the Gini impurity), the largest first
    base        share of wins in the whole sample, which a box has to better
    """

    box: Box | None
    leaves: tuple[Box, ...]
    importance: dict[str, float]
    base: float


def deciders(factors: "pd.DataFrame", wins: Mask, seed: int = 0) -> Decided:
    """Which factors decide where a logic wins.

    factors  a column per factor, a row per point;  wins [P]

    Of PRIM's peeling the box with the largest harmonic mean of coverage and density is taken, and limits that may be
    chance (quasi-p above 5 %) are dropped. Raises NotAnalysable where fewer than ten points are on one side, and
    MissingExtra.
    """
    won = int(wins.sum())
    if min(won, len(wins) - won) < LEAST_EACH:
        side = "wins" if won < len(wins) - won else "losses"
        raise NotAnalysable(
            f"{won} wins in {len(wins)} points: with fewer than {LEAST_EACH} {side} nothing tells what decides. "
            "Take more points, or wider ranges"
        )
    x = factors.reset_index(drop=True).copy()
    for name in x.columns:
        x[name] = _plain(x[name])
    with _quiet():
        return Decided(_prim(x, wins), *_cart(x, wins, seed), won / len(wins))


def _plain(column: Any) -> Any:
    """Numbers as floats (dates as days since 1970), everything else as names."""
    import pandas as pd

    if pd.api.types.is_bool_dtype(column):
        return column.astype(str)
    if pd.api.types.is_numeric_dtype(column):
        return column.astype(float)
    dates = pd.to_datetime(column, errors="coerce", format="%Y-%m-%d")
    if dates.notna().all():
        return (dates - pd.Timestamp(0)).dt.days.astype(float)
    return column.astype(str)


def _prim(x: "pd.DataFrame", wins: Mask) -> Box | None:
    try:
        from ema_workbench.analysis.prim import Prim
    except ImportError:
        raise MissingExtra("ema-workbench", "discovery") from None
    found = Prim(x, wins.astype(bool), mass_min=LEAST_MASS).find_box()
    if found is None:
        return None
    course = found.peeling_trajectory
    score = 2 * course["coverage"] * course["density"] / (course["coverage"] + course["density"])
    at = int(np.nanargmax(score.to_numpy(np.float64)))
    chance = {name: max(0.0, *map(float, of)) for name, of in found.p_values[at].items()}
    found.select(at)
    for name in [name for name, p in chance.items() if p > QUASI_P]:
        found.drop_restriction(name)
    last = len(found.box_lims) - 1
    whole, lims, stats = found.box_lims[0], found.box_lims[last], found.peeling_trajectory.iloc[last]
    limits = tuple(_limits(x, whole, lims, {name: p for name, p in chance.items() if p <= QUASI_P}))
    if not limits:
        return None
    return Box(limits, float(stats["coverage"]), float(stats["density"]), float(stats["mass"]))


def _limits(x: "pd.DataFrame", whole: Any, lims: Any, chance: dict[str, float]) -> Iterator[Limit]:
    """Limits of a box that are narrower than the whole."""
    for name in x.columns:
        low, high = lims[name].iloc[0], lims[name].iloc[1]
        if isinstance(low, set):
            if low != whole[name].iloc[0]:
                yield Limit(name, None, None, tuple(sorted(low)), chance.get(name, 0.0))
            continue
        narrow_low, narrow_high = low > whole[name].iloc[0], high < whole[name].iloc[1]
        if narrow_low or narrow_high:
            yield Limit(
                name, float(low) if narrow_low else None, float(high) if narrow_high else None, (),
                chance.get(name, 0.0),
            )  # fmt: skip


def _cart(x: "pd.DataFrame", wins: Mask, seed: int) -> tuple[tuple[Box, ...], dict[str, float]]:
    """Leaves and importance by scikit-learn's tree, which ema-workbench's CART wraps without a seed or a depth."""
    try:
        from sklearn.tree import DecisionTreeClassifier
    except ImportError:
        raise MissingExtra("scikit-learn", "discovery") from None
    import pandas as pd

    coded = pd.get_dummies(x, prefix_sep="=", dtype=float)
    columns = [str(column) for column in coded.columns]
    least = max(1, int(LEAST_MASS * len(x)))
    tree = DecisionTreeClassifier(max_depth=DEPTH, min_samples_leaf=least, random_state=seed)
    tree.fit(coded.to_numpy(), wins)
    owner = [next(name for name in x.columns if column == name or column.startswith(f"{name}=")) for column in columns]
    importance = dict.fromkeys(x.columns, 0.0)
    for name, share in zip(owner, tree.feature_importances_, strict=True):
        importance[name] += float(share)
    ordered = dict(sorted(importance.items(), key=lambda one: -one[1]))
    inside = tree.apply(coded.to_numpy())
    leaves = [
        Box(
            tuple(_joined(x, path, columns, owner)),
            float(wins[inside == leaf].sum() / wins.sum()),
            float(wins[inside == leaf].mean()),
            float((inside == leaf).mean()),
        )
        for leaf, path in _paths(tree.tree_)
    ]
    return tuple(sorted(leaves, key=lambda box: (-box.density, -box.mass))), ordered


def _paths(tree: Any) -> Iterator[tuple[int, list[tuple[int, bool, float]]]]:
    """Leaf → the decisions that lead to it: column, whether above, threshold."""
    waiting: list[tuple[int, list[tuple[int, bool, float]]]] = [(0, [])]
    while waiting:
        node, path = waiting.pop()
        if tree.children_left[node] < 0:
            yield node, path
            continue
        for child, above in ((tree.children_left[node], False), (tree.children_right[node], True)):
            waiting.append((int(child), [*path, (int(tree.feature[node]), above, float(tree.threshold[node]))]))


def _joined(
    x: "pd.DataFrame", path: list[tuple[int, bool, float]], columns: Sequence[str], owner: Sequence[str]
) -> Iterator[Limit]:
    """The decisions on a path as one limit per factor."""
    for name in dict.fromkeys(owner[column] for column, _, _ in path):
        own = [(columns[c], above, at) for c, above, at in path if owner[c] == name]
        named = [(column.partition("=")[2], above) for column, above, _ in own if column != name]
        if named:
            chosen = {value for value, above in named if above} or set(x[name]) - {value for value, _ in named}
            yield Limit(name, None, None, tuple(sorted(chosen)))
            continue
        low = max((at for _, above, at in own if above), default=None)
        high = min((at for _, above, at in own if not above), default=None)
        yield Limit(name, low, high)


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """ema-workbench warns of packages that it does without, and reports its progress."""
    level = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
