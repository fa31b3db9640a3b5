"""Knobs: what an optimiser may turn in a fixed plan, each as a place 0 … 1 in its range."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.domains import ChannelKind, Tier, word
from sim.engines.desk import is_asked, service_brief
from sim.engines.world import brief_of, quota_in_force, world_of
from sim.logics import Fixed, Logic
from sim.logics.base import BEST_QUALITY, SHORTEST_MONTH_WEEKS
from sim.logics.fixed import TierPlan
from sim.plans import Seen
from sim.scenario.schema import Scenario

ELEMENTS = ("pushes", "tiers", "value_share", "discount", "quality", "ads", "service")
MOST_PUSHES = 42.0  # a week and channel
MOST_DISCOUNT = 0.5
MOST_TIER = 3.0  # factor on pushes to a tier
DIGITS = 3  # of a value in a plan that people read

Table = dict[str, Any]


@dataclass(frozen=True)
class Knob:
    """A key of a fixed plan.

    path     names from the logic's table down, such as ("pushes_per_week", "wechat-group")
    high     of its values, from 0;  curved: half of the range of places is for the lowest √high of the values
    element  of ``ELEMENTS``
    """

    path: tuple[str, ...]
    high: float
    element: str
    curved: bool = False

    @property
    def key(self) -> str:
        """Dotted key within the logic."""
        return ".".join(self.path)

    def at(self, place: float) -> float:
        """The value at a place, with digits that people can read: log(1 + value) grows evenly where curved."""
        value = math.expm1(place * math.log1p(self.high)) if self.curved else place * self.high
        return min(self.high, float(f"{value:.{DIGITS}g}"))

    def place(self, value: float) -> float:
        """Where a value lies, cut to the range."""
        kept = min(max(value, 0.0), self.high)
        return math.log1p(kept) / math.log1p(self.high) if self.curved else kept / self.high


def knobs_of(
    scenario: Scenario, elements: Sequence[str] = ELEMENTS, most_pushes: float = MOST_PUSHES, most_ads: float = 0.0
) -> tuple[Knob, ...]:
    """The knobs that mean something in a scenario.

    most_ads  ¥ a day; 0: three times what any logic of the file spends, and none where no logic buys ads

    Pushes end at a channel's quota. Tiers differ where some channel speaks to one fan; service seats where anybody
    asks the brand.
    """
    found: list[Knob] = []
    if "pushes" in elements:
        for channel in _pushed(scenario):
            quota = quota_in_force(channel)
            high = most_pushes if quota is None else min(most_pushes, quota / SHORTEST_MONTH_WEEKS)
            if high > 0.0:
                found.append(Knob(("pushes_per_week", channel.name), high, "pushes", curved=True))
    if "tiers" in elements and any(channel.kind != word(ChannelKind.GROUP) for channel in _pushed(scenario)):
        found += [Knob(("tiers", word(tier), "frequency"), MOST_TIER, "tiers", curved=True) for tier in Tier]
    shares = {"value_share": 1.0, "discount": MOST_DISCOUNT, "quality": BEST_QUALITY}
    found += [Knob((name,), high, name) for name, high in shares.items() if name in elements]
    ads = most_ads or 3.0 * max(logic.ads_per_day for logic in scenario.logics.values())
    if "ads" in elements and ads > 0.0 and any(platform.ads for platform in scenario.platforms):
        found.append(Knob(("ads_per_day",), ads, "ads", curved=True))
    if "service" in elements and is_asked(scenario):
        found.append(Knob(("service_seats",), 3.0 * max(1.0, _usual_seats(scenario)), "service"))
    return tuple(found)


def _pushed(scenario: Scenario) -> list[Any]:
    return [channel for channel in scenario.channels if channel.kind != word(ChannelKind.PULL)]


def _usual_seats(scenario: Scenario) -> float:
    """Seats that the logics of the file begin with, at most."""
    brief = replace(brief_of(scenario), service=service_brief(scenario, world_of(scenario)))
    return max(logic.seats(brief, Seen(0, scenario.start, (), None)) for logic in scenario.logics.values())


def frame_of(logic: Logic) -> Table:
    """What a fixed plan takes over from a logic: all that it shares with it."""
    kept = logic.model_dump(by_alias=True, exclude_defaults=False)
    frame = {name: kept[name] for name in Fixed.model_fields if name in kept and name != "kind"}
    return {"kind": "fixed", **{name: value for name, value in frame.items() if value not in (None, {}, ())}}


def plan_at(frame: Mapping[str, Any], knobs: Sequence[Knob], places: Mapping[str, float]) -> Table:
    """The table of a fixed plan: the frame, with the values of the knobs at their places.

    Channels that a knob turns are named one by one, so that a kind in the frame ("group") does not speak for them.
    """
    table: Table = {name: dict(value) if isinstance(value, Mapping) else value for name, value in frame.items()}
    if any(knob.element == "pushes" for knob in knobs):
        table["pushes_per_week"] = {}
    for knob in knobs:
        at = table
        for name in knob.path[:-1]:
            at = at.setdefault(name, {})
        at[knob.path[-1]] = knob.at(places[knob.key])
    return table


def places_of(logic: Logic, scenario: Scenario, knobs: Sequence[Knob]) -> dict[str, float]:
    """Where a hand-written logic stands, as far as a fixed plan can say it: its first plan, tiers alike."""
    channels = {channel.name: channel.kind for channel in scenario.channels}
    quality = scenario.brand.content.quality
    own = getattr(logic, "quality", None)
    start: Mapping[str, Any] = getattr(logic, "tiers", {})
    found = {}
    for knob in knobs:
        match knob.element:
            case "pushes":
                name = knob.path[1]
                value = logic.pushes_per_week.get(name, logic.pushes_per_week.get(channels[name], 0.0))
            case "tiers":
                value = start.get(knob.path[1], TierPlan()).frequency
            case "quality":
                value = own if own is not None else float(quality.daily(scenario.start, 1)[0])
            case "service":
                value = _usual_seats(scenario) if logic.service_seats is None else logic.service_seats
            case _:
                value = getattr(logic, knob.path[0])
        found[knob.key] = knob.place(value)
    return found
