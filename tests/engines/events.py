"""What happened in a run: counters by name, and which decisions were drawn."""

import sys

from worlds import FINDING, LONG_DECISIONS, SERVED, STORE, everything

from sim.engines.run import run
from sim.rules.tally import Slot

STARTS = sorted((slot.value, name) for name, slot in Slot.__members__.items())


def events(ledger):
    """Counters that are not zero over a run: name of the block, or name+position within it."""
    total = ledger.tallies.sum(axis=0)
    found = {}
    for at in total.nonzero()[0].tolist():
        start, name = max(pair for pair in STARTS if pair[0] <= at)
        found[f"{name}+{at - start}"] = int(total[at])
        found[name] = found.get(name, 0) + int(total[at])
    return found


def decisions_drawn():
    """Numbers of the decisions for which a run of every mechanism draws; only without compilation."""
    import sim.engines.words
    import sim.rules.cascade
    import sim.streams

    drawn = set()
    original, daily, content = sim.streams.uniform, sim.streams.daily_words, sim.rules.cascade.content_draws
    sharing, filling = sim.streams.share_word, sim.engines.words.fill_words

    def uniform(key, decision, person, day, k):
        drawn.add(int(decision))
        return original(key, decision, person, day, k)

    def daily_words(key, person, day):
        drawn.update((8, 9, 10, 11))
        return daily(key, person, day)

    def share_word(key, person, day):
        drawn.add(44)
        return sharing(key, person, day)

    def fill_words(words, keys, decision, day, k, key):
        drawn.add(int(decision))
        filling(words, keys, decision, day, k, key)

    def content_draws(key, account, day, number):
        drawn.update((56, 57, 58))
        return content(key, account, day, number)

    for module in [m for name, m in sys.modules.items() if name.startswith("sim.")]:
        for name, mine, theirs in (
            ("uniform", uniform, original),
            ("daily_words", daily_words, daily),
            ("share_word", share_word, sharing),
            ("fill_words", fill_words, filling),
            ("content_draws", content_draws, content),
        ):
            if getattr(module, name, None) is theirs:
                setattr(module, name, mine)
    neighbour = {"rivals.other": {"logic": "depletion", "shared_fans": 0.5, "pool": {"fans": 50}}}
    for changes in (SERVED | neighbour, LONG_DECISIONS, STORE, FINDING):
        run(everything({"days": 45, "pool.fans": 100} | changes), "depletion", seed=7)
    return sorted(drawn)
