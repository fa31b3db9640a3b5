"""What must hold in every run: people, memberships, messages and money are conserved."""

import numpy as np
import pytest
from hypothesis import Phase, find, given, settings
from worlds import begun, everything

from sim.domains import TIERS, Domain, Prospect
from sim.engines.admission import is_scarce
from sim.engines.run import run
from sim.results import daily_table
from sim.rules.accounts import follows_two
from sim.rules.rows import COUNT_BITS, MOST_COUNTED
from sim.rules.tally import UNTOUCHED, Slot, block
from sim.scenario import load_scenario, with_changes

from .random_scenarios import scenarios, seeds

EXAMPLES = 60


def books(found):
    """The ledgers of all brands of a run."""
    return [found.ledger, *found.rivals.values()]


def assert_people_are_conserved(ledger, fans):
    """Every domain holds those of yesterday, with the day's flows in and without those out."""
    rows, flow = ledger.of("ROWS"), ledger.of("FLOW").reshape(-1, 4, 3)
    before = np.vstack([[0, 0, fans], rows[:-1]])
    for domain in Domain:
        arrived = flow[:, :, domain].sum(axis=1) - flow[:, domain, domain]
        gone = flow[:, domain, :].sum(axis=1) - flow[:, domain, domain]
        assert (rows[:, domain] == before[:, domain] + arrived - gone).all(), domain
    assert (rows.sum(axis=1) == fans + flow[:, UNTOUCHED].sum(axis=1).cumsum()).all()


@pytest.mark.parametrize("least", [2, 3])
def test_random_scenarios_have_brands_platforms_and_segments_at_once(least):
    """Within as many examples as a property sees: several of each, segments that are pushed to apart."""

    def has_all(scenario):
        several = 1 + len(scenario.rivals) >= least and min(len(scenario.platforms), len(scenario.segments)) > 1
        return several and scenario.logics["it"].segments

    find(scenarios(), has_all, settings=settings(max_examples=EXAMPLES, phases=[Phase.generate]))


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_people_are_conserved_in_every_domain(scenario, seed):
    for ledger in books(run(scenario, "it", seed)):
        assert_people_are_conserved(ledger, ledger.initial_fans)
        assert (ledger.of("ROWS").sum(axis=1) <= scenario.market.users).all()


@pytest.mark.parametrize("seed", [0, 7])
def test_people_are_conserved_where_every_flow_happens(seed):
    ledger = run(everything(), "depletion", seed).ledger
    assert (ledger.of("FLOW").sum(axis=0) > 0).sum() >= 8
    assert_people_are_conserved(ledger, 300)


def test_there_are_never_more_people_than_users():
    changes = {
        "pool.fans": 300, "market.users": 301, "days": 20, "feed.exposures_at_least": 3000, "rules.follow.base": 0.5,
        "segments.everyone": False, "segments.one.share": 0.5, "segments.two.share": 0.5,
    }  # fmt: skip
    rows = run(with_changes(load_scenario("liquor"), changes), seed=0).ledger.of("ROWS")
    assert rows.sum(axis=1).max() <= 301


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_followers_are_those_of_yesterday_with_joins_and_without_exits(scenario, seed):
    for ledger in books(run(scenario, "it", seed)):
        assert_followers_are_conserved(ledger)


def assert_followers_are_conserved(ledger):
    """Followers of today are those of yesterday with joins and without exits, however they are counted."""
    joins, exits, flow = (
        ledger.of("JOINS").sum(axis=1),
        ledger.of("EXITS").sum(axis=1),
        ledger.of("FLOW").reshape(-1, 4, 3),
    )
    fans = ledger.of("ROWS")[:, Domain.PRIVATE]
    assert (np.diff(np.append(ledger.initial_fans, fans)) == joins - exits).all()
    others = [Domain.PUBLIC, Domain.COMMERCIAL]
    assert (joins == flow[:, [*others, UNTOUCHED], Domain.PRIVATE].sum(axis=1)).all()
    assert (exits == flow[:, Domain.PRIVATE, others].sum(axis=1)).all()
    assert (ledger.one("WIN_BACKS") <= joins).all()
    assert ledger.one("WIN_BACKS").sum() <= exits.sum()
    # every way of counting followers gives the same number
    for name in ("TIER", "SEGMENT", "TRUST_BIN", "LOAD_BIN"):
        assert (ledger.of(name).sum(axis=1) == fans).all(), name
    assert (ledger.of("LIFECYCLE")[:, :4].sum(axis=1) == fans).all()
    assert (ledger.one("ACTIVE_CORE") <= ledger.one("ACTIVE")).all()
    assert (ledger.one("ACTIVE") <= fans + exits).all()


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_members_are_conserved_in_every_channel(scenario, seed):
    simulation = begun(scenario, "it", seed)
    before = np.array(simulation.rows.members())
    applications = np.zeros(len(before), np.int64)
    for _ in range(scenario.days):
        simulation.step()
        tally = simulation.ledger.tallies[simulation.day - 1]
        now = np.array(simulation.rows.members())
        joined, left = (block(tally, name)[: len(now)] for name in ("CHANNEL_JOINS", "CHANNEL_LEAVES"))
        assert (now == before + joined - left).all()
        table = simulation.rows.table()
        reachable = (table["channels"] & ~table["muted"]) != 0
        counted = block(tally, "MEMBERS").reshape(-1, TIERS).sum(axis=1)[: len(now)]
        inside = [int((table["channels"][reachable] >> c & 1).sum()) for c in range(len(now))]
        assert counted.tolist() == inside == now.tolist()  # who cannot be reached is in no channel
        waiting = (table["muted"] & ~table["channels"]).astype(np.int64)  # applications, until the morning
        scarce = sum(1 << c for c, channel in enumerate(scenario.channels) if is_scarce(channel))
        assert (waiting & ~scarce == 0).all()
        applied, turned_away = (block(tally, name)[: len(now)] for name in ("APPLICATIONS", "TURNED_AWAY"))
        assert [int((waiting >> c & 1).sum()) for c in range(len(now))] == applied.tolist()
        for c in np.flatnonzero([is_scarce(channel) for channel in scenario.channels]):
            assert joined[c] + turned_away[c] <= applications[c]
        applications = applied
        before = now


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_no_account_has_more_members_or_adds_more_than_it_may(scenario, seed):
    found = run(scenario, "it", seed)
    for ledger in books(found):
        assert_places_suffice(scenario, ledger)


