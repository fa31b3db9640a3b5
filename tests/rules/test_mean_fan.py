"""Value tables of the mean fan, put together by hand from the formulas of the rules that it uses, and its limits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.domains import MAX_CHANNELS, ChannelKind
from sim.engines.world import world_of
from sim.rules.climate import compilable, compilable_rows
from sim.rules.mean_fan import (
    Demand,
    MeanFan,
    Steady,
    Touched,
    exit_rate,
    memories_of_prices,
    orders_of_buyer,
    over_life,
    touched,
    worth_of,
    worth_of_groups,
)
from sim.scenario import load_scenario

SUBSCRIPTION, GROUP = 0, 1
NO_OFFER = Touched(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
MONTH = 30.4375


@pytest.fixture(scope="module")
def world():
    return compilable(world_of(load_scenario("liquor")))


def fan(**values):
    facts = {
        "tier": 0, "channels": 1 << GROUP, "sensitivity": 1.25, "trust": 0.35, "trust_prior": 0.35, "fatigue": 0.0,
        "intimacy": 0.6, "frailty": 1.0, "affinity": 0.0, "buying": 1.0, "need_rate": 0.04, "attrition": 0.25,
        "deal_response": 1.0, "match_value": 0.0, "match_promotion": 0.0, "match_product": 0.0,
        "deal_proneness": 0.0, "reference_price": 1.0,
    }  # fmt: skip
    return compilable(MeanFan(**facts | values))


def steady(value=None, promotion=None, notice=None, **values):
    vectors = {
        name: [(given or {}).get(c, 0.0) for c in range(MAX_CHANNELS)]
        for name, given in (
            ("value", value), ("promotion", promotion), ("notice", notice),
            ("value_cost", values.pop("value_cost", {})),
            ("promotion_cost", values.pop("promotion_cost", {})), ("fee", values.pop("fee", {})),
            ("commission", values.pop("commission", {})),
        )
    }  # fmt: skip
    facts = {"home_commission": 0.0, "quality": 0.6, "discount": 0.2, "season": 1.0, "interest": 2e-4}
    return compilable(Steady(**vectors, **facts | values))


@pytest.mark.parametrize(
    ("now", "later", "rate", "leaving", "value"),
    [
        (0.9, 0.3, 0.01, 0.002, 0.4),  # .3 + .6·2/12
        (0.9, 0.3, 0.0, 0.002, 0.9),  # it never moves
        (0.9, 0.3, 1e9, 0.002, 0.3),  # it moves at once
        (0.0, 1.0, 0.03, 0.01, 0.75),
    ],
)
def test_over_life(now, later, rate, leaving, value):
    assert over_life(now, later, rate, leaving) == pytest.approx(value)


def test_over_life_is_the_discounted_mean_of_the_path():
    days = np.arange(0.0, 20_000.0, 0.05)
    path = 0.3 + 0.6 * np.exp(-0.01 * days)
    weights = 0.002 * np.exp(-0.002 * days) * 0.05
    assert over_life(0.9, 0.3, 0.01, 0.002) == pytest.approx((path * weights).sum(), abs=1e-4)


def test_a_day_in_a_group(world):
    """2 value messages and half a promotion a day at load .8: by hand."""
    found = touched(fan(), steady({GROUP: 2.0}, {GROUP: 0.5}, commission={GROUP: 0.02}), 0.8, 0.35, world)
    opens = 0.30 * (17.5 / 28.0) ** 0.35 * math.exp(-0.35 * 0.8)  # relevance ½, trust at the prior
    assert found.weight == pytest.approx(0.1 * (2.0 * (1 - 0.7 * 0.5) + 0.5))
    assert found.useful == pytest.approx(opens * 0.6 * 0.5)
    assert found.annoying == pytest.approx(0.5 * opens * (1 - 0.5))
    assert found.closeness == pytest.approx(opens * 0.05)
    assert found.offered == pytest.approx(0.5 * opens)
    assert found.shock == pytest.approx(0.0015 * 0.1 * opens * (1 + 3 * 0.5))
    assert found.commission == pytest.approx(0.02)
    assert (found.watched, found.cost) == (0.0, 0.0)


def test_a_day_with_a_subscription_within_its_quota(world):
    """8 messages a month are allowed; useful ones go first."""
    many = touched(fan(channels=1), steady({SUBSCRIPTION: 0.1}, {SUBSCRIPTION: 5.0}), 0.0, 0.35, world)
    left = 8 / MONTH - 0.1
    opens = 0.08 / (1 + 7 * 8 / MONTH / 14)
    assert many.weight == pytest.approx(0.6 * (0.1 * (1 - 0.7 * 0.5) + left))
    assert many.offered == pytest.approx(left * opens)
    assert many.useful == pytest.approx(0.1 * opens * 0.6 * 0.5)


def test_a_rare_message_finds_the_attention_of_one(world):
    """Every tenth day a message: on its day the last week held one, not seven tenths of one."""
    found = touched(fan(channels=1), steady({SUBSCRIPTION: 0.1}), 0.0, 0.35, world)
    assert found.closeness == pytest.approx(0.1 * 0.08 / (1 + 1 / 14) * 0.05)


def test_lives_are_watched_by_those_who_open_the_notice(world):
    found = touched(fan(tier=2), steady(notice={GROUP: 1.0}), 0.0, 0.35, world)
    opens = 0.30 * (7 / 28.0) ** 0.35
    assert found.watched == pytest.approx(opens * 1.0)  # .3 × 8, at most 1
    assert found.offered == pytest.approx(opens)
    assert found.closeness == pytest.approx(opens * (0.05 + 0.2))


def test_costs_of_a_day(world):
    costs = {"value_cost": {GROUP: 3.0}, "promotion_cost": {GROUP: 2.0}, "fee": {GROUP: 0.5}}
    found = touched(fan(), steady({GROUP: 0.5}, {GROUP: 4.0}, {GROUP: 1.0}, **costs), 0.0, 0.35, world)
    assert found.cost == pytest.approx(0.5 * 3.0 + 1.0 * 2.0 + 5.5 * 0.5)  # a notice needs no item


def test_who_is_in_no_channel_with_messages_is_not_touched(world):
    found = touched(fan(channels=1), steady({GROUP: 2.0}, {GROUP: 2.0}), 0.8, 0.35, world)
    assert tuple(found) == tuple(NO_OFFER)


def odds(trust, discount):
    return 1 / (1 + math.exp(-(-6.2 + 4.0 * trust - 1.5 * math.log(1 - discount) + 1.25 * discount)))


def orders(somebody, plan, seen, trust, intimacy, world, proneness=0.0, reference_price=1.0):
    """With an offer in sight, and without."""
    return orders_of_buyer(somebody, plan, seen, trust, intimacy, proneness, reference_price, world)[:2]


def test_orders_without_an_offer(world):
    with_offer, without = orders(fan(), steady(), NO_OFFER, 0.5, 0.6, world)
    assert with_offer == 0.0
    assert without == pytest.approx(0.04 * odds(0.5, 0.0) * 0.4)


def test_orders_with_an_offer_and_impulses_that_borrow(world):
    seen = NO_OFFER._replace(offered=0.3, watched=0.1)
    with_offer, without = orders(fan(), steady(), seen, 0.5, 0.6, world)
    tempted = odds(0.5, 0.2)
    impulses = (0.1 * 0.4 + 0.2 * 0.2) * tempted * math.exp(-0.04)
    met = 0.04 - 0.6 * impulses
    assert with_offer == pytest.approx(impulses + met * 0.3 * tempted * 0.9)
    assert without == pytest.approx(met * 0.7 * odds(0.5, 0.0) * 0.4)


def test_impulses_borrow_no_more_than_there_is(world):
    seen = NO_OFFER._replace(offered=1.0)
    with_offer, without = orders(fan(need_rate=1e-4), steady(discount=1.0), seen, 1.0, 5.0, world)
    assert with_offer == pytest.approx(1e-4 / 0.6)
    assert without == 0.0


def test_who_is_used_to_deals_buys_on_deals(world):
    """D = .25: a quarter more on a deal, a quarter less at full price; the remembered price of .9 is the yardstick."""
    seen = NO_OFFER._replace(offered=0.3)
    slow = world_of(load_scenario("liquor"))
    slow = compilable(slow._replace(brand=slow.brand._replace(decision_days=3.0)))  # no impulses
    with_offer, without = orders(fan(), steady(), seen, 0.5, 0.6, slow, 0.25, 0.9)
    readiness = [1 / (1 + math.exp(-(-4.2 - 1.5 * math.log(p) + 1.25 * (1 - p / 0.9)))) for p in (0.8, 1.0)]
    assert with_offer == pytest.approx(0.04 * 0.3 * 1.25 * readiness[0] * 0.9)
    assert without == pytest.approx(0.04 * 0.7 * 0.75 * readiness[1] * 0.4)


def test_memories_of_prices_by_hand(world):
    """D* = .01 orders a day · .2 · τ_D; the price remembered: the prices met, by how often and how closely."""
    demand = Demand(with_offer=0.01, without=0.005, at_deals=0.02, at_list=0.03)
    seen = NO_OFFER._replace(offered=0.12)
    leaving = 0.004
    somebody = fan(deal_proneness=0.1, reference_price=0.9)
    proneness, price = memories_of_prices(somebody, steady(discount=0.2), seen, demand, leaving, world)
    fading = -math.expm1(-1 / 180)
    habit = 0.01 * 0.2 / fading
    assert proneness == pytest.approx(habit + (0.1 - habit) * leaving / (leaving + fading))
    at_deals, at_list = 0.2 * 0.02 + 0.02 * 0.1, 0.2 * 0.03
    met = (0.8 * at_deals + 1.0 * at_list) / (at_deals + at_list)
    assert price == pytest.approx(met + (0.9 - met) * leaving / (leaving + at_deals + at_list))


def test_who_meets_no_price_remembers_the_last(world):
    found = memories_of_prices(fan(reference_price=0.7), steady(), NO_OFFER, Demand(0.0, 0.0, 0.0, 0.0), 0.01, world)
    assert found == (0.0, 0.7)


def test_nobody_is_tempted_into_what_takes_days_to_decide(world):
    slow = world_of(load_scenario("liquor"))
    slow = compilable(slow._replace(brand=slow.brand._replace(decision_days=3.0)))
    seen = NO_OFFER._replace(offered=0.3)
    with_offer, _ = orders(fan(), steady(), seen, 0.5, 0.6, slow)
    assert with_offer == pytest.approx(0.04 * 0.3 * odds(0.5, 0.2) * 0.9)


def test_exit_rate(world):
    """Natural, fatigue and neglect, by trust; a shock beside them; of two channels fatigue costs one."""
    natural = 1.0 * 0.01 / MONTH * math.exp(-0.5 * 0.5)
    tired = 0.01 / MONTH * (math.exp(0.85 * 1.5) - 1)
    neglect = 0.03 / MONTH * math.exp(-1.0)
    factor = math.exp(-2.0 * (0.5 - 0.35))
    assert exit_rate(fan(), 1.5, 0.5, 0.6, 1e-4, world) == pytest.approx((natural + tired + neglect) * factor + 1e-4)
    both = exit_rate(fan(channels=3), 1.5, 0.5, 0.6, 1e-4, world)
    assert both == pytest.approx((natural + neglect) * factor + (tired * factor + 1e-4) / 2)
    devoted = exit_rate(fan(tier=2), 0.0, 0.35, 1e9, 0.0, world)
    assert devoted == pytest.approx(natural * math.exp(-0.9))


def test_without_messages_a_fan_is_worth_what_need_alone_brings(world):
    settled = fan(intimacy=0.0, attrition=0.0)
    found = worth_of(settled, steady(interest=0.0), world)
    assert found.margin == pytest.approx(0.0, abs=1e-2)  # nobody thinks of the brand
    natural, neglect = 0.01 / MONTH * math.exp(-0.25), 0.03 / MONTH
    assert found.exits == pytest.approx(natural + neglect, rel=1e-3)


def test_margin_per_order(world):
    """Where every need is met at list price, π is needs × price·(1 − commission − goods)."""
    sure = fan(trust=1.0, trust_prior=1.0, intimacy=1e6, attrition=0.0, need_rate=0.02)
    found = worth_of(sure, steady(home_commission=0.02, interest=10.0), world)  # nothing later counts
    chance = odds(1.0, 0.0) * 0.8
    assert found.margin == pytest.approx(0.02 * chance * 12_000 * (1 - 0.02 - 0.40), rel=1e-3)


def test_groups_add_up(world):
    plans = steady({GROUP: 1.5}, {GROUP: 0.5})
    rows = [
        MeanFan(0, 2, s, 0.35, 0.35, 0.0, 0.6, 1.0, 0.0, 1.0, 0.04, 0.25, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
        for s in (0.5, 3.0)
    ]
    one, two = (worth_of(compilable(row), plans, world) for row in rows)
    found = worth_of_groups(compilable_rows(rows), np.array([10.0, 4.0]), plans, world)
    assert found == pytest.approx(10 * one.margin / (one.exits + 2e-4) + 4 * two.margin / (two.exits + 2e-4))
    assert one.exits < two.exits


def test_the_room_of_a_group_is_its_kind(world):
    assert world.channels.kind[GROUP] == ChannelKind.GROUP


@given(
    st.floats(0, 50), st.floats(0, 50), st.floats(0, 1e3), st.floats(0, 1), st.floats(0, 10), st.floats(0, 1),
    st.floats(0, 3),
)  # fmt: skip
def test_worth_stays_within_its_bounds(world, value, promotion, sensitivity, trust, intimacy, discount, needs):
    somebody = fan(sensitivity=sensitivity, trust=trust, intimacy=intimacy, need_rate=needs)
    found = worth_of(somebody, steady({GROUP: value}, {GROUP: promotion}, discount=discount), world)
    assert math.isfinite(found.margin)
    assert found.exits >= 0.0
    # a need is one order at most, an impulse borrows .6 of another
    assert found.margin <= needs / 0.6 * 12_000 + 1e-6


@given(st.floats(0, 8), st.floats(0, 5), st.floats(0, 5))
def test_who_bears_less_leaves_sooner(world, messages, a, b):
    plans = steady(promotion={GROUP: messages})
    low, high = sorted((a, b))
    assert worth_of(fan(sensitivity=low), plans, world).exits <= worth_of(fan(sensitivity=high), plans, world).exits * (
        1 + 1e-9
    )
