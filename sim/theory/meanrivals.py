"""Several brands in the mean field: who of one brand's fans follows the others too, and what those are to them (M14).

Every brand is a mean pool of its own. In the morning each learns what the others are to its fans; then each lives its
day. People in the initial pools of several brands are nodes apart, in pairs: node n of one brand and its partner of
another are the same people, with one tolerance, frailty and need, and with traits towards each brand that have nothing
to do with each other. J(n), how many of them still follow both, is kept by day:

    J ← J · (1 − g) · (1 − g′)        g, g′: share of those who follow both that leaves each brand today

All other people meet each brand by themselves: who follows one of them follows another as often as anybody does whom
chance has brought to it,

    p = fans of the other outside the own initial pool ÷ people outside the own initial pool.

Nobody keeps the fatigue or the liking of a brand that was left, and people who do not follow a brand buy from it as if
it was alone. With more than two brands, who follows any other is one group with the mean of what they are.
"""

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from sim.rules.climate import Climate, World, boxed
from sim.rules.mean_beside import AROUND, BESIDE, SHARE
from sim.rules.mean_state import SIZE
from sim.scenario.schema import Scenario
from sim.theory.meanrows import Cells, MeanRows
from sim.theory.people import COMMON, Nodes, pool_nodes
from sim.theory.sobol import points

Floats = npt.NDArray[np.float64]
LEAST_POINTS = 12  # of what people bring along to every brand
TRIES = 500  # shuffles of which the one with the least correlation is taken
SEED = 20_261_123


def shares_in_pools(scenarios: Sequence[Scenario]) -> tuple[list[float], list[float]]:
    """Shares of the initial pools that are shared, [brands] each: of the first brand's with a rival, and of its own.

    scenarios  of the brands, the first one's pool first

    The second list has for the first brand the share with any rival, for a rival that with the first brand. Rivals
    have in common who of the first brand's happens to be in both pools, see ``pools_of``.
    """
    first, rivals = scenarios[0].pool.fans, scenarios[0].rivals.values()
    counts = [min(first, round(rival.shared_fans * rival.pool.fans)) for rival in rivals]
    of_first = [count / max(1, first) for count in counts]
    own = [count / max(1, rival.pool.fans) for count, rival in zip(counts, rivals, strict=True)]
    return [1.0, *of_first], [1.0 - math.prod(1.0 - share for share in of_first), *own]


@lru_cache(maxsize=16)
def paired_points(number: int, dimensions: int, brands: int) -> Floats:
    """Points of people who follow several brands, [brands · m, dimensions], the same for every brand.

    m points of what is a person's own come once with each of as many shuffles of what is between person and brand as
    there are brands: with shuffle k to the first brand, k + 1 to the second, and so on, see ``partners``.

    number  at least so many points;  the first ``COMMON`` dimensions are a person's own
    """
    m = max(LEAST_POINTS, math.ceil(number / brands))
    found, chance = points(m, dimensions), np.random.default_rng(SEED)
    blocks = [found[:, COMMON:]]
    for _ in range(1, brands):
        others = np.hstack([found[:, :COMMON], *blocks])
        tried = [found[chance.permutation(m), COMMON:] for _ in range(TRIES)]
        blocks.append(min(tried, key=lambda own: float((_correlations(others, own) ** 2).sum())))
    return np.vstack([np.hstack([found[:, :COMMON], own]) for own in blocks])


def _correlations(a: Floats, b: Floats) -> Floats:
    a, b = ((x - x.mean(axis=0)) / x.std(axis=0) for x in (a, b))
    found: Floats = a.T @ b / len(a)
    return found


