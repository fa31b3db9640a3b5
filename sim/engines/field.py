"""The field: the other accounts of a feed, among which exposure is concentrated (M1, E-2, E-17).

A sample of the platform's accounts publishes one content a day each and is promoted by the same cascade and the same
law of feedback as the brand: plays give an account standing, standing gives weight, weight gives plays. The field is
the same under every logic; account 0 is the brand.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.compiled import at_once, rare
from sim.parameters import DAYS_PER_MONTH
from sim.rules.cascade import (
    TrafficPools,
    content_draws,
    content_plays,
    expected_plays,
    pass_probability,
)
from sim.rules.climate import Boxed, boxed
from sim.scenario.reach import Feed
from sim.streams import normal_quantile

BRAND = 0  # account of the brand
WINDOW = 30  # days over which concentration is measured
WARM_UP = 60  # days of the field before day 0, after which standing and newcomers have come to rest
HEAD = 0.2  # share of accounts that make the head (E-2)
MOST_WEIGHT, STEPS = 16, 64  # table of pass probabilities: weights up to 16, in steps of 1/64
_LONG_AGO = -(1 << 20)  # opening day of accounts that are no newcomers

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]

_TABLES: dict[bytes | str, Floats] = {}  # never written to
_MOST_TABLES = 16


@rare
def pass_table(pools: Boxed) -> Floats:
    """``pass_probability`` at the weights 0, 1/64, …: solved once, read linearly for every account and day."""
    table = np.empty(MOST_WEIGHT * STEPS + 2)
    for i in range(len(table)):
        table[i] = pass_probability(i / STEPS, pools[0])
    return table


@rare
def weigh_accounts(
    standing: Floats,
    opened: Integers,
    quality: Floats,
    weights: Floats,
    day: int,
    feedback: float,
    newcomer_days: int,
    explore_share: float,
) -> float:
    """Fill in the weights of the other accounts, by the law of M16 with an account's standing for its active fans.

        quality · (1 + k_pub · C / (C + mean C)), relative to the mean account        [–]

    Newcomers have little standing and get fewer plays than others. If that is less than ``explore_share`` of all
    plays, their weights are raised and those of the others lowered, so that they get it and the sum stays.

    Returns the weight of a newcomer relative to an established account of the same standing and quality.
    """
    accounts = len(standing)
    mean = 0.0
    for i in range(1, accounts):
        mean += standing[i] / (accounts - 1)
    total, new = 0.0, 0.0
    for i in range(1, accounts):
        weights[i] = quality[i]
        if mean > 0.0:
            weights[i] *= 1.0 + feedback * standing[i] / (standing[i] + mean)
        total += weights[i]
        if day - opened[i] < newcomer_days:
            new += weights[i]
    share, for_new, for_old = new / total, 1.0, 1.0
    if 0.0 < share < explore_share:
        for_new, for_old = explore_share / share, (1.0 - explore_share) / (1.0 - share)
    for i in range(1, accounts):
        weights[i] *= (accounts - 1) / total * (for_new if day - opened[i] < newcomer_days else for_old)
    return for_new / for_old


@rare
def play_accounts(
    weights: Floats,
    standing: Floats,
    opened: Integers,
    plays: Integers,
    table: Floats,
    day: int,
    replaced: float,
    kept: float,
    newcomer_days: int,
    pools: Boxed,
    key: int,
) -> int:
    """One day of the other accounts: fills in ``plays`` and moves their standing; returns the plays of newcomers.

    table     ``pass_table``, read linearly
    replaced  probability that an account closes and another opens in its place;  kept: share of standing left
    """
    by_newcomers = 0
    for i in range(1, len(plays)):
        luck, start, fate = content_draws(key, i, day, 0)
        at = min(weights[i], 1.0 * MOST_WEIGHT) * STEPS
        low = int(at)
        passed = table[low] + (at - low) * (table[low + 1] - table[low])
        plays[i] = content_plays(start, luck, passed, pools[0])
        standing[i] = kept * standing[i] + plays[i]
        if day - opened[i] < newcomer_days:
            by_newcomers += plays[i]
        if fate < replaced:  # from tomorrow on another account, of the same quality
            standing[i], opened[i] = 0.0, day + 1
    return by_newcomers


table_of, accounts_weighed, accounts_played = map(at_once, (pass_table, weigh_accounts, play_accounts))


class Concentration(NamedTuple):
    """How exposure is distributed, over 30 days.

    gini       Gini coefficient of plays over the contents of the other accounts, measured every 30 days
    head       share of plays of the fifth of accounts with most plays, the brand among them
    newcomers  share of plays of the other accounts that newcomers have;  brand: share of all plays that the brand has
    """

    gini: float = 0.0
    head: float = 0.0
    newcomers: float = 0.0
    brand: float = 0.0


class Field:
    """The other accounts of a feed during a run; 0 accounts make no field.

    quality  [A] weight by quality, at the quantiles of a log-normal: data of the platform, not chance
    window   [30, A] plays of the last days;  total: [A] their sum
    """

    CARRIED = ("standing", "opened", "window", "total", "by_newcomers", "gini")
    PASSING = ("weights",)

    def __init__(self, feed: Feed, pools: TrafficPools, feedback: float, contents: float, key: int) -> None:
        self.feed, self.pools, self.feedback, self.key = feed, boxed(pools), feedback, key
        self.accounts = n = feed.accounts
        self.quality = qualities(n, feed.quality_spread).copy()
        ordinary = float(expected_plays(feed.passed, pools))
        self.standing = np.full(n + 1, ordinary / (1.0 - feed.standing))
        self.opened = np.full(n + 1, _LONG_AGO, np.int64)
        self.weights = np.ones(n + 1)
        self.window = np.zeros((WINDOW, n + 1), np.int64)
        self.total = np.zeros(n + 1, np.int64)
        self.by_newcomers = [0] * WINDOW
        self.replaced = -math.expm1(-math.log1p(feed.opening) / DAYS_PER_MONTH)
        self.gini = 0.0
        if n:
            self.table = self._table(pools.tobytes() if isinstance(pools, np.void) else repr(pools))
            brand = round(contents * ordinary)  # before day 0 the brand is an ordinary account
            for day in range(-WARM_UP, 0):
                self.play(day)
                self._note(day, brand)
            self.gini = gini(self.window[:, 1:])

    def _table(self, name: bytes | str) -> Floats:
        """``pass_table`` of the pools, solved once for all runs with the same pools; name: all that they are."""
        if name not in _TABLES:
            if len(_TABLES) == _MOST_TABLES:
                _TABLES.clear()
            _TABLES[name] = table_of(self.pools)
        return _TABLES[name]

    def play(self, day: int) -> float:
        """A day of the other accounts; returns the weight of a newcomer relative to an established account."""
        if not self.accounts:
            return 1.0
        feed, at = self.feed, day % WINDOW
        factor = accounts_weighed(
            self.standing, self.opened, self.quality, self.weights, day, self.feedback, feed.newcomer_days,
            feed.explore_share,
        )  # fmt: skip
        plays = self.window[at]
        self.total -= plays
        self.by_newcomers[at] = accounts_played(
            self.weights, self.standing, self.opened, plays, self.table, day, self.replaced, feed.standing,
            feed.newcomer_days, self.pools, self.key,
        )  # fmt: skip
        plays[BRAND] = 0
        self.total += plays
        return float(factor)

    def _note(self, day: int, brand: int) -> None:
        """Count the brand's plays of a day."""
        self.window[day % WINDOW, BRAND] = brand
        self.total[BRAND] += brand

    def measure(self, day: int, brand: int) -> Concentration:
        """Concentration at the end of a day on which the brand had so many plays; ``play`` has been called."""
        if not self.accounts:
            return Concentration()
        self._note(day, brand)
        if day % WINDOW == WINDOW - 1:
            self.gini = gini(self.window[:, 1:])
        plays, own = int(self.total.sum()), int(self.total[BRAND])
        head = math.ceil(HEAD * (self.accounts + 1))
        best = int(np.partition(self.total, -head)[-head:].sum())
        return Concentration(
            gini=self.gini,
            head=best / max(1, plays),
            newcomers=sum(self.by_newcomers) / max(1, plays - own),
            brand=own / max(1, plays),
        )


@lru_cache(maxsize=8)
def qualities(accounts: int, spread: float) -> Floats:
    """[A + 1] weights by quality of the brand, which is 1, and of the others, at the quantiles of a log-normal."""
    ranks = [(i + 0.5) / accounts for i in range(accounts)]
    return np.array([1.0, *(math.exp(spread * normal_quantile(rank)) for rank in ranks)])


def gini(plays: Integers) -> float:
    """Gini coefficient of counts: Σ (2i − n − 1)·x_(i) / (n·Σ x), 0 for equal counts and for none."""
    ordered = np.sort(plays, axis=None)
    n, total = len(ordered), int(ordered.sum())
    if total == 0:
        return 0.0
    ranks = 2 * np.arange(1, n + 1) - n - 1
    return float((ranks * ordered).sum() / (n * total))
