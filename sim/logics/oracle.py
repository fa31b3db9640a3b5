"""Oracle: the push frequency by tier that is best when trust, fatigue, tolerance and need are seen (theory 4.6).

No operator can follow it: it is an upper bound for choosing frequencies, and reports label it so.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

import numpy as np

from sim.domains import MAX_CHANNELS, TIERS, ChannelKind
from sim.logics.base import (
    Discount,
    Logic,
    Pushes,
    ValueShare,
    apart,
    asked_of,
    by_channel,
    scheduled,
    to_all_tiers,
    value_shares_by_tier,
    within_quotas,
)
from sim.logics.mixed import Mixed
from sim.parameters import fraction
from sim.plans import Brief, Plan, Seen
from sim.rules.climate import World, compilable, compilable_rows
from sim.rules.mean_fan import MeanFan, Steady, worth_of_groups

FREQUENCIES = (0.0, 0.25, 0.5, 1.0, 2.0, 3.5, 7.0, 14.0, 21.0, 28.0, 56.0, 112.0)  # pushes per week that are tried
SWEEPS = 2  # over the channels: the best frequency in one depends on the others
_DAYS_PER_YEAR = 365.25

Table = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Truth:
    """What only an oracle sees: how fans really stand towards the brand today.

    groups      fans of one tier, in the same channels, of like tolerance: their true means
    fans        number of fans in each group
    world       parameters of the simulation
    season      mean factor on needs
    commission  share of the net order value, by channel;  home_commission: where people meet
    fees        cents per message, by channel
    members     by channel, at the end of yesterday
    """

    groups: tuple[MeanFan, ...]
    fans: tuple[int, ...]
    world: World
    season: float
    commission: tuple[float, ...]
    home_commission: float
    fees: tuple[float, ...]
    members: tuple[int, ...]


class Oracle(Logic):
    """Upper bound: every week, by channel and tier, the frequency with the largest π/(μ + δ) out of twelve.

    It uses the channels in ``pushes_per_week``; promotion goes to those who have earned it, as under growth. Content,
    discount, lives and ads are as the parameters say, so it bounds what a choice of frequencies can bring and not
    what another offer could.
    """

    memory: ClassVar[int] = 1

    kind: Literal["oracle"] = "oracle"
    pushes_per_week: dict[str, Pushes] = {"group": 7.0, "subscription": 1.5}
    value_share: ValueShare = 0.75
    discount: Discount = 0.05
    interest: Annotated[
        float, fraction("δ: discounting of the future in a year; more of it suits a short horizon", source="theory 4.6")
    ] = 0.08

    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """The starting plan: without the truth an oracle knows no better."""
        return Plan(
            pushes=within_quotas(to_all_tiers(by_channel(self.pushes_per_week, brief.channels)), brief.channels),
            value_share=value_shares_by_tier(self.value_share, brief, seen.history[-1] if seen.history else None),
            quality=brief.quality[min(seen.day, len(brief.quality) - 1)],
            discount=self.discount,
            ads_per_day=round(100 * self.ads_per_day),
            bid=100 * self.bid,
            lives_per_week=self.lives_per_week,
            incentive=round(100 * self.incentive),
            service_seats=self.seats(brief, seen),
            red_packets_per_week=self.red_packets_per_week,
            ask_to_join=asked_of(self, brief.channels),
            schedule=scheduled(self, brief.channels),
            **apart(self, brief),
        )

    def prepare(self, truth: Callable[[], Truth]) -> "Informed":
        """This oracle with its sight: ``truth`` is asked whenever a plan is due."""
        return Informed(self, truth)


@dataclass(frozen=True)
class Informed:
    """An oracle that sees the truth."""

    oracle: Oracle
    truth: Callable[[], Truth]

    @property
    def memory(self) -> int:
        """Days of history that the oracle needs."""
        return self.oracle.memory

    @property
    def every(self) -> int:
        """Days between plans."""
        return self.oracle.every

    @property
    def content_every(self) -> int:
        """Days between plans of content quality."""
        return self.oracle.content_every

    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """The oracle's plan with the best frequencies."""
        start, truth = self.oracle.plan(brief, seen), self.truth()
        return replace(start, pushes=best_pushes(start, brief, truth, self.oracle.interest))