def partners(nodes: int, brands: int, of: int, to: int) -> npt.NDArray[np.int64]:
    """For each node of brand ``of``, the node of brand ``to`` that is the same people, [nodes]."""
    m = nodes // brands
    found: npt.NDArray[np.int64] = ((np.arange(nodes) // m - of + to) % brands) * m + np.arange(nodes) % m
    return found


class SharedStart:
    """The initial pool of one of several brands: nodes that are shared after those that are not.

    share  of the pool that another brand has too, see ``shares_in_pools``;  brands: how many there are
    """

    def __init__(self, share: float, brands: int) -> None:
        self.share, self.brands = share, brands

    def __call__(self, world: World, number: int) -> list[Nodes]:
        """One set of nodes per segment and kind."""
        own = [nodes._replace(weights=nodes.weights * (1.0 - self.share)) for nodes in pool_nodes(world, number)]
        if self.share <= 0.0:
            return own
        paired = pool_nodes(world, number, lambda n, dimensions: paired_points(n, dimensions, self.brands))
        return [*own, *(nodes._replace(weights=nodes.weights * self.share) for nodes in paired)]


class Neighbours:
    """The brands beside each other.

    rows   of each brand, the first one's first;  scenarios: of each
    users  people of the market by segment, [S]
    """

    def __init__(self, rows: Sequence[MeanRows], scenarios: Sequence[Scenario], users: Sequence[float]) -> None:
        self.rows, self.number = rows, len(rows)
        self.users, self.pools = np.array(users), np.array([r.by_segment() for r in rows])  # [S], [brands, S]
        segments = len(users)
        self.own = [r.pool[:segments] for r in rows]
        self.shared = [r.pool[segments:] for r in rows]
        self.in_common: dict[tuple[int, int], list[float]] = {}  # people in both initial pools, by segment
        of_first, share = shares_in_pools(scenarios)
        self.both: dict[tuple[int, int], list[Floats]] = {}  # J by node of the first of two brands, by segment
        self.overlap = np.zeros((self.number, self.number))  # part of a brand's shared people whom another one has
        for a in range(self.number):
            for b in range(self.number):
                if a != b and self.shared[a] and self.shared[b]:
                    self.overlap[a, b] = of_first[b] / share[0] if a == 0 else of_first[b]
        for a in range(self.number):
            for b in range(a + 1, self.number):
                if self.overlap[a, b] > 0.0:
                    self.both[a, b] = [self.overlap[a, b] * _sizes(cells) for cells in self.shared[a]]
                    self.in_common[a, b] = [float(both.sum()) for both in self.both[a, b]]

    def meet(self, climates: Sequence[Climate]) -> None:
        """The morning: tell each brand's cells what the other brands are to their fans.

        climates  of the day, of each brand
        """
        brands = zip(self.rows, self.own, self.shared, climates, strict=True)
        seen = [_Seen(rows, own, shared, climate) for rows, own, shared, climate in brands]
        for a in range(self.number):
            others = [b for b in range(self.number) if b != a]
            around = np.zeros((len(self.users), BESIDE))
            for s in range(len(self.users)):
                met = {b: self._later(seen[b], b, s) for b in others}
                own = _together([met[b][None, :] for b in others])
                self.own[a][s].beside = np.repeat(own, self.own[a][s].nodes, axis=0)
                if self.shared[a]:
                    self.shared[a][s].beside = _together([self._to_shared(seen[b], met[b], a, b, s) for b in others])
                around[s] = _together([self._to_newcomers(seen[b], a, b, s)[None, :] for b in others])[0]
            self.rows[a].around = around

    def part(self) -> None:
        """The evening: some of those who follow both leave one of them."""
        for (a, b), by_segment in self.both.items():
            for s, (mine, theirs) in enumerate(zip(self.shared[a], self.shared[b], strict=True)):
                by_segment[s] *= (1.0 - mine.gone) * (1.0 - theirs.gone[partners(mine.nodes, self.number, a, b)])

    def _later(self, other: "_Seen", b: int, s: int) -> Floats:
        """[BESIDE] sums of brand b's newcomers per person who was not in its initial pool."""
        return other.newcomers[s] / max(1.0, self.users[s] - self.pools[b, s])

    def _to_shared(self, other: "_Seen", met: Floats, a: int, b: int, s: int) -> Floats:
        """[nodes, BESIDE] what brand b is to brand a's shared people: shares, and sums per person of what it is."""
        mine = self.shared[a][s]
        found = np.tile((1.0 - self.overlap[a, b]) * met, (mine.nodes, 1))
        if (min(a, b), max(a, b)) in self.both:
            partner = partners(mine.nodes, self.number, a, b)
            both = self.both[a, b][s] if a < b else self.both[b, a][s][partner]
            fans = _sizes(mine)
            share = np.minimum(1.0, np.divide(both, fans, out=np.zeros(mine.nodes), where=fans > 0.0))
            theirs = other.shared[s][partner]
            found[:, SHARE] += share
            found[:, AROUND:] += share[:, None] * theirs[:, AROUND:]
        return found

    def _to_newcomers(self, other: "_Seen", a: int, b: int, s: int) -> Floats:
        """[BESIDE] what brand b is to those whom brand a has met later: share, and sums per person of what it is."""
        pair = (min(a, b), max(a, b))
        in_common = self.in_common[pair][s] if pair in self.in_common else 0.0
        outside = max(1.0, self.users[s] - self.pools[a, s])
        part = max(0.0, outside - self.pools[b, s] + in_common) / outside
        found = other.own[s] + (1.0 - self.overlap[b, a]) * other.of_shared[s]
        return found / outside + part * self._later(other, b, s)


class _Seen:
    """A brand this morning: fans and sums of what it is to them, [BESIDE] by segment; by node for those shared."""

    def __init__(self, rows: MeanRows, own: list[Cells], shared: list[Cells], climate: Climate) -> None:
        climates = boxed(climate)
        self.own = [_sums(cells.presence(climates, rows.boxed_world)) for cells in own]
        self.shared = [cells.presence(climates, rows.boxed_world) for cells in shared]
        self.of_shared = [_sums(found) for found in self.shared] or [np.zeros(BESIDE) for _ in own]
        self.newcomers = [np.zeros(BESIDE) for _ in own]
        for cells in rows.newcomers():
            self.newcomers[cells.segment] += _sums(cells.presence(climates, rows.boxed_world))


def _sizes(cells: Cells) -> Floats:
    """Fans of each node, [nodes]."""
    found: Floats = cells.states[:, SIZE].reshape(cells.nodes, -1).sum(axis=1)
    return found


def _sums(presence: Floats) -> Floats:
    """Fans, and sums over them of what a brand is, [BESIDE]."""
    found = presence[:, SHARE] @ presence
    found[SHARE] = presence[:, SHARE].sum()
    return np.asarray(found)


def _together(brands: Sequence[Floats]) -> Floats:
    """[n, BESIDE] of several brands: the share of people who follow any, and the mean over these of what all are.

    brands  [n, BESIDE] of each: the share who follow it, and sums per person of what it is
    """
    found, nobody = np.zeros_like(brands[0]), np.ones(len(brands[0]))
    for one in brands:
        share = np.clip(one[:, SHARE], 0.0, 1.0)
        nobody *= 1.0 - share
        found[:, AROUND:] += one[:, AROUND:]
    found[:, SHARE] = 1.0 - nobody
    np.divide(found[:, AROUND:], found[:, SHARE, None], out=found[:, AROUND:], where=found[:, SHARE, None] > 0.0)
    return found
