"""The readable engine: one ``mesa.Agent`` per person and brand. It is the reference that the fast engine must equal."""

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import mesa
import numpy as np
import numpy.typing as npt

from sim.compiled import direct
from sim.engines.admission import admitted
from sim.engines.population import rounded_fan, rounded_person
from sim.engines.reservoir import Responders, kind_to_stranger
from sim.engines.wordofmouth import Invited, Senders
from sim.rules.climate import Climate, World, bare
from sim.rules.fan_day import advance_fan
from sim.rules.invited import come_back, invited_response
from sim.rules.membership import applications, seated
from sim.rules.people import initial_fan, person_at, segment_of_member, stranger
from sim.rules.presence import presence
from sim.rules.response import first_response
from sim.rules.retargeting import retargeted
from sim.rules.rivalry import ALONE, Surroundings
from sim.rules.rows import STRANGER, Fan, Person, count_bystander, reachable
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
    """A person before a brand: who it is (``person``) and how it stands towards the brand (``fan``)."""

    def __init__(self, model: "FanModel", number: int, person: Person, fan: Fan) -> None:
        super().__init__(model)
        self.number = number  # of birth; the same person has the same number before every brand
        self.person = rounded_person(person)
        self.fan = rounded_fan(fan)
        self.shared = 0  # today: 1 of one's own accord, 2 for the reward

    @property
    def is_stranger(self) -> bool:
        """True when the brand has not met the person, whom another brand has."""
        return self.fan.source == STRANGER

    @property
    def follows(self) -> bool:
        """True in the private domain."""
        return bool(reachable(self.fan.channels, self.fan.muted))

    def live(
        self, rules: DailyRules, around: Sequence[Surroundings], climate: Climate, world: World, key: int, tally: Tally
    ) -> None:
        """One day of this person; around: the other brands by person, empty where there is one brand."""
        day = self.model.simulation.day
        if self.is_stranger:
            return
        if (
            self.follows
            or rules.needs_visit(self.person, self.fan, climate, world, key)
            or retargeted(self.person.key, self.fan.clicked_on, climate, key)
        ):
            draws = daily_draws(key, self.person.key, day)
            at = around[self.number] if around else ALONE
            told, owed = int(tally[Slot.SHARES]), int(tally[Slot.REWARDED_SHARES])
            self.fan = rounded_fan(rules.advance_fan(self.person, self.fan, draws, at, climate, world, key, tally))
            self.shared = int(tally[Slot.SHARES]) - told + int(tally[Slot.REWARDED_SHARES]) - owed
        else:
            count_bystander(self.fan.clicked_on, self.fan.left_on, day, tally)


def together(brands: Iterable[Surroundings]) -> Surroundings:
    """What several brands are to a person, in their order, as the fast engine adds them up."""
    found = ALONE
    for one in brands:
        found = Surroundings(*(so_far + more for so_far, more in zip(found, one, strict=True)))
    return found


