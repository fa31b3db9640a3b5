"""The network's books: stubs are conserved, the tree finds them, U never falls below 0, no address is used twice."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rules.tables import table
from samples import FAR, chi_square_z
from worlds import begun, everything, small

from sim.engines import network as module
from sim.engines.degrees import degree_classes, spread_of
from sim.engines.network import BLOCK, CLASS_SHIFT, NOBODY_LEFT, OPEN, Network, find
from sim.engines.reservoir import cell_address, invited_address, pool_address
from sim.engines.run import run
from sim.rules.tally import UNTOUCHED
from sim.scenario import load_scenario, with_changes
from sim.scenario.schema import Network as Friends
from sim.streams import replication_key

KEY = replication_key(11, 0)
CLASSES = ((0.5, 3), (0.3, 0), (0.2, 40))
P = table("referral", accept=0.5, accept_trust=0.0)


def a_network(fans, untouched):
    network = Network(CLASSES, len(untouched), P, KEY)
    network.populate(np.arange(pool_address(0), pool_address(fans)))
    return network, np.array(untouched, np.int64)


def open_stubs(network, untouched):
    """Of the rows, and of the untouched."""
    degrees = network.degrees[np.arange(len(untouched)) % len(network.degrees)]
    return int((network.stubs[: network.count] & OPEN).sum()), int((untouched * degrees - network.closed).sum())


def senders(network, chance, number):
    numbers = chance.choice(network.count, size=min(number, network.count), replace=False).astype(np.int64)
    keys = np.sort(chance.choice(1 << 40, size=len(numbers), replace=False))
    return numbers, keys, np.full(len(numbers), 0.5)


@settings(max_examples=80)
@given(
    st.integers(0, 700), st.lists(st.integers(0, 60), min_size=6, max_size=6), st.integers(0, 99),
    st.lists(st.integers(0, 300), min_size=1, max_size=6),
)  # fmt: skip
def test_every_edge_takes_two_stubs_and_nobody_is_taken_twice(fans, untouched, seed, days):
    network, untouched = a_network(fans, untouched)
    chance, born = np.random.default_rng(seed), 0
    for number in days:
        before, people = sum(open_stubs(network, untouched)), untouched.sum() + network.count
        settled = network.settle(*senders(network, chance, number), untouched)
        used = np.count_nonzero(settled.outcomes != NOBODY_LEFT)
        rows, others = open_stubs(network, untouched)
        assert rows + others == before - 2 * used
        assert network.in_rows == rows
        assert untouched.sum() + network.count == people
        assert (untouched >= 0).all()
        assert (network.closed >= 0).all()
        degrees = network.degrees[np.arange(len(untouched)) % len(network.degrees)]
        assert (network.closed <= untouched * degrees).all()
        born += np.count_nonzero(settled.addresses)
    assert network.count == fans + born


@settings(max_examples=40)
@given(st.lists(st.integers(0, 5), min_size=1, max_size=3 * BLOCK), st.integers(0, 10**6))
def test_the_tree_finds_every_stub_in_the_order_of_birth(stubs, seed):
    total = sum(stubs)
    if not total:
        return
    network = Network(CLASSES, 3, P, KEY)
    network._make_room(len(stubs))
    network.stubs[: len(stubs)] = stubs
    module.fill(network.tree, network.stubs, len(stubs))
    owners = np.repeat(np.arange(len(stubs)), stubs)
    for at in np.random.default_rng(seed).integers(0, total, 20).tolist():
        assert find(network.tree, network.stubs, at) == owners[at]


@pytest.mark.statistical
def test_targets_come_by_their_open_stubs():
    """Untouched people by cell, rows by class: each by its share of the stubs that are open."""
    network, untouched = a_network(2000, [900, 400, 300, 500, 0, 100])
    degrees = network.degrees[np.arange(6) % 3]
    rows = np.bincount(network.stubs[:2000] >> CLASS_SHIFT, minlength=3) * network.degrees
    expected = np.concatenate([untouched * degrees, rows]).astype(float)
    counts = np.zeros(9)
    number = int(np.argmax(network.stubs[:2000] & OPEN))
    fresh = (network.stubs.copy(), network.tree.copy(), network.in_rows, untouched.copy())
    for key in range(70_000):
        network.stubs[:], network.tree[:], network.in_rows = fresh[0], fresh[1], fresh[2]
        network.closed[:], network.count, left = 0, 2000, fresh[3].copy()
        found = network.settle(np.array([number]), np.array([key]), np.array([0.5]), left)
        known = found.outcomes[0] >= module.KNOWN
        counts[6 + (fresh[0][found.targets[0]] >> CLASS_SHIFT) if known else found.targets[0]] += 1
    kept = expected > 0
    assert counts[~kept].sum() == 0
    z = chi_square_z(counts[kept], expected[kept] / expected.sum() * counts.sum())
    assert z < FAR
    tilted = expected * np.where(np.arange(9) < 6, 1.05, 1.0)
    assert chi_square_z(counts[kept], (tilted / tilted.sum() * counts.sum())[kept]) > FAR


def test_a_person_without_friends_changes_nobody():
    """Degree 0: shares reach nobody, and nobody is invited; all else is as it would be."""
    friendless = {
        "network": {"median": 0.4, "mean": 0.4},
        "rules.referral.share": 20.0,
        "logics.depletion.incentive": 0.0,
    }
    found = run(everything(friendless | {"days": 40}), "depletion", 3).ledger
    assert found.one("SHARES").sum() > 100
    assert found.one("INVITATIONS").sum() == 0
    mute = run(everything(friendless | {"days": 40, "rules.tiers.share": 0.0}), "depletion", 3).daily
    none = run(everything(friendless | {"days": 40, "rules.referral.share": 0.0}), "depletion", 3).daily
    assert {name for name in mute if not mute[name].equals(none[name])} == {"shares"}


def test_nobody_is_left_untouched_and_the_run_goes_on():
    changes = {
        "pool.fans": 50, "market.users": 400, "days": 80, "network": {"median": 30, "mean": 30},
        "rules.referral.share": 60.0, "rules.referral.accept": 1.0, "rules.referral.accept_trust": 0.0,
    }  # fmt: skip
    simulation = begun(with_changes(load_scenario("livestream-group"), changes))
    for _ in range(80):
        simulation.step()
        assert min(simulation.reservoir.untouched) >= 0
    assert sum(simulation.reservoir.untouched) == 0
    ledger = simulation.ledger
    assert ledger.of("FLOW").reshape(-1, 4, 3)[:, UNTOUCHED].sum() == 350
    assert ledger.one("WIN_BACKS").sum() > 0


def test_addresses_of_all_kinds_are_distinct():
    inviters = [pool_address(n) for n in range(60)] + [cell_address(c, n) for c in range(5) for n in range(20)]
    inviters += [int(invited_address(inviter, n)) for inviter in inviters for n in range(10)]
    found = inviters + [int(invited_address(inviter, 99)) for inviter in inviters]
    assert len(set(found)) == len(found)
    assert min(found) > 0
    assert max(found) < 1 << 62
    assert {address >> 60 for address in found} == {1, 2, 3}


def test_two_people_with_one_address_are_an_error():
    simulation = begun(everything({"days": 35}), "depletion")
    for _ in range(30):
        simulation.step()
    simulation.rows.people.key[0] = simulation.rows.people.key[1]
    with pytest.raises(RuntimeError, match="Use another seed"):
        simulation.step()  # the last day of August


def test_the_pool_is_taken_out_of_its_cells():
    simulation = begun(everything())
    cells = simulation.word_of_mouth.network.degrees
    assert len(simulation.reservoir.untouched) == 2 * len(cells) == 10
    assert sum(simulation.reservoir.untouched) == 40_000 - 300
    assert simulation.word_of_mouth.network.count == 300


def test_a_scenario_without_a_network_has_one_cell_a_segment():
    simulation = begun(small("liquor"))
    assert simulation.word_of_mouth is None
    assert len(simulation.reservoir.untouched) == 1


# ------------------------------------------------------------------------------------------------------ degrees


def moments(classes):
    shares, degrees = (np.array(column, float) for column in zip(*classes, strict=True))
    mean = (shares * degrees).sum()
    reach = [(shares * np.minimum(degrees, n)).sum() for n in (3, 10, 30, 100)]
    return np.array([mean, (shares * degrees**2).sum() / mean, *reach])


def cut_log_normal(friends, people=1_000_001):
    from scipy import stats

    u = (np.arange(people) + 0.5) / people
    return np.minimum(friends.median * np.exp(spread_of(friends) * stats.norm.ppf(u)), friends.most)


@pytest.mark.parametrize("friends", [Friends(), Friends(median=155, mean=410, most=5003)], ids=["friends", "follows"])
def test_degree_classes_keep_the_law(friends):
    classes = degree_classes(friends)
    law = cut_log_normal(friends)
    assert sum(share for share, _ in classes) == pytest.approx(1.0)
    assert law.mean() == pytest.approx(friends.mean, rel=1e-3)
    exact = [law.mean(), (law**2).mean() / law.mean(), *(np.minimum(law, n).mean() for n in (3, 10, 30, 100))]
    assert abs(moments(classes)[0] / exact[0] - 1) < 0.01
    assert np.abs(moments(classes) / exact - 1).max() < 0.12


def test_the_family_of_degrees_is_that_of_measured_ones():
    """KuaiRand follows: median 155 and mean 410 in; Gini .675 and 90 % quantile 1,021 out."""
    law = np.sort(cut_log_normal(Friends(median=155, mean=410, most=5003)))
    gini = 1 - 2 * np.trapezoid(np.cumsum(law) / law.sum(), dx=1 / len(law))
    assert gini == pytest.approx(0.675, abs=0.01)
    assert np.quantile(law, 0.9) == pytest.approx(1021, rel=0.05)


def test_equal_numbers_of_friends_are_one_class():
    assert degree_classes(Friends(median=7, mean=7)) == ((1.0, 7),)
