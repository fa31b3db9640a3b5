"""Word of mouth in whole runs: what it changes, what it leaves alone, and which way each parameter moves it."""

import numpy as np
import pytest
from samples import FAR, z_of_mean
from worlds import begun, everything, small

from sim.domains import Prospect, Source
from sim.engines.reservoir import invited_address, pool_address
from sim.engines.run import run
from sim.rules.people import person_at
from sim.scenario import with_changes

QUIET = {"days": 60}
NOBODY = {"rules.referral.accept": 0.0}
UNPAID = {"logics.depletion.incentive": 0.0}


def lived(scenario, logic, seed=3):
    simulation = begun(scenario, logic, seed)
    for _ in range(scenario.days):
        simulation.step()
    return simulation


# --------------------------------------------------------------------------------------- what stays as it was


def test_without_sharing_a_network_is_never_heard_of():
    """Common random numbers: parameters of what is off change nothing."""
    off = {"rules.referral.share": 0.0} | UNPAID | QUIET
    loud = {f"rules.referral.{name}": 0.9 for name in ("accept", "likeness", "passed_trust", "reward_trust")}
    loud |= {"rules.referral.devoted": 9.0, "rules.tiers.share": 5.0}
    a, b = (run(everything(off | more), "depletion", 3).daily for more in ({}, loud))
    assert a.equals(b)
    assert a[["shares", "invitations", "joins_invited"]].to_numpy().sum() == 0


def test_invitations_that_nobody_accepts_change_no_life_but_the_sharers_closeness():
    """Refusals only use up edges: with no closeness from sharing, every other number of the run stays."""
    silent = {"rules.tiers.share": 0.0} | UNPAID | QUIET
    a = run(everything(silent | NOBODY), "depletion", 3).daily
    b = run(everything(silent | {"rules.referral.share": 0.0}), "depletion", 3).daily
    told = {"shares", "invitations", "invitations_known"}
    assert {name for name in a if not a[name].equals(b[name])} == told


def test_the_initial_pool_is_the_same_people_with_and_without_invitations():
    """Nobody's traits or luck depend on whether others invite; only what they are told and by whom."""
    tables = []
    for more in ({}, {"rules.referral.share": 0.0}):
        table = lived(everything(QUIET | UNPAID | more), "depletion").rows.table()
        tables.append({key: n for n, key in enumerate(table["key"].tolist())} | {"table": table})
    a, b = tables
    common = [key for key in a if key != "table" and key in b]
    assert len(common) > 500
    for name in ("tolerance", "frailty", "need_rate", "affinity"):
        assert all(a["table"][name][a[key]] == b["table"][name][b[key]] for key in common)


def test_with_classes_but_without_a_network_in_the_file_cells_are_segments():
    without = with_changes(everything(QUIET | UNPAID), {"network": None})
    assert run(without, "depletion", 3).daily["shares"].sum() == 0


# ------------------------------------------------------------------------------------------- who is invited


@pytest.fixture(scope="module")
def invited():
    only = {"logics.depletion.red_packets_per_week": 0.0, "channels.moments.join_reward": 0.0}  # rewards for friends
    return lived(everything(only | {"days": 90, "rules.referral.accept": 0.8}), "depletion")


def test_an_invited_person_is_the_friend_behind_a_stub(invited):
    """(inviter, ordinal): addresses recomputed, traits from the address, interest like the inviter's."""
    table = invited.rows.table()
    number = {key: n for n, key in enumerate(table["key"].tolist())}
    pairs = [(n, number[child]) for key, n in number.items() for ordinal in range(40)
             if (child := int(invited_address(key, ordinal))) in number]  # fmt: skip
    children = [child for _, child in pairs]
    brought = [n for n, key in enumerate(table["key"].tolist()) if key >> 60 == 3]
    assert sorted(children) == brought
    assert len(brought) > 300
    for child in brought[:50]:
        person = person_at(
            int(table["key"][child]), int(table["segment"][child]), 0.5, invited.world, invited.key
        )  # fmt: skip
        assert np.float32(person.tolerance) == table["tolerance"][child]
        assert np.float32(person.need_rate) == table["need_rate"][child]
    inviter, friend = np.array(pairs).T
    r = np.corrcoef(table["affinity"][inviter], table["affinity"][friend])[0, 1]
    assert abs(r - 0.5) < FAR * (1 - 0.5**2) / np.sqrt(len(pairs))


