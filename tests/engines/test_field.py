"""The field: other accounts under the same cascade; concentration, newcomers, and what the platform does about them."""

from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from samples import FAR, z_of_mean

from sim.engines.feed import pools_of
from sim.engines.field import (
    _COURSES,
    _MOST_COURSES,
    HEAD,
    WINDOW,
    Field,
    Others,
    course_of,
    gini,
    largest,
    weigh_accounts,
)
from sim.rules.climate import compilable
from sim.scenario import load_scenario, with_changes
from sim.streams import replication_key

USERS = 20_000_000


def accounts(replication=0, feedback=1.0, **changes):
    """What makes a field, with changes of the shipped feed."""
    scenario = with_changes(load_scenario("liquor"), {f"feed.{name}": value for name, value in changes.items()})
    feed = scenario.platforms[0].feed
    return feed, compilable(pools_of(feed, USERS)), feedback, replication_key(77, replication)


def field(replication=0, contents=1.0, **changes):
    """The brand in a field before day 0."""
    *others, key = accounts(replication, **changes)
    return Field(*others, contents, key)


def lived(found, days, brand=10_000):
    """Concentration at the end of each of the first days."""
    seen = []
    for day in range(days):
        found.play(day)
        seen.append(found.measure(day, brand))
    return seen


def over_worlds(worlds=24, days=90, **changes):
    """Mean concentration of days 30 … days − 1, by replication: gini, head, newcomers, brand."""
    return np.array([
        np.mean(lived(field(r, **changes), days)[WINDOW - 1 :: WINDOW], axis=0) for r in range(worlds)
    ])  # fmt: skip


@lru_cache(maxsize=1)
def shipped():
    """Concentration of the shipped feed."""
    return over_worlds()


def rises(more, name):
    """Mean paired difference from the shipped feed, in standard errors."""
    at = ("gini", "head", "newcomers", "brand").index(name)
    return z_of_mean(more[:, at] - shipped()[:, at], 0.0)


@pytest.mark.parametrize(("brand", "in_head"), [(100, False), (1000, True)])
def test_concentration_is_counted_from_the_plays_of_thirty_days(brand, in_head):
    found, others, days = field(), Others(*accounts()), 45
    plays, by_newcomers = [], []
    for day in range(days):
        opened = others.opened.copy()
        assert found.play(day) == others.play(day)
        measured = found.measure(day, brand * day)
        plays.append(others.window[day % WINDOW].copy())
        assert plays[-1][0] == 0
        plays[-1][0] = brand * day
        by_newcomers.append(int(plays[-1][1:][day - opened[1:] < 30].sum()))
    total = np.sum(plays[-WINDOW:], axis=0)
    head = np.sort(total)[-int(np.ceil(HEAD * len(total))) :]
    assert (total[0] in head) == in_head
    assert measured.head == head.sum() / total.sum()
    assert measured.brand == total[0] / total.sum()
    assert measured.newcomers == sum(by_newcomers[-WINDOW:]) / total[1:].sum()
    assert measured.gini == gini(np.array(plays[:WINDOW])[:, 1:])  # of the last full window
    assert min(by_newcomers) < max(by_newcomers)


def test_a_fifth_of_the_accounts_has_four_fifths_of_the_plays():
    """E-2, and the Gini coefficient of .93 (V12), at the shipped values."""
    concentration, head = shipped()[:, 0], shipped()[:, 1]
    assert abs(concentration.mean() - 0.93) < 0.02
    assert abs(head.mean() - 0.80) < 0.03


@pytest.mark.statistical
@pytest.mark.parametrize(
    ("changes", "name", "sign"),
    [
        ({"quality_spread": 1.2}, "head", 1),
        ({"quality_spread": 0.0}, "head", -1),
        ({"head_cap": 0.3}, "head", -1),
        ({"head_cap": 0.3}, "gini", -1),
        ({"passed": 0.2}, "gini", -1),
        ({"feedback": 0.0}, "head", -1),
        ({"explore_share": 0.3}, "newcomers", 1),
        ({"explore_share": 0.0}, "newcomers", -1),
        ({"newcomer_days": 90}, "newcomers", 1),
        ({"opening": 0.0}, "newcomers", -1),
    ],
)
def test_what_moves_concentration(changes, name, sign):
    assert sign * rises(over_worlds(**changes), name) > FAR


