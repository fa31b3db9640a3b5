"""Deals, trial, promises, persona and competitors in runs: what each moves, and what it leaves alone."""

import datetime as dt
import math
from itertools import pairwise

import numpy as np
import pytest
from worlds import begun, everything, run_through, small

from sim.domains import PRICE_BANDS
from sim.engines.promise import Promises
from sim.engines.run import run
from sim.engines.world import brief_of, commission_on, world_of
from sim.plans import Plan
from sim.rules import PromiseRules
from sim.scenario import load_scenario, with_changes

START = dt.date(2021, 8, 1)

# a closed room under a fixed plan: nobody comes, nothing feeds back, so every row lives alone
ROOM = {
    "pool.fans": 2000,
    "market.users": 2000,
    "days": 90,
    "industry.need_interval": 7.0,
    "rules.purchase.base": -4.0,
    "logics.growth": False,
    "logics.depletion": False,
    "logics.fixed": {"kind": "fixed", "pushes_per_week": {"group": 7.0}, "value_share": 0.5, "discount": 0.4},
}


def room(changes=None):
    """The closed room."""
    return with_changes(load_scenario("livestream-group"), ROOM | (changes or {}))


def rows(scenario):
    """Rows at the horizon."""
    simulation = begun(scenario)
    run_through(simulation)
    return simulation.rows.table()


def same(a, b, who, but=()):
    """True when two tables agree on some rows, in all columns but a few."""
    return all(np.array_equal(a[name][who], b[name][who]) for name in a if name not in but)


# ------------------------------------------------------------------------------------------------------------ deals


def test_dependence_moves_only_those_who_bought_on_a_deal():
    on, off = rows(room()), rows(room({"rules.deals.dependence": 0.0}))
    untaught = (on["deal_proneness"] == 0.0) & (off["deal_proneness"] == 0.0)
    assert 200 < untaught.sum() < 1900
    assert same(on, off, untaught)
    assert not same(on, off, ~untaught)


def test_without_a_lesson_dependence_does_nothing():
    a, b = (rows(room({"rules.deals.lesson": 0.0, "rules.deals.dependence": d})) for d in (0.0, 1.0))
    assert same(a, b, slice(None))
    assert not a["deal_proneness"].any()


def test_reference_prices_move_only_those_who_met_a_deal():
    month = {"days": 30}
    on = rows(room(month))
    off = rows(room(month | {"rules.deals.adaptation": 0.0, "rules.deals.notice": 0.0}))
    assert (off["reference_price"] == 1.0).all()
    unmet = on["reference_price"] == 1.0
    assert 50 < unmet.sum() < 1500
    assert same(on, off, unmet)
    assert on["reference_price"].min() >= 0.6 - 1e-6  # nobody remembers less than was ever asked


def test_at_full_price_nobody_learns_of_deals():
    table = rows(room({"logics.fixed.discount": 0.0}))
    assert not table["deal_proneness"].any()
    assert (table["reference_price"] == 1.0).all()
    assert table["orders"].sum() > 100


def later_at_full_price(changes, depth):
    """Orders in 60 days at full price, after 30 days of deals of some depth, of 4,000 people."""
    calendar = {
        "kind": "calendar", "pushes_per_week": {"group": 7.0}, "value_share": 0.5, "discount": depth,
        "phases": [{"from": START + dt.timedelta(days=30), "discount": 0.0}],
    }  # fmt: skip
    over = {"pool.fans": 4000, "market.users": 4000, "logics.fixed": False, "logics.calendar": calendar}
    return run(room(over | changes), "calendar", seed=3).ledger.of("ORDERS")[30:].sum()


def test_deep_deals_lower_later_orders_of_customers_through_both_memories():
    customers = {"pool.customers": 1.0}
    forgetful = {"rules.deals.adaptation": 0.0, "rules.deals.notice": 0.0}
    careless = {"rules.deals.dependence": 0.0}
    nothing = later_at_full_price(customers | forgetful | careless, 0.5)
    by_price = later_at_full_price(customers | careless, 0.5)
    by_habit = later_at_full_price(customers | forgetful, 0.5)
    both = later_at_full_price(customers, 0.5)
    shallow = later_at_full_price(customers, 0.1)
    far = 4 * math.sqrt(0.1 * nothing)  # paired luck: far fewer than a tenth of the orders differ by chance
    assert nothing - by_price > far
    assert nothing - by_habit > far
    assert both < min(by_price, by_habit)
    assert shallow - both > far


# ------------------------------------------------------------------------------------------------------------ trial


def test_customers_of_the_pool_know_the_product():
    """E-77: they start with the trust to which a first order would bring them, and with its expectation."""
    tables = []
    for share in (0.0, 1.0):
        simulation = begun(room({"pool.customers": share, "pool.fans": 3000, "market.users": 3000}))
        tables.append(simulation.rows.table())
    strangers, customers = tables
    assert not strangers["orders"].any()
    assert (customers["orders"] == 1).all()
    assert (customers["ordered_on"] == customers["joined_on"]).all()
    assert np.allclose(customers["expectation"], 0.7)
    assert np.allclose(customers["trust"], 0.6 * customers["trust_prior"] + 0.4 * 0.7, atol=1e-6)
    assert np.array_equal(customers["trust_prior"], strangers["trust_prior"])  # who they are stays the same
    assert np.array_equal(strangers["trust"], strangers["trust_prior"])


