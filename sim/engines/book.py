"""The book: integers of every day, and what of them the operator sees."""

import numpy as np

from sim.domains import MAX_CHANNELS, TIERS, Domain, Source
from sim.engines.dispatch import Messages
from sim.engines.market import MarketDay
from sim.observables import Ledger
from sim.plans import Plan, SeenDay
from sim.rules.tally import TALLY_SIZE, Tally, block
from sim.scenario.schema import Scenario

OVERFLOW = 1 << 62
MONTH = 30  # days of sales that a shop shows


class Book:
    """Pages for all days of a run, written one by one."""

    def __init__(self, scenario: Scenario, members: list[int]) -> None:
        days, channels = scenario.days, scenario.channels
        self.fee = np.array([100.0 * c.cost_per_message for c in channels])  # cents
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
            initial_fans=scenario.pool.fans,
            initial_members=tuple(members),
            channels=tuple(c.name for c in channels),
            segments=tuple(scenario.segments),
        )
        self.fans_yesterday = scenario.pool.fans
        self.core_yesterday = 0
        self.members_yesterday = list(members)

    def orders_of_month(self, day: int) -> int:
        """Orders of the 30 days before a day."""
        return int(sum(block(tally, "ORDERS").sum() for tally in self.ledger.tallies[max(0, day - MONTH) : day]))

    def write(
        self, day: int, plan: Plan, messages: Messages, market: MarketDay, tally: Tally, sources_cost: int = 0
    ) -> SeenDay:
        """Write a day; returns what the operator sees of it.

        Raises AssertionError, an error of ours, when fans are not conserved or a counter nears 64 bits.
        """
        g = self.ledger
        fans = int(block(tally, "ROWS")[Domain.PRIVATE])
        joins, exits = int(block(tally, "JOINS").sum()), int(block(tally, "EXITS").sum())
        assert self.fans_yesterday + joins - exits == fans, (day, self.fans_yesterday, joins, exits, fans)
        assert abs(tally).max() < OVERFLOW, (day, int(abs(tally).argmax()))
        delivered = block(tally, "DELIVERED")[: self.channels]
        fee = int(np.floor(delivered * self.fee + 0.5).sum())
        g.tallies[day] = tally
        g.ad_spend[day], g.impressions[day] = market.ad_spend, market.impressions
        g.exposures[day], g.weight[day] = round(market.exposures), market.weight
        g.content[day], g.fees[day], g.sources[day] = messages.cost, fee, sources_cost
        g.pushes[day] = [sum(f) / TIERS for f in plan.pushes]
        g.value_share[day] = [sum(v) / TIERS for v in plan.value_share]
        g.quality[day], g.discount[day], g.lives[day] = plan.quality, plan.discount, messages.lives
        self.fans_yesterday, self.core_yesterday = fans, int(block(tally, "ACTIVE_CORE")[0])
        sold = int(block(tally, "GMV").sum())
        costs = int(block(tally, "GOODS")[0] + block(tally, "COMMISSION")[0])
        members = block(tally, "MEMBERS").reshape(MAX_CHANNELS, TIERS)[: self.channels]
        self.members_yesterday = members.sum(axis=1).tolist()
        return SeenDay(
            day=day,
            delivered=tuple(map(int, delivered)),
            opened=tuple(map(int, block(tally, "OPENED")[: self.channels])),
            blocked=tuple(map(int, block(tally, "BLOCKED")[: self.channels])),
            members=tuple(tuple(map(int, tiers)) for tiers in members),
            fans=fans,
            joins=joins,
            exits=exits,
            exits_by_cause=tuple(map(int, block(tally, "EXITS"))),
            orders=int(block(tally, "ORDERS").sum()),
            contribution=sold - costs - fee - int(block(tally, "INCENTIVES")[0]),
            ad_spend=market.ad_spend,
            joins_by_ads=int(block(tally, "JOINS")[Source.AD]),
            joins_invited=int(block(tally, "JOINS")[[Source.INVITATION, Source.REWARD]].sum()),
        )
