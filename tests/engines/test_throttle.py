"""The platform's own objective (E-15): a brand whose orders close elsewhere is shown less."""

import numpy as np
import pytest
from worlds import SHELF, begun, small

from sim.engines.book import Diversion
from sim.engines.run import run
from sim.rules.tally import NO_CHANNEL, TALLY_SIZE, Slot

THROTTLED = {"feed.throttle": 0.8}


def tallies(days=2, **counters):
    """Counters of some days, ORDERS_3=5 for five orders a day through channel 3."""
    found = np.zeros((days, TALLY_SIZE), np.int64)
    for name, count in counters.items():
        block, _, place = name.partition("__")
        found[:, Slot[block] + int(place or 0)] = count
    return found


def diverted(scenario, **counters):
    return Diversion(scenario).share(tallies(**counters))


def test_orders_that_close_elsewhere_are_counted_by_hand():
    scenario = small("douyin-to-wechat", THROTTLED)
    names = [c.name for c in scenario.channels]
    here, there = f"ORDERS__{names.index('douyin-group')}", f"ORDERS__{names.index('moments')}"
    nowhere = f"ORDERS__{NO_CHANNEL}"
    assert diverted(scenario) == 0.0
    assert diverted(scenario, **{here: 3, nowhere: 1}) == 0.0
    assert diverted(scenario, **{here: 3, nowhere: 1, there: 12}) == 0.75
    assert diverted(scenario, **{here: 3, nowhere: 1}, MOVED=1) == 0.25
    assert diverted(scenario, **{there: 3}, MOVED=1) == 1.0
    assert diverted(small("douyin-to-wechat"), **{there: 3}) == 0.0  # nobody looks


def test_orders_of_a_search_close_on_the_shelf():
    scenario = small(
        "liquor", THROTTLED | {"platforms": ["douyin-2021-07", SHELF], "pool.channels": {"douyin-group": 0.5}}
    )
    orders = {f"ORDERS__{NO_CHANNEL}": 4, "ORDERS_SEARCH": 3}
    assert diverted(scenario, **orders) == 0.75
    assert diverted(small("liquor", THROTTLED), **orders) == 0.0


def test_deals_of_a_store_bring_the_platform_nothing():
    assert diverted(small("used-cars", THROTTLED), **{f"ORDERS__{NO_CHANNEL}": 4}) == 1.0


@pytest.mark.parametrize("cascade", [True, False])
def test_exposures_fall_by_the_throttled_share(cascade):
    """On average over the luck of contents; to the bit where there is none."""
    changes = {"feed.throttle": 0.8, "feed.cascade": cascade, "brand.content.per_day": 2000.0}
    feed = begun(small("liquor", changes)).brand.market.brand_feed
    free, all_elsewhere, half = (
        [feed.day(day, 1.0, 1, 0, 0.0, diverted=d) for day in range(40)] for d in (0.0, 1.0, 0.5)
    )
    for part in ("contents", "lives"):
        usual, least, middle = (np.array([getattr(day, part) for day in days]) for days in (free, all_elsewhere, half))
        exact = part == "lives" or not cascade
        for found, share in ((least, 0.2), (middle, 0.6)):
            ratio = found / usual if exact else found.mean() / usual.mean()
            assert ratio == pytest.approx(share, abs=1e-12 if exact else 0.1)


def test_only_what_is_diverted_is_throttled():
    """Under ``stay`` all deals close on Douyin; a dealer's deals close in its store."""
    base = {"days": 60}
    eager = base | {"rules.purchase.base": -3.0}
    loyal = [run(small("douyin-to-wechat", eager | more), "stay", 3).daily for more in ({}, {"feed.throttle": 1.0})]
    assert loyal[0]["orders"].sum() > 0
    assert loyal[0].equals(loyal[1])
    free, half, closed = (
        run(small("used-cars", base | {"feed.throttle": share, "feed.cascade": False}), "growth", 3).daily
        for share in (0.0, 0.5, 1.0)
    )
    first = int(np.flatnonzero(free["orders"])[0]) + 1  # the first day on which an order is known
    assert (free["exposures"][:first] == half["exposures"][:first]).all()
    assert (closed["exposures"][first:] == 0).all()
    assert (half["exposures"][first:] < 0.7 * free["exposures"][first:]).all()
    assert (half["exposures"][first:] > 0.3 * free["exposures"][first:]).all()
