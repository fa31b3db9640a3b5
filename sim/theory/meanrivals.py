"""Several brands in the mean field: who of one brand's fans follows the others too, and what those are to them (M14).

Every brand is a mean pool of its own. In the morning each learns what the others are to its fans; then each lives its
day. Nodes of the initial pools come in pairs: node n of one brand and its partner of another are the same people,
nearly alike in tolerance, and with traits towards each brand that have nothing to do with each other. How many of them
follow both, J(n), begins with the share of the pools that they have in common and is kept by day:

    J ← J · (1 − g) · (1 − g′)        g, g′: share of those who follow both that leaves each brand today

All other people meet each brand by themselves: outside the initial pool of a brand, who follows another one is

    p = fans of the other outside the own initial pool ÷ people outside the own initial pool.

Fans are groups by the brands that they follow for the length of a day; what they think of a brand and what its messages
have done to them is a mean over all of a cell. Nobody keeps the fatigue or the liking of a brand that was left, and who
does not follow a brand buys from it as if it was alone. Beyond three rivals, who follows any is one group.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

import numpy as np
import numpy.typing as npt

from sim.rules.climate import Climate, boxed
from sim.rules.mean_beside import AROUND, BESIDE, SHARE
from sim.rules.mean_state import SIZE
from sim.scenario.schema import Scenario
from sim.theory.meanrows import Cells, MeanRows
from sim.theory.people import dimensions_of
from sim.theory.sobol import points

Floats = npt.NDArray[np.float64]
OWN = 3  # dimension of the points from which on traits are between person and brand: interest, prior trust …
MOST_APART = 3  # rivals whose fans are told apart, in as many groups as there are sets of them
WINDOW = 4  # rings within which nodes are shuffled, neighbours by tolerance
TRIES = 500  # shuffles of which the one with the least correlation is taken
SEED = 20_261_123


def overlaps(scenario: Scenario) -> Floats:
    """Part of a brand's initial pool that is in another one's, [brands, brands], the scenario's own brand first.

    Rivals have in common who of the first brand's happens to be in both pools, see ``pools_of``.
    """
    first, rivals = scenario.pool.fans, scenario.rivals.values()
    counts = [min(first, round(rival.shared_fans * rival.pool.fans)) for rival in rivals]
    of_first = np.array([1.0, *(count / max(1, first) for count in counts)])
    own = np.array([1.0, *(count / max(1, rival.pool.fans) for count, rival in zip(counts, rivals, strict=True))])
    found: Floats = own[:, None] * of_first[None, :]
    np.fill_diagonal(found, 0.0)
    return found


@lru_cache(maxsize=16)
def next_partner(nodes: int, dimensions: int, brands: int) -> npt.NDArray[np.int64]:
    """For each node of a brand's initial pool, the node of the next brand that is the same people, [nodes].

    nodes, dimensions  of the points on which the pools' nodes rest;  brands: at least two

    The same people have nearly the same tolerance: nodes are sorted by it, shuffled within windows, and taken as rings
    of at least as many as there are brands, so that nobody is the own partner in any of them. Of many shuffles that one
    is taken by which what is between a person and one brand says the least about the same with another.
    """
    u, chance, window = points(nodes, dimensions), np.random.default_rng(SEED), WINDOW * brands
    order, own = np.argsort(u[:, 0], kind="stable"), u[:, OWN:] - u[:, OWN:].mean(axis=0)
    rings = [len(ring) for ring in np.array_split(order, max(1, nodes // brands))]
    tried = []
    for _ in range(TRIES):
        shuffled = [chance.permutation(order[first : first + window]) for first in range(0, nodes, window)]
        found = np.empty(nodes, np.int64)
        for ring in np.split(np.concatenate(shuffled), np.cumsum(rings)[:-1]):
            found[ring] = np.roll(ring, -1)
        partner, alike = np.arange(nodes), 0.0
        for _ in range(brands - 1):
            partner = found[partner]
            alike += float(((own.T @ own[partner]) ** 2).sum())
        tried.append((alike, found))
    return min(tried, key=lambda one: one[0])[1]


def partners(nodes: int, dimensions: int, brands: int, of: int, to: int) -> npt.NDArray[np.int64]:
    """For each node of brand ``of``, the node of brand ``to`` that is the same people, [nodes]."""
    step, found = next_partner(nodes, dimensions, brands), np.arange(nodes)
    if to < of:
        step = np.argsort(step)  # the other way round
    for _ in range(abs(to - of)):
        found = step[found]
    return found


class Neighbours:
    """The brands beside each other.

    rows   of each brand, the scenario's own first
    users  people of the market by segment, [S]
    """

    def __init__(self, rows: Sequence[MeanRows], scenario: Scenario, users: Sequence[float]) -> None:
        self.rows, self.number, self.overlap = rows, len(rows), overlaps(scenario)
        self.users, self.pools = np.array(users), np.array([r.by_segment() for r in rows])  # [S], [brands, S]
        others = range(self.number - 1)
        self.groups = [tuple(others)]  # by the positions among the other brands of those who are followed
        if len(others) <= MOST_APART:
            self.groups = [group for k in others for group in combinations(others, k + 1)]
        pairs = [pair for pair in combinations(range(self.number), 2) if self.overlap[pair] > 0.0]
        # J by node of the first of two brands, for each segment
        self.both = {(a, b): [self.overlap[a, b] * _sizes(cells) for cells in rows[a].pool] for a, b in pairs}

    def meet(self, climates: Sequence[Climate]) -> None:
        """The morning: tell each brand's cells what the other brands are to their fans.

        climates  of the day, of each brand
        """
        seen = [_Seen(rows, climate) for rows, climate in zip(self.rows, climates, strict=True)]
        for a, rows in enumerate(self.rows):
            others, around = [b for b in range(self.number) if b != a], []
            within = float(self.overlap[a, 0]) or 1.0  # what rivals have in common is among the first brand's people
            for s, cells in enumerate(rows.pool):
                cells.beside = _apart([self._to_pool(seen[b], a, b, s) for b in others], self.groups, within)
                met = [self._to_newcomers(seen[b], a, b, s)[None, :] for b in others]
                around.append(_apart(met, [tuple(range(len(met)))])[0])
            rows.around = np.array(around)

    def part(self) -> None:
        """The evening: some of those who follow both leave one of them."""
        for (a, b), by_segment in self.both.items():
            for s, (mine, theirs) in enumerate(zip(self.rows[a].pool, self.rows[b].pool, strict=True)):
                partner = self._partners(mine, a, b)
                left, other = self._leaving(mine, b - 1), self._leaving(theirs, a)[partner]
                by_segment[s] *= (1.0 - left) * (1.0 - other)

    def _partners(self, cells: Cells, of: int, to: int) -> npt.NDArray[np.int64]:
        return partners(cells.nodes, dimensions_of(self.rows[of].world), self.number, of, to)

    def _leaving(self, cells: Cells, other: int) -> Floats:
        """Share of each node's fans who leave today, of those who follow another brand, [nodes].

        other  position of that brand among the others
        """
        assert cells.beside is not None
        those = [g for g, group in enumerate(self.groups) if other in group]
        shares, gone = cells.beside[:, those, SHARE], cells.gone[:, those]
        found: Floats = (shares * gone).sum(axis=1) / np.maximum(1e-300, shares.sum(axis=1))
        return found

    def _later(self, other: "_Seen", b: int, s: int) -> Floats:
        """[BESIDE] sums of brand b's newcomers per person who was not in its initial pool."""
        found: Floats = other.newcomers[s] / max(1.0, float(self.users[s] - self.pools[b, s]))
        return found

    def _to_pool(self, other: "_Seen", a: int, b: int, s: int) -> Floats:
        """[nodes, BESIDE] what brand b is to brand a's initial pool: shares, and sums per person of what it is."""
        mine = self.rows[a].pool[s]
        found: Floats = np.tile((1.0 - self.overlap[a, b]) * self._later(other, b, s), (mine.nodes, 1))
        if self.overlap[a, b] > 0.0:
            partner = self._partners(mine, a, b)
            both = self.both[a, b][s] if a < b else self.both[b, a][s][partner]
            fans = _sizes(mine)
            share = np.minimum(1.0, np.divide(both, fans, out=np.zeros(mine.nodes), where=fans > 0.0))
            found[:, SHARE] += share
            found[:, AROUND:] += share[:, None] * other.pool[s][partner, AROUND:]
        return found

    def _to_newcomers(self, other: "_Seen", a: int, b: int, s: int) -> Floats:
        """[BESIDE] what brand b is to those whom brand a has met later: share, and sums per person of what it is."""
        outside = max(1.0, float(self.users[s] - self.pools[a, s]))
        only = (1.0 - self.overlap[b, a]) * self.pools[b, s]  # of b's initial pool
        found: Floats = (1.0 - self.overlap[b, a]) * _sums(other.pool[s]) / outside
        found += max(0.0, 1.0 - only / outside) * self._later(other, b, s)
        return found