def informed(logic: Any, truth: Callable[[], Truth]) -> Any:
    """The logic as it runs: an oracle, alone or in a mixture, with its sight; any other logic as it is."""
    if isinstance(logic, Oracle):
        return logic.prepare(truth)
    if isinstance(logic, Mixed):
        return replace(logic, base=informed(logic.base, truth), other=informed(logic.other, truth))
    return logic


def is_upper_bound(logic: Any) -> bool:
    """True for a logic that no operator can follow."""
    return isinstance(logic, Oracle | Informed)


def best_pushes(start: Plan, brief: Brief, truth: Truth, interest: float) -> Table:
    """Pushes per week by channel and tier with the largest worth of all fans, channel by channel, twice.

    A group is a broadcast: one frequency for all tiers. A channel without pushes in ``start`` gets none. Of equally
    good frequencies the lowest is taken.
    """
    delta = float(np.log1p(interest)) / _DAYS_PER_YEAR
    pushes = [list(tiers) for tiers in start.pushes]
    by_tier = [_groups_of(tier, truth) for tier in range(TIERS)]

    def worth(tiers: range) -> float:
        return sum(
            float(worth_of_groups(groups, fans, steady_plan(start, pushes, tier, brief, truth, delta), truth.world))
            for tier in tiers
            for groups, fans in (by_tier[tier],)
            if len(fans)
        )

    def push(c: int, tiers: range, frequency: float) -> None:
        for tier in tiers:
            pushes[c][tier] = frequency

    for _ in range(SWEEPS):
        for c, channel in enumerate(brief.channels):
            if not any(start.pushes[c]) or not truth.members[c]:
                continue
            together = channel.kind == ChannelKind.GROUP
            for tiers in (range(TIERS),) if together else (range(t, t + 1) for t in range(TIERS)):
                found = {}
                for tried in allowed_frequencies(c, brief):
                    push(c, tiers, tried)
                    found[tried] = worth(tiers)
                push(c, tiers, max(found, key=lambda tried: found[tried]))  # the first of equals: the lowest
    return tuple(tuple(tiers) for tiers in pushes)


def allowed_frequencies(channel: int, brief: Brief) -> tuple[float, ...]:
    """The frequencies that are tried in a channel: those of the grid that its quota allows, and the quota itself."""
    grid = within_quotas((FREQUENCIES,), brief.channels[channel : channel + 1])[0]
    return tuple(dict.fromkeys(grid))


def _groups_of(tier: int, truth: Truth) -> tuple[Any, Any]:
    """Groups of a tier as rules read them, and their sizes."""
    found = [(group, fans) for group, fans in zip(truth.groups, truth.fans, strict=True) if group.tier == tier]
    if not found:
        return [], np.zeros(0)
    return compilable_rows([group for group, _ in found]), np.array([float(fans) for _, fans in found])


def steady_plan(start: Plan, pushes: list[list[float]], tier: int, brief: Brief, truth: Truth, delta: float) -> Any:
    """The plan as a constant one for fans of a tier; items are shared by all members of a channel."""
    room = [0.0] * (MAX_CHANNELS - len(brief.channels))
    daily = [tiers[tier] / 7.0 for tiers in pushes]
    shares = [tiers[tier] for tiers in start.value_share]
    value = [f * v for f, v in zip(daily, shares, strict=True)]
    notice = [start.lives_per_week / 7.0 if c.live_notice else 0.0 for c in brief.channels]
    useful = brief.base_item_cost * float(np.exp(brief.quality_cost * start.quality))
    return compilable(
        Steady(
            value=value + room,
            promotion=[f - v for f, v in zip(daily, value, strict=True)] + room,
            notice=notice + room,
            value_cost=[useful / max(1, members) for members in truth.members] + room,
            promotion_cost=[brief.base_item_cost / max(1, members) for members in truth.members] + room,
            fee=list(truth.fees) + room,
            commission=list(truth.commission) + room,
            home_commission=truth.home_commission,
            quality=start.quality,
            discount=start.discount,
            season=truth.season,
            interest=delta,
        )
    )
