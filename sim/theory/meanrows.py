"""The rows of a mean field: cells of a quadrature in place of people, as the operation of a brand meets rows."""

import math
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled import at_once
from sim.domains import MAX_CHANNELS, TIERS, Domain, Source
from sim.engines.reservoir import Response
from sim.rules.climate import Boxed, Climate, World, boxed
from sim.rules.mean_beside import BESIDE, SHARE, mean_days_beside, mean_presence
from sim.rules.mean_day import mean_days
from sim.rules.mean_met import mean_met, order_outside
from sim.rules.mean_reading import ANSWER, mean_answer
from sim.rules.mean_state import (
    BOUGHT,
    BUYING,
    CELL,
    COUNTS,
    EXPECTATION,
    JOINED,
    MEMBERS,
    OPEN,
    ORDERS,
    PRIOR,
    REFERENCE,
    SIZE,
    STATES,
    TRUST,
)
from sim.rules.numbers import FIXED_POINT
from sim.rules.people import START_INTIMACY
from sim.rules.referral import acceptance, invited_prior
from sim.rules.rows import RETARGETING_DAYS
from sim.rules.tally import TALLY_SIZE, UNTOUCHED, Slot, Tally, block
from sim.rules.trust import mean_prior
from sim.scenario.schema import Scenario
from sim.theory.fields import Fields
from sim.theory.meanbans import lose
from sim.theory.meanprospects import MeanProspects
from sim.theory.people import Nodes, newcomer_nodes, pool_nodes

Floats = npt.NDArray[np.float64]

WIDER = (1.0, 1.2, 1.35)  # distance of levels, relative to the one below, by tier
FORTNIGHT = 14  # days of a cohort
TRUST_STEP, LEAST_TRUST, MOST_TRUST = 0.1, 0.01, 0.99  # of prior trust, where it is another one every day
FRESH = 2  # cohorts for which newcomers are kept apart: the first month's multiplier of natural exit
_SUMS = ("TRUST_SUM", "FATIGUE_SUM", "LOAD_SUM", "INTIMACY_SUM", "PRONENESS_SUM", "REFERENCE_SUM")
_MEETING = {
    Response.FOLLOW_FROM_FEED: Source.FEED,
    Response.FOLLOW_FROM_LIVE: Source.LIVE,
    Response.FOLLOW_FROM_SEARCH: Source.SEARCH,
}
_LEAVING_LEADS = {Response.LEAVE_LEAD_IN_FEED: Source.FEED, Response.LEAVE_LEAD_IN_LIVE: Source.LIVE}
ANSWERED = -2  # for channels that are joined with an answer
_ORDERING = (Response.ORDER_FROM_FEED, Response.ORDER_IN_LIVE, Response.ORDER_FROM_SEARCH)
days_lived, answered, known_met, outside_ordered = map(at_once, (mean_days, mean_answer, mean_met, order_outside))
days_beside, presence_of = map(at_once, (mean_days_beside, mean_presence))
_STOCKS = slice(int(Slot.ROWS), int(Slot.LOAD_BIN) + 40)


