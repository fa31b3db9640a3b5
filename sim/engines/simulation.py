"""The day loop, shared by all engines: plan, climate, touches, the rows' day, the book."""

import dataclasses
import datetime as dt
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from sim.domains import MAX_CHANNELS, TIERS, ChannelKind, HomepageSource
from sim.engines.accounts import BannedAccounts
from sim.engines.admission import places
from sim.engines.book import Book
from sim.engines.desk import Team, service_brief
from sim.engines.dispatch import Dispatch, Messages
from sim.engines.groups import Groups
from sim.engines.market import Market, MarketDay, Proofs
from sim.engines.promise import Promises
from sim.engines.reservoir import Reservoir, Responders
from sim.engines.sources import Sources
from sim.engines.tasks import TaskDesk
from sim.engines.truth import truth_of
from sim.engines.wordofmouth import Invited, Senders, WordOfMouth
from sim.engines.world import (
    bits,
    brief_of,
    cells_of,
    channel_sets,
    classes_of,
    commission_on,
    floats,
    integers,
    kind_of,
    month_starts,
    world_of,
)
from sim.logics import Logic
from sim.logics.oracle import Truth, informed
from sim.logics.own import planned
from sim.observables import Ledger
from sim.plans import Plan, Seen, SeenDay
from sim.rules.climate import Climate, World, compilable
from sim.rules.conformity import authority_proof, sales_proof
from sim.rules.messages import attention, visible_share
from sim.rules.persona import bargained
from sim.rules.referral import most_sharing, reward_uplift, tier_factor
from sim.rules.tally import MAX_SEGMENTS, Slot, Tally, block, new_tally
from sim.scenario.schema import Scenario
from sim.streams import replication_key

CELLS = TIERS * MAX_CHANNELS


class Rows(Protocol):
    """What an engine provides: storage of the rows and the loop over them."""

    def populate(self, fans: int) -> None:
        """The initial pool."""

    def advance(self, climate: Climate, tally: Tally) -> None:
        """One day of all rows."""

    def admit(self, responders: Responders, climate: Climate, tally: Tally) -> None:
        """New rows of today."""

    def senders(self) -> Senders:
        """Who shared today."""
        ...

    def admit_invited(self, invited: Invited, climate: Climate, tally: Tally) -> None:
        """New rows of friends who accepted an invitation."""

    def bring_back(
        self, numbers: npt.NDArray[np.int64], rewarded: npt.NDArray[np.int64], climate: Climate, tally: Tally
    ) -> None:
        """Known people, by number of birth, accept an invitation."""

    def segments(self) -> npt.NDArray[np.int64]:
        """Segment of each row, in the order of birth."""
        ...

    def keys(self) -> npt.NDArray[np.int64]:
        """Addresses of all rows, in the order of birth."""
        ...

    def seat(self, free: list[int], day: int, tally: Tally) -> None:
        """Give the places of this morning, [C], to the applicants with the lowest draws."""

    def members(self) -> list[int]:
        """Members by channel."""
        ...

    def cohorts(self, firsts: list[int]) -> tuple[int, ...]:
        """Followers by month of following."""
        ...

    def table(self) -> dict[str, npt.NDArray[Any]]:
        """All columns of all rows."""
        ...

    def close(self) -> None:
        """Give back what the engine holds."""


class RowsMaker(Protocol):
    """Makes the rows of an engine for a world and a replication."""

    def __call__(self, world: World, key: int) -> Rows:
        """Empty rows."""
        ...


def untouched_of(users: list[int], rows: list[int]) -> list[int]:
    """People without a row by cell: users − rows; a cell that the pool overdraws takes from the largest."""
    left = [n - taken for n, taken in zip(users, rows, strict=True)]
    while min(left) < 0:
        short, largest = left.index(min(left)), left.index(max(left))
        left[largest] += left[short]
        left[short] = 0
    return left


