"""The readable engine: one ``mesa.Agent`` per row. It is the reference that the fast engine must equal."""

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple

import mesa
import numpy as np
import numpy.typing as npt

from sim.compiled import direct
from sim.engines.admission import admitted
from sim.engines.population import rounded_fan, rounded_person
from sim.engines.reservoir import Responders, pool_address
from sim.engines.wordofmouth import Invited, Senders
from sim.rules.climate import Climate, World, bare
from sim.rules.fan_day import advance_fan
from sim.rules.invited import come_back, invited_response
from sim.rules.membership import applications, seated
from sim.rules.people import initial_fan, person_at, segment_of_member
from sim.rules.response import first_response
from sim.rules.retargeting import retargeted
from sim.rules.rows import Fan, Person, count_bystander, reachable
from sim.rules.search import needs_visit
from sim.rules.tally import Slot, Tally
from sim.streams import daily_draws

if TYPE_CHECKING:
    from sim.engines.model import FanModel


class DailyRules(NamedTuple):
    """The rules of every row and day, for the types that they have in this run."""

    needs_visit: Callable[..., bool]
    advance_fan: Callable[..., Fan]


class FanAgent(mesa.Agent):  # type: ignore[misc]
    """A person with a row: who it is (``person``) and how it stands towards the brand (``fan``)."""

    def __init__(self, model: "FanModel", person: Person, fan: Fan) -> None:
        super().__init__(model)
        self.number = len(model.born)  # of birth
        self.person = rounded_person(person)
        self.fan = rounded_fan(fan)
        self.shared = 0  # today: 1 of one's own accord, 2 for the reward
        model.born.append(self)

    @property
    def follows(self) -> bool:
        """True in the private domain."""
        return bool(reachable(self.fan.channels, self.fan.muted))

    def live(self, rules: DailyRules, day: int, climate: Climate, world: World, key: int, tally: Tally) -> None:
        """One day of this person."""
        if (
            self.follows
            or rules.needs_visit(self.person, self.fan, climate, world, key)
            or retargeted(self.person.key, self.fan.clicked_on, climate, key)
        ):
            draws = daily_draws(key, self.person.key, day)
            told, owed = int(tally[Slot.SHARES]), int(tally[Slot.REWARDED_SHARES])
            self.fan = rounded_fan(rules.advance_fan(self.person, self.fan, draws, climate, world, key, tally))
            self.shared = int(tally[Slot.SHARES]) - told + int(tally[Slot.REWARDED_SHARES]) - owed
        else:
            count_bystander(self.fan.clicked_on, self.fan.left_on, day, tally)


