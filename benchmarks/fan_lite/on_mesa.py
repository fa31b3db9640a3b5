"""fan-lite with one Mesa 3.5 agent object per person: ``AgentSet.do``, the model's random numbers, a DataCollector."""

import math
from collections.abc import Callable

import mesa
import numpy as np

from benchmarks.fan_lite.model import GONE, PRIVATE, PUBLIC, Daily, FanLite


class FanAgent(mesa.Agent):
    def __init__(self, model: "FanLiteModel", tolerance: float) -> None:
        super().__init__(model)
        self.domain, self.tolerance = PUBLIC, tolerance
        self.trust, self.fatigue, self.purchases = model.rules.trust, 0.0, 0

    def step(self) -> None:
        rules, draw = self.model.rules, self.random.random
        if self.domain == PUBLIC:
            if draw() < rules.exposure * rules.follow:
                self.domain = PRIVATE
        elif self.domain == PRIVATE:
            for _ in range(2):
                if draw() < rules.opened:
                    self.fatigue += 1.0
                    if draw() < rules.liked:
                        self.trust += rules.gain * (1.0 - self.trust)
                    else:
                        self.trust -= rules.loss * self.trust
            self.fatigue *= rules.recovery
            if draw() < -math.expm1(-rules.leave * self.fatigue / self.tolerance * (1.0 - self.trust)):
                self.domain = GONE
            elif draw() < rules.buy * self.trust:
                self.purchases += 1
                self.model.purchases += 1


class FanLiteModel(mesa.Model):
    def __init__(self, agents: int, rules: FanLite, rng: int) -> None:
        super().__init__(rng=rng)
        self.rules, self.purchases = rules, 0
        FanAgent.create_agents(self, agents, self.rng.lognormal(0.0, rules.spread, agents).tolist())
        self.datacollector = mesa.DataCollector(
            {
                "domains": lambda m: np.bincount(m.agents.get("domain"), minlength=3),
                "trust": lambda m: m.agents.agg("trust", np.mean),
                "purchases": "purchases",
            }
        )

    def step(self) -> None:
        self.purchases = 0
        self.agents.do("step")
        self.datacollector.collect(self)


class Counted(FanLiteModel):
    """For ``mesa.batch_run``: a run that reports nothing but its purchases, at its end."""

    def __init__(self, agents: int, rules: FanLite, rng: int) -> None:
        super().__init__(agents, rules, rng)
        self.bought = 0
        self.datacollector = mesa.DataCollector({"bought": "bought"})

    def step(self) -> None:
        self.purchases = 0
        self.agents.do("step")
        self.bought += self.purchases
        self.datacollector.collect(self)


def prepare(agents: int, days: int, seed: int, rules: FanLite, threads: int = 1) -> Callable[[], Daily]:
    """One thread, whatever is asked."""
    model = FanLiteModel(agents, rules, rng=seed)

    def run() -> Daily:
        for _ in range(days):
            model.step()
        table = model.datacollector.get_model_vars_dataframe()
        return Daily(np.stack(table["domains"]), table["trust"].to_numpy(), table["purchases"].to_numpy())

    return run
