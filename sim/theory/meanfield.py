"""The mean field of a scenario: what happens on average, day by day, without one draw.

Fans are cells of a quadrature of traits (``people``), which live by ``mean_day``: one private pool, then those who come
from the feed, from ads, from searches and from sources, then friends who are invited. Plans, market, messages, service
and book are those of the simulation itself (``sim.engines.operation``), so that a logic reacts to the mean pool as it
would to a drawn one. Counters are whole numbers there: what rounding leaves is carried over to the next day.

Beside rivals every brand has such a pool, and all of them live the day together (``meanrivals``).

Bans of accounts strike the share of members that is expected of them (``meanbans``). What the approximation costs where
it applies is measured in docs/theory.md.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from sim.domains import Domain
from sim.engines.accounts import BannedAccounts
from sim.engines.engine import RowsMaker
from sim.engines.operation import Operation
from sim.engines.reservoir import Responders, Response
from sim.engines.simulation import rival_in, untouched_of
from sim.engines.world import cells_of, classes_of
from sim.observables import Ledger
from sim.scenario import with_changes
from sim.scenario.schema import Scenario
from sim.streams import replication_key
from sim.theory.meanbans import MeanBans
from sim.theory.meanrivals import Neighbours
from sim.theory.meanrows import MeanRows

NODES = 48  # of the pool, all segments together; half as many for those who come in one way


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The mean of a logic's runs.

    ledger  expected counters of every day, rounded
    rivals  counters of the other brands, by their name
    """

    logic: str
    ledger: Ledger
    rivals: dict[str, Ledger] = field(default_factory=dict)

    def columns(self) -> tuple[list[int], ...]:
        """Followers, joins, exits, orders and margin (cents) by day."""
        g = self.ledger
        fans: list[int] = g.of("ROWS")[:, Domain.PRIVATE].tolist()
        flows = [g.of(name).sum(axis=1).tolist() for name in ("JOINS", "EXITS", "ORDERS")]
        return fans, *flows, g.margin.tolist()


def mean_field(scenario: Scenario, logic: str, days: int | None = None, nodes: int = NODES) -> Trajectory:
    """The mean trajectory of a scenario under a logic.

    days   at most those of the scenario, which is the default;  nodes: of the quadrature, more are slower and finer

    Raises KeyError for a logic that the scenario does not have.
    """
    day = MeanPool(calm(scenario), logic, nodes)
    for _ in range(scenario.days if days is None else days):
        day.step()
    rivals = {name: rival.brand.book.ledger for name, rival in day.rivals.items()}
    return Trajectory(logic, day.brand.book.ledger, rivals)


def calm(scenario: Scenario) -> Scenario:
    """The scenario with a feed that shows its mean, without the luck of single contents."""
    lucky = any(platform.feed is not None for platform in scenario.platforms)
    return with_changes(scenario, {"feed.cascade": False, "feed.accounts": 0}) if lucky else scenario


class MeanPool:
    """A brand's mean pool under way, beside those of its ``rivals``, by name: ``step`` is a day of all."""

    def __init__(self, scenario: Scenario, logic: str, nodes: int = NODES) -> None:
        self.scenario = scenario
        self.rivals = {name: MeanPool(rival_in(scenario, name), name, nodes) for name in scenario.rivals}
        key = replication_key(0, 0)
        make: Callable[..., Any] = lambda world, _: MeanRows(world, scenario, nodes)  # noqa: E731
        self.brand = Operation(scenario, logic, key, key, cast(RowsMaker, make))
        self.bans = MeanBans(scenario.channels)
        self.brand.banned = cast(BannedAccounts, self.bans)
        none = np.zeros(0, np.int64)
        self.brand.populate(none, np.zeros(0, np.bool_))
        self.rows: MeanRows = cast(MeanRows, self.brand.rows)
        classes, users = len(classes_of(scenario)), cells_of(scenario)
        users = [sum(users[first : first + classes]) for first in range(0, len(users), classes)]
        taken = [round(n) for n in self.rows.by_segment()]
        self.untouched = [float(n) for n in untouched_of(users, taken)]
        self.remainder = np.zeros((len(users), 64))
        self.day = 0

        self.neighbours: Neighbours | None = None
        if self.rivals:
            self.neighbours = Neighbours([pool.rows for pool in self._pools()], scenario, users)

    def step(self) -> None:
        """One day, of all brands."""
        pools = self._pools()
        spent = [pool.brand.market.spent_yesterday for pool in pools]
        for pool, own in zip(pools, spent, strict=True):
            pool.brand.morning(self.day, [round(n) for n in pool.untouched], sum(spent) - own)
        if self.neighbours is not None:
            self.neighbours.meet([pool.brand.today.climate for pool in pools])
        for pool in pools:
            pool._live()
        if self.neighbours is not None:
            self.neighbours.part()

    def _pools(self) -> list["MeanPool"]:
        return [self, *self.rivals.values()]

    def _live(self) -> None:
        """The day of the brand's own pool, once it is planned."""
        brand, rows = self.brand, self.rows
        today, rows.lost = brand.today, self.bans.shares
        rows.advance(today.climate, today.tally)
        came = self._respond(today.rates)
        rows.arrive(came, today.climate)
        if brand.sources.sources:
            today.sources_cost = brand.sources.came(self._whole(came), [round(n) for n in self.untouched])
        if self.scenario.network is not None:
            self.untouched = rows.invite(self.untouched, sum(self._users()), today.climate)
        rows.finish(today.tally, brand.book.fans_yesterday)
        brand.evening()
        self.day += 1

    def _users(self) -> list[int]:
        return cells_of(self.scenario)

    def _respond(self, rates: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Expected first responses, [S, responses]: U·(1 − e^(−Σr)), by the share of each kind."""
        found = np.zeros((len(rates), len(rates[0])))
        for s, of_segment in enumerate(rates):
            total = sum(of_segment)
            if total > 0.0:
                here = self.untouched[s] * -np.expm1(-total)
                found[s] = here * np.array(of_segment) / total
                self.untouched[s] -= here
        return found

    def _whole(self, came: npt.NDArray[np.float64]) -> Responders:
        """Expected responses as whole people, for what counts people: kinds as in ``Responders``."""
        self.remainder[:, : came.shape[1]] += came
        whole = np.floor(self.remainder[:, : came.shape[1]] + 1e-9).astype(np.int64)
        self.remainder[:, : came.shape[1]] -= whole
        segments, kinds = np.nonzero(whole)
        numbers = whole[segments, kinds]
        kinds = np.where(kinds >= len(Response), kinds + 32 - len(Response), kinds)
        return Responders(
            np.zeros(int(numbers.sum()), np.int64), np.repeat(segments, numbers), np.repeat(kinds, numbers)
        )