class AgentRows:
    """Rows of the readable engine: the agents of a Mesa model."""

    def __init__(self, model: "FanModel", world: World, key: int) -> None:
        self.model, self.world, self.key = model, world, key
        self.bare_world: World = bare(world)
        self.rules: DailyRules | None = None  # known when there is somebody
        model.born = []

    def populate(self, fans: int) -> None:
        """The initial pool."""
        for number in range(fans):
            address = pool_address(number)
            segment = segment_of_member(address, self.world, self.key)
            person = rounded_person(person_at(address, segment, self.world.brand.trust_pool, self.world, self.key))
            FanAgent(self.model, person, initial_fan(person, self.world, self.key))

    def advance(self, climate: Climate, tally: Tally) -> None:
        """One day of all rows."""
        if not self.model.born:
            return
        day, climate = climate.day, bare(climate)
        if self.rules is None:
            self.rules = self._rules(day, climate, tally)
        self.model.agents.do("live", self.rules, day, climate, self.bare_world, self.key, tally)

    def _rules(self, day: int, climate: Climate, tally: Tally) -> DailyRules:
        first = self.model.born[0]
        draws = daily_draws(self.key, first.person.key, day)
        at, world = (first.person, first.fan), self.bare_world
        return DailyRules(
            direct(needs_visit, *at, climate, world, self.key),
            direct(advance_fan, *at, draws, climate, world, self.key, tally),
        )

    def admit(self, responders: Responders, climate: Climate, tally: Tally) -> None:
        """New rows of today, in the order of the reservoir."""
        for address, segment, kind in zip(*(column.tolist() for column in responders), strict=True):
            person, fan = first_response(address, segment, kind, climate, self.world, self.key, tally)
            FanAgent(self.model, person, fan)

    def senders(self) -> Senders:
        """Who shared today, in the order of their keys."""
        found = sorted((agent for agent in self.model.born if agent.shared), key=lambda agent: agent.person.key)
        senders = Senders(
            numbers=np.array([agent.number for agent in found], np.int64),
            keys=np.array([agent.person.key for agent in found], np.int64),
            trusts=np.array([agent.fan.trust for agent in found], np.float64),
            affinities=np.array([agent.person.affinity for agent in found], np.float64),
            rewarded=np.array([agent.shared - 1 for agent in found], np.int64),
        )
        for agent in found:
            agent.shared = 0
        return senders

    def admit_invited(self, invited: Invited, climate: Climate, tally: Tally) -> None:
        """New rows of friends who accepted an invitation, in the order of settlement."""
        for address, segment, rewarded, trust, affinity in zip(*(column.tolist() for column in invited), strict=True):
            person, fan = invited_response(
                address, segment, trust, affinity, rewarded == 1, climate, self.world, self.key, tally
            )
            FanAgent(self.model, person, fan)

    def bring_back(
        self, numbers: npt.NDArray[np.int64], rewarded: npt.NDArray[np.int64], climate: Climate, tally: Tally
    ) -> None:
        """Known people, by number of birth, accept an invitation, in this order; followers stay as they are."""
        for number, owed in zip(numbers.tolist(), rewarded.tolist(), strict=True):
            agent = self.model.born[number]
            if not agent.follows:
                back = come_back(agent.person, agent.fan, owed == 1, climate, self.world, self.key, tally)
                agent.fan = rounded_fan(back)

    def segments(self) -> npt.NDArray[np.int64]:
        """Segment of each row, in the order of birth."""
        return np.array([agent.person.segment for agent in self.model.born], np.int64)

    def keys(self) -> npt.NDArray[np.int64]:
        """Addresses of all rows, in the order of birth."""
        return np.array([agent.person.key for agent in self.model.born], np.int64)

    def seat(self, free: list[int], day: int, tally: Tally) -> None:
        """Places of this morning go to the applicants with the lowest draws."""
        waiting = [agent for agent in self.model.agents if applications(agent.fan.channels, agent.fan.muted)]
        keys = np.array([agent.person.key for agent in waiting], np.int64)
        bits = np.array([applications(agent.fan.channels, agent.fan.muted) for agent in waiting], np.int64)
        for agent, found in zip(waiting, admitted(keys, bits, free, day, self.key).tolist(), strict=True):
            fan = agent.fan
            channels, muted, joined_on, clicked_on, attempts = seated(
                agent.person.key, fan.channels, fan.muted, found, fan.source, fan.joined_on, fan.left_on,
                fan.clicked_on, fan.attempts, day, self.world, self.key, tally,
            )  # fmt: skip
            agent.fan = fan._replace(
                channels=channels, muted=muted, joined_on=joined_on, clicked_on=clicked_on, attempts=attempts
            )

    def members(self) -> list[int]:
        """Members by channel."""
        found = [0] * self.world.channels.used
        for agent in self.model.agents:
            for c in range(len(found)):
                found[c] += agent.fan.channels >> c & 1
        return found

    def cohorts(self, firsts: list[int]) -> tuple[int, ...]:
        """Followers by the month in which they followed: before day 0, then months that begin on days ``firsts``."""
        found = [0] * (len(firsts) + 1)
        for agent in self.model.agents:
            if agent.follows:
                joined = agent.fan.joined_on
                found[0 if joined < 0 else sum(first <= joined for first in firsts)] += 1
        return tuple(found)

    def table(self) -> dict[str, np.ndarray]:
        """All columns of all rows."""
        names = (*Person._fields, *Fan._fields)
        rows = [(*agent.person, *agent.fan) for agent in self.model.agents]
        return {name: np.array([row[at] for row in rows]) for at, name in enumerate(names)}

    def close(self) -> None:
        """Nothing to end."""
