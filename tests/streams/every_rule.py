"""Every ``@rule`` and ``@rare`` with random valid arguments made from the annotations, in whichever form it runs."""

import ast
import importlib
import inspect
import pkgutil
import typing
import zlib
from pathlib import Path

import numpy as np
from worlds import FINDING, SERVED, STORE, begun, everything

import sim.rules
from sim.domains import MAX_CHANNELS
from sim.engines.population import rounded_fan, rounded_person
from sim.engines.reservoir import cell_address, pool_address
from sim.rules import RULE_TABLES
from sim.rules.cascade import TrafficPools
from sim.rules.climate import Climate, World, boxed, compilable, compilable_rows
from sim.rules.mean_beside import BESIDE
from sim.rules.mean_fan import MeanFan, Steady
from sim.rules.mean_prospects import LEAD
from sim.rules.mean_reading import ANSWER
from sim.rules.mean_state import CELL, SIZE, STATES, TRAITS
from sim.rules.response import SCANS
from sim.rules.rows import NEVER, Fan, Person
from sim.rules.tally import TALLY_SIZE, Slot, new_tally
from sim.streams import Decision

CALLS = 100
SEED = 20210802
PROSPECTS = (0.7, 0.1, 0.1, 0.1)  # how often a fan is in each state
DAY = 47  # of the run, in the second calendar month
MODULES = ("sim.streams", *(f"sim.rules.{m.name}" for m in pkgutil.iter_modules(sim.rules.__path__)))

# ranges of arguments by name; integers first, then floats
INTEGERS = {
    "decision": (1, max(Decision)), "day": (0, 700), "k": (0, 300), "segment": (0, 1), "tier": (0, 2),
    "channels": (0, 63), "muted": (0, 63), "amount": (0, 10**9), "basis_points": (0, 10_000), "channel": (0, 12),
    "fan_orders": (0, 3), "clicked_on": (0, 700), "left_on": (0, 700), "tenure": (-5, 400), "word": (0, 2**32 - 1),
    "counts": (0, 2**40), "c": (0, 7), "n": (0, 50), "slot": (Slot.CHANNEL_JOINS, Slot.CHANNEL_JOINS),
    "month_counts": (0, 2**40), "offer": (0, 12), "due_on": (0, 60), "orders": (0, 5), "ordered_on": (0, 47),
    "discount": (0, 10_000),
    "sought": (0, 12), "account": (0, 5000),
    "number": (0, 1000), "spend": (0, 10**6), "joinable": (0, 63), "attempts": (0, 255), "draw": (0, 3),
    "joined": (0, 63), "commission": (0, 10**5), "net": (0, 10**6), "joining": (0, 63), "accounts": (1, 60),
    "values": (0, 9), "promotions": (0, 9), "listening": (0, 63), "admitted": (0, 63), "source": (0, 7),
    "joined_on": (-60, 47), "updated_on": (0, 47),
    "audience": (0, 7),
    "i": (0, 5), "first": (0, 0), "to": (0, 5), "node": (0, 0), "g": (0, 1),
    "grade": (-16, 15), "stubs": (2000, 10**6), "used": (0, 2000), "mine": (0, 1000), "origin": (0, 2),
}  # fmt: skip
FLOATS = {
    "p": (1e-9, 1 - 1e-9), "u": (1e-9, 1 - 1e-9), "x": (-9.0, 9.0), "mean": (0.0, 12.0), "shape": (0.05, 20.0),
    "a": (0.05, 9.0), "b": (0.05, 9.0), "week": (0.0, 140.0), "base": (0.0, 1.0), "affinity": (-3.0, 3.0),
    "match": (-5.0, 5.0), "followers": (0.0, 1e7), "previous": (0.0, 255.0), "elapsed": (0.0, 700.0),
    "time": (0.1, 400.0), "accumulated": (0.0, 50.0), "waiting": (1e-9, 20.0), "intimacy": (0.0, 9.0),
    "fatigue": (0.0, 50.0), "relative_price": (0.1, 10.0), "decision_days": (1.0, 30.0), "value": (-2.0, 1.0),
    "factor": (0.0, 5.0), "factor_limit": (1.0, 5.0), "frailty": (0.0, 9.0), "active_core": (0.0, 1e5),
    "initial_fans": (0.0, 1e6), "bid": (100.0, 9e4), "cpm": (100.0, 9e4), "median": (4.0, 9.0), "spread": (0.1, 2.0),
    "spend": (0.0, 1e8), "reference": (1e3, 1e8), "impressions_per_head": (0.0, 20.0), "growth": (-0.01, 0.01),
    "values": (0.0, 9.0), "promotions": (0.0, 9.0), "low": (-3.0, 0.0), "high": (0.0, 3.0), "tolerance": (0.01, 30.0),
    "asked": (0.01, 1.0), "reference_price": (0.05, 1.0),
    "proneness": (0.0, 1.0),
    "need_rate": (0.0, 3.0), "trust_prior": (0.01, 1.0), "deal_response": (0.0, 10.0), "certified": (0.0, 1.0),
    "spam": (0.0, 30.0), "fold_after": (0.0, 9.0), "packets": (0.0, 3.0), "days": (0.5, 400.0), "exposures": (0.0, 1e5),
    "shift": (-5.0, 5.0),
    "weight": (0.0, 5.0), "group_active": (0.0, 1e5), "active_fans": (0.0, 1e6), "competitors": (-0.01, 0.01),
    "unevenness": (0.0, 9.0), "price_war": (0.0, 0.01),
    "seats": (0.0, 40.0), "load": (0.01, 30.0), "slack": (-2.0, 2.0), "start": (0.0, 1.0), "patience": (1.0, 2000.0),
    "minutes": (-1.0, 200.0), "elsewhere": (0.0, 200.0),
    "budget": (0.0, 200.0), "arrivals": (0.0, 5.0), "rate": (1.0, 20.0), "contacts": (0.0, 2000.0),
    "hours": (4.0, 24.0), "season": (0.0, 3.0),
    "uplift": (1.0, 3.0), "reward": (0.0, 50.0), "own": (-3.0, 3.0), "sender": (-3.0, 3.0),
    "sender_affinity": (-3.0, 3.0), "orders_shown": (0.0, 1e5), "satisfaction": (-1.0, 1.0),
}  # fmt: skip


