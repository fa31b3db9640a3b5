"""Money to the cent: every order of a run recorded by itself, and the books recomputed from them."""

from fractions import Fraction

import numpy as np
import pytest
from worlds import in_plain_python

from sim.engines.run import run
from sim.rules.tally import NO_CHANNEL

from . import replayed


@pytest.fixture(scope="module")
def recorded():
    return in_plain_python("properties.replayed:recorded", "agents")


def half_up(x):
    return int(x + Fraction(1, 2))


def test_totals_are_the_sums_of_orders_to_the_cent(recorded):
    orders, totals = recorded
    assert len(orders) > 200
    for day, (gmv, listed, commission, goods, number) in enumerate(totals):
        mine = [order for order in orders if order[0] == day]
        assert gmv == sum(order[3] for order in mine)
        assert listed == sum(order[2] for order in mine)
        assert commission == sum(order[5] for order in mine)
        assert goods == sum(order[6] for order in mine)
        assert number == len(mine)


def test_commission_is_each_orders_own_rounded_half_up(recorded):
    orders, _ = recorded
    douyin = {0, 1, 2, NO_CHANNEL}  # subscription, group, direct messages, and orders that no message sold
    assert {order[1] for order in orders} & douyin
    assert {order[1] for order in orders} - douyin  # some were sold on WeChat, which takes nothing
    for day, channel, _, net, _, commission, _ in orders:
        rate = Fraction(0)
        if channel in douyin:  # the shop opened on day 0: 1 % in the first 30 days, then 5 % for clothing
            rate = Fraction(1, 100) if day < 30 else Fraction(5, 100)
        assert commission == half_up(net * rate)


def test_net_value_and_goods_follow_from_the_list_value(recorded):
    orders, _ = recorded
    discounts = {order[4] for order in orders}
    assert 0.0 in discounts
    assert max(discounts) > 0.1
    for _, _, listed, net, discount, _, goods in orders:
        basis_points = round(discount * 10_000)
        assert net == listed - half_up(Fraction(listed * basis_points, 10_000))
        assert goods == half_up(listed * Fraction(4, 10))


def test_the_recorded_run_is_the_run(recorded):
    from sim.rules.tally import block

    ledger = run(replayed.scenario(), "depletion", seed=7).ledger
    totals = [
        [int(block(row, name).sum()) for name in ("GMV", "LIST_VALUE", "COMMISSION", "GOODS", "ORDERS")]
        for row in ledger.tallies
    ]
    assert totals == recorded[1]
    assert np.array(totals).any()
