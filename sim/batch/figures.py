"""Figures: what every run reports in its summary, by name."""

from functools import cache

from sim.engines.book import Book
from sim.results import summarise
from sim.scenario import load_scenario


@cache
def figures() -> tuple[str, ...]:
    """Names of the figures of a run's summary: what an experiment can observe."""
    scenario = load_scenario("liquor")
    one_day = scenario.model_copy(update={"days": 1})
    return tuple(summarise(Book(one_day, [0] * len(scenario.channels)).ledger))
