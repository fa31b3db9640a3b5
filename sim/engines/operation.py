"""One brand in operation: what its operator plans and sends, what its market shows, what its book says."""

import dataclasses
import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.domains import TIERS, ChannelKind, HomepageSource
from sim.engines.accounts import BannedAccounts
from sim.engines.admission import places
from sim.engines.book import Book
from sim.engines.climates import ClimateRoom
from sim.engines.desk import Team, service_brief
from sim.engines.dispatch import Dispatch, Messages
from sim.engines.engine import RowsMaker
from sim.engines.groups import Groups
from sim.engines.market import Market, MarketDay, Proofs
from sim.engines.promise import Promises
from sim.engines.remembered import OfScenario, Remembered
from sim.engines.reservoir import Responders
from sim.engines.sending import day_opened
from sim.engines.sources import Sources
from sim.engines.tasks import TaskDesk
from sim.engines.truth import truth_of
from sim.engines.world import (
    Commission,
    bits,
    brief_of,
    kind_of,
    month_starts,
    world_of,
)
from sim.logics import Logic
from sim.logics.oracle import Truth, informed
from sim.logics.own import planned
from sim.plans import Brief, Plan, Seen, SeenDay
from sim.rules.climate import Climate, World, bare, boxed, compilable
from sim.rules.conformity import authority_proof, sales_proof
from sim.rules.persona import bargained
from sim.rules.referral import most_sharing, reward_uplift, tier_factor
from sim.rules.tally import Slot, Tally, block, new_tally
from sim.scenario.schema import Scenario

_BY_FEED, _BY_SEARCH = (Slot.HOMEPAGE.value + source for source in (HomepageSource.FEED, HomepageSource.SEARCH))


def _world(scenario: Scenario, people_key: int) -> World:
    return compilable(world_of(scenario)._replace(people_key=people_key))  # type: ignore[no-any-return]


def _brief(scenario: Scenario) -> Brief:
    return dataclasses.replace(brief_of(scenario), service=service_brief(scenario, world_in(scenario, 0)))


world_in, brief_in = OfScenario(_world), OfScenario(_brief)


@dataclass(slots=True)
class Today:
    """What is known of a brand's day once its operator has planned it."""

    plan: Plan
    reward: float  # extra exposures for a completed task, as a share of the ordinary ones
    tally: Tally
    messages: Messages
    market: MarketDay
    rates: npt.NDArray[np.float64]  # [S, responses] first responses per head of the people not yet met
    climate: Climate
    sources_cost: int = 0  # cents