class _Seen:
    """A brand this morning, by segment: what it is to each node of its initial pool, and sums over its newcomers."""

    def __init__(self, rows: MeanRows, climate: Climate) -> None:
        climates = boxed(climate)
        self.pool = [cells.presence(climates, rows.boxed_world) for cells in rows.pool]
        self.newcomers = [np.zeros(BESIDE) for _ in rows.pool]
        for cells in rows.newcomers():
            self.newcomers[cells.segment] += _sums(cells.presence(climates, rows.boxed_world))


def _sizes(cells: Cells) -> Floats:
    """Fans of each node, [nodes]."""
    found: Floats = cells.states[:, SIZE].reshape(cells.nodes, -1).sum(axis=1)
    return found


def _sums(presence: Floats) -> Floats:
    """Fans, and sums over them of what a brand is, [BESIDE]."""
    found: Floats = presence[:, SHARE] @ presence
    found[SHARE] = presence[:, SHARE].sum()
    return found


def _apart(brands: Sequence[Floats], groups: Sequence[tuple[int, ...]], within: float = 1.0) -> Floats:
    """Groups of people by the brands that they follow, [n, G, BESIDE]: their shares, and what those are to them.

    brands  [n, BESIDE] of each: the share who follow it, and sums per person of what it is
    groups  positions of the brands that each follows; who follows any is one group where there is only one group
    within  share of the people among whom all are who follow any; more if one brand has more

    Among these, who follows one brand is as likely as others to follow the next.
    """
    shares = [np.clip(one[:, SHARE], 0.0, 1.0) for one in brands]
    among = np.maximum(within, np.max(shares, axis=0))
    parts = [of_brand / among for of_brand in shares]
    found = np.zeros((len(among), len(groups), BESIDE))
    for g, group in enumerate(groups):
        if len(groups) == 1:
            share = among * (1.0 - np.prod([1.0 - part for part in parts], axis=0))
        else:
            share = among * np.prod([part if b in group else 1.0 - part for b, part in enumerate(parts)], axis=0)
        found[:, g, SHARE] = share
        for b in group:
            per = (share if len(groups) == 1 else shares[b])[:, None]
            sums = brands[b][:, AROUND:]
            found[:, g, AROUND:] += np.divide(sums, per, out=np.zeros_like(sums), where=per > 0.0)
    return found