def test_sources_of_the_invited_are_counted(invited):
    ledger = invited.ledger
    joins = ledger.of("JOINS").sum(axis=0)
    assert joins[Source.INVITATION] > 100
    assert joins[Source.REWARD] > 100
    paid, rest = divmod(int(ledger.one("INCENTIVES").sum()), 400)  # ¥4 for everyone whom a fan or a card brought
    assert rest == 0
    waited = ledger.of("TURNED_AWAY").sum() + ledger.of("APPLICATIONS")[-1].sum()  # some in vain
    assert 0 <= paid - joins[[Source.INVITATION, Source.REWARD, Source.CODE]].sum() <= waited
    assert ledger.one("INVITATIONS").sum() <= ledger.one("SHARES").sum()
    assert ledger.one("REWARDED_SHARES").sum() < ledger.one("SHARES").sum()


def test_some_come_back_by_invitation():
    """An invitation that meets one who left may win them back; one who follows is left alone."""
    changes = {"days": 90, "rules.exposure.known": 0.0, "rules.referral.accept": 1.0, "rules.leaving.natural": 1.0}
    changes |= {"market.users": 1500, "network": {"median": 30.0, "mean": 30.0}}
    ledger = run(everything(changes), "depletion", 3).ledger
    assert ledger.one("WIN_BACKS").sum() > 30
    none = run(everything(changes | NOBODY), "depletion", 3).ledger
    assert none.one("WIN_BACKS").sum() == 0


def test_messages_of_the_month_are_kept_over_leaving_and_coming_back():
    """A fan who left and was invited back on the same day is in one domain, and counted once."""
    changes = {"days": 60, "rules.referral.share": 30.0, "rules.referral.accept": 1.0, "rules.leaving.natural": 3.0}
    ledger = run(everything(changes), "depletion", 5).ledger
    rows, flow = ledger.of("ROWS"), ledger.of("FLOW").reshape(-1, 4, 3)
    assert (rows.sum(axis=1) == 300 + flow[:, 3].sum(axis=1).cumsum()).all()
    assert (ledger.of("TIER").sum(axis=1) == rows[:, 2]).all()
    assert (ledger.of("LIFECYCLE")[:, :4].sum(axis=1) == rows[:, 2]).all()
    assert (ledger.of("LIFECYCLE") >= 0).all()


# ------------------------------------------------------------------------------------ which way things move

SHIPPED = ("yoga-partners", "forum-super-users", "tennis-coach")
UP = [
    ("rules.referral.share", 1.0),
    ("rules.referral.accept", 0.6),
    ("rules.referral.liking", 2.0),
    ("rules.referral.devoted", 9.0),
    ("rules.referral.passer_by", 0.4),
]
DOWN = [("rules.referral.accept_trust", 2.0), ("network.median", 4.0)]


def brought(name, changes):
    logic = "talk" if name == "forum-super-users" else "growth"
    return int(run(small(name, {"pool.fans": 1500} | changes), logic, 3).daily["joins_invited"].sum())


@pytest.fixture(scope="module")
def base():
    return {name: brought(name, {}) for name in SHIPPED}


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize(("key", "value"), UP, ids=[key for key, _ in UP])
def test_more_of_it_brings_more(base, name, key, value):
    assert brought(name, {key: value}) > base[name] > 0


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize(("key", "value"), DOWN, ids=[key for key, _ in DOWN])
def test_less_of_it_brings_less(base, name, key, value):
    assert brought(name, {key: value}) < base[name]


def test_super_users_share_more_and_so_does_a_pool_of_them(base):
    more = {"segments.super-users.share": 0.3, "segments.others.share": 0.7}
    assert brought("forum-super-users", more) > 1.2 * base["forum-super-users"]
    assert brought("forum-super-users", {"segments.super-users.sharing": 1.0}) < base["forum-super-users"]


def test_trust_shares_without_a_reward():
    """E-78: the more trust, the more is shared of one's own accord; with c_T = 0 it makes no difference."""

    def shared(trust, effect):
        changes = {"pool.trust": trust, "rules.referral.trust": effect, "days": 20}
        return run(small("forum-super-users", changes), "talk", 3).daily["shares"].sum()

    found = [[shared(trust, effect) for trust in (0.2, 0.8)] for effect in (4.0, 0.0)]
    assert found[0][1] > 1.5 * found[0][0]
    assert abs(found[1][1] - found[1][0]) < FAR * np.sqrt(sum(found[1]))


def test_rewards_bring_more_and_less_attached_people():
    """E-79: 1.5 to 3 times the joins; they trust less and the brand pays for all."""
    scenario = small("forum-super-users", {"pool.fans": 2000, "days": 100})
    talk, rewards = (lived(scenario, logic) for logic in ("talk", "rewards"))
    a, b = talk.ledger, rewards.ledger
    assert a.one("REWARDED_SHARES").sum() == a.one("INCENTIVES").sum() == 0
    joins = b.of("JOINS").sum(axis=0)
    assert b.one("INCENTIVES").sum() == 1000 * joins[[Source.INVITATION, Source.REWARD]].sum()
    assert 1.5 < joins[[Source.INVITATION, Source.REWARD]].sum() / a.of("JOINS")[:, Source.INVITATION].sum() < 3.5
    table = rewards.rows.table()
    trusted, owed = (table["trust_prior"][table["source"] == source] for source in (Source.INVITATION, Source.REWARD))
    gap = trusted.mean() - owed.mean()
    error = np.sqrt(trusted.var() / len(trusted) + owed.var() / len(owed))
    assert abs(gap - 0.15) < FAR * error + 0.02  # inviters of both kinds differ a little in trust themselves