class Operation:
    """One brand under one logic: its plan, channels, market, team and book, over the rows of an engine.

    scenario   the brand's own view of the question;  name: of the logic's table
    key        of the brand's chance;  people_key: of what people are to every brand
    make_rows  the engine
    """

    CARRIED = (
        "rows", "market", "sources", "promises", "dispatch", "groups", "banned", "team", "tasks", "book", "plan",
        "planned_on", "history", "exposure", "encounters", "cohorts", "anybody_applied", "day",
    )  # fmt: skip
    PASSING = ("today", "climate_room")

    def __init__(self, scenario: Scenario, name: str, key: int, people_key: int, make_rows: RowsMaker) -> None:
        self.scenario, self.name, self.key = scenario, name, key
        self.world = world_in(scenario, 0 if people_key == key else people_key)
        self.brief = brief_in(scenario)
        self.logic: Logic = informed(scenario.logics[name], self.truth)
        season = scenario.market.season.daily(scenario.start, scenario.days)
        self.season, self.mean_season = season.tolist(), float(season.mean())
        self.rows = make_rows(self.world, key)
        self.shares_people = False  # with other brands
        self.brings = scenario.network is not None
        self.asked_as_usual = [1.0] * len(scenario.channels)
        self.market = Market(scenario, self.world, self.key)
        brand, rules = self.world.brand, self.world.rules
        # a look-up in a record costs ten times a rule
        self.referral_rules, self.conformity_rules = bare(rules.referral), bare(rules.conformity)
        self.message_rules = boxed(rules.messages)
        self.sources = Sources(scenario, self.world)
        self.endorsement = scenario.brand.endorsement.daily(scenario.start, scenario.days).tolist()
        self.commission_share = float(bargained(1.0, brand.trust, rules.persona))
        self.climate_room = ClimateRoom()
        self.promises = Promises(self.brief, scenario.pool.used_to_promotion, rules.promise, self.climate_room)
        self.dispatch = Dispatch(
            self.brief,
            100.0 * scenario.costs.live,
            scenario.brand.content.videos_per_week,
            [c.video_notice for c in scenario.channels],
            [scenario.brand.matrix.accounts if self.world.channels.matrix >> c & 1 else 1 for c in self._positions],
            self.climate_room,
        )
        self.groups = Groups(scenario.channels, rules.groups)
        self.banned = BannedAccounts(scenario.channels, self.key)
        self.team = Team(scenario, self.world)
        channels = scenario.channels
        self.often = np.array([scenario.brand.path.guidance * c.reach * c.open for c in channels])  # reach · o_c
        self.are_groups = np.array([kind_of(c) == ChannelKind.GROUP for c in channels], np.int64)
        self.fold_after = np.array([float(c.fold_after or 0.0) for c in channels])
        self.most_factor = max(float(tier_factor(tier, rules.referral)) for tier in range(TIERS)) * max(
            segment.sharing for segment in scenario.segments.values()
        )
        self._remember()
        self.month_starts = month_starts(scenario.start, scenario.days)
        self.plan: Plan | None = None
        self.planned_on = 0
        self.history: list[SeenDay] = []
        self.exposure = [0.0] * len(scenario.segments)
        self.encounters = [0.0] * len(scenario.segments)
        self.cohorts: list[tuple[int, ...]] = []
        self.anybody_applied = bool(self.world.channels.limited)  # yesterday, for a scarce place
        self.day = 0
        self.tasks = TaskDesk(self.market.feed.task_reward if self.market.feed else 0.0)

    def _remember(self) -> None:
        """What rules say of a day, asked again only when what they are asked about has changed."""
        scenario, rules, conformity = self.scenario, self.referral_rules, self.conformity_rules

        def proofs(endorsement: float, shown: int) -> Proofs:
            authority = float(authority_proof(endorsement, conformity))
            return Proofs(authority, authority + float(sales_proof(float(shown), conformity)))

        self.proofs = Remembered(proofs)
        self.uplift = Remembered(lambda incentive: float(reward_uplift(incentive / 100.0, rules)))
        self.most_sharing = Remembered(lambda uplift: float(most_sharing(self.most_factor, uplift, rules)))
        self.desk = Remembered(lambda load, seats: self.team.desk(seats))
        self.commission = Commission(scenario, self.commission_share)
        self.join_rewards = [(c, x.join_reward) for c, x in enumerate(scenario.channels) if x.join_reward]

    def populate(self, addresses: npt.NDArray[np.int64], members: npt.NDArray[np.bool_]) -> None:
        """The initial pools of all brands; the book begins."""
        self.rows.populate(addresses, members)
        self.book = Book(self.scenario, self.rows.members())

    def morning(self, day: int, untouched: list[int], spent_elsewhere: int) -> Today:
        """Plan, messages, market and climate of a day.

        untouched  people without a row, by segment;  spent_elsewhere: on ads by other brands yesterday, cents
        """
        self.day = day
        plan = self._plan(day)
        reward = self.tasks.day(day, plan.advice, self.history)
        tally = new_tally()
        self._open(day, tally)
        messages = self.dispatch.day(day, plan, self.book.members_yesterday)
        book, proofs = self.book, self._proofs(day)
        self.market.spent_yesterday += spent_elsewhere
        market = self.market.day(
            day,
            plan,
            messages.lives,
            book.core_yesterday,
            book.fans_yesterday,
            self.season[day],
            book.activity,
            reward,
            proofs,
        )
        uplift = self.uplift(plan.incentive)
        rates = self._rates(day, plan, market, uplift, proofs, untouched)
        climate = self._climate(day, plan, messages, market, proofs, rates, uplift)
        self.today = Today(plan, reward, tally, messages, market, rates, climate)
        return self.today

    def meet(self, responders: Responders, untouched: list[int]) -> None:
        """People who respond today for the first time: to this brand, or (kind −1) to another one.

        untouched  people without a row after today's responses, by segment
        """
        today = self.today
        known = self.rows.meet(np.array(today.rates), today.climate, today.tally) if self.shares_people else None
        self.rows.admit(responders, today.climate, today.tally)
        if known is not None and self.sources.sources:
            mine = responders.kinds >= 0
            columns = zip(responders, known, strict=True)
            responders = Responders(*(np.concatenate([column[mine], more]) for column, more in columns))
            untouched = self.not_met(untouched)
        today.sources_cost = self.sources.came(responders, untouched)

    def not_met(self, untouched: list[int]) -> list[int]:
        """People whom this brand has not met, by segment, from those whom no brand has."""
        if not self.shares_people:
            return untouched
        return [none + others for none, others in zip(untouched, self.rows.strangers_by_segment(), strict=True)]

    def evening(self) -> SeenDay:
        """Close the day's book; returns what the operator sees of it."""
        day, today = self.day, self.today
        self._close(today.messages, today.market, today.tally)
        seen = self.book.write(
            day, today.plan, today.messages, today.market, today.tally, self.team, today.reward, today.sources_cost
        )
        self.team.close(seen.queued)
        self.anybody_applied = self.book.anybody_applied
        self.history = [*self.history, seen][-max(1, self.logic.memory) :]
        self._close_month(day)
        return seen

    @property
    def _positions(self) -> range:
        return range(len(self.scenario.channels))

    def _open(self, day: int, tally: Tally) -> None:
        """The morning: bans of accounts, then places for those who applied yesterday."""
        if self.banned.threatened:
            bans = self.banned.morning(day, self.dispatch.of_week)
            tally[Slot.BANS : Slot.BANS + len(bans)] = bans
        if self.anybody_applied:
            frozen = [accounts.bit_count() for accounts in self.banned.closed]
            free = places(self.scenario.channels, self.book.members_yesterday, frozen)
            self.rows.seat(free, day, tally)

    def _close(self, messages: Messages, market: MarketDay, tally: Tally) -> None:
        """The evening: what groups have become, and what rows do not count."""
        joins, paid = block(tally, "CHANNEL_JOINS"), 0.0
        for c, reward in self.join_rewards:
            paid += float(joins[c]) * reward
        if messages.packets:
            rooms = self.groups.rooms(self.book.members_yesterday)
            paid += messages.packets * sum(rooms) * self.scenario.costs.red_packet
        if paid:
            tally[Slot.INCENTIVES] += round(100.0 * paid)
        tally[_BY_FEED] += round(market.homepage_feed)
        tally[_BY_SEARCH] += round(market.homepage_search)
        self.groups.evening(messages.packets, tally)

    def _plan(self, day: int) -> Plan:
        if self.plan is None or day % self.logic.every == 0:
            history = tuple(self.history[-self.logic.memory :]) if self.logic.memory else ()
            date = self.scenario.start + dt.timedelta(days=day)
            self.plan = planned(self.logic, self.name, self.brief, Seen(day, date, history, self.plan))
            self.planned_on = day - day % self.logic.content_every
        # between plans content quality follows the file's own series
        moved = self.brief.quality[day] - self.brief.quality[self.planned_on]
        if moved == 0.0 and 0.0 <= self.plan.quality <= 1.0:
            return self.plan
        return dataclasses.replace(self.plan, quality=min(1.0, max(0.0, self.plan.quality + moved)))

    def _proofs(self, day: int) -> Proofs:
        """Log-odds added today by an authority, and by the sales that the brand shows (M11)."""
        shown = self.book.orders_of_month(day) if self.scenario.brand.shows_sales else 0
        return self.proofs(self.endorsement[day], shown)

    def _rates(
        self, day: int, plan: Plan, market: MarketDay, uplift: float, proofs: Proofs, untouched: list[int]
    ) -> npt.NDArray[np.float64]:
        """Today's intensities of first responses by segment: of the market, then of the sources."""
        if not self.sources.sources:
            return market.rates
        scans = self.sources.rates(
            day, plan, self.not_met(untouched), float(self.book.fans_yesterday), uplift, float(proofs.follow)
        )
        return np.concatenate([market.rates, scans], axis=1)

    def truth(self) -> Truth:
        """What an oracle sees this morning."""
        scenario = self.scenario
        return truth_of(
            self.rows.table(),
            self.world,
            self.key,
            season=self.mean_season,
            commission=self.commission.on(self.day),
            home=self.market.home,
            fees=tuple(100.0 * c.cost_per_message for c in scenario.channels),
            members=tuple(self.book.members_yesterday),
        )

    def _climate(
        self,
        day: int,
        plan: Plan,
        messages: Messages,
        market: MarketDay,
        proofs: Proofs,
        rates: npt.NDArray[np.float64],
        uplift: float,
    ) -> Climate:
        self.exposure = [x + today for x, today in zip(self.exposure, market.exposure, strict=True)]
        if self.shares_people:
            self.encounters = [x + sum(today) for x, today in zip(self.encounters, rates.tolist(), strict=True)]
        self.promises.day(plan)
        self._open_messages(messages.packets)
        chatter = self.groups.chatter()
        climate: Climate = self.climate_room.written({
            "day": day,
            "month_start": self.month_starts[day],
            "quality": plan.quality,
            "discount": plan.discount,
            "season": self.season[day],
            "followers": float(self.book.fans_yesterday),
            "audience": range(len(self.encounters)) if plan.by_segment else (),
            "exposure": self.exposure,
            "ad_share": market.ad_share,
            "commission": self.commission.on(day),
            "home": self.market.home,
            "click": market.click,
            "retarget": market.retarget,
            "public_price": market.public_price,
            "ask_to_join": plan.ask_to_join or self.asked_as_usual,
            "chatter": chatter,
            "noisy": bits(chatter) if any(chatter) else 0,
            "closed": self.banned.closed,
            "lost": self.banned.lost,
            "bans": int(any(self.banned.lost)),
            "encounters": self.encounters,
            "desk": self.desk(self.team.load, plan.service_seats),
            "share_limit": self.most_sharing(uplift) if self.brings else 0.0,
            "uplift": uplift,
            "incentive": plan.incentive,
            "proof_follow": proofs.follow,
            "proof_buy": proofs.buy,
        })  # fmt: skip
        return climate

    def _open_messages(self, packets: int) -> None:
        """Write into the climate how today's messages are opened at load 0."""
        lively = np.array(self.groups.visits(packets))
        day_opened(
            self.dispatch.of_seven_days, self.often, self.are_groups, self.fold_after, lively, self.message_rules,
            self.climate_room.cells["base"],
        )  # fmt: skip

    def month_ends(self, day: int) -> bool:
        """True on the last day of a calendar month, and on that of the run."""
        return day == self.scenario.days - 1 or self.month_starts[day + 1] != self.month_starts[day]

    def _close_month(self, day: int) -> None:
        if self.month_ends(day):
            self.cohorts.append(self.rows.cohorts(self.cohort_firsts()[: len(self.cohorts) + 1]))

    def cohort_firsts(self) -> list[int]:
        """First days of the run's calendar months."""
        return sorted({max(0, first) for first in self.month_starts})

    def cohort_names(self) -> tuple[str, ...]:
        """Calendar months of the run, as 2021-08."""
        start = self.scenario.start
        return tuple((start + dt.timedelta(days=first)).strftime("%Y-%m") for first in self.cohort_firsts())
