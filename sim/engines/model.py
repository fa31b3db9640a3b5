"""``FanModel``: the scenario as a Mesa model, for Mesa's own tools (batch runs, data collectors, viewers)."""

from functools import partial
from typing import Any

import mesa
from mesa.experimental.scenarios import Scenario as MesaScenario

from sim.engines.agents import AgentRows, FanAgent
from sim.engines.simulation import Simulation
from sim.plans import SeenDay
from sim.scenario import load_scenario, with_changes
from sim.scenario.schema import Scenario


class FanScenario(MesaScenario):  # type: ignore[misc]
    """Parameters of a ``FanModel`` as Mesa's tools want them: flat, with defaults.

    file         scenario file or the name of a shipped scenario
    logic        name of a logic in it, "" for the first
    replication  number of the pair
    fans, days   size of the initial pool and length, 0 for the file's own
    """

    file: str = "livestream-group"
    logic: str = ""
    replication: int = 0
    fans: int = 0
    days: int = 0


def _seen(name: str, model: "FanModel") -> Any:
    return getattr(model.seen, name) if model.seen else 0


def _fans(model: "FanModel") -> int:
    return model.seen.fans if model.seen else model.simulation.scenario.pool.fans


def _margin(model: "FanModel") -> int:
    ledger = model.simulation.ledger
    return int(ledger.margin[: model.simulation.day].sum())


class FanModel(mesa.Model):  # type: ignore[misc]
    """One logic of a scenario with one agent per row.

    scenario    a ``FanScenario``; its fields can be given as keyword arguments instead
    rng         the seed (an integer), default that of ``scenario``; None is 0, so that a run can always be repeated
    **parameters  fields of ``FanScenario``, and dotted keys of the file with ``__`` for the dot
                  (``brand__product__quality = 0.8``)

    ``datacollector`` holds fans, joins, exits, orders, contribution (cents) and cumulative margin (cents) at t = 0
    and after each day. ``running`` becomes False at the horizon. ``born`` lists the agents in the order of birth.
    """

    brands: list[AgentRows]  # the first one's question it is

    def __init__(self, *, scenario: FanScenario | None = None, rng: Any = None, **parameters: Any) -> None:
        super().__init__(scenario=scenario, rng=rng) if scenario is not None else super().__init__(rng=rng)
        known = {name: getattr(FanScenario, name) for name in ("file", "logic", "replication", "fans", "days")}
        if scenario is not None:
            known |= {name: getattr(scenario, name) for name in known}
        known |= {name: parameters.pop(name) for name in list(parameters) if name in known}
        changes = {name.replace("__", "."): value for name, value in parameters.items()}
        if known["fans"]:
            changes["pool.fans"] = known["fans"]
        if known["days"]:
            changes["days"] = known["days"]
        found = with_changes(load_scenario(known["file"]), changes)
        if rng is None and scenario is not None:
            rng = scenario.rng
        seed = 0 if rng is None else int(rng)
        self._begin(found, known["logic"] or next(iter(found.logics)), seed, known["replication"])

    @classmethod
    def of(cls, scenario: Scenario, logic: str, seed: int, replication: int) -> "FanModel":
        """A model of a scenario that is already loaded."""
        model = cls.__new__(cls)
        mesa.Model.__init__(model, rng=seed)
        model._begin(scenario, logic, seed, replication)
        return model

    def _begin(self, scenario: Scenario, logic: str, seed: int, replication: int) -> None:
        self.seen: SeenDay | None = None
        self.brands = []
        self.simulation = Simulation(scenario, logic, seed, replication, partial(AgentRows, self))
        names = ("joins", "exits", "orders", "contribution")
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "fans_private": _fans,
                **{name: partial(_seen, name) for name in names},
                "margin_cum": _margin,
            }
        )
        self.running = True
        self.datacollector.collect(self)

    @property
    def born(self) -> list[FanAgent]:
        """The people before the first brand, in the order of birth."""
        return self.brands[0].born

    def step(self) -> None:
        """One day; nothing past the horizon. Mesa has already moved its clock: the day is ``int(time) − 1``."""
        if self.simulation.day >= self.simulation.scenario.days:
            return
        self.seen = self.simulation.step()
        self.datacollector.collect(self)
        self.running = self.simulation.day < self.simulation.scenario.days