def test_the_share_of_customers_is_drawn_by_address():
    quarter, half = (begun(room({"pool.customers": s})).rows.table()["orders"] for s in (0.25, 0.5))
    assert (half >= quarter).all()  # the same people, and more
    for share, found in ((0.25, quarter), (0.5, half)):
        assert abs(found.mean() - share) < 4 * math.sqrt(share * (1 - share) / len(found))


def test_a_first_order_lifts_trust_when_the_product_is_good_and_lowers_it_when_not():
    def change(quality):
        changes = {"brand.product.quality": quality, "logics.fixed.pushes_per_week": {"group": 0.0}, "pool.trust": 0.4}
        table = rows(room(changes | {"rules.purchase.base": -2.0}))
        bought = table["orders"] > 0
        assert bought.sum() > 100
        lifted = table["trust"][bought] - table["trust_prior"][bought]
        return lifted.mean(), lifted.std() / math.sqrt(bought.sum())

    good, error = change(0.8)
    bad, _ = change(0.2)
    assert good > 4 * error
    assert bad < -4 * error


# --------------------------------------------------------------------------------------------------------- promises


def plan(value_share, pushes=7.0, lives=0.0):
    """A plan for the one channel of a group."""
    channels = len(load_scenario("livestream-group").channels)
    return Plan(
        pushes=((pushes,) * 3,) * channels, value_share=((value_share,) * 3,) * channels, quality=0.6, discount=0.1,
        ads_per_day=0, bid=1.0, lives_per_week=lives,
    )  # fmt: skip


def promises(used_to=None):
    """Expectations in the channels of a group."""
    return Promises(brief_of(load_scenario("livestream-group")), used_to, PromiseRules())


def broken(audience, plan):
    """The day's probabilities of broken promises, by channel · tier."""
    audience.day(plan)
    return audience.climate.cells["breach"].ravel().tolist()


def test_a_promise_is_broken_by_the_turn_and_mended_by_time():
    audience = promises()
    assert not any(broken(audience, plan(0.95)))  # the first plan is what they came for
    first = broken(audience, plan(0.2))[0]
    assert first == pytest.approx(0.5 * (0.75 - 0.1))
    later = [broken(audience, plan(0.2))[0] for _ in range(400)]
    assert later[0] == pytest.approx(0.5 * (0.75 * math.exp(-1 / 90) - 0.1))
    assert all(b <= a for a, b in pairwise(later))
    assert later[-1] == 0.0  # within the zone of tolerance by now
    assert not any(broken(audience, plan(0.9)))  # better than expected breaks nothing


def test_what_the_pool_is_used_to_can_be_given():
    assert broken(promises(used_to=0.05), plan(0.5))[0] == pytest.approx(0.5 * (0.45 - 0.1))


def test_silence_leaves_expectations_and_lives_count_as_promotion():
    audience = promises(used_to=0.1)
    for _ in range(200):
        assert not any(broken(audience, plan(0.5, pushes=0.0)))
    assert audience.expected[0, 0] == 0.1
    with_lives = audience.shares(plan(1.0, pushes=6.0, lives=2.0))
    assert with_lives[0] == pytest.approx(0.25)  # a WeChat group announces lives


def test_broken_promises_cost_trust_and_can_be_switched_off():
    used_to_work = room({"pool.used_to_promotion": 0.05})
    broken, kept, never = (
        begun(scenario)
        for scenario in (used_to_work, with_changes(used_to_work, {"rules.promise.breach": 0.0}), room())
    )
    for simulation in (broken, kept, never):
        run_through(simulation)
    assert broken.ledger.one("BREACHES").sum() > 500
    assert kept.ledger.one("BREACHES").sum() == never.ledger.one("BREACHES").sum() == 0
    assert np.array_equal(kept.ledger.tallies, never.ledger.tallies)
    lost = kept.rows.table()["trust"] - broken.rows.table()["trust"]  # the same people with the same luck
    assert lost.mean() > 4 * lost.std() / math.sqrt(len(lost))
    assert broken.ledger.of("EXITS").sum() > kept.ledger.of("EXITS").sum()


# ------------------------------------------------------------------------------------------ persona, bargaining, rivals


def test_a_known_brand_bargains_and_others_pay_in_full():
    liquor = load_scenario("liquor")
    late = liquor.start + dt.timedelta(days=60)
    full = commission_on(liquor, late)
    shares = {
        name: begun(with_changes(liquor, {"brand.extends": f"{name}-brand", "pool.fans": 1})).brand.commission_share
        for name in ("small", "certified", "known")
    }
    assert shares["small"] == shares["certified"] == 1.0
    assert shares["known"] == pytest.approx(1 - 0.5 * 0.15 / 0.65)
    assert commission_on(liquor, late, shares["known"]) == tuple(round(r * shares["known"]) for r in full)