def rules_of(module):
    """Names of the functions that are decorated with ``@rule`` or ``@rare``."""
    tree = ast.parse(Path(importlib.import_module(module).__file__).read_text(encoding="utf-8"))
    return [
        node.name
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        and any(isinstance(d, ast.Name) and d.id in ("rule", "rare") for d in node.decorator_list)
    ]


def all_rules():
    """Names of all rules, as module:function."""
    return [f"{module}:{name}" for module in MODULES for name in rules_of(module)]


def world_and_climate(scenario):
    """What stays the same in a run, the climate of one of its days, and the traffic pools of its feed."""
    simulation = begun(scenario)
    climates, advance = [], simulation.rows.advance

    def advanced(climate, tally):
        climates.append(climate)
        advance(climate, tally)

    simulation.rows.advance = advanced
    for _ in range(DAY + 1):
        simulation.step()
    return simulation.world, climates[DAY], simulation.brand.market.brand_feed.pools


class Arguments:
    """Random arguments of rules, the same in both forms."""

    def __init__(self, seed):
        self.chance = np.random.default_rng(seed)
        joining = {f"channels.douyin-group.joins_per_month.{tier}": 9.0 for tier in ("passer_by", "liking", "devoted")}
        often = joining | {
            "days": DAY + 1,
            "pool.fans": 60,
        }  # joining is seen among few calls; a climate needs few fans
        self.here = [world_and_climate(everything(often | changes)) for changes in (FINDING, SERVED, STORE)]
        self.elsewhere()

    def elsewhere(self):
        """Go to one of the worlds."""
        self.world, self.climate, self.pools = self.here[int(self.chance.integers(len(self.here)))]
        self.channels = self.world.channels.used

    def number(self, low, high):
        """A float in a range; one in ten is a bound."""
        at = self.chance.random()
        return float(low if at < 0.05 else high if at > 0.95 else self.chance.uniform(low, high))

    def address(self):
        """A person of the pool or of a cell."""
        n = int(self.chance.integers(1 << 30))
        return pool_address(n) if n % 2 else cell_address(n % 3, n)

    def person(self):
        """A person with any traits."""
        x = self.number
        return rounded_person(Person(
            self.address(), int(self.chance.integers(2)), x(0.05, 20), x(0, 5), x(0, 0.5), x(-2, 2), x(0, 1)
        ))  # fmt: skip

    def fan(self):
        """A fan in any state, follower or not."""
        chance, x = self.chance, self.number
        on = lambda: NEVER if chance.random() < 0.3 else int(chance.integers(-60, DAY))  # noqa: E731
        bits = 0 if chance.random() < 0.3 else int(chance.integers(1, 1 << self.channels))
        muted = bits & int(chance.integers(1 << self.channels))
        tier = int(chance.integers(3)) if bits & ~muted else 0
        due = DAY if chance.random() < 0.3 else NEVER
        month = sum(int(chance.integers(0, 9)) << 7 * c for c in range(self.channels))
        return rounded_fan(Fan(
            int(chance.integers(5)), bits, muted, tier, int(chance.integers(-1, 5)), int(chance.choice(4, p=PROSPECTS)),
            int(chance.integers(0, 256)), on(), on(), on(), on(), on(), DAY - int(chance.integers(1, 40)), due,
            int(chance.integers(0, 5)), x(0, 1), x(0, 30), x(0, 6), x(0, 1), x(0, 2), month,
            float(chance.integers(0, 10**7)), x(0, 2), x(0, 1), x(0.05, 1), int(chance.integers(-16, 16)),
        ))  # fmt: skip

    def mean_fan(self):
        """Any group of fans."""
        x, chance = self.number, self.chance
        return MeanFan(
            int(chance.integers(3)), int(chance.integers(1, 1 << self.channels)), x(0.05, 9), x(0, 1), x(0, 1),
            x(0, 30), x(0, 6), x(0, 5), x(-2, 2), x(0, 1), x(0, 0.5), x(0, 1), x(0, 3), x(-2, 2), x(-2, 2), x(-2, 2),
            x(0, 1), x(0.05, 1),
        )  # fmt: skip

    def steady(self):
        """Any constant plan."""
        x = self.number
        vectors = [[x(0, most) for _ in range(MAX_CHANNELS)] for most in (9.0, 9.0, 2.0, 50.0, 50.0, 5.0, 0.1)]
        return Steady(*vectors, x(0, 0.1), x(0, 1), x(0, 0.5), x(0, 3), x(0, 0.001))

    def cells(self, name):
        """One node of six cells, two in each tier, as the rules of the mean field take them."""
        chance, first = self.chance, np.arange(6) < 3
        if name == "levels":
            return np.array([0.0, 0.6, 1.0, 2.0, 2.5, 4.0])
        if name == "tiers":
            return np.array([0, 0, 1, 1, 2, 2])
        if name == "traits":
            found = chance.uniform(0.1, 2.0, (1, TRAITS))
            found[:, TRAITS - 1] = -chance.integers(60)
            return found
        if name == "states":
            return chance.uniform(0.1, 0.9, (6, STATES))
        if name in ("members", "counts"):
            return chance.random((6, MAX_CHANNELS)) * np.where(first, 1.0, 0.5)[:, None]
        if name == "cells":
            found = chance.uniform(0.1, 0.9, (6, CELL))
            found[:, SIZE] = chance.uniform(0.1, 9.0, 6)
            return found
        if name == "after":
            return np.zeros((6, CELL))
        if name == "beside":  # two groups of the node's fans, and who is alone
            return chance.uniform(0.0, 0.5, (1, 2, BESIDE))
        if name == "gone":
            return np.zeros((1, 2))
        if name in ("row", "scratch", "kept"):
            return chance.uniform(0.0, 0.1, CELL)
        if name in ("known", "left", "met"):  # by segment
            return chance.uniform(0.0, {"known": 50.0, "left": 0.5, "met": 0.0}[name], 2)
        if name == "won":
            return np.zeros((2, 3))
        if name == "answer":
            return chance.uniform(0.0, 1.0, ANSWER)
        if name == "lead":
            return chance.uniform(0.0, 0.1, LEAD)
        if name == "climates":
            return boxed(self.climate)
        if name == "worlds":
            return boxed(self.world)
        if name in ("offers", "leaving"):
            return chance.uniform(0.0, 0.1, MAX_CHANNELS + 1)
        return np.zeros((3, 6)) if name == "found" else np.zeros(TALLY_SIZE)

    def one(self, name, kind):
        """An argument by its name and annotation."""
        tables = {table: getattr(self.world.rules, key) for key, table in RULE_TABLES.items()}
        if kind in tables:
            return tables[kind]
        if kind is Person:
            return self.person()
        if kind is Fan:
            return self.fan()
        if kind is MeanFan:
            return compilable(self.mean_fan())
        if kind is Steady:
            return compilable(self.steady())
        if name == "groups":
            return compilable_rows([self.mean_fan() for _ in range(3)])
        if name == "fans":
            return self.chance.integers(0, 1000, 3).astype(np.float64)
        if kind is typing.Any:
            return self.cells(name)
        if kind is World:
            return self.world
        if kind is Climate:
            return self.climate
        if kind is TrafficPools:
            return self.pools
        if kind is bool:
            return bool(self.chance.random() < 0.5)
        if kind is float:
            return self.number(*FLOATS.get(name, (0.0, 1.0)))
        if kind is int:
            if name == "key":
                return int(self.chance.integers(-(1 << 63), (1 << 63) - 1))
            if name in ("address", "person"):
                return self.address()
            if name == "prospect":
                return int(self.chance.choice(4, p=PROSPECTS))
            if name == "kind":  # scans of a code among them
                kinds = [*range(10), *range(SCANS, SCANS + 6)]
                return kinds[int(self.chance.integers(len(kinds)))]
            if name in ("c0", "c1", "c2", "c3", "k0", "k1"):
                return int(self.chance.integers(1 << 32))
            low, high = INTEGERS[name]
            return int(self.chance.integers(low, high + 1))
        if hasattr(kind, "_fields"):  # what one rule hands to another
            hints = typing.get_type_hints(kind)
            return kind(*(self.one(field, hints[field]) for field in kind._fields))
        return new_tally()  # the only vector that a rule takes