class Simulation:
    """One logic of a scenario under way.

    scenario     the question;  logic: name of a logic's table
    seed, replication  address of all chance
    make_rows    the engine
    """

    def __init__(self, scenario: Scenario, logic: str, seed: int, replication: int, make_rows: RowsMaker) -> None:
        self.scenario = scenario
        self.logic: Logic = informed(scenario.logics[logic], self.truth)
        self.name = logic
        self.key = replication_key(seed, replication)
        self.world = compilable(world_of(scenario))
        self.brief = dataclasses.replace(brief_of(scenario), service=service_brief(scenario, self.world))
        self.season = scenario.market.season.daily(scenario.start, scenario.days)
        self.rows = make_rows(self.world, self.key)
        self.rows.populate(scenario.pool.fans)
        classes, cells = classes_of(scenario), self.rows.segments()
        self.word_of_mouth: WordOfMouth | None = None
        if scenario.network is not None:
            self.word_of_mouth = WordOfMouth(classes, len(scenario.segments), self.world.rules.referral, self.key)
            cells = self.word_of_mouth.populate(scenario.pool.fans, cells)
        taken = np.bincount(cells, minlength=len(classes) * len(scenario.segments)).tolist()
        self.reservoir = Reservoir(untouched_of(cells_of(scenario), taken), self.key, len(classes))
        self.market = Market(scenario, self.world, self.key)
        brand, rules = self.world.brand, self.world.rules
        self.sources = Sources(scenario, self.world)
        self.endorsement = scenario.brand.endorsement.daily(scenario.start, scenario.days)
        self.commission_share = float(bargained(1.0, brand.trust, rules.persona))
        self.promises = Promises(self.brief, scenario.pool.used_to_promotion, rules.promise)
        self.dispatch = Dispatch(
            self.brief,
            100.0 * scenario.costs.live,
            scenario.brand.content.videos_per_week,
            [c.video_notice for c in scenario.channels],
            [scenario.brand.matrix.accounts if self.world.channels.matrix >> c & 1 else 1 for c in self._positions],
        )
        self.groups = Groups(scenario.channels, rules.groups)
        self.banned = BannedAccounts(scenario.channels, self.key)
        self.book = Book(scenario, self.rows.members())
        self.team = Team(scenario, self.world)
        self.openings = [
            (
                scenario.brand.path.guidance * c.reach * c.open,
                kind_of(c) == ChannelKind.GROUP,
                float(c.fold_after or 0.0),
            )
            for c in scenario.channels
        ]
        self.most_factor = max(float(tier_factor(tier, rules.referral)) for tier in range(TIERS)) * max(
            segment.sharing for segment in scenario.segments.values()
        )
        self.attention: dict[tuple[float, bool], float] = {}  # by messages of 7 days; few values come up
        self.month_starts = month_starts(scenario.start, scenario.days)
        self.plan: Plan | None = None
        self.planned_on = 0
        self.history: list[SeenDay] = []
        self.exposure = [0.0] * len(scenario.segments)
        self.cohorts: list[tuple[int, ...]] = []
        self.tasks = TaskDesk(self.market.feed.task_reward if self.market.feed else 0.0)
        self.day = 0

    @property
    def ledger(self) -> Ledger:
        """The book so far."""
        return self.book.ledger

    def step(self) -> SeenDay:
        """One day."""
        day = self.day
        plan = self._plan(day)
        reward = self.tasks.day(day, plan.advice, self.history)
        tally = new_tally()
        self._open(day, tally)
        messages = self.dispatch.day(day, plan, self.book.members_yesterday)
        book, proofs = self.book, self._proofs(day)
        market = self.market.day(
            day,
            plan,
            messages.lives,
            book.core_yesterday,
            book.fans_yesterday,
            float(self.season[day]),
            book.activity,
            reward,
            proofs,
        )
        climate = self._climate(day, plan, messages, market, proofs)
        self.rows.advance(climate, tally)
        responders = self.reservoir.respond(self._rates(day, plan, market, climate))
        self.rows.admit(responders, climate, tally)
        sources_cost = self.sources.came(responders, self._untouched())
        if self.word_of_mouth:
            self.word_of_mouth.day(responders, self.reservoir, self.rows, climate, tally)
        self._close(messages, market, tally)
        seen = self.book.write(day, plan, messages, market, tally, self.team, reward, sources_cost)
        self.team.close(seen.queued)
        self.history = [*self.history, seen][-max(1, self.logic.memory) :]
        self._close_month(day)
        self.day += 1
        return seen

    @property
    def _positions(self) -> range:
        return range(len(self.scenario.channels))

    def _open(self, day: int, tally: Tally) -> None:
        """The morning: bans of accounts, then places for those who applied yesterday."""
        bans = self.banned.morning(day, self.dispatch.last.sum(axis=0).tolist())
        tally[Slot.BANS : Slot.BANS + len(bans)] = bans
        if self.world.channels.limited:
            frozen = [accounts.bit_count() for accounts in self.banned.closed]
            free = places(self.scenario.channels, self.book.members_yesterday, frozen)
            self.rows.seat(free, day, tally)

    def _close(self, messages: Messages, market: MarketDay, tally: Tally) -> None:
        """The evening: what groups have become, and what rows do not count."""
        rooms = self.groups.rooms(self.book.members_yesterday)
        joins = block(tally, "CHANNEL_JOINS")
        rewards = sum(float(joins[c]) * x.join_reward for c, x in enumerate(self.scenario.channels))
        packets = messages.packets * sum(rooms) * self.scenario.costs.red_packet
        tally[Slot.INCENTIVES] += round(100.0 * (rewards + packets))
        tally[Slot.HOMEPAGE + HomepageSource.FEED] += round(market.homepage_feed)
        tally[Slot.HOMEPAGE + HomepageSource.SEARCH] += round(market.homepage_search)
        self.groups.evening(messages.packets, tally)

    def _plan(self, day: int) -> Plan:
        if self.plan is None or day % self.logic.every == 0:
            history = tuple(self.history[-self.logic.memory :]) if self.logic.memory else ()
            date = self.scenario.start + dt.timedelta(days=day)
            self.plan = planned(self.logic, self.name, self.brief, Seen(day, date, history, self.plan))
            self.planned_on = day - day % self.logic.content_every
        # between plans content quality follows the file's own series
        moved = self.brief.quality[day] - self.brief.quality[self.planned_on]
        return dataclasses.replace(self.plan, quality=min(1.0, max(0.0, self.plan.quality + moved)))

    def _proofs(self, day: int) -> Proofs:
        """Log-odds added today by an authority, and by the sales that the brand shows (M11)."""
        p = self.world.rules.conformity
        shown = self.book.orders_of_month(day) if self.scenario.brand.shows_sales else 0
        authority = float(authority_proof(float(self.endorsement[day]), p))
        return Proofs(authority, authority + float(sales_proof(float(shown), p)))

    def _untouched(self) -> list[int]:
        """People without a row by segment."""
        classes = self.reservoir.classes
        return [
            sum(self.reservoir.untouched[first : first + classes])
            for first in range(0, len(self.reservoir.untouched), classes)
        ]

    def _rates(self, day: int, plan: Plan, market: MarketDay, climate: Climate) -> tuple[tuple[float, ...], ...]:
        """Today's intensities of first responses by segment: of the market, then of the sources."""
        if not self.sources.sources:
            return market.rates
        scans = self.sources.rates(
            day, plan, self._untouched(), float(self.book.fans_yesterday), float(climate.uplift),
            float(climate.proof_follow),
        )  # fmt: skip
        return tuple(met + scanned for met, scanned in zip(market.rates, scans, strict=True))

    def truth(self) -> Truth:
        """What an oracle sees this morning."""
        scenario = self.scenario
        return truth_of(
            self.rows.table(),
            self.world,
            self.key,
            season=float(self.season.mean()),
            commission=commission_on(scenario, scenario.start + dt.timedelta(days=self.day), self.commission_share),
            home=self.market.home,
            fees=tuple(100.0 * c.cost_per_message for c in scenario.channels),
            members=tuple(self.book.members_yesterday),
        )

    def _climate(self, day: int, plan: Plan, messages: Messages, market: MarketDay, proofs: Proofs) -> Climate:
        referral = self.world.rules.referral
        uplift = float(reward_uplift(plan.incentive / 100.0, referral))
        self.exposure = [x + today for x, today in zip(self.exposure, market.exposure, strict=True)]
        date = self.scenario.start + dt.timedelta(days=day)
        chatter = self.groups.chatter()
        facts = Climate(
            day=day,
            month_start=self.month_starts[day],
            quality=float(plan.quality),
            discount=float(plan.discount),
            season=float(self.season[day]),
            followers=float(self.book.fans_yesterday),
            value=integers(messages.value, CELLS),
            promotion=integers(messages.promotion, CELLS),
            sending=channel_sets((messages.value + messages.promotion).tolist()),
            week=floats(messages.week, CELLS),
            base=floats(self._base(messages.week, messages.packets), CELLS),
            notice=integers(messages.notice, MAX_CHANNELS),
            exposure=floats(self.exposure, MAX_SEGMENTS),
            ad_share=floats(market.ad_share, MAX_SEGMENTS),
            commission=integers(commission_on(self.scenario, date, self.commission_share), MAX_CHANNELS),
            home=self.market.home,
            click=market.click,
            retarget=market.retarget,
            public_price=market.public_price,
            breach=floats(self.promises.day(plan), CELLS),
            ask_to_join=floats(plan.ask_to_join or [1.0] * len(self._positions), MAX_CHANNELS),
            chatter=floats(chatter, MAX_CHANNELS),
            noisy=bits(x > 0.0 for x in chatter),
            closed=integers(self.banned.closed, MAX_CHANNELS),
            lost=integers(self.banned.lost, MAX_CHANNELS),
            bans=int(any(self.banned.lost)),
            desk=self.team.desk(plan.service_seats),
            share_limit=float(most_sharing(self.most_factor, uplift, referral)) if self.word_of_mouth else 0.0,
            uplift=uplift,
            incentive=plan.incentive,
            proof_follow=proofs.follow,
            proof_buy=proofs.buy,
        )
        return compilable(facts)  # type: ignore[no-any-return]

    def _base(self, week: npt.NDArray[np.float64], packets: int) -> list[float]:
        """Opening at load 0 by channel × tier."""
        rules, lively = self.world.rules.messages, self.groups.visits(packets)
        found = []
        for at, n7 in enumerate(week.tolist()):
            reach_open, group, fold_after = self.openings[at // TIERS]
            if (n7, group) not in self.attention:
                self.attention[n7, group] = float(attention(n7, group, rules))
            seen = reach_open * self.attention[n7, group] * float(visible_share(n7, fold_after))
            found.append(seen * lively[at // TIERS])
        return found

    def _close_month(self, day: int) -> None:
        last = day == self.scenario.days - 1
        if self.word_of_mouth and (last or self.month_starts[day + 1] != self.month_starts[day]):
            self.word_of_mouth.check_addresses(self.rows)
        if last or self.month_starts[day + 1] != self.month_starts[day]:
            self.cohorts.append(self.rows.cohorts(self.cohort_firsts()[: len(self.cohorts) + 1]))

    def cohort_firsts(self) -> list[int]:
        """First days of the run's calendar months."""
        return sorted({max(0, first) for first in self.month_starts})

    def cohort_names(self) -> tuple[str, ...]:
        """Calendar months of the run, as 2021-08."""
        start = self.scenario.start
        return tuple((start + dt.timedelta(days=first)).strftime("%Y-%m") for first in self.cohort_firsts())
