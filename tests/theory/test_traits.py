"""Traits of the starting pool follow their laws (evidence M5, M6, M7, M8)."""

import numpy as np
import pytest
from samples import FAR, ks_distance, z_of_share
from scipy import stats
from worlds import begun

from sim.rules.people import attrition_trait

from .pools import pool

FANS = 200_000


@pytest.fixture(scope="module")
def table():
    changes = {"rules.leaving.frailty": 0.5, "pool.trust": 0.4, "pool.channels": {"wechat-group": 1.0, "wecom": 0.3}}
    simulation = begun(pool(FANS, 1, changes), seed=42)
    table = simulation.rows.table()
    traits = [attrition_trait(address, simulation.world, simulation.key) for address in table["key"].tolist()]
    return table | {"attrition": np.array(traits)}  # drawn anew with every order


# column: its law, the law with a parameter that is 5 % off
LAWS = {
    "tolerance": (stats.lognorm(1.0, scale=0.7), stats.lognorm(1.0, scale=0.7 * 1.05)),
    "frailty": (stats.gamma(2.0, scale=0.5), stats.gamma(2.0, scale=0.5 * 1.05)),
    "need_rate": (stats.gamma(0.8, scale=1 / 28 / 0.8), stats.gamma(0.8, scale=1.05 / 28 / 0.8)),
    "affinity": (stats.norm(0, 0.8), stats.norm(0, 0.8 * 1.05)),
    "trust_prior": (stats.beta(8 * 0.4, 8 * 0.6), stats.beta(8 * 0.42, 8 * 0.58)),
    "attrition": (stats.beta(0.7929, 2.4258), stats.beta(0.7929 * 1.05, 2.4258)),
}


@pytest.mark.statistical
@pytest.mark.parametrize("name", LAWS)
def test_trait_follows_its_law(table, name):
    law, off = LAWS[name]
    assert ks_distance(table[name], law.cdf) < FAR
    assert ks_distance(table[name], off.cdf) > FAR


@pytest.mark.statistical
def test_prior_trust_of_a_segment_follows_its_shift():
    """Existing customers (E-77): .5 where others have .35, drawn from the same address as without a shift."""
    shift = np.log(0.65 / 0.35)
    split = {"segments.everyone": False, "segments.others.share": 0.5, "segments.customers.share": 0.5}
    changes = split | {"pool.trust": 0.35, "segments.customers.trust_shift": shift}
    moved, same = (begun(pool(FANS, 1, c), seed=42).rows.table() for c in (changes, split | {"pool.trust": 0.35}))
    trust = [moved["trust_prior"][moved["segment"] == s] for s in (0, 1)]
    assert ks_distance(trust[0], stats.beta(8 * 0.35, 8 * 0.65).cdf) < FAR
    assert ks_distance(trust[1], stats.beta(4, 4).cdf) < FAR
    assert ks_distance(trust[1], stats.beta(8 * 0.48, 8 * 0.52).cdf) > FAR
    assert (moved["trust_prior"] == same["trust_prior"])[moved["segment"] == 0].all()
    for name in moved.keys() - {"trust_prior", "trust"}:
        assert np.array_equal(moved[name], same[name]), name


@pytest.mark.statistical
def test_tiers_ages_and_channels_of_the_pool(table):
    tiers = np.bincount(table["tier"], minlength=3)
    for count, share in zip(tiers, (0.7, 0.25, 0.05), strict=True):
        assert abs(z_of_share(count, FANS, share)) < FAR
        assert abs(z_of_share(count, FANS, 1.05 * share)) > FAR
    for tier, intimacy in enumerate((0.3, 0.9, 2.5)):
        assert (table["intimacy"][table["tier"] == tier] == np.float32(intimacy)).all()
    in_wecom = (table["channels"] >> 1 & 1).sum()
    assert abs(z_of_share(in_wecom, FANS, 0.3)) < FAR
    assert abs(z_of_share(in_wecom, FANS, 0.315)) > FAR
    age = -1 - table["joined_on"]
    assert age.max() == 1080
    for day in (30, 180, 600):
        assert abs(z_of_share((age >= day).sum(), FANS, np.exp(-day / 180))) < FAR
    assert abs(z_of_share((age >= 180).sum(), FANS, np.exp(-180 / (1.05 * 180)))) > FAR


@pytest.mark.statistical
def test_traits_are_independent(table):
    names = list(LAWS)
    ranks = np.array([stats.rankdata(table[name]) for name in names])
    correlation = np.corrcoef(ranks) - np.eye(len(names))
    assert abs(correlation).max() * np.sqrt(FANS) < FAR
