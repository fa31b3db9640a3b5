"""The book: integers of every day, and what of them the operator sees."""

import math
from itertools import batched

import numpy as np
import numpy.typing as npt

from sim.domains import TIERS, ChannelKind
from sim.engines.desk import Team
from sim.engines.dispatch import Messages
from sim.engines.market import Activity, MarketDay
from sim.engines.remembered import Remembered
from sim.engines.totals import Adder
from sim.engines.world import kind_of
from sim.observables import FeedDay, Ledger
from sim.plans import Plan, SeenDay
from sim.rules.tally import TALLY_SIZE, Tally, block
from sim.scenario.schema import Scenario

OVERFLOW = 1 << 62
MONTH = 30  # days of sales that a shop shows


class Diversion:
    """Where orders close, as the platform of the feed sees it: those that earn it no commission are diverted (E-15).

    Diverted are orders of channels of other platforms, of searches on another platform, those moved off the platform
    to save its commission, and all where deals close in a store.
    """

    def __init__(self, scenario: Scenario) -> None:
        platforms = scenario.platforms
        self.home = next((n for n, p in enumerate(platforms) if p.feed), None)
        self.watched = any(p.feed.throttle > 0.0 for p in platforms if p.feed)
        self.in_store = scenario.industry.closing == "store"
        self.elsewhere = [c for c, (n, _) in enumerate(scenario.placed_channels) if n != self.home]
        self.shelf = any(p.search for n, p in enumerate(platforms) if n != self.home)

    def share(self, tallies: Tally) -> float:
        """Diverted orders of some days, tallies [days, counters], as a share of all; 0 where nobody minds or orders."""
        if not self.watched:
            return 0.0
        days = tallies.sum(axis=0)
        orders = block(days, "ORDERS")
        total = int(orders.sum())
        diverted = int(orders[self.elsewhere].sum()) + int(block(days, "MOVED")[0])
        if self.shelf:
            diverted += int(block(days, "ORDERS_SEARCH")[0])
        if self.in_store:
            diverted = total
        return min(1.0, diverted / total) if total else 0.0


def _mean_of_tiers(by_channel: tuple[tuple[float, ...], ...]) -> npt.NDArray[np.float64]:
    return np.array([sum(of_channel) / TIERS for of_channel in by_channel])