def test_satisfied_buyers_share_more_than_disappointed_ones():
    """E-100, E-101: and they do so after their life as a buyer has ended."""
    changes = {
        "rules.purchase.base": 0.0, "rules.purchase.attrition_a": 1e3, "rules.purchase.attrition_b": 1e-3,
        "rules.purchase.attrition_satisfaction": 0.0,
        "rules.trust.purchase": 0.0, "industry.need_interval": 10.0, "days": 60, "pool.fans": 2000,
    }  # fmt: skip
    shares = []
    for quality in (0.4, 0.6, 0.8):
        simulation = lived(small("tennis-coach", changes | {"brand.product.quality": quality}), "growth")
        table = simulation.rows.table()
        assert (table["prospect"][table["orders"] > 0] == Prospect.OVER).all()
        shares.append(simulation.ledger.one("SHARES").sum())
    assert shares[0] < shares[1] < shares[2]
    indifferent = [
        lived(
            small("tennis-coach", changes | {"brand.product.quality": q, "rules.referral.satisfaction": 0.0}), "growth"
        ).ledger.one("SHARES").sum()
        for q in (0.4, 0.8)
    ]  # fmt: skip
    assert abs(indifferent[0] - indifferent[1]) < FAR * np.sqrt(sum(indifferent))


@pytest.mark.statistical
def test_passed_trust_is_half_of_the_senders_advance():
    table = {}
    for passed in (0.0, 0.5):
        changes = {"pool.trust": 0.85, "rules.referral.passed_trust": passed, "rules.referral.accept": 1.0, "days": 15}
        simulation = lived(small("forum-super-users", {"pool.fans": 6000} | changes), "talk")
        rows = simulation.rows.table()
        table[passed] = rows["trust_prior"][rows["source"] == Source.INVITATION]
    assert abs(z_of_mean(table[0.0], 0.35)) < FAR
    assert table[0.5].mean() > 0.35 + 0.4 * (0.85 - 0.35)  # inviters trust even more than the mean


def test_shares_make_fans_closer():
    closer = {"rules.tiers.share": 2.0}
    found = [run(small("forum-super-users", more), "talk", 3).daily["tier_ups"].sum() for more in ({}, closer)]
    assert found[1] > found[0]


# ------------------------------------------------------------------------------------------------- conformity


@pytest.mark.parametrize(
    ("key", "shown"), [("rules.conformity.sales", "orders"), ("rules.conformity.authority", "joins")]
)
def test_conformity_moves_what_it_should(key, shown):
    changes = {"brand.shows_sales": True, "brand.endorsement": 1.0, "days": 90, "pool.fans": 1000}
    found = [run(small("liquor", changes | {key: value}), "growth", 3).daily[shown].sum() for value in (0.0, 0.4)]
    assert found[1] > found[0]


@pytest.mark.parametrize(
    ("off", "other"),
    [
        ({"brand.shows_sales": False}, {"rules.conformity.sales": 0.9}),
        ({"brand.endorsement": 0.0, "sources.teacher": False}, {"rules.conformity.authority": 2.0}),
        (UNPAID, {"rules.referral.incentive": 9.0, "rules.referral.half_reward": 0.1}),
        (UNPAID, {"rules.referral.reward_trust": 0.9, "rules.referral.reward_frailty": 9.0}),
    ],
)  # fmt: skip
def test_a_mechanism_that_is_off_hears_no_parameter(off, other):
    a, b = (run(everything(off | QUIET | more), "depletion", 3).daily for more in ({}, other))
    assert a.equals(b)


def test_an_endorsement_follows_its_series():
    peak = {"2021-08-01": 0.0, "2021-08-15": 1.0, "2021-08-22": 0.0}
    a, b = (
        run(small("liquor", {"feed.exposures_at_least": 20_000, "days": 28, "brand.endorsement": series}), "growth", 3)
        .daily["joins_feed"]
        for series in (0.0, peak)
    )  # fmt: skip
    assert a[:14].equals(b[:14])
    assert b[14:21].sum() > 1.2 * a[14:21].sum()


def test_golden_address_of_the_first_friend_of_the_first_fan():
    assert int(invited_address(pool_address(0), 0)) == 3696096081579558595
