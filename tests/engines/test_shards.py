"""One run divided among shards: every integer as in one process, in one round a day where nobody invites or applies."""

import threading
from functools import partial

import numpy as np
import pytest
from worlds import FINDING, SMALL, STORE, begun, equal_tables, everything, small

from sim.engines.arrays import ArrayRows
from sim.engines.communicators import ShardLost
from sim.engines.reservoir import cell_address, invited_address, pool_address
from sim.engines.run import run
from sim.engines.sharded import check_shards, run_sharded
from sim.engines.shards import ShardRows, shard_of

from .events import events
from .shard_threads import in_threads, run_in_threads
from .test_equality import assert_equal
from .test_rivals import TWO

SEED = 7
ORACLE = {
    "logics.depletion": False,
    "logics.oracle": {"pushes_per_week": {"subscription": 2.0, "group": 7.0, "direct": 1.0, "moments": 3.0}},
}
CROWDED = TWO | {"days": 25, "network": {"median": 4.0, "mean": 8.0, "most": 60.0}}
FRIENDS = {"days": 40, "rules.referral.accept": 0.6, "rules.referral.share": 6.0, "market.users": 5_000}
WORLDS = {
    "everything": ("depletion", FRIENDS),
    "rivals": ("depletion", CROWDED),
    "oracle": ("oracle", ORACLE | {"days": 30}),
    "store": ("depletion", STORE | {"days": 30}),
    "search": ("depletion", FINDING | {"days": 30}),
}


@pytest.fixture(scope="module", params=WORLDS)
def alone(request):
    """A run in one process."""
    logic, changes = WORLDS[request.param]
    scenario = everything(changes)
    return run(scenario, logic, SEED)


# -------------------------------------------------------------------------------------------------------- equality


@pytest.mark.parametrize("shards", [1, 2, 3, 7])
def test_shards_equal_one_process_where_every_mechanism_works(alone, shards):
    found, _ = run_in_threads(alone.scenario, alone.logic, SEED, shards)
    assert len(found) == shards
    for of_shard in found:
        assert_equal(of_shard, alone)


def test_there_was_something_to_divide():
    """What crosses shards: invitations to known people, scarce places, rivals' people."""
    found = events(run(everything(FRIENDS), "depletion", SEED).ledger)
    assert min(found[name] for name in ("INVITATIONS", "INVITED_KNOWN", "WIN_BACKS", "TURNED_AWAY+3")) > 20
    rivals = run(everything(CROWDED), "depletion", SEED).rivals
    assert min(events(ledger)["INVITATIONS"] for ledger in rivals.values()) > 5


@pytest.mark.parametrize("name", SMALL)
def test_three_shards_equal_one_process(name):
    scenario = small(name)
    scenario = scenario.model_copy(update={"days": min(30, scenario.days)})
    found, _ = run_in_threads(scenario, None, SEED, 3)
    assert_equal(found[2], run(scenario, None, SEED))


@pytest.mark.parametrize("name", ["everything", "rivals"])
def test_rows_of_all_shards_are_those_of_one_process(name):
    logic, changes = WORLDS[name]
    scenario = everything(changes | {"days": 20})

    def rows_after(simulation):
        for _ in range(20):
            simulation.step()
        return [(brand.rows.table(), brand.rows.segments(), brand.rows.keys()) for brand in simulation.brands]

    alone = rows_after(begun(scenario, logic, SEED))
    found, _ = in_threads(lambda c: rows_after(begun(scenario, logic, SEED, rows=partial(ShardRows, c))), 3)
    for of_shard in found:
        for (table, segments, keys), (own_table, own_segments, own_keys) in zip(of_shard, alone, strict=True):
            assert equal_tables(table, own_table)
            assert np.array_equal(segments, own_segments)
            assert np.array_equal(keys, own_keys)


def test_a_shard_without_people_is_no_trouble():
    scenario = everything({"days": 10, "pool.fans": 2})
    found, _ = run_in_threads(scenario, "depletion", SEED, 7)
    assert_equal(found[6], run(scenario, "depletion", SEED))


# ----------------------------------------------------------------------------------------------------- what is said


def said_in(scenario):
    """Sums and exchanges of a run in two shards, beyond those of its start and of its months; and the run."""
    found, communicators = run_in_threads(scenario, None, SEED, 2)
    rounds = communicators[0].rounds
    assert rounds == communicators[1].rounds
    brands = 1 + len(scenario.rivals)
    members, segments, months = brands, 1, brands * len(found[0].cohort_counts)
    return rounds.count("sum") - members - months, rounds.count("gather") - segments, found[0]


def mornings(found):
    """Days that begin with places to give, for those who applied the day before."""
    applied = [ledger.of("APPLICATIONS")[:-1].any(axis=1).sum() for ledger in (found.ledger, *found.rivals.values())]
    return sum(applied)


def test_an_ordinary_day_takes_one_round():
    sums, exchanges, found = said_in(small("email-newsletter", {"days": 60}))
    assert mornings(found) == 0
    assert (sums, exchanges) == (60, 0)


@pytest.mark.parametrize("name", ["livestream-group", "two-brands"])
def test_scarce_places_take_one_more_round_and_rivals_none(name):
    sums, exchanges, found = said_in(small(name, {"days": 60}))
    assert len(found.rivals) == (name == "two-brands")
    assert sums == 60
    assert 1 < mornings(found) <= exchanges <= mornings(found) + 2  # nobody knows before day 0