def assert_places_suffice(scenario, ledger):
    """No channel of a brand holds more members than its accounts have seats, nor takes in more than they may add."""
    members = ledger.of("MEMBERS").reshape(scenario.days, -1, TIERS).sum(axis=2)
    joins = ledger.of("CHANNEL_JOINS")
    for c, channel in enumerate(scenario.channels):
        accounts = channel.accounts
        if accounts.seats is not None:
            assert members[:, c].max() <= accounts.number * accounts.seats
        if accounts.adds_per_day is not None:
            assert joins[:, c].max() <= accounts.number * accounts.adds_per_day


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_state_stays_within_its_bounds(scenario, seed):
    simulation = begun(scenario, "it", seed)
    for day in range(scenario.days):
        simulation.step()
        for brand in simulation.brands:
            assert_within_bounds(brand.rows.table(), day)


def assert_within_bounds(table, day):
    """Shares are shares, clocks do not run ahead, nobody is there twice."""
    for name in ("trust", "expectation", "trust_prior", "deal_proneness", "reference_price"):
        assert ((table[name] >= 0) & (table[name] <= 1)).all(), name
    for name in (
        "fatigue",
        "intimacy",
        "need_debt",
        "tolerance",
        "frailty",
        "need_rate",
        "orders",
        "spend",
        "threshold",
    ):
        assert (table[name] >= 0).all(), name
    for name in ("joined_on", "left_on", "clicked_on", "ordered_on", "active_on", "updated_on"):
        assert (table[name] <= day).all(), name
    assert len(np.unique(table["key"])) == len(table["key"])
    assert all(np.isfinite(column).all() for column in table.values())


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_no_fan_gets_more_than_the_quota_of_a_calendar_month(scenario, seed):
    simulation = begun(scenario, "it", seed)
    two = 2 if scenario.brand.matrix.overlap else 1
    quotas = [
        None if c.quota_per_month is None or c.price_beyond_quota is not None else two * c.quota_per_month
        for c in scenario.channels
    ]
    for day in range(scenario.days):
        simulation.step()
        table = simulation.rows.table()
        today = table["updated_on"] == day
        for c, quota in enumerate(quotas):
            if quota is not None:
                counts = table["month_counts"][today] >> COUNT_BITS * c & MOST_COUNTED
                assert counts.max(initial=0) <= quota
    months = np.array(simulation.brand.month_starts)
    delivered = simulation.ledger.of("DELIVERED")
    for c, quota in enumerate(quotas):
        if quota is not None:
            for first in set(months.tolist()):
                people = len(simulation.rows.table()["key"])
                assert delivered[months == first, c].sum() <= quota * people


