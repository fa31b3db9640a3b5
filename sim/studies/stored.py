"""Runs through the store: a study that chooses its next runs by the last ones makes none that was ever made before."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sim.batch.identity import Identities, maker, scenario_hash
from sim.batch.store import Index, Store, key_array, new_token
from sim.engines.run import Engine
from sim.scenario.schema import Scenario
from sim.studies.runner import Outcome, Threads, Wanted


class Stored:
    """Runs in threads of this process, after a look into the store; what is made is kept there.

    root  of the store;  base: a scenario with all logics of the study that are no fixed plans
    done  called with the number of runs finished so far, those of the store included

    A KeyboardInterrupt leaves all finished runs in the store.
    """

    def __init__(
        self,
        root: Path,
        base: Scenario,
        threads: int | None = None,
        engine: Engine = "arrays",
        done: Callable[[int], None] | None = None,
    ) -> None:
        self.base, self.engine, self.done = base, engine, done
        self.maker = maker(base)
        self.store = Store.of(root, self.maker)
        self.store.prepare(self.maker)
        self.shards = [shard.path for shard in self.store.shards()]
        self.index = _places(self.store, self.shards)
        self.known: dict[str, Outcome] = {}
        self.run = Threads(threads, engine)
        self._identities: dict[int, Identities] = {}
        self._hashes: dict[int, tuple[Scenario, dict[str, str]]] = {}

    def __call__(self, wanted: Sequence[Wanted]) -> list[Outcome]:
        """Outcomes of the store, and of the runs that it lacks."""
        keys = [self._key(one) for one in wanted]
        self._recall([key for key in keys if key not in self.known])
        missing = {key: one for key, one in zip(keys, wanted, strict=True) if key not in self.known}
        self._make(missing)
        if self.done:
            self.done(len(self.known))
        return [self.known[key] for key in keys]

    def _make(self, missing: dict[str, Wanted]) -> None:
        """Run what is missing, and keep what is finished, whatever ends it."""
        made: dict[str, Outcome] = {}

        def keep(one: Wanted, outcome: Outcome) -> None:
            made[self._key(one)] = outcome

        try:
            self.run.each(list(missing.values()), keep)
        finally:
            if made:
                rows = [self._row(key, missing[key], outcome) for key, outcome in made.items()]
                self.store.write(new_token(), rows)
                self.known |= made

    def _key(self, one: Wanted) -> str:
        if one.seed not in self._identities:
            self._identities[one.seed] = Identities(self.base, one.seed, self.engine, self.maker)
        return self._identities[one.seed].key(self._hash(one), one.logic, one.replication).hex()

    def _hash(self, one: Wanted) -> str:
        """Hash of what decides the run; the same scenario comes with every replication."""
        scenario, hashes = self._hashes.setdefault(id(one.scenario), (one.scenario, {}))
        if one.logic not in hashes:
            hashes[one.logic] = scenario_hash(scenario, one.logic)
        return hashes[one.logic]

    def _row(self, key: str, one: Wanted, outcome: Outcome) -> dict[str, Any]:
        own = {"key": key, "scenario": self._hash(one), "logic": one.logic, "replication": one.replication}
        own |= {"seed": one.seed, "engine": self.engine, "status": outcome.status, "message": outcome.message or None}
        return {**own, **outcome.figures}

    def _recall(self, keys: Sequence[str]) -> None:
        """Read those runs that the store has, each of their shards once."""
        by_shard: dict[int, set[str]] = {}
        for key in keys:
            if (shard := self.index.get(bytes.fromhex(key))) is not None:
                by_shard.setdefault(int(shard), set()).add(key)
        for number, wanted in by_shard.items():
            for row in self.store.read(self.shards[number]).to_pylist():
                if row["key"] in wanted:
                    self.known[row["key"]] = Outcome(row["status"], row, row["message"] or "")


def _places(store: Store, shards: Sequence[Path]) -> Index:
    """Key of each run in the store → number of its shard."""
    found = Index()
    for number, path in enumerate(shards):
        keys = key_array(store.read(path, ["key"])["key"].to_pylist())
        found.add_all(keys, np.full(len(keys), float(number)))
    return found
