"""Shards against threads, and what a round costs: python benchmarks/shards.py [--fans N ...] [--days D] [--tries T].

Times are between the end of day 4 and that of the last day, so that the start of processes is left out. Tries of all
kinds alternate, since the machine's speed changes from minute to minute; printed are the medians.
"""

import argparse
import multiprocessing
import statistics
import time

import numpy as np

from sim.engines.communicators import MemoryCommunicator, SharedMemory
from sim.engines.hub import Hub, HubCommunicator
from sim.engines.run import run
from sim.engines.sharded import run_sharded
from sim.rules.tally import TALLY_SIZE
from sim.scenario import load_scenario, with_changes

FIRST = 4
ROUNDS = 3000
KINDS = {"1 thread": (1, 1), "2 threads": (1, 2), "2 shards": (2, 1)}


def seconds(scenario, shards, threads, link="memory"):
    """Seconds from the end of day ``FIRST`` to that of the last."""
    ends = []

    def told(day):
        ends.append(time.perf_counter())

    if shards == 1:
        run(scenario, "depletion", 1, threads=threads, progress=told)
    else:
        run_sharded(scenario, "depletion", 1, shards=shards, threads=threads, link=link, progress=told)
    return ends[-1] - ends[FIRST]


def rounds(place, index, line):
    """A shard that sums the tallies of many days and does nothing else; sends the microseconds of a round."""
    communicator = MemoryCommunicator(place, index) if isinstance(place, SharedMemory) else HubCommunicator(*place)
    tally = np.ones(TALLY_SIZE + 1, np.int64)
    for _ in range(100):
        communicator.sum(tally)
    began = time.perf_counter()
    for _ in range(ROUNDS):
        communicator.sum(tally)
    line.send(1e6 * (time.perf_counter() - began) / ROUNDS)
    if not isinstance(place, SharedMemory):
        communicator.end()


def microseconds(link, shards):
    """Of one round of so many processes."""
    context = multiprocessing.get_context("spawn")
    hub = Hub(shards) if link == "hub" else None
    shared = SharedMemory.of(shards, context)
    here, there = context.Pipe(duplex=False)
    places = [(hub.address, hub.authkey, index, shards) if hub else shared for index in range(shards)]
    processes = [context.Process(target=rounds, args=(place, k, there)) for k, place in enumerate(places)]
    for process in processes:
        process.start()
    found = [here.recv() for _ in processes]
    for process in processes:
        process.join()
    if hub:
        hub.close()
    return statistics.median(found)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--fans", type=int, nargs="*", default=[100_000, 1_000_000])
    options.add_argument("--days", type=int, default=40)
    options.add_argument("--tries", type=int, default=5)
    given = options.parse_args()
    for link in ("memory", "hub"):
        for shards in (2, 4):
            print(f"{link}, {shards} shards: {microseconds(link, shards):.0f} µs a round", flush=True)
    for fans in given.fans:
        scenario = with_changes(load_scenario("liquor"), {"pool.fans": fans, "days": given.days})
        found = {kind: [] for kind in KINDS}
        for _ in range(given.tries):
            for kind, (shards, threads) in KINDS.items():
                found[kind].append(seconds(scenario, shards, threads))
        for kind, tries in found.items():
            ratios = [alone / own for alone, own in zip(found["1 thread"], tries, strict=True)]
            print(
                f"{fans:,} fans, {kind}: {1e3 * statistics.median(tries) / (given.days - FIRST - 1):.1f} ms a day, "
                f"{statistics.median(ratios):.2f} times as fast as 1 thread ({min(ratios):.2f} … {max(ratios):.2f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