class AgentRows:
    """Rows of the readable engine: the agents of a Mesa model."""

    def __init__(self, model: "FanModel", world: World, key: int) -> None:
        self.model, self.world, self.key = model, world, key
        self.bare_world: World = bare(world)
        self.rules: DailyRules | None = None  # known when there is somebody
        self.presence: Callable[..., Surroundings] | None = None
        self.born: list[FanAgent] = []
        self.brand = len(model.brands)  # position of the brand in the market
        model.brands.append(self)

    @property
    def agents(self) -> mesa.agent.AgentSet:
        """The people before this brand: all agents of the model where there is one brand."""
        if len(self.model.brands) == 1:
            return self.model.agents
        return mesa.agent.AgentSet(self.born, random=self.model.random)

    def _bear(self, person: Person, fan: Fan) -> None:
        self.born.append(FanAgent(self.model, len(self.born), person, fan))

    def populate(self, addresses: npt.NDArray[np.int64], members: npt.NDArray[np.bool_]) -> None:
        """The initial pools: members of this brand's, and strangers."""
        for address, member in zip(addresses.tolist(), members.tolist(), strict=True):
            segment = segment_of_member(address, self.world, self.key)
            if member:
                person = rounded_person(person_at(address, segment, self.world.brand.trust_pool, self.world, self.key))
                self._bear(person, initial_fan(person, self.world, self.key))
            else:
                self._bear(*stranger(address, segment, 0.0, self.world, self.key))

    def advance(self, climate: Climate, tally: Tally, around: Sequence[Surroundings] = ()) -> None:
        """One day of all rows; around: the other brands by person, empty where there is none."""
        if not self.born:
            return
        rules = self._rules_for(climate, tally)
        self.agents.do("live", rules, around, bare(climate), self.bare_world, self.key, tally)

    def advance_together(
        self, brands: Sequence["AgentRows"], climates: Sequence[Climate], tallies: Sequence[Tally]
    ) -> None:
        """One day of all rows of several brands, this one's among them."""
        here = [rows.presences(bare(climate)) for rows, climate in zip(brands, climates, strict=True)]
        for b, rows in enumerate(brands):
            others = [met for other, met in enumerate(here) if other != b]
            rows.advance(climates[b], tallies[b], [together(met) for met in zip(*others, strict=True)])

    def presences(self, climate: Climate) -> list[Surroundings]:
        """What this brand is this morning to each person."""
        if not self.born:
            return []
        first, world = self.born[0], self.bare_world
        found = self.presence = self.presence or direct(presence, first.person, first.fan, climate, world)
        return [found(agent.person, agent.fan, climate, world) for agent in self.born]

    def _rules_for(self, climate: Climate, tally: Tally) -> DailyRules:
        """The rules of the day; looked up once a run."""
        if self.rules is None:
            first = self.born[0]
            draws = daily_draws(self.key, first.person.key, climate.day)
            at, day, world = (first.person, first.fan), bare(climate), self.bare_world
            self.rules = DailyRules(
                direct(needs_visit, *at, day, world, self.key),
                direct(advance_fan, *at, draws, ALONE, day, world, self.key, tally),
            )
        return self.rules

    def admit(self, responders: Responders, climate: Climate, tally: Tally) -> None:
        """New rows of today, in the order of the reservoir; strangers where the kind is −1."""
        for address, segment, kind in zip(*(column.tolist() for column in responders), strict=True):
            if kind < 0:
                already = float(climate.encounters[segment])
                self._bear(*stranger(address, segment, already, self.world, self.key))
            else:
                self._bear(*first_response(address, segment, kind, climate, self.world, self.key, tally))

    def strangers(self, numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        """Whether the brand has not met the people with these numbers of birth."""
        return np.array([self.born[number].is_stranger for number in numbers.tolist()], np.bool_)

    def strangers_by_segment(self) -> list[int]:
        """People whom another brand has met and this one has not, by segment."""
        found = [0] * int(self.world.segments.used)
        for agent in self.born:
            found[agent.person.segment] += agent.is_stranger
        return found

    def meet(self, rates: npt.NDArray[np.float64], climate: Climate, tally: Tally) -> Responders:
        """Strangers who respond today for the first time; rates: [S][responses]."""
        met: list[tuple[int, int, int]] = []
        for agent in self.born:
            address, segment = agent.person.key, agent.person.segment
            if not agent.is_stranger or climate.encounters[segment] < agent.fan.threshold:
                continue
            kind = int(kind_to_stranger(address, rates[segment], self.key))
            person, fan = first_response(address, segment, kind, climate, self.world, self.key, tally)
            agent.person, agent.fan = rounded_person(person), rounded_fan(fan)
            met.append((address, segment, kind))
        return Responders(*np.array(met, np.int64).reshape(-1, 3).T)

    def senders(self) -> Senders:
        """Who shared today, in the order of their keys."""
        found = sorted((agent for agent in self.born if agent.shared), key=lambda agent: agent.person.key)
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
            self._bear(person, fan)

    def bring_back(self, numbers: npt.NDArray[np.int64], senders: Senders, climate: Climate, tally: Tally) -> None:
        """Known people, by number of birth, accept an invitation, in this order; followers stay as they are."""
        invitations = zip(
            numbers.tolist(),
            senders.rewarded.tolist(),
            senders.trusts.tolist(),
            senders.affinities.tolist(),
            strict=True,
        )
        for number, owed, trust, affinity in invitations:
            agent = self.born[number]
            if agent.is_stranger:
                person, fan = invited_response(
                    agent.person.key, agent.person.segment, trust, affinity, owed == 1, climate, self.world, self.key,
                    tally,
                )  # fmt: skip
                agent.person, agent.fan = rounded_person(person), rounded_fan(fan)
            elif not agent.follows:
                back = come_back(agent.person, agent.fan, owed == 1, climate, self.world, self.key, tally)
                agent.fan = rounded_fan(back)

    def segments(self) -> npt.NDArray[np.int64]:
        """Segment of each row, in the order of birth."""
        return np.array([agent.person.segment for agent in self.born], np.int64)

    def keys(self) -> npt.NDArray[np.int64]:
        """Addresses of all rows, in the order of birth."""
        return np.array([agent.person.key for agent in self.born], np.int64)

    def seat(self, free: list[int], day: int, tally: Tally) -> None:
        """Places of this morning go to the applicants with the lowest draws."""
        waiting = [agent for agent in self.agents if applications(agent.fan.channels, agent.fan.muted)]
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

    def keys_here(self) -> npt.NDArray[np.int64]:
        """Addresses of the rows of this process: of all."""
        return self.keys()

    def add_up(self, brands: Sequence["AgentRows"], tallies: Sequence[Tally]) -> None:
        """All rows are here, and counted."""

    def members(self) -> list[int]:
        """Members by channel."""
        found = [0] * self.world.channels.used
        for agent in self.agents:
            for c in range(len(found)):
                found[c] += agent.fan.channels >> c & 1
        return found

    def cohorts(self, firsts: list[int]) -> tuple[int, ...]:
        """Followers by the month in which they followed: before day 0, then months that begin on days ``firsts``."""
        found = [0] * (len(firsts) + 1)
        for agent in self.agents:
            if agent.follows:
                joined = agent.fan.joined_on
                found[0 if joined < 0 else sum(first <= joined for first in firsts)] += 1
        return tuple(found)

    def table(self) -> dict[str, np.ndarray]:
        """All columns of all rows, strangers left out."""
        names = (*Person._fields, *Fan._fields)
        rows = [(*agent.person, *agent.fan) for agent in self.agents if not agent.is_stranger]
        return {name: np.array([row[at] for row in rows]) for at, name in enumerate(names)}

    PASSING = ("rules", "presence")

    def state(self) -> dict[str, Any]:
        """All columns of all rows in the order of birth, whole numbers as int64 and real ones as float64."""
        people, fans = ([getattr(agent, kind) for agent in self.born] for kind in ("person", "fan"))
        return {name: _columns(rows, kind) for name, rows, kind in (("people", people, Person), ("fans", fans, Fan))}

    def restore(self, state: dict[str, Any]) -> None:
        """Give the agents the values of a state, and bear those who are missing."""
        people = [Person(*values) for values in zip(*(x.tolist() for x in state["people"].values()), strict=True)]
        fans = [Fan(*values) for values in zip(*(x.tolist() for x in state["fans"].values()), strict=True)]
        for agent, person, fan in zip(self.born, people, fans, strict=False):
            agent.person, agent.fan, agent.shared = person, fan, 0
        for person, fan in list(zip(people, fans, strict=True))[len(self.born) :]:
            self._bear(person, fan)

    def close(self) -> None:
        """Nothing to end."""


def _columns(rows: Sequence[Person] | Sequence[Fan], kind: type[Person] | type[Fan]) -> dict[str, npt.NDArray[Any]]:
    """Rows as columns by field; a column of real numbers is one of 64 bits."""
    values = list(zip(*rows, strict=True)) or [()] * len(kind._fields)
    return {name: np.array(column) for name, column in zip(kind._fields, values, strict=True)}
