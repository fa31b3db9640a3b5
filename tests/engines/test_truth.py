"""The truth of the oracle: means of the rows, exact in any order and equal between the engines."""

import numpy as np
import pytest
from worlds import begun, everything

from sim.domains import TIERS, Domain, Prospect
from sim.engines.model import FanModel
from sim.engines.truth import FIFTHS, attrition_traits, groups_of
from sim.rules.people import attrition_trait
from sim.rules.trust import experienced_prior

DAYS = 30
MEANS = ("trust", "fatigue", "intimacy", "frailty", "affinity")


@pytest.fixture(scope="module")
def simulation():
    found = begun(everything(), "depletion")
    for _ in range(DAYS):
        found.step()
    return found


@pytest.fixture(scope="module")
def groups(simulation):
    return groups_of(simulation.rows.table(), simulation.world, simulation.key)


def followers(simulation):
    table = simulation.rows.table()
    here = (table["channels"] & ~table["muted"]) != 0
    return {name: column[here].astype(float) for name, column in table.items()}


def test_every_follower_is_in_one_group(simulation, groups):
    means, fans = groups
    last = simulation.ledger.of("ROWS")[DAYS - 1, Domain.PRIVATE]
    assert sum(fans) == last > 300
    assert len(means) == len({(m.tier, m.channels, m.sensitivity) for m in means}) == len(fans)
    tiers = simulation.ledger.of("TIER")[DAYS - 1]
    assert [sum(n for m, n in zip(means, fans, strict=True) if m.tier == t) for t in range(TIERS)] == tiers.tolist()


@pytest.mark.parametrize("name", MEANS)
def test_the_groups_have_the_means_of_the_rows(simulation, groups, name):
    means, fans = groups
    rows = followers(simulation)
    for tier in range(TIERS):
        of_tier = [(getattr(m, name), n) for m, n in zip(means, fans, strict=True) if m.tier == tier]
        found = sum(value * n for value, n in of_tier) / sum(n for _, n in of_tier)
        assert found == pytest.approx(rows[name][rows["tier"] == tier].mean(), abs=2e-6)


def test_needs_are_those_of_fans_who_may_still_buy(simulation, groups):
    means, fans = groups
    rows = followers(simulation)
    buys = rows["prospect"] != Prospect.OVER
    assert 0 < buys.sum() < len(buys)
    found = sum(m.need_rate * m.buying * n for m, n in zip(means, fans, strict=True))
    assert found == pytest.approx(rows["need_rate"][buys].sum(), rel=1e-4)
    assert sum(m.buying * n for m, n in zip(means, fans, strict=True)) == pytest.approx(buys.sum())


@pytest.mark.parametrize("name", ["deal_proneness", "reference_price"])
def test_memories_of_prices_are_those_of_fans_who_may_still_buy(simulation, groups, name):
    means, fans = groups
    rows = followers(simulation)
    buys = rows["prospect"] != Prospect.OVER
    assert rows[name][buys].std() > 0.01
    found = sum(getattr(m, name) * m.buying * n for m, n in zip(means, fans, strict=True))
    assert found == pytest.approx(rows[name][buys].sum(), rel=1e-4)


def test_attrition_is_drawn_from_the_address(simulation, groups):
    """No row keeps it; those who still buy are those who are less likely to stop."""
    means, fans = groups
    table = simulation.rows.table()
    here = (table["channels"] & ~table["muted"]) != 0
    traits = attrition_traits(table["key"][here], simulation.world, simulation.key)
    assert traits[3] == attrition_trait(table["key"][here][3], simulation.world, simulation.key)
    buys = table["prospect"][here] != Prospect.OVER
    found = sum(m.attrition * m.buying * n for m, n in zip(means, fans, strict=True))
    assert found == pytest.approx(traits[buys].sum(), rel=1e-4)
    assert traits[buys].mean() < traits.mean()


def test_trust_drifts_back_to_the_experience_of_customers(simulation, groups):
    means, fans = groups
    rows, world = followers(simulation), simulation.world
    goals = [
        experienced_prior(prior, int(orders), world.brand.product_quality, world.rules.trust)
        for prior, orders in zip(rows["trust_prior"], rows["orders"], strict=True)
    ]
    assert sum(m.trust_prior * n for m, n in zip(means, fans, strict=True)) == pytest.approx(sum(goals), rel=1e-5)
    assert sum(goals) > 1.02 * rows["trust_prior"].sum()


def test_fifths_are_of_equal_size_and_ordered_by_tolerance(simulation, groups):
    means, fans = groups
    rows = followers(simulation)
    for tier in range(TIERS):
        ordered = np.sort(1 / rows["tolerance"][rows["tier"] == tier])
        parts = [part.mean() for part in np.split(ordered, [len(ordered) * k // FIFTHS for k in range(1, FIFTHS)])]
        assert parts == sorted(parts)
        spread = [m.sensitivity for m in means if m.tier == tier]
        assert min(spread) < parts[1]
        assert max(spread) > parts[-2]
        total = sum(m.sensitivity * n for m, n in zip(means, fans, strict=True) if m.tier == tier)
        assert total == pytest.approx(ordered.sum(), rel=1e-5)


def test_segments_weigh_by_their_fans(simulation, groups):
    means, fans = groups
    rows, response = followers(simulation), simulation.world.segments.deal_response
    found = sum(m.deal_response * n for m, n in zip(means, fans, strict=True))
    assert found == pytest.approx(sum(float(response[int(s)]) for s in rows["segment"]))


def test_the_order_of_the_rows_changes_nothing(simulation, groups):
    table = simulation.rows.table()
    order = np.random.default_rng(3).permutation(len(table["key"]))
    assert (
        groups_of({name: column[order] for name, column in table.items()}, simulation.world, simulation.key) == groups
    )


def test_both_engines_see_the_same_truth(simulation, groups):
    model = FanModel.of(everything(), "depletion", 7, 0)
    for _ in range(DAYS):
        model.step()
    assert groups_of(model.simulation.rows.table(), simulation.world, simulation.key) == groups


def test_of_nobody_there_is_no_truth(simulation):
    empty = {name: column[:0] for name, column in simulation.rows.table().items()}
    assert groups_of(empty, simulation.world, simulation.key) == ((), ())
