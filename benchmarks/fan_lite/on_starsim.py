"""fan-lite as a Starsim module: states as arrays over people, Bernoulli distributions with common random numbers."""

from collections.abc import Callable

import numpy as np
import starsim as ss

from benchmarks.fan_lite.model import Daily, FanLite


class Brand(ss.Module):
    def __init__(self, rules: FanLite, **kwargs) -> None:
        super().__init__()
        self.define_pars(
            follow=ss.bernoulli(p=rules.exposure * rules.follow),
            opened=[ss.bernoulli(p=rules.opened), ss.bernoulli(p=rules.opened)],
            liked=[ss.bernoulli(p=rules.liked), ss.bernoulli(p=rules.liked)],
            leave=ss.bernoulli(p=0.0),
            buy=ss.bernoulli(p=0.0),
            tolerance=ss.lognorm_im(mean=0.0, sigma=rules.spread),
        )
        self.update_pars(**kwargs)
        self.define_states(
            ss.BoolState("public", default=True),
            ss.BoolState("private", default=False),
            ss.BoolState("gone", default=False),
            ss.FloatArr("trust", default=rules.trust),
            ss.FloatArr("fatigue", default=0.0),
            ss.FloatArr("tolerance", default=self.pars.tolerance),
            ss.FloatArr("purchases", default=0.0),
        )
        self.rules = rules

    def init_results(self) -> None:
        super().init_results()  # counts of the three states
        self.define_results(
            ss.Result("mean_trust", dtype=float, scale=False), ss.Result("bought", dtype=int, scale=False)
        )

    def step(self) -> None:
        pars, rules = self.pars, self.rules
        public, private = self.public.uids, self.private.uids
        for opened, liked in zip(pars.opened, pars.liked, strict=True):
            uids = opened.filter(private)
            ups, downs = liked.split(uids)
            self.fatigue[uids] += 1.0
            self.trust[ups] += rules.gain * (1.0 - self.trust[ups])
            self.trust[downs] -= rules.loss * self.trust[downs]
        self.fatigue[private] *= rules.recovery
        strain = self.fatigue[private] / self.tolerance[private] * (1.0 - self.trust[private])
        pars.leave.set(p=-np.expm1(-rules.leave * strain))
        leaves, stays = pars.leave.split(private)
        self.private[leaves] = False
        self.gone[leaves] = True
        pars.buy.set(p=rules.buy * self.trust[stays])
        buyers = pars.buy.filter(stays)
        self.purchases[buyers] += 1
        follows = pars.follow.filter(public)
        self.public[follows] = False
        self.private[follows] = True
        self.results.bought[self.ti] = len(buyers)

    def update_results(self) -> None:
        super().update_results()
        self.results.mean_trust[self.ti] = self.trust.mean()


def simulation(agents: int, days: int, seed: int, rules: FanLite) -> ss.Sim:
    """A simulation that has not begun."""
    return ss.Sim(
        n_agents=agents, start=0, dur=ss.days(days - 1), dt=ss.days(1), modules=Brand(rules), rand_seed=seed, verbose=0
    )


def prepare(agents: int, days: int, seed: int, rules: FanLite, threads: int = 1) -> Callable[[], Daily]:
    """One thread, whatever is asked."""
    sim = simulation(agents, days, seed, rules)
    sim.init()

    def run() -> Daily:
        sim.run()
        found = sim.results.brand
        domains = [found.n_public, found.n_private, found.n_gone]
        return Daily(
            np.stack([np.asarray(d).astype(np.int64) for d in domains], axis=1),
            np.asarray(found.mean_trust),
            np.asarray(found.bought).astype(np.int64),
        )

    return run
