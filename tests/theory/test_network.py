"""The network uncovered edge by edge is the network drawn in full: a dense twin in which every user is a person.

The twin draws all edges before the first day and knows everybody's neighbours; it shares no code with the engine.
"""

from functools import lru_cache

import numpy as np
import pytest
from samples import FAR
from worlds import begun

from sim.domains import Source
from sim.engines.degrees import degree_classes
from sim.engines.network import CLASS_SHIFT
from sim.engines.reservoir import Reservoir
from sim.engines.world import cells_of
from sim.scenario import load_scenario, with_changes
from sim.scenario.schema import Network
from sim.streams import replication_key

from .friends import MONTH, probability, sharing
from .pools import ONLY, STEADY_FEED

USERS, DAYS, RUNS = 3000, 60, 60
FRIENDS = {"median": 5.0, "mean": 12.0, "most": 60.0}
INNOVATION, SHARE, LEAVE, ACCEPT = 0.004, 0.25, 0.03, 0.4
STOPS = (10, 25, 40, 59)


def scenario(accept=ACCEPT):
    return with_changes(
        load_scenario("liquor"),
        ONLY
        | STEADY_FEED
        | sharing(SHARE)
        | {
            "pool.fans": 0, "pool.channels": None, "days": DAYS, "market.users": USERS, "network": FRIENDS,
            "rules.referral.accept": accept, "feed.exposures_at_least": INNOVATION * USERS / 0.008,
            "brand.content.quality": 0.5, "rules.follow.followers": 0.0, "rules.exposure.feedback": 0.0,
            "rules.exposure.known": 0.0, "rules.purchase.base": -30.0, "rules.leaving.natural": LEAVE * MONTH,
        },
    )  # fmt: skip


def uncovered(seed=42, accept=ACCEPT):
    """One run of the engine: observations by name."""
    simulation = begun(scenario(accept), seed=5, replication=seed)
    classes = np.array([degree for _, degree in degree_classes(Network(**FRIENDS))])
    fans, degrees, invited = {}, {}, {}
    for day in range(DAYS):
        simulation.step()
        if day not in STOPS:
            continue
        network, table = simulation.word_of_mouth.network, simulation.rows.table()
        degree = classes[network.stubs[: network.count].astype(int) >> CLASS_SHIFT]
        follows, by_friend = table["channels"] != 0, table["source"] == Source.INVITATION
        fans[day] = follows.sum()
        degrees[day] = degree[follows].mean() if follows.any() else 0.0
        invited[day] = degree[by_friend].mean() if by_friend.any() else 0.0
    ledger = simulation.ledger
    return {
        **{f"fans on day {day}": fans[day] for day in STOPS},
        **{f"mean degree of fans on day {day}": degrees[day] for day in STOPS},
        **{f"mean degree of the invited on day {day}": invited[day] for day in STOPS[1:]},
        **{f"rows on day {day}": int(ledger.of("ROWS")[day].sum()) for day in STOPS},
        "from the feed": int(ledger.of("JOINS")[:, 1].sum()),
        "mean day of first response": float(np.average(np.arange(DAYS), weights=ledger.of("FLOW")[:, 9:].sum(axis=1))),
        "invitations": int(ledger.one("INVITATIONS").sum()),
        "met somebody known": int(ledger.one("INVITED_KNOWN").sum()),
        "win-backs": int(ledger.one("WIN_BACKS").sum()),
    }


UNTOUCHED, FAN, GONE = 0, 1, 2


