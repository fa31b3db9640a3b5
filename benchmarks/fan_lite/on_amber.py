"""fan-lite on AMBER's vectorised lane: ``agents.where`` views, whole-column ``set``, ``model_reporters``."""

from collections.abc import Callable

import ambr
import numpy as np
import polars as pl

from benchmarks.fan_lite.model import GONE, PRIVATE, PUBLIC, Daily, FanLite


def _count(domain: int) -> Callable[["FanLiteModel"], int]:
    return lambda model: int((model.agents.domain == domain).sum())


class FanLiteModel(ambr.Model):
    model_reporters = {
        "public": _count(PUBLIC),
        "private": _count(PRIVATE),
        "gone": _count(GONE),
        "trust": lambda m: float(m.agents.trust.mean()),
        "bought": lambda m: m.bought,
    }

    def setup(self) -> None:
        rules: FanLite = self.p["rules"]
        n = self.p["n"]
        self.bought = 0
        self.add_agents(
            n,
            domain=np.full(n, PUBLIC, np.int8),
            tolerance=self.rng.lognormal(0.0, rules.spread, n),
            trust=np.full(n, rules.trust),
            fatigue=np.zeros(n),
            purchases=np.zeros(n, np.int32),
        )

    def step_vectorized(self) -> None:
        rules: FanLite = self.p["rules"]
        domain, trust, fatigue, tolerance, purchases = self.agents.numpy(
            "domain", "trust", "fatigue", "tolerance", "purchases"
        )
        public, private = domain == PUBLIC, domain == PRIVATE
        n = len(domain)
        for _ in range(2):
            opened = private & (self.rng.random(n) < rules.opened)
            liked = self.rng.random(n) < rules.liked
            fatigue = fatigue + opened
            moved = np.where(liked, rules.gain * (1.0 - trust), -rules.loss * trust)
            trust = np.where(opened, trust + moved, trust)
        fatigue = np.where(private, fatigue * rules.recovery, fatigue)
        leaves = private & (self.rng.random(n) < -np.expm1(-rules.leave * fatigue / tolerance * (1.0 - trust)))
        buys = private & ~leaves & (self.rng.random(n) < rules.buy * trust)
        follows = public & (self.rng.random(n) < rules.exposure * rules.follow)
        domain = np.where(follows, PRIVATE, np.where(leaves, GONE, domain)).astype(np.int8)
        self.agents.set(domain=domain, trust=trust, fatigue=fatigue, purchases=purchases + buys)
        self.bought = int(buys.sum())


def prepare(agents: int, days: int, seed: int, rules: FanLite, threads: int = 1) -> Callable[[], Daily]:
    """As many threads as Polars takes."""
    model = FanLiteModel({"n": agents, "steps": days, "seed": seed, "rules": rules, "show_progress": False})

    def run() -> Daily:
        table: pl.DataFrame = model.cpu(mode="vectorized").run().model.tail(days)
        return Daily(
            table.select("public", "private", "gone").to_numpy().astype(np.int64),
            table["trust"].to_numpy(),
            table["bought"].to_numpy().astype(np.int64),
        )

    return run
