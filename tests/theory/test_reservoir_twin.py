"""Counts instead of people are exact: the reservoir against a twin in which every user is a row from the first day.

The twin draws segment, degree, tolerance and affinity of everybody before anything happens, and asks everybody every
day; it shares no code with the reservoir. Here nobody invites; ``test_network.py`` has the twin in which fans do.
"""

from functools import lru_cache

import numpy as np
import pytest
from samples import FAR, chi_square_z, z_of_mean, z_of_share
from worlds import begun

from sim.engines.degrees import degree_classes
from sim.engines.network import CLASS_SHIFT
from sim.engines.world import cells_of
from sim.scenario import load_scenario, with_changes
from sim.scenario.schema import Network

from .pools import ONLY, STEADY_FEED
from .test_network import distances

USERS, DAYS, RUNS = 4000, 30, 30
FRIENDS = {"median": 5.0, "mean": 12.0, "most": 60.0}
SEGMENTS = ("bargain", "regular")
AFFINITY = 0.8  # log-sd


def scenario(users=USERS):
    """Two segments who meet the feed at different rates that fall from day to day, friends who do not share."""
    return with_changes(
        load_scenario("liquor"),
        ONLY
        | STEADY_FEED
        | {
            "pool.fans": 0, "pool.channels": None, "days": DAYS, "market.users": users, "network": FRIENDS,
            "rules.referral.share": 0.0, "feed.exposures_at_least": users, "rules.purchase.base": -30.0,
            "rules.follow.followers": 0.0, "rules.exposure.feedback": 0.0, "rules.exposure.known": 0.0,
            "brand.content.quality": 0.5, "ads.reference_spend": 1000.0,
            "logics.quiet.lives_per_week": 3.0, "logics.quiet.ads_per_day": 20.0, "feed.exposures_per_live": 0.2,
            "segments.everyone": False, "segments.bargain.share": 0.7, "segments.bargain.exposure": 2.0,
            "segments.bargain.tolerance": 3.0, "segments.regular.share": 0.3, "segments.regular.exposure": 1.0,
        },
    )  # fmt: skip


def observed(days, follows, segment, log_tolerance, affinity, degree):
    """Observations of those who responded; each argument has an entry for everyone of them."""
    found = {"mean day": days.mean(), "spread of days": days.std(), "mean degree": degree.mean()}
    early = days < DAYS // 3
    for s, name in enumerate(SEGMENTS):
        mine = segment == s
        found |= {
            f"{name}: responded": mine.sum(),
            f"{name}: responded early": (mine & early).sum(),
            f"{name}: follow": (mine & follows).sum(),
            f"{name}: tolerance": log_tolerance[mine].mean(),
            f"{name}: tolerance of the early": log_tolerance[mine & early].mean(),
            f"{name}: affinity": affinity[mine].mean(),
            f"{name}: spread of affinity": affinity[mine].std(),
            f"{name}: degree of the early": degree[mine & early].mean(),
        }
    return found


@lru_cache(maxsize=1)
def intensities():
    """Intensity per head and day, [days, segments, kinds]: known beforehand, as nobody feeds anything back."""
    simulation, found = begun(scenario(), seed=1), []
    for _ in range(DAYS):
        simulation.step()
        found.append(simulation.brand.today.rates)
    return np.array(found)


def counted(replication):
    """One run of the engine."""
    simulation = begun(scenario(), seed=9, replication=replication)
    first = []
    for day in range(DAYS):
        simulation.step()
        first += [day] * (simulation.rows.count - len(first))
    assert np.array_equal(simulation.ledger.of("FLOW")[:, 9:].sum(axis=1), np.bincount(first, minlength=DAYS))
    table, network = simulation.rows.table(), simulation.word_of_mouth.network
    degree = network.degrees[network.stubs[: network.count].astype(int) >> CLASS_SHIFT]
    return observed(
        np.array(first), table["channels"] != 0, table["segment"], np.log(table["tolerance"].astype(float)),
        table["affinity"].astype(float), degree,
    )  # fmt: skip


