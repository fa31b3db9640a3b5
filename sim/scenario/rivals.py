"""Rivals: other brands in the same market, each seen as the scenario that it would be on its own."""

from sim.scenario.schema import Scenario

OWN = ("brand", "pool", "costs", "service", "store")  # tables that a rival has of its own; all else is the market's


def of_rival(scenario: Scenario, name: str) -> Scenario:
    """The scenario as a rival sees it: its own brand, pool, costs, service and store, and its one logic.

    name  of the rival's table
    """
    rival = scenario.rivals[name]
    own = {part: getattr(rival, part) for part in OWN}
    return scenario.model_copy(update={**own, "logics": {name: rival.logic}, "sources": {}, "rivals": {}})