def ladder(world: World) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Levels of intimacy, [B], and the tier of each: finer where fans are, closed at both ends of each tier."""
    p, visit = world.rules.tiers, max(0.02, float(world.rules.tiers.visit))
    liking = (float(p.liking_down), float(p.liking_up))
    devoted = (float(p.devoted_down), float(p.devoted_up))
    most = devoted[1] + 2.0 * max(1.0, float(p.order))
    spans = ((0.0, liking[1]), (liking[0], devoted[1]), (devoted[0], most))
    levels, tiers = [], []
    for tier, (low, high) in enumerate(spans):
        at, step = low, visit * (1.0 if tier < 2 else 3.0)
        while at < high - 0.5 * step:
            levels.append(at)
            tiers.append(tier)
            at += step
            step *= WIDER[tier]
        levels.append(high)
        tiers.append(tier)
    return np.array(levels), np.array(tiers, np.int64)


class Cells:
    """Cells of one set of nodes: [nodes · B], one for each level of intimacy and tier."""

    def __init__(self, nodes: Nodes, world: World) -> None:
        self.segment, self.nodes = nodes.segment, len(nodes.weights)
        self.traits = nodes.traits.copy()
        self.levels, self.tiers = ladder(world)
        self.width = len(self.levels)
        cells = self.nodes * self.width
        self.now, self.after = np.zeros((cells, CELL)), np.zeros((cells, CELL))
        self.scratch = np.zeros(CELL)
        self.beside: Floats | None = None  # [nodes, G, BESIDE] groups by the other brands that they follow
        self.gone = np.zeros((self.nodes, 0))  # [nodes, G] of each group today
        self.members[:] = np.repeat(nodes.members, self.width, axis=0)
        self.states[:, EXPECTATION] = float(world.rules.purchase.expectation)
        self.states[:, REFERENCE] = self.states[:, BUYING] = 1.0
        self.states[:, TRUST] = np.repeat(self.traits[:, PRIOR], self.width)
        self.entry = self.states[:: self.width].copy()  # [nodes, STATES] in which people begin
        self.entry_members = nodes.members.copy()

    @property
    def states(self) -> Floats:
        """[cells, STATES]."""
        return self.now[:, :STATES]

    @property
    def members(self) -> Floats:
        """[cells, C] share who listen to a channel."""
        return self.now[:, MEMBERS:COUNTS]

    @property
    def counts(self) -> Floats:
        """[cells, C] messages of this month."""
        return self.now[:, COUNTS:]

    def place(self, sizes: Floats, intimacy: float, tier: int) -> None:
        """Put fans at each node, [nodes], on the level of a tier that is nearest to an intimacy."""
        level = int(np.argmin(np.abs(self.levels - intimacy) + 1e3 * (self.tiers != tier)))
        self.states[np.arange(self.nodes) * self.width + level, SIZE] += sizes

    def day(self, answer: Floats, climates: Boxed, worlds: Boxed, flow: Floats, around: Floats | None = None) -> None:
        """One day; counters are added to ``flow``.

        around  [G, BESIDE] groups of the segment, for cells whose nodes do not differ in that
        """
        beside = self.beside
        if beside is None and around is not None:
            beside = np.repeat(around[None, :], self.nodes, axis=0)
        self.gone = np.zeros((0, 0) if beside is None else beside.shape[:2])
        if beside is not None and beside[:, :, SHARE].any():
            days_beside(
                self.segment, self.traits, self.levels, self.tiers, self.now, self.members, self.counts, self.after,
                self.scratch, np.zeros(CELL), answer, beside, self.gone, climates, worlds, flow,
            )  # fmt: skip
        else:
            days_lived(
                self.segment, self.traits, self.levels, self.tiers, self.now, self.members, self.counts, self.after,
                self.scratch, answer, climates, worlds, flow,
            )  # fmt: skip
        self.now, self.after = self.after, self.now

    def presence(self, climates: Boxed, worlds: Boxed) -> Floats:
        """Fans of each node, and what the brand is to them this morning, [nodes, BESIDE]."""
        found = np.zeros((self.nodes, BESIDE))
        presence_of(self.segment, self.traits, self.levels, self.tiers, self.now, self.members, found, climates, worlds)
        return found

    def join(self, other: "Cells") -> None:
        """Take over the fans of a set with the same nodes, but for prior trust: who has met the brand otherwise."""
        mine, theirs = (cells.states[:, SIZE].reshape(self.nodes, -1).sum(axis=1) for cells in (self, other))
        part = np.divide(theirs, mine + theirs, out=np.zeros(self.nodes), where=mine + theirs > 0)
        self.traits[:, PRIOR] += part * (other.traits[:, PRIOR] - self.traits[:, PRIOR])
        both = self.states[:, SIZE] + other.states[:, SIZE]
        share = np.divide(other.states[:, SIZE], both, out=np.zeros_like(both), where=both > 0)
        self.now += share[:, None] * (other.now - self.now)
        self.states[:, SIZE] = both

    def add(self, sizes: Floats, deciding: float = 0.0, bought: float = 0.0) -> None:
        """Newcomers of today at each node, [nodes], in the state in which people begin.

        deciding  share with a qualified lead;  bought: share who have bought in the store and will not again
        """
        self.entry[:, OPEN], self.entry[:, BUYING] = deciding, 1.0 - bought
        self.entry[:, BOUGHT] = self.entry[:, ORDERS] = bought
        at = np.arange(self.nodes) * self.width
        both = self.states[at, SIZE] + sizes
        share = (sizes / both)[:, None]
        self.states[at] += share * (self.entry - self.states[at])
        self.members[at] += share * (self.entry_members - self.members[at])
        self.counts[at] *= 1.0 - share
        self.states[at, SIZE] = both


class Origin:
    """Newcomers of the last weeks who met the brand in the same way, of one segment: a set for each fortnight."""

    def __init__(self, nodes: Nodes, world: World) -> None:
        self.nodes, self.world = nodes, world
        self.inside = nodes.weights @ nodes.members  # [C] share who are in a channel at once
        self.cohorts: list[Cells] = []

    def add(self, size: float, day: int, deciding: float = 0.0, bought: float = 0.0) -> None:
        """People who begin to follow today; see ``Cells.add``."""
        middle = day + FORTNIGHT // 2 - day % FORTNIGHT
        if not self.cohorts or self.cohorts[-1].traits[0, JOINED] < middle:
            cells = Cells(self.nodes, self.world)
            cells.traits[:, JOINED] = middle
            self.cohorts.append(cells)
        self.cohorts[-1].add(size * self.nodes.weights, deciding, bought)

    def turn(self) -> list[Cells]:
        """A fortnight ends: the sets of those who are no newcomers any more."""
        old, self.cohorts = self.cohorts[:-FRESH], self.cohorts[-FRESH:]
        return old


class MeanRows:
    """Cells in place of rows, with what the operation of a brand asks of rows."""

    def __init__(self, world: World, scenario: Scenario, nodes: int) -> None:
        self.world, self.scenario = world, scenario
        self.around: Floats | None = None  # [S, G, BESIDE] groups of those who came later, this morning
        self.fields: Any = Fields(world)
        self.boxed_world = boxed(world)
        self.boxed_climate: Any = None  # of today
        self.lost: dict[int, float] = {}  # channel → share of its members who are lost with their accounts today
        self.answer, self.desk = np.zeros(ANSWER), tuple[float, ...]()  # to a question of a day with this desk
        segments = int(world.segments.used)
        self.number = max(12, nodes // segments)
        self.pool: list[Cells] = []
        self.origins: dict[tuple[int, float, int], Origin] = {}  # by segment, prior trust, and source with own channels
        self.settled: dict[tuple[int, int], Cells] = {}  # by segment, and source with own channels
        self.flow = np.zeros(TALLY_SIZE)  # expected counters of today
        self.scarce = [c for c in range(MAX_CHANNELS) if int(world.channels.limited) >> c & 1]
        self.applied = np.zeros(MAX_CHANNELS)  # since the last morning with places
        self.entering = np.array(
            [int(Slot.APPLICATIONS if c in self.scarce else Slot.CHANNEL_JOINS) + c for c in range(MAX_CHANNELS)]
        )  # counter of those who join each channel
        self.seated = np.zeros(TALLY_SIZE)  # of these, what the morning decides
        self.carried = np.zeros(TALLY_SIZE)  # what rounding has left
        self.known = np.zeros(segments)  # people who have responded and do not follow
        self.left = np.zeros(segments)  # of these, those who followed before
        self.clicked = np.zeros(RETARGETING_DAYS + 1)  # people of the commercial domain by day of the click
        self.prospects = MeanProspects(world, self.boxed_world) if world.closing.in_store == 1 else None
        self.exposure, self.won = np.zeros(segments), np.zeros((segments, 3))
        self.month_start = 1
        self.day = 0

    # ------------------------------------------------------------------------------------ what an operation asks

    def populate(self, addresses: npt.NDArray[np.int64], members: npt.NDArray[np.bool_]) -> None:
        """The initial pool."""
        world, brand = self.world, self.world.brand
        customers, quality = float(brand.customers), float(brand.product_quality)
        tiers = np.diff([0.0, *(float(x) for x in brand.tier_end[:TIERS])])
        known = float(world.rules.trust.experience) * customers
        for nodes in pool_nodes(world, self.number):
            cells = Cells(nodes, world)
            for tier, share in enumerate(tiers):
                cells.place(self.scenario.pool.fans * nodes.weights * share, START_INTIMACY[tier], tier)
            cells.states[:, TRUST] += known * (quality - cells.states[:, TRUST])
            cells.states[:, BOUGHT] = cells.states[:, ORDERS] = customers
            cells.states[:, EXPECTATION] += customers * (quality - cells.states[:, EXPECTATION])
            if world.closing.single == 1:
                cells.states[:, BUYING] = 1.0 - customers
            cells.members[:] *= 1.0 - np.array([float(x) for x in world.channels.blocked[:MAX_CHANNELS]])
            self.pool.append(cells)

    def members(self) -> list[int]:
        """Members by channel."""
        inside = sum((c.states[:, SIZE] @ c.members for c in self._all()), np.zeros(MAX_CHANNELS))
        return [round(float(n)) for n in inside[: self.world.channels.used]]

    def by_segment(self) -> list[float]:
        """Followers by segment."""
        found = np.zeros(len(self.known))
        for cells in self._all():
            found[cells.segment] += cells.states[:, SIZE].sum()
        return [float(n) for n in found]

    def advance(self, climate: Climate, tally: Tally) -> None:
        """One day of all cells, and of those who are known and do not follow."""
        self.day = int(climate.day)
        self.flow[:], self.seated[:] = self.seated, 0.0
        if climate.month_start != self.month_start:
            self.month_start = int(climate.month_start)
            keep = [float(self.world.channels.conversations >> 7 * c & 1) for c in range(MAX_CHANNELS)]
            for cells in self._all():
                cells.counts[:] *= keep
        if self.day and self.day % FORTNIGHT == 0:
            for (segment, _, own), origin in self.origins.items():
                for old in origin.turn():
                    self._settle(segment, own, old)
        climates = self.boxed_climate = boxed(climate)
        desk = climate.desk if isinstance(climate.desk, tuple) else climate.desk.item()
        if desk != self.desk:
            self.desk = desk
            answered(climates, self.boxed_world, self.answer)
            if self.prospects is not None:
                self.prospects.desk(climates, self.answer)
        before = self.by_segment()
        for c, share in self.lost.items():
            for cells in self._all():
                lose(cells, c, share, self.flow)
        for cells in self._all():
            around = None if self.around is None else self.around[cells.segment]
            live = partial(cells.day, self.answer, climates, self.boxed_world, self.flow, around)
            if self.prospects is None:
                live()
            else:
                self.prospects.behind([cells], self.flow, live)
        gone = np.array(before) - self.flow[Slot.SEGMENT : Slot.SEGMENT + len(before)]
        self._touch(climate)
        self.known += gone
        self.left += gone
        self.flow[Slot.FLOW + 3 * Domain.PRIVATE + Domain.PUBLIC] += gone.sum()

    def seat(self, free: list[int], day: int, tally: Tally) -> None:
        """As many of yesterday's applicants as there are places stay; the others are taken from all members alike."""
        for c in self.scarce:
            applied, self.applied[c] = float(self.applied[c]), 0.0
            turned_away = max(0.0, applied - free[c])
            inside = sum(float(cells.states[:, SIZE] @ cells.members[:, c]) for cells in self._all())
            for cells in self._all():
                cells.members[:, c] *= 1.0 - min(1.0, turned_away / max(1e-300, inside))
            self.seated[Slot.TURNED_AWAY + c] += turned_away
            self.seated[Slot.CHANNEL_JOINS + c] += applied - turned_away

    def cohorts(self, firsts: list[int]) -> tuple[int, ...]:
        """Cohorts are not told apart by month."""
        return (round(sum(self.by_segment())), *(0 for _ in firsts))

    def close(self) -> None:
        """Nothing is held."""

    # --------------------------------------------------------------------------------------------- who comes

    def arrive(self, came: Floats, climate: Climate) -> None:
        """People respond for the first time: they follow, order, click, or leave contact data.

        came  [S, responses] expected people by kind
        """
        world, brand = self.fields, self.fields.brand
        for s in range(len(came)):
            for kind, source in _MEETING.items():
                self._follow(s, float(brand.trust_feed), source, came[s, kind])
            for kind in _ORDERING:
                self._order(came[s, kind], float(climate.discount) if kind == Response.ORDER_IN_LIVE else 0.0, climate)
                guided = came[s, kind] * float(world.path.guided)
                self._follow(s, float(brand.trust_feed), Source.PAYMENT, guided)
                self._meet(s, came[s, kind] - guided)
            clicks = came[s, Response.CLICK_AD]
            self.flow[Slot.AD_CLICKS] += clicks
            self._click(s, clicks, climate)
            for kind, source in _LEAVING_LEADS.items():
                self._leave_lead(s, came[s, kind], float(brand.trust_feed), source)
            self._walk_in(s, came[s, Response.WALK_INTO_STORE])
            for j in range((came.shape[1] - len(Response)) // 2):
                own, rewarded = came[s, len(Response) + 2 * j], came[s, len(Response) + 2 * j + 1]
                trust, source = float(world.sources.trust[j]), Source(int(world.sources.source[j]))
                first = MAX_CHANNELS * j
                shares = np.array([float(x) for x in world.sources.joins[first : first + world.channels.joined]])
                less = float(world.rules.referral.reward_trust)
                self._follow(s, trust, source, own, shares)
                self._follow(s, max(0.0, trust - less), source, rewarded, shares)
                if world.sources.rewarded[j] == 1:
                    self.flow[Slot.INCENTIVES] += (own + rewarded) * float(climate.incentive)

    def invite(self, untouched: list[float], users: int, climate: Climate) -> list[float]:
        """Friends of those who shared today; returns the people left untouched, by segment."""
        p, shared = self.world.rules.referral, float(self.flow[Slot.SHARES])
        if shared <= 0.0:
            return untouched
        followers = sum(self.by_segment())
        trust = float(self.flow[Slot.TRUST_SUM]) / max(1.0, followers)  # of senders: nearly that of all
        accepted = shared * float(acceptance(trust, p)) * max(0.0, 1.0 - followers / users)
        rewarded = float(self.flow[Slot.REWARDED_SHARES]) / shared
        prior = float(self.world.brand.trust_feed)
        left = []
        total = max(1.0, sum(untouched) + float(self.known.sum()))
        for s, people in enumerate(untouched):
            new, again = accepted * people / total, accepted * self.known[s] / total
            for share, source, by_reward in (
                (1.0 - rewarded, Source.INVITATION, False),
                (rewarded, Source.REWARD, True),
            ):
                mean = float(invited_prior(prior, trust, by_reward, p))
                self._follow_near(s, mean, source, (new + again) * share)
            self.known[s] -= again
            left.append(people - new)
        self.flow[Slot.INVITATIONS] += shared
        return left

    def finish(self, tally: Tally, fans_yesterday: int) -> None:
        """Write today's expected counters as whole numbers; what rounding leaves goes over to tomorrow."""
        if self.prospects is not None:
            self.prospects.count(self.flow)
        self.applied += self.flow[Slot.APPLICATIONS : Slot.APPLICATIONS + MAX_CHANNELS]
        self.carried += self.flow
        self.carried[_STOCKS] = 0.0
        whole = np.floor(self.carried + 0.5)
        self.carried -= whole
        tally += whole.astype(np.int64)
        for name in _SUMS:
            at = int(Slot[name])
            tally[at] = round(self.flow[at] * FIXED_POINT)
            self.carried[at] = 0.0
        stocks = np.rint(self.flow[_STOCKS]).astype(np.int64)
        sums = {int(Slot[name]) for name in _SUMS}
        for n, value in enumerate(stocks.tolist()):
            if int(Slot.ROWS) + n not in sums:
                tally[int(Slot.ROWS) + n] = value
        tally[Slot.ROWS + Domain.PRIVATE] = (
            fans_yesterday + int(block(tally, "JOINS").sum()) - int(block(tally, "EXITS").sum())
        )
        tally[Slot.ROWS + Domain.COMMERCIAL] = round(float(self.clicked.sum()))
        tally[Slot.ROWS + Domain.PUBLIC] = max(0, round(float(self.known.sum() - self.clicked.sum())))

    # -------------------------------------------------------------------------------------------------- parts

    def newcomers(self) -> list[Cells]:
        """The sets of those who were not in the initial pool."""
        fresh = [cells for origin in self.origins.values() for cells in origin.cohorts]
        return [*self.settled.values(), *fresh]

    def _all(self) -> list[Cells]:
        return [*self.pool, *self.newcomers()]

    def _settle(self, segment: int, own: int, old: Cells) -> None:
        """A set of former newcomers is one with those before them who came into the same channels."""
        if (segment, own) in self.settled:
            self.settled[segment, own].join(old)
        else:
            self.settled[segment, own] = old

    def _follow(
        self,
        s: int,
        trust: float,
        source: Source,
        size: float,
        shares: Floats | None = None,
        own: int | None = None,
        deciding: float = 0.0,
        bought: float = 0.0,
    ) -> None:
        """People begin to follow.

        shares  [C] probabilities of joining each channel, where they are not those of all who follow
        own     tells such sets of channels apart: the source, or ``ANSWERED``
        """
        if size <= 0.0:
            return
        self.flow[Slot.JOINS + source] += size
        self.flow[Slot.FLOW + 3 * UNTOUCHED + Domain.PRIVATE] += size
        own = -1 if shares is None else int(source) if own is None else own
        if (s, trust, own) not in self.origins:
            channels = self.world.channels
            if shares is None:
                shares = np.array([float(x) for x in channels.joins_at_follow[: channels.joined]])
            number = max(12, self.number // 2)
            self.origins[s, trust, own] = Origin(newcomer_nodes(s, trust, shares, self.world, number), self.world)
        self.flow[self.entering] += size * self.origins[s, trust, own].inside
        self.origins[s, trust, own].add(float(size), self.day, deciding, bought)

    def _follow_near(self, s: int, trust: float, source: Source, size: float) -> None:
        """Newcomers of any prior trust: between two steps of it, so that its mean is kept."""
        low = math.floor(trust / TRUST_STEP)
        above = trust / TRUST_STEP - low
        for steps, part in ((low, 1.0 - above), (low + 1, above)):
            self._follow(s, min(MOST_TRUST, max(LEAST_TRUST, steps * TRUST_STEP)), source, size * part)

    def _meet(self, s: int, size: float, clicked: bool = False) -> None:
        """People who have responded and do not follow."""
        self.known[s] += size
        to = Domain.COMMERCIAL if clicked else Domain.PUBLIC
        self.flow[Slot.FLOW + 3 * UNTOUCHED + to] += size
        if clicked:
            self.clicked[self.day % len(self.clicked)] += size

    def _click(self, s: int, clicks: float, climate: Climate) -> None:
        """People without a row click an ad: some follow, and where deals close in a store some leave a lead."""
        brand, trust = self.fields.brand, float(self.fields.brand.trust_bought)
        following, leads, deciding = clicks * float(brand.follow_after_click), 0.0, 0.0
        if self.prospects is not None and clicks > 0.0:
            leads = self.prospects.at_click(s, climate)
            deciding = leads * self.prospects.followed(s, following * leads, self._prior(s, trust))
            self.flow[Slot.LEADS] += following * leads
        self._follow(s, trust, Source.AD, following, deciding=deciding)
        self._meet(s, (clicks - following) * (1.0 - leads), clicked=True)
        self._leave_lead(s, (clicks - following) * leads, trust, Source.AD)

    def _walk_in(self, s: int, visitors: float) -> None:
        """People come to the store of their own accord: some buy, some follow."""
        if self.prospects is None or visitors <= 0.0:
            return
        closing = self.fields.closing
        sale, follow = float(closing.sale), float(closing.follow)
        over = sale if closing.single == 1 else 0.0
        self.flow[Slot.WALK_INS] += visitors
        self.flow[Slot.SALES_WALK_INS] += visitors * sale
        outside_ordered(visitors * sale, 0.0, self.boxed_climate, self.boxed_world, self.flow)
        self._follow(s, float(closing.trust), Source.STORE, visitors * follow, bought=over)
        self._meet(s, visitors * (1.0 - follow))
        self.prospects.over[s] += visitors * (1.0 - follow) * over

    def _leave_lead(self, s: int, leads: float, trust: float, source: Source, known: bool = False) -> None:
        """People who do not follow leave contact data; some of them are in a channel after the answer.

        trust  mean T₀ of people met in the same way;  known: they have responded before
        """
        if self.prospects is None or leads <= 0.0:
            return
        self.flow[Slot.LEADS] += leads
        joining, deciding = self.prospects.leave(s, leads, self._prior(s, trust))
        if not known:
            self._meet(s, leads - joining)
        self._enter(s, joining, deciding, trust, source, known)

    def _enter(self, s: int, joining: float, deciding: float, trust: float, source: Source, known: bool) -> None:
        """People who are answered join channels, and so begin to follow."""
        if self.prospects is None or joining <= 0.0:
            return
        if known:
            joining = min(joining, float(self.known[s]))
            self.left[s] *= 1.0 - joining / self.known[s]
            self.known[s] -= joining
            self._flow_of_known(joining)
        self._follow(s, trust, source, joining, self.prospects.joins, ANSWERED, min(1.0, deciding / joining))

    def _pursue(self, climate: Climate) -> None:
        """Known people on the way to the store: new leads at touches, answers, decisions."""
        if self.prospects is None:
            return
        trust = float(self.fields.brand.trust_feed)
        orders, joining, deciding = self.prospects.day(boxed(climate), self.flow)
        for s in range(len(self.known)):
            self._order(float(orders[s]), 0.0, climate)
            if self.fields.closing.single == 1:
                self.prospects.over[s] += orders[s]
            self._enter(s, float(joining[s]), float(deciding[s]), trust, Source.FEED, known=True)
            free = self.prospects.free(s, float(self.known[s]))
            self._leave_lead(s, float(self.won[s, 2]) * free, trust, Source.FEED, known=True)

    def _prior(self, s: int, trust: float) -> float:
        return float(mean_prior(trust, float(self.fields.segments.trust_shift[s])))

    def _flow_of_known(self, size: float) -> None:
        """``_follow`` counts people without a row; these have one."""
        self.flow[Slot.FLOW + 3 * UNTOUCHED + Domain.PRIVATE] -= size
        self.flow[Slot.FLOW + 3 * Domain.PUBLIC + Domain.PRIVATE] += size

    def _order(self, orders: float, discount: float, climate: Climate) -> None:
        """Orders of people who do not follow."""
        if orders > 0.0:
            outside_ordered(orders, discount, boxed(climate), self.boxed_world, self.flow)

    def _touch(self, climate: Climate) -> None:
        """People who have responded before and do not follow are met again: by the feed, by ads, by retargeting."""
        at = self.day % len(self.clicked)
        self.clicked[at] = 0.0  # 30 days are over
        commercial = float(self.clicked.sum())
        known_met(
            self.known, self.left, self.exposure, self.won, commercial, boxed(climate), self.boxed_world, self.flow
        )
        brand = self.fields.brand
        for s, (by_feed, by_ads, _) in enumerate(self.won.tolist()):
            new, over = by_feed + by_ads, 0.0
            if self.prospects is not None:
                over = self.prospects.followers(s, new, float(self.known[s]))
            self._follow(s, brand.trust_feed, Source.FEED, by_feed, bought=over)
            self._follow(s, brand.trust_bought, Source.AD, by_ads, bought=over)
            self._flow_of_known(new)
        share = max(0.0, 1.0 - float(self.flow[Slot.JOINS + Source.AD]) / max(1.0, commercial))
        self.clicked *= share
        self._pursue(climate)