def test_invitations_take_one_more_round():
    sums, exchanges, found = said_in(small("yoga-partners", {"days": 60}))
    assert events(found.ledger)["INVITATIONS"] > 0
    assert sums == 60
    assert 60 + mornings(found) <= exchanges <= 60 + mornings(found) + 1


def test_a_shard_holds_its_share_of_the_rows():
    scenario = small("liquor", {"days": 20, "pool.fans": 2000})
    held, _ = in_threads(lambda c: _rows_held(scenario, c), 3)
    whole = begun(scenario, "depletion", SEED)
    for _ in range(20):
        whole.step()
    assert sum(held) == whole.rows.count
    assert max(held) < 1.15 * whole.rows.count / 3


def _rows_held(scenario, communicator):
    simulation = begun(scenario, "depletion", SEED, rows=partial(ShardRows, communicator))
    for _ in range(20):
        simulation.step()
    return simulation.rows.rows.count


@pytest.mark.statistical
@pytest.mark.parametrize("shards", [2, 3, 7])
@pytest.mark.parametrize("kind", ["pool", "cell", "invited"])
def test_people_of_every_kind_are_spread_evenly(kind, shards):
    address = {"pool": pool_address, "cell": partial(cell_address, 5), "invited": partial(invited_address, 1 << 60)}
    addresses = np.array([address[kind](n) for n in range(20_000)], np.int64)
    counts = np.bincount(shard_of(addresses, shards), minlength=shards)
    deviation = (20_000 / shards * (1 - 1 / shards)) ** 0.5
    assert (abs(counts - 20_000 / shards) < 4.5 * deviation).all()


# -------------------------------------------------------------------------------- shards that do it wrong are noticed


class Twice(ShardRows):
    """What newcomers do is counted in the day's tally, too."""

    def admit(self, responders, climate, tally):
        before = self.counted.copy()
        super().admit(responders, climate, tally)
        tally += self.counted - before


class Kept(ShardRows):
    """Counters are not set back."""

    def add_up(self, brands, tallies):
        before = [brand.counted.copy() for brand in brands]
        super().add_up(brands, tallies)
        for brand, counted in zip(brands, before, strict=True):
            brand.counted[:] = counted


class Everywhere(ShardRows):
    """Everybody lives in every shard."""

    def _born(self, addresses):
        return super()._born(addresses) | True


class OwnNumbers(ShardRows):
    """Numbers of birth of the shard instead of those of the run."""

    @property
    def numbers(self):
        return np.arange(self.rows.count, dtype=np.uint32)


class OwnPlaces(ShardRows):
    """Every shard gives all places to its own applicants."""

    def seat(self, free, day, tally):
        self.rows.seat(free, day, self.counted)


class OwnFriends(ShardRows):
    """Invitations of a shard are settled without the others'."""

    def senders(self):
        mine = self.rows.senders()
        return mine._replace(numbers=self.numbers[mine.numbers].astype(np.int64))


class NobodyBack(ShardRows):
    """Known people who accept an invitation stay away."""

    def bring_back(self, numbers, senders, climate, tally):
        pass


MUTANTS = [Twice, Kept, Everywhere, OwnNumbers, OwnPlaces, OwnFriends, NobodyBack]


@pytest.mark.parametrize("rows", MUTANTS)
def test_a_wrong_division_is_noticed(rows):
    scenario = everything(FRIENDS)
    alone = run(scenario, "depletion", SEED)
    try:
        found, _ = run_in_threads(scenario, "depletion", SEED, 2, rows=rows)
    except (AssertionError, ShardLost, ValueError, IndexError, threading.BrokenBarrierError):
        return
    assert not np.array_equal(found[0].ledger.tallies, alone.ledger.tallies)


def test_shards_that_compute_something_else_end_the_run():
    """Here one of them sees a day differently in the last bit, as another exp() of another machine would have it."""

    class Elsewhere(ShardRows):
        def advance(self, climate, tally):
            if self.communicator.index == 1 and int(climate.day) == 3:
                climate = climate.copy()
                climate.quality = np.nextafter(climate.quality, 1.0)
            super().advance(climate, tally)

    scenario = small("livestream-group", {"days": 10})
    days = []
    with pytest.raises(ShardLost, match="do not agree"):
        run_in_threads(scenario, None, SEED, 2, rows=Elsewhere, progress=days.append)
    assert max(days) == 2


# ------------------------------------------------------------------------------------------------------ what is asked


@pytest.mark.parametrize("shards", [0, -1, 301])
def test_impossible_numbers_of_shards_are_refused(shards):
    with pytest.raises(ValueError, match=rf"^{shards} shards"):
        run_sharded(small("livestream-group"), shards=shards)


def test_rivals_people_count():
    check_shards(small("two-brands"), 600)
    with pytest.raises(ValueError, match="601 shards for 600 people"):
        check_shards(small("two-brands"), 601)


def test_agents_are_not_divided():
    with pytest.raises(ValueError, match="arrays"):
        run(small("livestream-group"), engine="agents", shards=2)


def test_fast_rows_that_are_all_here_need_no_sum():
    """The protocol's ``add_up`` does nothing in an engine that holds all rows."""
    simulation = begun(small("livestream-group"))
    assert isinstance(simulation.rows, ArrayRows)
    simulation.step()
    tally = simulation.brand.today.tally
    before = tally.copy()
    simulation.rows.add_up([simulation.rows], [tally])
    assert np.array_equal(tally, before)