def dense(seed, accept=ACCEPT, forgets=False):
    """One run of the twin; ``forgets``: a refused edge is drawn anew instead of being used up."""
    chance = np.random.default_rng(1000 + seed)
    sizes = cells_of(scenario())
    degree = np.repeat([degree for _, degree in degree_classes(Network(**FRIENDS))], sizes)
    owner = np.repeat(np.arange(USERS), degree)
    stubs = chance.permutation(len(owner))
    partner = np.full(len(owner), -1)
    half = len(stubs) // 2
    partner[stubs[:half]], partner[stubs[half : 2 * half]] = stubs[half : 2 * half], stubs[:half]
    open_stubs = [set() for _ in range(USERS)]
    for stub, person in enumerate(owner.tolist()):
        if partner[stub] >= 0:
            open_stubs[person].add(stub)
    state, first, by_friend = np.zeros(USERS, int), np.full(USERS, -1), np.zeros(USERS, bool)
    fans, degrees, invited, rows = [], [], [], []
    feed = invitations = known = back = 0
    for day in range(DAYS):
        following = np.flatnonzero(state == FAN)
        senders = following[chance.random(len(following)) < probability(SHARE)]
        state[following[chance.random(len(following)) < probability(LEAVE)]] = GONE
        met = np.flatnonzero((state == UNTOUCHED) & (chance.random(USERS) < probability(INNOVATION)))
        state[met], first[met], feed = FAN, day, feed + len(met)
        for sender in chance.permutation(senders).tolist():
            if not open_stubs[sender]:
                continue
            stub = sorted(open_stubs[sender])[int(chance.random() * len(open_stubs[sender]))]
            friend = int(owner[partner[stub]])
            says_yes = chance.random() < accept
            invitations += 1
            if not (forgets and state[friend] == UNTOUCHED and not says_yes):
                open_stubs[sender].discard(stub)
                open_stubs[friend].discard(int(partner[stub]))
            known += state[friend] != UNTOUCHED
            if says_yes and state[friend] != FAN:
                back += state[friend] == GONE
                if state[friend] == UNTOUCHED:
                    first[friend] = day
                state[friend], by_friend[friend] = FAN, True
        fans.append((state == FAN).sum())
        degrees.append(degree[state == FAN].mean() if fans[-1] else 0.0)
        invited.append(degree[by_friend].mean() if by_friend.any() else 0.0)
        rows.append((state != UNTOUCHED).sum())
    return {
        **{f"fans on day {day}": fans[day] for day in STOPS},
        **{f"mean degree of fans on day {day}": degrees[day] for day in STOPS},
        **{f"mean degree of the invited on day {day}": invited[day] for day in STOPS[1:]},
        **{f"rows on day {day}": rows[day] for day in STOPS},
        "from the feed": feed,
        "mean day of first response": float(first[first >= 0].mean()),
        "invitations": invitations,
        "met somebody known": known,
        "win-backs": back,
    }


@lru_cache(maxsize=4)
def engine_runs(accept=ACCEPT):
    return [uncovered(seed, accept) for seed in range(RUNS)]


@lru_cache(maxsize=2)
def twin_runs(forgets=False):
    return [dense(seed, forgets=forgets) for seed in range(RUNS)]


def distances(a, b):
    """Distance of the means of every observation, in standard errors of their difference."""
    found = {}
    for name in a[0]:
        x, y = (np.array([one[name] for one in runs], float) for runs in (a, b))
        found[name] = (x.mean() - y.mean()) / np.sqrt(x.var(ddof=1) / len(x) + y.var(ddof=1) / len(y))
    return found


@pytest.mark.slow
@pytest.mark.statistical
def test_uncovering_edges_is_drawing_the_graph():
    found = distances(engine_runs(), twin_runs())
    assert {name: z for name, z in found.items() if abs(z) > FAR} == {}


@pytest.mark.slow
@pytest.mark.statistical
def test_acceptance_5_percent_off_is_found_out():
    assert max(map(abs, distances(engine_runs(1.05 * ACCEPT), twin_runs()).values())) > FAR


@pytest.mark.slow
@pytest.mark.statistical
def test_forgetting_refusals_is_found_out():
    """A network in which the refused are asked again is another one, and these observations tell them apart."""
    assert max(map(abs, distances(engine_runs(), twin_runs(forgets=True)).values())) > FAR


# ------------------------------------------------------------- an accepted invitation in the middle of a gap

PEOPLE, RATE, TAKEN = 40_000, 0.02, 400  # of one cell; response per head and day; friends who accept each day


def responses(days, lowers=True):
    """Responses of each day when invitations take people out of the cell; not lowering U fixes N − j + 1."""
    reservoir = Reservoir([PEOPLE], replication_key(23, 0))
    found, left = [], PEOPLE
    for _ in range(days):
        come = len(reservoir.respond(((RATE, 0.0, 0.0, 0.0, 0.0),)).kinds)
        found.append((left, come))
        left -= come + TAKEN
        if lowers:
            reservoir.untouched[0] -= TAKEN
    assert reservoir.ranks[0] == sum(come for _, come in found)
    return np.array(found, float)


def response_z(days=40, **options):
    """Distance of the responses from those of independent people who each respond at the rate."""
    left, come = responses(days, **options).T
    p = probability(RATE)
    return (come - left * p).sum() / np.sqrt((left * p * (1 - p)).sum())


@pytest.mark.statistical
def test_the_waiting_time_of_the_others_is_unaffected_by_who_is_invited_away():
    assert abs(response_z()) < FAR


@pytest.mark.statistical
def test_fixed_denominators_are_found_out():
    """Rényi's spacings with N − j + 1 fixed in advance would let the invited respond once more."""
    assert response_z(lowers=False) > FAR