class Book:
    """Pages for all days of a run, written one by one."""

    CARRIED = ("ledger", "fans_yesterday", "core_yesterday", "activity", "members_yesterday")
    PASSING = ("anybody_applied",)

    def __init__(self, scenario: Scenario, members: list[int]) -> None:
        days, channels = scenario.days, scenario.channels
        self.fee = [100.0 * c.cost_per_message for c in channels]  # cents
        self.price = [100.0 * (c.price_beyond_quota or 0.0) for c in channels]  # cents, beyond the quota
        self.channels = len(channels)
        self.ledger = Ledger(
            tallies=np.zeros((days, TALLY_SIZE), np.int64),
            ad_spend=np.zeros(days, np.int64),
            content=np.zeros(days, np.int64),
            fees=np.zeros(days, np.int64),
            sources=np.zeros(days, np.int64),
            impressions=np.zeros(days, np.int64),
            exposures=np.zeros(days, np.int64),
            weight=np.zeros(days),
            pushes=np.zeros((days, self.channels)),
            value_share=np.zeros((days, self.channels)),
            quality=np.zeros(days),
            discount=np.zeros(days),
            lives=np.zeros(days),
            feed=np.zeros((days, len(FeedDay._fields))),
            service=np.zeros(days, np.int64),
            seats=np.zeros(days),
            service_load=np.zeros(days),
            initial_fans=scenario.pool.fans,
            initial_members=tuple(members),
            channels=tuple(c.name for c in channels),
            segments=tuple(scenario.segments),
            ads_reinvested=np.zeros(days, np.int64),
            feedback=np.zeros(days),
            reward=np.zeros(days),
        )
        self.fans_yesterday = scenario.pool.fans
        self.core_yesterday = 0
        self.anybody_applied = False  # today, for a scarce place
        self.activity = Activity()
        self.diversion = Diversion(scenario)
        self.pushes, self.value_share = Remembered(_mean_of_tiers), Remembered(_mean_of_tiers)
        self.add_up = Adder([c for c, channel in enumerate(channels) if kind_of(channel) == ChannelKind.GROUP])
        self.charged = any(self.fee) or any(self.price)
        self.members_yesterday = list(members)

    def orders_of_month(self, day: int) -> int:
        """Orders of the 30 days before a day."""
        return int(self.ledger.of("ORDERS")[max(0, day - MONTH) : day].sum())

    def write(
        self,
        day: int,
        plan: Plan,
        messages: Messages,
        market: MarketDay,
        tally: Tally,
        team: Team,
        reward: float,
        sources_cost: int = 0,
    ) -> SeenDay:
        """Write a day; returns what the operator sees of it.

        reward  extra exposures of today for a completed task, as a share of the ordinary ones

        Raises AssertionError, an error of ours, when fans are not conserved or a counter nears 64 bits.
        """
        g, (sums, most) = self.ledger, self.add_up(tally)
        fans = sums.fans
        assert self.fans_yesterday + sums.joins - sums.exits == fans, (day, self.fans_yesterday, *sums[:3])
        assert most < OVERFLOW, (day, int(abs(tally).argmax()))
        delivered: list[int] = block(tally, "DELIVERED")[: self.channels].tolist()
        fee = self._fees(delivered, tally) if self.charged else 0
        g.tallies[day] = tally
        g.ad_spend[day], g.impressions[day] = market.ad_spend, market.impressions
        exposures, service = round(market.exposures), team.cost(plan.service_seats)
        g.exposures[day], g.weight[day] = exposures, market.weight
        g.content[day], g.fees[day], g.sources[day] = messages.cost, fee, sources_cost
        g.pushes[day], g.value_share[day] = self.pushes(plan.pushes), self.value_share(plan.value_share)
        g.quality[day], g.discount[day], g.lives[day] = plan.quality, plan.discount, messages.lives
        drawn = plan.ads_reinvested / plan.ads_per_day if plan.ads_per_day else 0.0
        g.ads_reinvested[day] = round(market.ad_spend * drawn)
        g.feedback[day], g.reward[day] = market.feedback, reward
        g.feed[day] = market.feed
        g.service[day], g.seats[day] = service, plan.service_seats
        g.service_load[day] = team.busy(plan.service_seats)
        self.fans_yesterday, self.core_yesterday = fans, sums.core
        self.anybody_applied = sums.applications > 0
        self.activity = Activity(
            active=sums.active,
            groups=sums.group_visits,
            commercial=sums.commercial,
            diverted=self.diversion.share(g.tallies[max(0, day + 1 - MONTH) : day + 1]),
        )
        members: list[int] = block(tally, "MEMBERS")[: TIERS * self.channels].tolist()
        by_channel = tuple(batched(members, TIERS))
        self.members_yesterday = list(map(sum, by_channel))
        return SeenDay(
            day=day,
            delivered=tuple(delivered),
            opened=tuple(block(tally, "OPENED")[: self.channels].tolist()),
            blocked=tuple(block(tally, "BLOCKED")[: self.channels].tolist()),
            members=by_channel,
            fans=fans,
            joins=sums.joins,
            exits=sums.exits,
            exits_by_cause=tuple(block(tally, "EXITS").tolist()),
            orders=sums.orders,
            contribution=sums.gmv - sums.costs - fee - sums.incentives,
            ad_spend=market.ad_spend,
            joins_by_ads=sums.joins_by_ads,
            spent=market.ad_spend + messages.cost + service + fee + sums.incentives + sources_cost,
            reached=exposures + market.impressions,
            responses=sums.responses,
            contacts=sums.contacts,
            active=sums.active,
            orders_followers=sums.orders_followers,
            repeat_orders=sums.repeat_orders,
            invited=sums.invited,
            useful=messages.useful,
            lives=messages.lives,
            queued=sums.queued,
        )

    def _fees(self, delivered: list[int], tally: Tally) -> int:
        """Cents for messages, and for those beyond a quota."""
        beyond: list[int] = block(tally, "PAID")[: self.channels].tolist()
        sent = zip(delivered, beyond, self.fee, self.price, strict=True)
        return sum(math.floor(n * each + more * price + 0.5) for n, more, each, price in sent)