def test_a_persona_makes_content_relevant_and_people_trust_at_once():
    plain, famed = (world_of(small("liquor", {"brand.persona": p})) for p in (0.0, 0.8))
    assert famed.segments.match_value[0] - plain.segments.match_value[0] == pytest.approx(0.4)
    assert famed.segments.match_promotion[0] - plain.segments.match_promotion[0] == pytest.approx(0.4)
    assert famed.brand.trust == plain.brand.trust  # the yardstick of opening and leaving stays
    assert famed.brand.trust_feed > plain.brand.trust_feed == plain.brand.trust
    assert famed.brand.trust_pool > plain.brand.trust_pool
    assert famed.brand.trust_bought == plain.brand.trust_bought  # ads raise awareness only (E-76)


def test_a_persona_wins_followers_and_keeps_them():
    plain, famed = (run(small("liquor", {"brand.persona": p}), "growth", seed=2).daily for p in (0.0, 1.0))
    assert famed.joins.sum() - plain.joins.sum() > 4 * math.sqrt(plain.joins.sum())
    assert famed.fans_private.iloc[-1] > plain.fans_private.iloc[-1]


def test_emotional_content_counts_where_offers_are_alike():
    found = [
        world_of(small("liquor", {"brand.content.emotional": e, "industry.maturity": m})).segments
        for e, m in ((0.0, 1.0), (0.6, 0.0), (0.6, 0.5))
    ]
    assert [s.match_value[0] for s in found] == pytest.approx([0.0, 0.0, 0.3])
    assert [s.match_promotion[0] for s in found] == [0.0, 0.0, 0.0]


WAR = {
    "pool.fans": 2000,
    "days": 90,
    "feed.exposures_at_least": 4000,
    "rules.exposure.known": 500.0,
    "rules.purchase.base": -4.0,
}


def test_a_price_war_hits_the_public_domain_and_spares_the_pool():
    """E-4: a month in which competing prices fall by 10 %, and nothing else has moved yet."""
    peace, war = (run(small("liquor", WAR | {"feed.price_war": rate}), "growth", seed=6).ledger for rate in (0.0, 0.1))

    def orders(ledger):
        pool = ledger.one("ORDERS_FOLLOWERS")
        return pool, ledger.of("ORDERS").sum(axis=1) - pool

    (pool, public), (pool_at_war, public_at_war) = orders(peace), orders(war)
    assert min(pool.sum(), public.sum()) > 200
    # small odds: b_p·ln(price) off, on every day by what competitors ask then
    left = (public * np.exp(-1.5 * 0.1 / 30.4375 * np.arange(len(public)))).sum() / public.sum()
    assert left < 0.85
    far = 4 * math.sqrt(1 / public_at_war.sum())
    assert public_at_war.sum() / public.sum() == pytest.approx(left, abs=far)
    assert abs(pool_at_war.sum() - pool.sum()) < 4 * math.sqrt(0.1 * pool.sum())


# ------------------------------------------------------------------------------------------------------- price bands


def test_bands_share_out_all_orders_and_all_gmv():
    found = run(everything(), "depletion", seed=7)
    ledger, daily = found.ledger, found.daily
    for slot, total in (("ORDERS_BAND", ledger.of("ORDERS")), ("GMV_BAND", ledger.of("GMV"))):
        cells = ledger.of(slot).reshape(-1, PRICE_BANDS, 2, 2)
        assert np.array_equal(cells.sum(axis=(1, 2, 3)), total.sum(axis=1))
        on_offer = cells.sum(axis=0)
        assert (on_offer[1:, 1, 0] == 0).all()  # who bought before and does not follow hears of no deal …
        on_offer[1:, 1, 0] = 1
        assert (on_offer > 0).all()  # … every other kind of buyer was there at every price
    returning = ledger.of("ORDERS_RETURNING")
    assert np.array_equal(returning.sum(axis=1) + ledger.one("ORDERS_FIRST"), ledger.of("ORDERS").sum(axis=1))
    assert (returning <= ledger.of("ORDERS")).all()
    assert np.array_equal(daily.gmv_full_price + daily.gmv_shallow + daily.gmv_deep, daily.gmv)
    assert np.array_equal(daily.gmv_returning + daily.gmv_first, daily.gmv)
    assert np.array_equal(daily.orders_others + daily.orders_followers, daily.orders)
    assert np.array_equal(daily.gmv_others + daily.gmv_followers, daily.gmv)


def test_repurchase_rate_is_that_of_the_last_90_days():
    found = run(everything(), "depletion", seed=7)
    ledger, daily = found.ledger, found.daily
    for day in (0, 50, 89, 120, 149):
        first = max(0, day - 89)
        orders = ledger.of("ORDERS")[first : day + 1]
        returning = ledger.of("ORDERS_RETURNING")[first : day + 1]
        assert daily.repurchase_rate[day] == pytest.approx(returning.sum() / max(1, orders.sum()))
        c = ledger.channels.index("douyin-group")
        expected = returning[:, c].sum() / max(1, orders[:, c].sum())
        assert daily["repurchase_rate_douyin_group"][day] == pytest.approx(expected)
    assert daily.repurchase_rate.iloc[-1] > 0.1
