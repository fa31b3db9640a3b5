"""The field: the other accounts of a feed, among which exposure is concentrated (M1, E-2, E-17).

A sample of the platform's accounts publishes one content a day each and is promoted by the same cascade and the same
law of feedback as the brand: plays give an account standing, standing gives weight, weight gives plays. The field is
the same under every logic; account 0 is the brand.
"""

import math
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

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
_COURSES: dict[tuple[Any, ...], "Course"] = {}  # the latest last
_MOST_COURSES = 64  # of some 0.2 MB each


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
    draws = np.empty((3, len(plays)))
    lucks, starts, fates = draws[0], draws[1], draws[2]
    for i in range(len(plays)):  # alone in a loop the generator runs in vectors, see ``words``
        lucks[i], starts[i], fates[i] = content_draws(key, i, day, 0)
    for i in range(1, len(plays)):
        luck, start, fate = lucks[i], starts[i], fates[i]
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


@rare
def play_field(
    standing: Floats,
    opened: Integers,
    quality: Floats,
    weights: Floats,
    plays: Integers,
    total: Integers,
    table: Floats,
    day: int,
    replaced: float,
    kept: float,
    feedback: float,
    newcomer_days: int,
    explore_share: float,
    pools: Boxed,
    key: int,
) -> tuple[float, int]:
    """One day of the other accounts, and their plays of the window; the brand has none yet.

    plays  [A] of the day 30 days ago, in whose place today's are put;  total: [A] their sum over the window

    Returns the weight of a newcomer relative to an established account, and the plays of newcomers.
    """
    factor = weigh_accounts(standing, opened, quality, weights, day, feedback, newcomer_days, explore_share)
    for i in range(len(plays)):
        total[i] -= plays[i]
    new = play_accounts(weights, standing, opened, plays, table, day, replaced, kept, newcomer_days, pools, key)
    plays[BRAND] = 0
    for i in range(len(plays)):
        total[i] += plays[i]
    return factor, new


@rare
def least_of_largest(values: Integers, number: int) -> int:
    """The ``number``-th largest of some counts ≥ 0, 1 ≤ number ≤ all of them: digit by digit, 256 values each."""
    most = 0
    for value in values:
        most = max(most, value)
    shift, found, left = 0, 0, number
    while most >> shift > 255:
        shift += 8
    digits = np.zeros(256, np.int64)
    while shift >= 0:
        digits[:] = 0
        for value in values:
            if value >> shift + 8 == found:
                digits[value >> shift & 255] += 1
        digit = 255
        while digits[digit] < left:
            left -= digits[digit]
            digit -= 1
        found = found << 8 | digit
        shift -= 8
    return found


@rare
def largest(values: Integers, number: int) -> tuple[int, int]:
    """Sum of the ``number`` largest of some counts ≥ 0, and the least of these."""
    least, found, left = least_of_largest(values, number), 0, number
    for value in values:
        if value > least:
            found += value
            left -= 1
    return found + left * least, least


@rare
def weigh_head(total: Integers, head: int) -> tuple[int, int, int]:
    """All plays of the window, those of so many accounts with most of them, and of the last of these."""
    plays = 0
    for value in total:
        plays += value
    best, least = largest(total, head)
    return plays, best, least


table_of, field_played, head_weighed = map(at_once, (pass_table, play_field, weigh_head))


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


class Others:
    """The other accounts of a feed under way; account 0, which is the brand, stays empty here.

    quality  [A + 1] weight by quality, at the quantiles of a log-normal: data of the platform, not chance
    window   [30, A + 1] plays of the last days;  total: [A + 1] their sum
    """

    def __init__(self, feed: Feed, pools: TrafficPools, feedback: float, key: int) -> None:
        self.feed, self.pools, self.feedback, self.key = feed, boxed(pools), feedback, key
        n = feed.accounts
        self.quality = qualities(n, feed.quality_spread).copy()
        ordinary = float(expected_plays(feed.passed, pools))
        self.standing = np.full(n + 1, ordinary / (1.0 - feed.standing))
        self.opened = np.full(n + 1, _LONG_AGO, np.int64)
        self.weights = np.ones(n + 1)
        self.window = np.zeros((WINDOW, n + 1), np.int64)
        self.total = np.zeros(n + 1, np.int64)
        self.by_newcomers = [0] * WINDOW
        self.replaced = -math.expm1(-math.log1p(feed.opening) / DAYS_PER_MONTH)
        self.table = _table(self.pools, _name(pools))
        for day in range(-WARM_UP, 0):
            self.play(day)

    def play(self, day: int) -> float:
        """A day of the other accounts; returns the weight of a newcomer relative to an established account."""
        feed, at = self.feed, day % WINDOW
        factor, self.by_newcomers[at] = field_played(
            self.standing, self.opened, self.quality, self.weights, self.window[at], self.total, self.table, day,
            self.replaced, feed.standing, self.feedback, feed.newcomer_days, feed.explore_share, self.pools, self.key,
        )  # fmt: skip
        return float(factor)


