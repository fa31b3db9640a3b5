"""The day loop, shared by all engines: every brand's morning, the rows' day, who comes, every brand's evening."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim.engines.admission import fill_draws
from sim.engines.engine import Rows, RowsMaker
from sim.engines.operation import Operation
from sim.engines.remembered import OfScenario
from sim.engines.reservoir import Reservoir, Responders, pool_address, to_brand
from sim.engines.wordofmouth import Invited, WordOfMouth
from sim.engines.world import cells_of, classes_of
from sim.observables import Ledger
from sim.plans import SeenDay
from sim.rules.climate import World
from sim.scenario.rivals import of_rival
from sim.scenario.schema import Scenario
from sim.streams import Decision, brand_key, replication_key

rival_in = OfScenario(of_rival)


def untouched_of(users: list[int], rows: list[int]) -> list[int]:
    """People without a row by cell: users − rows; a cell that the pool overdraws takes from the largest."""
    left = [n - taken for n, taken in zip(users, rows, strict=True)]
    while min(left) < 0:
        short, largest = left.index(min(left)), left.index(max(left))
        left[largest] += left[short]
        left[short] = 0
    return left


def pools_of(scenarios: Sequence[Scenario], key: int) -> tuple[npt.NDArray[np.int64], list[npt.NDArray[np.bool_]]]:
    """The people of all brands' initial pools: their addresses, [n], and for each brand who belongs to its pool, [n].

    scenarios  of the brands, the first one's pool first;  key: of the pair of replications

    A rival shares as many people with the first brand as the file says: those with the lowest draws. The pools of two
    rivals have in common who of the first brand's is in both, and nobody else.
    """
    first, rivals = scenarios[0].pool.fans, scenarios[0].rivals.values()
    shared = [0, *(min(first, round(rival.shared_fans * rival.pool.fans)) for rival in rivals)]
    own = [scenario.pool.fans - common for scenario, common in zip(scenarios, shared, strict=True)]
    total, start = sum(own), 0
    addresses = np.arange(pool_address(0), pool_address(total), dtype=np.int64)
    members = []
    for brand, (more, common) in enumerate(zip(own, shared, strict=True)):
        belongs = np.zeros(total, np.bool_)
        belongs[start : start + more] = True
        if common:
            draws = np.empty(first)
            fill_draws(draws, addresses, Decision.SHARED_FAN.value, 0, 0, brand_key(key, brand))
            belongs[np.argsort(draws, kind="stable")[:common]] = True
        members.append(belongs)
        start += more
    return addresses, members


class Simulation:
    """One logic of a scenario under way, beside the rivals of the scenario, if it has any.

    scenario     the question;  logic: name of a logic's table
    seed, replication  address of all chance
    make_rows    the engine

    ``brands`` are the operations of all brands, the scenario's own first, whose are ``rows``, ``world``, ``key`` and
    ``ledger``.
    """

    CARRIED = ("brands", "word_of_mouth", "reservoir", "day")

    def __init__(self, scenario: Scenario, logic: str, seed: int, replication: int, make_rows: RowsMaker) -> None:
        self.scenario = scenario
        key = replication_key(seed, replication)
        names = [logic, *scenario.rivals]
        scenarios = [scenario, *(rival_in(scenario, name) for name in scenario.rivals)]
        self.brands = [
            Operation(view, name, brand_key(key, b), key, make_rows)
            for b, (view, name) in enumerate(zip(scenarios, names, strict=True))
        ]
        addresses, members = pools_of(scenarios, key)
        for brand, belongs in zip(self.brands, members, strict=True):
            brand.shares_people = len(self.brands) > 1
            brand.populate(addresses, belongs)
        self.brand = self.brands[0]
        classes, cells = classes_of(scenario), self.rows.segments()
        self.word_of_mouth: WordOfMouth | None = None
        if scenario.network is not None:
            self.word_of_mouth = WordOfMouth(classes, len(scenario.segments), self.world.rules.referral, key)
            cells = self.word_of_mouth.populate(addresses, cells)
        taken = np.bincount(cells, minlength=len(classes) * len(scenario.segments)).tolist()
        self.reservoir = Reservoir(untouched_of(cells_of(scenario), taken), key, len(classes))
        self.day = 0

    @property
    def rows(self) -> Rows:
        """The rows of the scenario's own brand."""
        return self.brand.rows

    @property
    def world(self) -> World:
        """Everything that stays the same for the scenario's own brand."""
        return self.brand.world

    @property
    def key(self) -> int:
        """Address of the own brand's chance."""
        return self.brand.key

    @property
    def ledger(self) -> Ledger:
        """The own brand's book so far."""
        return self.brand.book.ledger

    def step(self) -> SeenDay:
        """One day; returns what the operator of the own brand sees of it."""
        brands, untouched = self.brands, self._untouched()
        spent = [brand.market.spent_yesterday for brand in brands]
        days = [brand.morning(self.day, untouched, sum(spent) - own) for brand, own in zip(brands, spent, strict=True)]
        if len(brands) == 1:
            self.rows.advance(days[0].climate, days[0].tally)
        else:
            rows = [brand.rows for brand in brands]
            self.rows.advance_together(rows, [today.climate for today in days], [today.tally for today in days])
        self._meet()
        self.rows.add_up([brand.rows for brand in brands], [brand.today.tally for brand in brands])
        seen = [brand.evening() for brand in brands]
        self.day += 1
        return seen[0]

    def close(self) -> None:
        """Give back what the engine holds."""
        for brand in self.brands:
            brand.rows.close()

    def _meet(self) -> None:
        """First responses of the day, by themselves and then by invitation."""
        rates = [brand.today.rates for brand in self.brands]
        responders = self.reservoir.respond(np.concatenate(rates, axis=1))
        first, untouched = 0, self._untouched()
        for brand, own in zip(self.brands, rates, strict=True):
            brand.meet(to_brand(responders, first, own.shape[1]), untouched)
            first += own.shape[1]
        if self.word_of_mouth is None:
            return
        self.word_of_mouth.admit(responders, self.reservoir)
        for brand in self.brands:
            today = brand.today
            invited = self.word_of_mouth.settle(self.reservoir, brand.rows, today.climate, today.tally)
            self._introduce(invited, brand)
        if self.brand.month_ends(self.day):
            self.word_of_mouth.check_addresses(self.rows)

    def _introduce(self, invited: Invited, by: Operation) -> None:
        """People whom one brand's fans have brought are strangers to the others."""
        kinds = np.full(len(invited.addresses), -1)
        strangers = Responders(invited.addresses, invited.segments, kinds)
        for brand in self.brands:
            if brand is not by:
                brand.rows.admit(strangers, brand.today.climate, brand.today.tally)

    def _untouched(self) -> list[int]:
        """People without a row, by segment."""
        classes = self.reservoir.classes
        if classes == 1:
            return list(self.reservoir.untouched)
        return [
            sum(self.reservoir.untouched[first : first + classes])
            for first in range(0, len(self.reservoir.untouched), classes)
        ]