def dense(seed, faster=1.0, eager=0.0, sociable=0.0):
    """One run of the twin.

    faster    factor on all intensities;  eager: the more tolerant respond sooner;  sociable: those with friends do
    """
    chance, scene = np.random.default_rng(4000 + seed), begun(scenario(), seed=1)
    world, rates = scene.world, faster * intensities()
    degrees = np.array([degree for _, degree in degree_classes(Network(**FRIENDS))])
    cell = np.repeat(np.arange(2 * len(degrees)), cells_of(scenario()))
    segment, degree = cell // len(degrees), degrees[cell % len(degrees)]
    z = chance.normal(size=USERS)
    spread = float(world.rules.messages.tolerance_spread)
    log_tolerance = np.log(np.asarray(world.segments.tolerance)[segment]) + spread * z
    affinity = AFFINITY * chance.normal(size=USERS)
    drive = np.exp(eager * z) * (degree / degree.mean()) ** sociable
    first, follows = np.full(USERS, -1), np.zeros(USERS, bool)
    after_click = float(world.brand.follow_after_click)
    for day in range(DAYS):
        per_head = rates[day].sum(axis=1)[segment] * drive
        met = np.flatnonzero((first < 0) & (chance.random(USERS) < -np.expm1(-per_head)))
        first[met] = day
        for s in range(2):
            mine = met[segment[met] == s]
            kind = chance.choice(rates.shape[2], size=len(mine), p=rates[day, s] / rates[day, s].sum())
            follows[mine] = np.isin(kind, (0, 3, 5)) | (kind == 2) & (chance.random(len(mine)) < after_click)
    here = first >= 0
    return observed(first[here], follows[here], segment[here], log_tolerance[here], affinity[here], degree[here])


@lru_cache(maxsize=1)
def engine_runs():
    return [counted(replication) for replication in range(RUNS)]


def far(**perturbed):
    found = distances(engine_runs(), [dense(seed, **perturbed) for seed in range(RUNS)])
    return {name: z for name, z in found.items() if not abs(z) <= FAR}


@pytest.mark.slow
@pytest.mark.statistical
def test_counts_are_people():
    assert far() == {}


@pytest.mark.slow
@pytest.mark.statistical
def test_a_twin_5_percent_faster_is_found_out():
    assert far(faster=1.05)


@pytest.mark.slow
@pytest.mark.statistical
@pytest.mark.parametrize("perturbed", [{"eager": 0.3}, {"sociable": 0.3}])
def test_people_who_are_not_exchangeable_are_found_out(perturbed):
    assert any("tolerance" in name or "degree" in name for name in far(**perturbed))


# --------------------------------------------------------------------------------------------- closed forms


def response_counts(users=60_000):
    """First responses by day and segment, and the people of each segment."""
    scene = scenario(users)
    simulation, found = begun(scene, seed=3), []
    sizes = np.array(cells_of(scene)).reshape(2, -1).sum(axis=1)
    rates = []
    for _ in range(DAYS):
        simulation.step()
        rates.append(np.sum(simulation.brand.today.rates, axis=1))
        found.append(np.bincount(simulation.rows.table()["segment"], minlength=2))
    return np.diff(np.array(found), axis=0, prepend=0), sizes, np.array(rates)


@pytest.mark.statistical
@pytest.mark.parametrize("factor", [1.0, 1.05])
def test_expected_responses_are_n_times_one_minus_e_to_the_minus_integral(factor):
    """N·(1 − e^(−∫r)) until each day, by segment, under intensities that change from day to day."""
    counts, sizes, rates = response_counts()
    assert rates.std(axis=0).min() > 0.01 * rates.mean(axis=0).min()
    worst = 0.0
    for s in range(2):
        law = np.diff(-np.expm1(-factor * np.cumsum(rates[:, s])), prepend=0.0)
        seen = np.append(counts[:, s], sizes[s] - counts[:, s].sum())
        expected = sizes[s] * np.append(law, 1.0 - law.sum())
        worst = max(worst, chi_square_z(seen, expected), abs(z_of_share(counts[:, s].sum(), sizes[s], law.sum())))
    assert worst < FAR if factor == 1.0 else worst > FAR


@pytest.mark.statistical
def test_the_nth_of_a_cell_comes_at_renyis_time():
    """Without invitations the n-th of N responds at ∫r = Σ_{j≤n} Exp_j/(N − j + 1), of mean H_N − H_{N−n}."""
    from sim.engines.reservoir import Reservoir
    from sim.streams import replication_key

    people, ranks, rate = 40, (1, 10, 30), 1e-3
    times = []
    for replication in range(400):
        reservoir, found = Reservoir([people], replication_key(31, replication)), {}
        for day in range(4000):
            reservoir.respond(((rate, 0.0, 0.0, 0.0, 0.0),))
            for n in ranks:
                if reservoir.ranks[0] >= n:
                    found.setdefault(n, rate * (day + 0.5))
            if len(found) == len(ranks):
                break
        times.append([found[n] for n in ranks])
    for n, sample in zip(ranks, np.array(times).T, strict=True):
        mean = sum(1.0 / (people - j) for j in range(n))
        assert abs(z_of_mean(sample, mean)) < FAR
        assert abs(z_of_mean(sample, mean * 1.3)) > FAR  # of 400 first ones the mean is known within 5 %