def plain(value):
    """A result as JSON keeps it: floats to the last bit."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    if isinstance(value, bool | np.bool_):
        return int(value)
    if isinstance(value, int | np.integer):
        return int(value)
    return value if value is None else float(value).hex()


def results():
    """Rule → what it returned, and added to the tally, for each set of arguments."""
    arguments = Arguments(SEED)
    found = {}
    for rule in all_rules():
        module, name = rule.split(":")
        function = getattr(importlib.import_module(module), name)
        bare = getattr(function, "py_func", function)
        hints = typing.get_type_hints(bare)
        arguments.chance = np.random.default_rng([SEED, zlib.crc32(rule.encode())])  # another rule changes no other's
        found[rule] = []
        for _ in range(CALLS):
            arguments.elsewhere()
            given = [arguments.one(p, hints[p]) for p in inspect.signature(bare).parameters]
            value = plain(function(*given))
            tallies = [
                np.flatnonzero(g).tolist() + g[g != 0].tolist()
                for g in given
                if isinstance(g, np.ndarray) and g.ndim and not g.dtype.names
            ]
            found[rule].append([value, tallies])
    return found


def whole_run(engine):
    """Integers of a small run of every mechanism: events in all, and each day's counters."""
    from sim.engines.run import run

    scenario = everything({"pool.fans": 100, "days": 40, "feed.exposures_at_least": 80})
    found = run(scenario, "depletion", seed=11, engine=engine)
    return found.ledger.tallies.tolist()
