"""The public domain of the brand: what the feed shows of it today, content by content (M1, M16, M19)."""

import math
from typing import NamedTuple

from sim.compiled import at_once, rare
from sim.engines.field import BRAND, Field
from sim.observables import FeedDay
from sim.rules.cascade import (
    MAX_POOLS,
    TrafficPools,
    content_draws,
    content_plays,
    expected_plays,
    pass_probability,
)
from sim.rules.climate import Boxed, boxed, compilable
from sim.rules.exposure import ExposureRules, cold_start, noticing
from sim.scenario.reach import Feed

MOST_CONTENTS = 1000.0  # per day; more are implied only where users are fewer than a first pool


def pools_of(feed: Feed, users: int) -> TrafficPools:
    """Traffic pools of a feed, in whole plays.

    Where head contents would have more than ``head_cap`` of all plays, their pools shrink to it and the others grow, so
    that all plays together stay the same (of ordinary contents). No content is played more often than there are users.
    """
    sizes = [0.5 * (feed.first_pool_least + feed.first_pool_most), *feed.pools]
    plays = [size * math.pow(feed.passed, k) for k, size in enumerate(sizes)]
    is_head = [k > 0 and size >= feed.head_pool for k, size in enumerate(sizes)]
    head = sum(x for x, top in zip(plays, is_head, strict=True) if top) / sum(plays)
    low, high = 1.0, 1.0
    if head > feed.head_cap:
        low, high = (1.0 - feed.head_cap) / (1.0 - head), feed.head_cap / head
    least, most = (min(users, math.floor(low * x + 0.5)) for x in (feed.first_pool_least, feed.first_pool_most))
    whole, left = [], users - most
    for size, top in zip(sizes[1:], is_head[1:], strict=True):
        whole.append(min(left, math.floor((high if top else low) * size + 0.5)))
        left -= whole[-1]
    whole_sizes = [0.5 * (least + most), *map(float, whole)]
    return TrafficPools(
        used=1 + sum(x > 0 for x in whole),
        least=float(least),
        spread=float(most - least + 1),
        adds=whole_sizes + [0.0] * (MAX_POOLS - len(whole_sizes)),
        passed=feed.passed,
    )


@rare
def brand_plays(day: int, contents: int, passed: float, pools: TrafficPools, key: int) -> tuple[int, int]:
    """Plays of the brand's contents of a day: all of them, and those of the best."""
    total, best = 0, 0
    for number in range(contents):
        luck, start, _ = content_draws(key, BRAND, day, number)
        plays = content_plays(start, luck, passed, pools)
        total += plays
        best = max(best, plays)
    return total, best


@rare
def promote_brand(day: int, contents: int, shown: float, pools: Boxed, key: int) -> tuple[int, int, float]:
    """Plays of the brand's contents of a day, those of the best, and those that one content lets expect.

    shown  weight of the brand today
    """
    passed = pass_probability(shown, pools[0])
    plays, best = brand_plays(day, contents, passed, pools[0], key)
    return plays, best, expected_plays(passed, pools[0])


@rare
def show_brand(groups: float, fans: float, aware: float, rules: Boxed) -> tuple[float, float]:
    """Factors of a day on the brand's exposures: of active groups at the start, and of being known by name."""
    return cold_start(groups, fans, rules[0]), noticing(aware, rules[0])


brand_promoted, brand_shown = at_once(promote_brand), at_once(show_brand)


class Organic(NamedTuple):
    """A day of the feed: noticed exposures of contents and of lives, and what is reported of them."""

    contents: float = 0.0
    lives: float = 0.0
    report: FeedDay = FeedDay()


NO_FEED = Organic()


class BrandFeed:
    """The brand in a feed, among other accounts.

    fans      size of the initial pool;  accounts: of the brand (矩阵号)
    base      noticed exposures of an ordinary day, at weight 1
    contents  published per day;  ordinary: their expected plays at weight 1
    """

    CARRIED = ("remainder", "field")

    def __init__(
        self,
        feed: Feed,
        fans: int,
        users: int,
        per_day: float | None,
        rules: ExposureRules,
        key: int,
        accounts: int = 1,
    ) -> None:
        self.feed, self.fans, self.rules, self.key = feed, fans, boxed(rules), key
        least = feed.exposures_at_least * accounts  # every account of the brand is met
        self.base = max(feed.exposures_per_fan * fans, least)
        self.pools: TrafficPools = compilable(pools_of(feed, users))
        self.boxed_pools = boxed(self.pools)
        plays = float(expected_plays(feed.passed, self.pools))
        self.contents = min(self.base / (feed.noticed * plays), MOST_CONTENTS) if per_day is None else per_day
        self.ordinary = plays * self.contents
        self.remainder = 0.5  # of a content, carried from day to day
        self.seed_view = float(rules.seed_view)
        self.field = Field(feed, self.pools, float(rules.feedback), self.contents, key)

    def day(
        self,
        day: int,
        weight: float,
        lives: int,
        groups: int,
        aware: float,
        reward: float = 0.0,
        diverted: float = 0.0,
        minutes: float = 1.0,
    ) -> Organic:
        """Organic exposures of a day: those of its contents as they are played, those of its lives as expected.

        weight  W/W₀;  groups: visits of groups by members yesterday;  aware: share of users who know the brand
        reward  extra exposures for a completed task, as a share of the ordinary ones
        diverted  share of the brand's orders that close off the platform, in [0, 1]
        minutes  that users spend on the platform, relative to what is usual

        Expected exposures are base · W/W₀ · minutes · cold start · (1 − throttle · diverted) · noticing · (1 + reward),
        whatever the cascade draws. throttle = 0 → the platform does not mind where deals close (E-15).
        """
        start, noticed = brand_shown(float(groups), float(self.fans), aware, self.rules)
        shown = weight * minutes * start
        shown *= 1.0 - self.feed.throttle * diverted
        newcomer = self.field.play(day)
        if self.fans == 0 and day < self.feed.newcomer_days:
            shown *= newcomer
        expected = self.base * shown * noticed * (1.0 + reward)
        contents, plays, best = 0, round(self.ordinary * shown), 0
        exposures = expected
        if self.feed.cascade:
            contents = self._published()
            plays, best, each = brand_promoted(day, contents, shown, self.boxed_pools, self.key)
            usual = self.contents * each
            exposures = expected * plays / usual if usual > 0.0 else 0.0
        entries = lives * self.feed.exposures_per_live * expected
        found = self.field.measure(day, plays)
        report = FeedDay(
            contents=contents,
            plays=plays,
            best_plays=best,
            live_entries=entries,
            seed_views=self.seed_view * groups,
            gini=found.gini,
            head=found.head,
            newcomers=found.newcomers,
            brand=found.brand,
        )
        return Organic(exposures, entries, report)

    def _published(self) -> int:
        """Contents of today, by a carried remainder."""
        self.remainder += self.contents
        contents = math.floor(self.remainder)
        self.remainder -= contents
        return contents