class Beside(NamedTuple):
    """The other accounts at the end of a day.

    factor     weight of a newcomer relative to an established account
    plays      over 30 days;  by_newcomers: of them
    head       plays of the fifth of all accounts with most of them, if the brand is not one of these
    least      plays of the last one in it
    gini       of plays over contents, measured every 30 days
    """

    factor: float
    plays: int
    by_newcomers: int
    head: int
    least: int
    gini: float


class Course:
    """The other accounts day by day, worked out as far as anybody has asked: no brand moves them."""

    def __init__(self, others: Others) -> None:
        self.others, self.days = others, list[Beside]()
        self.head = math.ceil(HEAD * len(others.total))  # accounts
        self.gini = self._gini()
        self.lock = Lock()

    def on(self, day: int) -> Beside:
        """The others at the end of a day ≥ 0."""
        if day >= len(self.days):
            with self.lock:
                while day >= len(self.days):
                    self.days.append(self._next())
        return self.days[day]

    def _next(self) -> Beside:
        day, others = len(self.days), self.others
        factor = others.play(day)
        if day % WINDOW == WINDOW - 1:
            self.gini = self._gini()
        plays, head, least = head_weighed(others.total, self.head)
        return Beside(factor, plays, sum(others.by_newcomers), head, least, self.gini)

    def _gini(self) -> float:
        """Over the contents of the window; 32 bits, of which plays need no more, are sorted in half the time."""
        return gini(self.others.window[:, 1:].astype(np.int32))


def course_of(feed: Feed, pools: TrafficPools, feedback: float, key: int) -> Course:
    """The other accounts of a feed; runs of the same replication share them, whatever the brand does."""
    facts = (
        feed.accounts, feed.quality_spread, feed.passed, feed.standing, feed.opening, feed.newcomer_days,
        feed.explore_share, feedback, key, _name(pools),
    )  # fmt: skip
    course = _COURSES.get(facts)
    if course is None:
        course = Course(Others(feed, pools, feedback, key))
        while len(_COURSES) >= _MOST_COURSES:
            _COURSES.pop(next(iter(_COURSES)), None)
        _COURSES[facts] = course
    return course


class Field:
    """The brand among the other accounts of a feed; 0 accounts make no field.

    own  [30] plays of the brand on the last days;  total: their sum
    """

    CARRIED = ("own", "total")
    PASSING = ("course",)

    def __init__(self, feed: Feed, pools: TrafficPools, feedback: float, contents: float, key: int) -> None:
        self.course = course_of(feed, pools, feedback, key) if feed.accounts else None
        ordinary = round(contents * float(expected_plays(feed.passed, pools)))
        self.own = [ordinary] * WINDOW  # before day 0 the brand is an ordinary account
        self.total = sum(self.own)

    def play(self, day: int) -> float:
        """Weight of a newcomer on a day, relative to an established account."""
        return self.course.on(day).factor if self.course else 1.0

    def measure(self, day: int, brand: int) -> Concentration:
        """Concentration at the end of a day on which the brand had so many plays."""
        if not self.course:
            return Concentration()
        at = day % WINDOW
        self.total += brand - self.own[at]
        self.own[at] = brand
        others = self.course.on(day)
        plays = others.plays + self.total
        best = others.head + max(0, self.total - others.least)  # the brand is in the head, or the last one is
        return Concentration(
            gini=others.gini,
            head=best / max(1, plays),
            newcomers=others.by_newcomers / max(1, others.plays),
            brand=self.total / max(1, plays),
        )


def _name(pools: TrafficPools) -> bytes | str:
    """All that pools are."""
    return pools.tobytes() if isinstance(pools, np.void) else repr(pools)


def _table(pools: Boxed, name: bytes | str) -> Floats:
    """``pass_table`` of pools, solved once for all runs with the same pools; name: all that they are."""
    if name not in _TABLES:
        if len(_TABLES) == _MOST_TABLES:
            _TABLES.clear()
        _TABLES[name] = table_of(pools)
    return _TABLES[name]


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