@settings(max_examples=EXAMPLES)
@given(scenarios(met=False), seeds)
def test_messages_are_planned_or_blocked_never_lost(scenario, seed):
    """Delivered + blocked = what was sent to the members of that morning who listen, twice where two accounts do."""
    simulation, mornings = begun(scenario, "it", seed), []
    advance = simulation.rows.advance

    def advanced(climate, tally):
        mornings.append(simulation.rows.table())  # after the admissions
        advance(climate, tally)

    simulation.rows.advance = advanced
    for day in range(scenario.days):
        simulation.step()
        table = mornings[day]
        listens, tier = table["channels"] & ~table["muted"], table["tier"]
        two = np.array([follows_two(int(key), simulation.world, simulation.key) for key in table["key"]], bool)
        sent = np.reshape(simulation.brand.dispatch.last[day % 7], (-1, len(scenario.channels), TIERS))
        audience = table["segment"] if len(sent) > 1 else np.zeros_like(table["segment"])
        tally = simulation.ledger.tallies[day]
        for c in range(len(scenario.channels)):
            platform, channel = scenario.placed_channels[c]
            matrix = platform == scenario.home and channel.quota_per_month is not None
            due = (sent[audience, c, tier] * (1 + (two & matrix)))[(listens >> c & 1) == 1].sum()
            assert block(tally, "DELIVERED")[c] + block(tally, "BLOCKED")[c] == due
            if scenario.channels[c].kind == "pull":
                assert due == block(tally, "OPENED")[c] == 0
                continue
            assert block(tally, "VISITS")[c] <= block(tally, "OPENED")[c] <= block(tally, "DELIVERED")[c]
            channel = scenario.channels[c]
            if channel.quota_per_month is None and channel.conversation_limit is None and not channel.accounts.ban:
                assert block(tally, "BLOCKED")[c] == 0


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_money_adds_up(scenario, seed):
    for ledger in books(run(scenario, "it", seed)):
        assert_money_adds_up(daily_table(ledger, scenario.start), scenario)


def assert_money_adds_up(daily, scenario):
    """Every sum of money of a brand is the sum of its parts, and nothing is taken twice."""
    taken = daily["goods"] + daily["commission"] + daily["friction"] + daily["fees"] + daily["incentives"]
    assert (daily["contribution"] == daily["gmv"] - taken).all()
    spent = daily["ad_spend"] + daily["content_cost"] + daily["service_cost"] + daily["sources_cost"]
    assert (daily["margin"] == daily["contribution"] - spent).all()
    assert (daily["spend"] == spent + daily["fees"] + daily["incentives"]).all()
    assert (daily["margin_cum"] == daily["margin"].cumsum()).all()
    by_channel = sum(daily[f"gmv_{c.name}"] for c in scenario.channels) + daily["gmv_no_channel"]
    assert (daily["gmv"] == by_channel).all()
    assert (daily["gmv"] <= daily["list_value"]).all()
    assert (daily[["gmv", "goods", "commission", "fees", "ad_spend", "content_cost"]] >= 0).all().all()
    highest = max(max(p.shop.commission, p.shop.opening_commission) for p in scenario.platforms)
    beyond = daily["commission"] - daily["gmv"] * highest
    assert (
        beyond <= 0.5 * daily["orders"] + 1e-4 * daily["gmv"] + 1e-6
    ).all()  # half a cent an order, and basis points
    assert (
        (daily["goods"] - daily["list_value"] * round(scenario.industry.goods_share, 4)).abs()
        <= 0.5 * daily["orders"] + 1e-6
    ).all()
    assert (daily["orders_first"] <= daily["orders"]).all()
    assert (daily["orders_followers"] <= daily["orders"]).all()


@settings(max_examples=EXAMPLES)
@given(scenarios(), seeds)
def test_contacts_and_leads_are_conserved(scenario, seed):
    """Every contact is answered, or never, or waits overnight; every lead takes one step after the other."""
    simulation = begun(scenario, "it", seed)
    for _ in range(scenario.days):
        simulation.step()
    g, people = simulation.ledger, simulation.rows.table()
    total = {name: int(g.of(name).sum()) for name in Slot.__members__ if name != "END"}
    waiting = int((people["prospect"] == Prospect.WAITING).sum())
    assert total["QUEUED"] == total["QUESTIONS"] - total["AUTOMATIC"] + total["LEADS"]
    assert total["QUEUED"] == total["ANSWERS"] + total["UNANSWERED"] + waiting
    assert total["LEAD_ANSWERS"] + waiting <= total["LEADS"]
    assert (g.of("QUALIFIED").sum(axis=0) <= g.of("LEAD_ANSWERS").sum(axis=0)).all()
    qualified = int((people["prospect"] == Prospect.QUALIFIED).sum())
    assert total["STORE_VISITS"] + qualified <= total["QUALIFIED"]
    assert total["SALES_LEADS"] <= total["STORE_VISITS"]
    assert total["SALES_WALK_INS"] <= total["WALK_INS"]
    assert (people["due_on"][people["prospect"] >= Prospect.WAITING] >= scenario.days).all()
    if scenario.industry.closing == "store":
        assert total["ORDERS"] == total["SALES_LEADS"] + total["SALES_WALK_INS"]
        assert total["COMMISSION"] == total["MOVED"] == 0
    else:
        assert total["LEADS"] == total["WALK_INS"] == 0
    if scenario.industry.single_purchase:
        assert total["ORDERS"] == total["ORDERS_FIRST"]
    assert total["FRICTION"] == total["MOVED"] * round(100 * scenario.industry.friction)
    assert (g.of("GMV_MEMBERS").max(axis=1) <= g.one("GMV_FOLLOWERS")).all()