@pytest.mark.statistical
def test_newcomers_get_the_share_that_the_platform_keeps_for_them():
    weights, opened = np.ones(2001), np.full(2001, -1000)
    opened[1:201] = 0  # a tenth of the accounts
    standing = np.where(opened < 0, 1000.0, 10.0)
    quality = np.exp(np.linspace(-0.5, 0.5, 2001))
    factor = weigh_accounts(standing, opened, quality, weights, 5, 1.0, 30, 0.25)
    assert weights[1:201].sum() / weights[1:].sum() == pytest.approx(0.25)
    assert weights[1:].mean() == pytest.approx(1.0)
    plain = np.ones(2001)
    assert weigh_accounts(standing, opened, quality, plain, 5, 1.0, 30, 0.0) == 1.0
    for_new, for_old = weights[1] / plain[1], weights[1000] / plain[1000]
    assert factor == pytest.approx(for_new / for_old)
    assert for_new > 1 > for_old
    assert weigh_accounts(standing, opened, quality, plain, 31, 1.0, 30, 0.25) == 1.0  # nobody is new any more


def test_standing_is_what_the_feed_remembers():
    found = Others(*accounts(opening=0.0))
    before = found.standing.copy()
    found.play(0)
    assert np.array_equal(found.standing[1:], 0.96 * before[1:] + found.window[0][1:])


@pytest.mark.statistical
def test_accounts_are_replaced_at_the_rate_of_opening():
    found, days = Others(*accounts(accounts=2000)), 60
    for day in range(days):
        found.play(day)
    young = (found.opened[1:] > 0).sum()  # replaced on days 0 … 59, the last time
    p = 1 - 1.069 ** (-days / 30.4375)
    assert abs(young - 2000 * p) < FAR * np.sqrt(2000 * p * (1 - p))
    assert abs(young - 2000 * 1.2 * p) > FAR * np.sqrt(2000 * p * (1 - p))


def test_another_account_changes_no_other_accounts_luck():
    a, b = (Others(*accounts(accounts=n, feedback=0.0, quality_spread=0.0)) for n in (40, 41))
    for day in range(20):
        for found in (a, b):
            found.play(day)
    assert np.array_equal(a.window[:, :41], b.window[:, :41])


def test_without_accounts_there_is_no_field():
    found = field(accounts=0)
    assert found.play(0) == 1.0
    assert set(found.measure(0, 500)) == {0.0}


counts = st.lists(st.integers(0, 5) | st.integers(0, 10**9) | st.integers(0, 2**40), min_size=1, max_size=60)


@given(counts, st.data())
def test_the_sum_of_the_largest_is_that_of_the_sorted(values, data):
    number = data.draw(st.integers(1, len(values)))
    most = sorted(values)[-number:]
    assert largest(np.array(values), number) == (sum(most), most[0])


def test_runs_of_one_replication_share_the_other_accounts():
    """Whoever asks first and however far: another brand, threads, other days; another key or feed is another field."""
    alone = Others(*accounts(5))
    days = [alone.play(day) for day in range(40)]
    shared, again = field(5), field(5, contents=3.0)
    assert shared.course is again.course is not None
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(again.play, reversed(range(40)))) == days[::-1]
    assert [shared.play(day) for day in range(40)] == days
    assert field(6).course is not shared.course
    assert field(5, passed=0.2).course is not shared.course
    assert course_of(*accounts(5, feedback=0.5)) is not shared.course


def test_the_courses_that_are_kept_are_few():
    for replication in range(100, 100 + 2 * _MOST_COURSES):
        field(replication, accounts=2)
    assert len(_COURSES) == _MOST_COURSES
