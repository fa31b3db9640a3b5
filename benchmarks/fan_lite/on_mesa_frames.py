"""fan-lite on mesa-frames: one Polars AgentSet whose day is a chain of column expressions."""

from collections.abc import Callable

import numpy as np
import polars as pl
from mesa_frames import AgentSetPolars, ModelDF

from benchmarks.fan_lite.model import GONE, PRIVATE, PUBLIC, Daily, FanLite


class Fans(AgentSetPolars):
    def __init__(self, model: "FanLiteModel", agents: int) -> None:
        super().__init__(model)
        rules = model.rules
        self += pl.DataFrame(
            {
                "unique_id": pl.arange(agents, eager=True),
                "domain": pl.repeat(PUBLIC, agents, dtype=pl.Int8, eager=True),
                "tolerance": model.random.lognormal(0.0, rules.spread, agents),
                "trust": pl.repeat(rules.trust, agents, dtype=pl.Float64, eager=True),
                "fatigue": pl.repeat(0.0, agents, dtype=pl.Float64, eager=True),
                "purchases": pl.repeat(0, agents, dtype=pl.Int32, eager=True),
            }
        )

    def step(self) -> None:
        rules, n = self.model.rules, len(self)
        draws = [pl.Series(f"d{k}", self.model.random.random(n)) for k in range(7)]
        private, trust, fatigue = pl.col("domain") == PRIVATE, pl.col("trust"), pl.col("fatigue")
        lived = self.agents.with_columns(draws)
        for opened, liked in (("d1", "d2"), ("d3", "d4")):
            opens = private & (pl.col(opened) < rules.opened)
            moved = pl.when(pl.col(liked) < rules.liked).then(rules.gain * (1.0 - trust)).otherwise(-rules.loss * trust)
            lived = lived.with_columns(
                pl.when(opens).then(trust + moved).otherwise(trust).alias("trust"),
                (fatigue + opens).alias("fatigue"),
            )
        lived = lived.with_columns(pl.when(private).then(fatigue * rules.recovery).otherwise(fatigue).alias("fatigue"))
        stays = (-rules.leave * fatigue / pl.col("tolerance") * (1.0 - trust)).exp()
        leaves = private & (pl.col("d5") < 1.0 - stays)
        buys = private & ~leaves & (pl.col("d6") < rules.buy * trust)
        follows = (pl.col("domain") == PUBLIC) & (pl.col("d0") < rules.exposure * rules.follow)
        becomes = pl.when(follows).then(PRIVATE).when(leaves).then(GONE).otherwise(pl.col("domain"))
        before = self.agents["purchases"].sum()
        self.agents = lived.with_columns(
            becomes.cast(pl.Int8).alias("domain"), (pl.col("purchases") + buys).alias("purchases")
        ).drop([draw.name for draw in draws])
        self.model.purchases = self.agents["purchases"].sum() - before


class FanLiteModel(ModelDF):
    def __init__(self, agents: int, rules: FanLite, seed: int) -> None:
        super().__init__(seed)
        self.rules, self.purchases = rules, 0
        self.fans = Fans(self, agents)
        self.agents += self.fans

    def step(self) -> None:
        self.agents.do("step")


def prepare(agents: int, days: int, seed: int, rules: FanLite, threads: int = 1) -> Callable[[], Daily]:
    """As many threads as Polars takes."""
    model = FanLiteModel(agents, rules, seed)

    def run() -> Daily:
        daily = Daily.empty(days)
        for day in range(days):
            model.step()
            fans = model.get_agents_of_type(Fans).agents
            daily.domains[day] = np.bincount(fans["domain"].to_numpy(), minlength=3)
            daily.trust[day], daily.purchases[day] = fans["trust"].mean(), model.purchases
        return daily

    return run
