"""Checks between values: names of channels, shares, dates, sizes; what contradicts what, and a remedy."""

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

from sim.domains import BYTES_PER_ROW, MAX_BRANDS, MAX_CHANNELS, MAX_MEMBERSHIPS, MAX_SOURCES
from sim.logics import Calendar, Depletion, Growth, Logic
from sim.logics.oracle import is_upper_bound
from sim.scenario.document import Document, dotted
from sim.scenario.machine import cores, physical_memory
from sim.scenario.mistakes import did_you_mean, shown
from sim.scenario.path_checks import check_path
from sim.scenario.positions import Path
from sim.scenario.resolve import CHANNEL_KINDS
from sim.scenario.rivals import OWN, of_rival
from sim.scenario.schema import Channel, Scenario

MAX_SEGMENTS = 8
PULL = "pull"
LONGEST_CURRENCY = 4
GROWTH = 1.5  # rows of a run over the fans that it starts with
MEMORY_SHARE = 0.8  # of the machine's memory that a run may take
_NEAR_ONE = 1e-6
TIER_ORDER = (
    ("liking_down", "liking_up"),
    ("devoted_down", "devoted_up"),
    ("liking_up", "devoted_up"),
    ("liking_down", "devoted_down"),
)


def check(scenario: Scenario, document: Document, broken: set[Path]) -> None:
    """Report contradictions between values to the document; values at broken paths are left alone."""
    checks = _Checks(scenario, document, broken)
    for one in (
        checks.currency,
        checks.channels,
        checks.shares,
        checks.tiers,
        checks.pool,
        checks.inflow,
        checks.first_pool,
        checks.sizes,
        checks.shop,
        checks.network,
        checks.sources,
        checks.search,
        checks.store,
        checks.logics,
        checks.rivals,
    ):
        one()
    check_path(scenario, checks.report, checks.sound)


def memory_of(fans: int) -> float:
    """Bytes that the rows of the runs of a comparison take, roughly: one run per core at a time."""
    return BYTES_PER_ROW * GROWTH * cores() * fans


class _Checks:
    def __init__(self, scenario: Scenario, document: Document, broken: set[Path], rival: str = "") -> None:
        self.scenario, self.document, self.broken, self.rival = scenario, document, broken, rival
        channels = [channel for platform in scenario.platforms for channel in platform.channels]
        self.all_channels: list[Channel] = channels
        self.names = list(dict.fromkeys(channel.name for channel in channels))

    def placed(self, path: Path) -> Path:
        """Where the file has what a rival's own view of the scenario has at a path."""
        if not self.rival:
            return path
        if path[0] in OWN:
            return ("rivals", self.rival, *path)
        return ("rivals", self.rival, "logic", *path[2:]) if path[0] == "logics" else path

    def sound(self, *paths: Path) -> bool:
        """True when no value at, above or below the paths was wrong."""
        places = [self.placed(path) for path in paths]
        return not any(path[: len(bad)] == bad or bad[: len(path)] == path for path in places for bad in self.broken)

    def report(self, path: Path, message: str, *others: Path) -> None:
        """A mistake at a path; ``{key}`` and ``{value}`` stand for what the file has there.

        others  paths of values that it contradicts; the mistake stands where the outermost file set one of them
        """
        path, others = self.placed(path), tuple(self.placed(other) for other in others)
        key, value = self.document.key(path), shown(self.document.at(path))
        text = message.replace("{key}", key).replace("{value}", value)
        at = self.document.outermost(path, *others)
        mark, _ = self.document.mark(path)
        if at != path and path in self.document.marks and mark.line:
            text += f" ({key} is set in {mark.file}:{mark.line}.)"
        self.document.mistakes.append(self.document.mistake(at, text))

    def currency(self) -> None:
        """The sign or code of the currency is short and no number."""
        sign = self.scenario.currency
        if self.sound(("currency",)) and (not 1 <= len(sign) <= LONGEST_CURRENCY or any(c.isdigit() for c in sign)):
            message = f"is not a sign or code of up to {LONGEST_CURRENCY} letters. Write €, $ or CHF."
            self.report(("currency",), f"{{key}} = {{value}} {message}")

    def channels(self) -> None:
        """At most 8 channels, each with a name of its own."""
        if not self.sound(("platforms",)):
            return
        joined = [channel for channel in self.all_channels if channel.kind != PULL]
        for found, most, which in (
            (joined, MAX_MEMBERSHIPS, " that fans join"),
            (self.all_channels, MAX_CHANNELS, " in all"),
        ):
            if len(found) > most:
                message = f"has {len(found)} channels{which}; at most {most} are possible. Leave a platform out."
                self.report(("platforms",), f"{{key}} {message}")
        if self.all_channels and not joined:
            self.report(("platforms",), "{key} has no channel through which the brand can reach anybody. Add one.")
        self._pull()
        for name, times in Counter(channel.name for channel in self.all_channels).items():
            if times > 1:
                self.report(("platforms",), f"{{key}}: {times} channels are called {name}; give each its own name.")
        for name in self.names:
            if name in CHANNEL_KINDS and any(c.name == name and c.kind != name for c in self.all_channels):
                message = f"{{key}}: a channel is called {name}, which is the name of another kind of channel."
                self.report(("platforms",), message)

    def _pull(self) -> None:
        """Channels that fans visit on their own: nothing is pushed, nobody joins."""
        for p, platform in enumerate(self.scenario.platforms):
            for c, channel in enumerate(platform.channels if self.sound(("platforms",)) else ()):
                at: Path = ("platforms", p, "channels", c)
                joins = channel.joins_per_month
                for key, value in (
                    ("fatigue_weight", channel.fatigue_weight),
                    ("cost_per_message", channel.cost_per_message),
                    ("joins_at_follow", channel.joins_at_follow),
                    ("joins_per_month", max(joins.passer_by, joins.liking, joins.devoted)),
                    ("live_notice", channel.live_notice),
                    ("video_notice", channel.video_notice),
                    ("quota_per_month", channel.quota_per_month),
                    ("conversation_limit", channel.conversation_limit),
                    ("fold_after", channel.fold_after),
                    ("blocked_share", channel.blocked_share),
                    ("join_reward", channel.join_reward),
                ):
                    if channel.kind == PULL and value:
                        why = "fans visit it on their own, so nothing is sent there and nobody joins. Leave it out."
                        self.report((*at, key), f"{channel.name} has {key}, but is of kind pull: {why}", (*at, "kind"))

    def shares(self) -> None:
        """Segments and tiers share a whole; at most 8 segments."""
        segments = self.scenario.segments
        if self.sound(("segments",)):
            if len(segments) > MAX_SEGMENTS:
                message = f"has {len(segments)} segments; at most {MAX_SEGMENTS} are possible. Join some of them."
                self.report(("segments",), f"{{key}} {message}")
            self._sum_to_one(("segments",), {name: segment.share for name, segment in segments.items()}, "share")
        if self.sound(("pool", "tiers")):
            tiers = self.scenario.pool.tiers
            self._sum_to_one(("pool", "tiers"), {name: getattr(tiers, name) for name in type(tiers).model_fields})

    def _sum_to_one(self, path: Path, shares: dict[str, float], of: str = "") -> None:
        total = math.fsum(shares.values())
        if abs(total - 1.0) > _NEAR_ONE:
            what = f"{of}s of {{key}}" if of else "shares of {key}"
            terms = " + ".join(f"{name} {share:g}" for name, share in shares.items()) or "nothing"
            if total > 0:
                remedy = f" Divide each by {total:g}, or raise one by {1 - total:g}."
                remedy = remedy if total < 1 else f" Divide each by {total:g}."
            else:
                remedy = ""
            self.report(path, f"the {what} sum to {total:g}, not to 1: {terms}.{remedy}")

    def tiers(self) -> None:
        """Thresholds of intimacy are in the order of the tiers, and fans fall under those by which they rose."""
        for lower, upper in TIER_ORDER:
            below, above = (("rules", "tiers", key) for key in (lower, upper))
            rules = self.scenario.rules.tiers  # type: ignore[attr-defined]
            low, high = getattr(rules, lower), getattr(rules, upper)
            if low > high and self.sound(below, above):
                message = f"rules.tiers: {lower} = {low:g} is more than {upper} = {high:g}. "
                self.report(below, message + "Lower one or raise the other.", above)

    def pool(self) -> None:
        """Channels of the pool exist, and fans are in one."""
        pool, at = self.scenario.pool, ("pool", "channels")
        if not self.sound(("platforms",), at):
            return
        for channel in self.all_channels:
            if channel.kind == PULL and channel.name in (pool.channels or {}):
                message = "{key}: fans visit this channel on their own, nobody is a member of it. Leave it out."
                self.report((*at, channel.name), message)
        unknown = [name for name in pool.channels or {} if name not in self.names]
        for name in unknown:
            message = f"{{key}}: {name} is not a channel of the platforms. "
            message += did_you_mean(name, self.names, "Channels")
            self.report((*at, name), message, ("platforms",))
        if unknown or not pool.fans or not self.names or not self.sound(("pool", "fans")):
            return
        nobody = f"would put nobody into a channel, and pool.fans = {pool.fans}. "
        remedy = f"Write {self.names[0]} = 1.0, or pool.fans = 0."
        if pool.channels is not None:
            if not any(pool.channels.values()):
                message = f"{{key}} {nobody}{remedy}" if pool.channels else f"{{key}} is empty: it {nobody}{remedy}"
                self.report(at, message, ("pool", "fans"))
        elif not any(channel.joins_at_follow for channel in self.all_channels):
            message = f"joins_at_follow is 0 for every channel; it {nobody}"
            message += f"Add [pool.channels] with {self.names[0]} = 1.0, or write pool.fans = 0."
            self.report(("platforms",), message, ("pool", "fans"))

    def inflow(self) -> None:
        """Somebody is there, or can come."""
        if self.scenario.pool.fans or not self.sound(("pool", "fans"), ("platforms",), ("logics",)):
            return
        if any(source.per_day.bounds[1] or source.members for source in self.scenario.sources.values()):
            return
        shown_to = [platform.feed.exposures_at_least for platform in self.scenario.platforms if platform.feed]
        if any(p.search.use * p.search.share for p in self.scenario.platforms if p.search):
            return
        if not any(shown_to) and not any(most_ads(logic) for logic in self.scenario.logics.values()):
            why = "feed.exposures_at_least = 0" if shown_to else "no platform has a feed"
            message = f"pool.fans = 0, and nobody can come: {why}, and no logic buys ads. Write pool.fans = 1000."
            feeds: list[Path] = [
                ("platforms", number, "feed", "exposures_at_least") for number in range(len(self.scenario.platforms))
            ]
            self.report(("pool", "fans"), message, *feeds, ("platforms",))

    def first_pool(self) -> None:
        """The fewest plays in the first traffic pool are not more than the most."""
        for number, platform in enumerate(self.scenario.platforms):
            path: Path = ("platforms", number, "feed")
            feed = platform.feed
            if feed and self.sound(path) and feed.first_pool_least > feed.first_pool_most:
                message = f"{{key}} = {{value}} is more than first_pool_most = {feed.first_pool_most:g}. "
                message += "Lower one or raise the other."
                self.report((*path, "first_pool_least"), message, (*path, "first_pool_most"))

    def sizes(self) -> None:
        """Fans are users, and fit into the memory of this machine."""
        if not self.sound(("pool", "fans")):
            return
        fans, users = self.scenario.pool.fans, self.scenario.market.users
        if fans > users and self.sound(("market", "users")):
            message = f"pool.fans = {fans} is more than market.users = {users}: fans are among the users. "
            message += f"Write market.users = {fans} or more."
            at = self.document.outermost(("pool", "fans"), ("market", "users"))
            self.report(at, message)
        memory = physical_memory()
        if memory is not None and memory_of(fans) > MEMORY_SHARE * memory:
            most = int(MEMORY_SHARE * memory / memory_of(1))
            number = cores()
            message = (
                f"{{key}} = {fans} would need about {_size(memory_of(fans))}: {BYTES_PER_ROW} bytes per fan, half as "
                f"much again for growth, {number} run{'' if number == 1 else 's'} at a time; this machine has "
                f"{_size(memory)}. Up to about {most:,} fans fit."
            )
            self.report(("pool", "fans"), message)

    def shop(self) -> None:
        """The brand's category is known to the shops, and the shop is open when the run starts."""
        brand, start = self.scenario.brand, self.scenario.start
        categories = [name for platform in self.scenario.platforms for name in platform.shop.commission_by_category]
        if brand.category and self.sound(("brand", "category"), ("platforms",)) and brand.category not in categories:
            known = did_you_mean(brand.category, categories, "Known") if categories else ""
            remedy = known or 'No platform here knows any; write category = "".'
            message = f"{{key}} = {{value}} is not a category of the shops. {remedy}"
            self.report(("brand", "category"), message, ("platforms",))
        if brand.shop_opened and self.sound(("brand", "shop_opened"), ("start",)) and brand.shop_opened > start:
            message = f"{{key}} = {{value}} is after the start of the run. Write {start} or an earlier date."
            self.report(("brand", "shop_opened"), message, ("start",))

    def network(self) -> None:
        """The mean number of friends lies between the median and the most."""
        network = self.scenario.network
        if network is None or not self.sound(("network",)):
            return
        if network.mean < network.median:
            message = f"network: mean = {network.mean:g} is less than median = {network.median:g}; few have very many "
            message += "friends, so the mean lies above. Make them equal to give everybody the same number."
            self.report(self.document.outermost(("network", "mean"), ("network", "median")), message)
        elif network.mean > network.median and network.most < 2.0 * network.mean:
            message = f"network: most = {network.most:g} is less than twice the mean = {network.mean:g}; "
            message += "no log-normal has that. Raise most."
            self.report(self.document.outermost(("network", "most"), ("network", "mean")), message)

    def sources(self) -> None:
        """Sources bring somebody, into channels and from segments that exist; at most 8."""
        if len(self.scenario.sources) > MAX_SOURCES:
            number = len(self.scenario.sources)
            message = f"has {number} sources; at most {MAX_SOURCES} are possible. Join some of them."
            self.report(("sources",), f"{{key}} {message}")
        for name, source in self.scenario.sources.items():
            at: Path = ("sources", name)
            if not self.sound(at):
                continue
            if source.kind == "partner" and not source.members:
                message = f"{dotted(at)} is a partner without members. Write members = 2000."
                self.report((*at, "members") if self.document.at((*at, "members")) is not None else at, message)
            elif source.kind != "partner" and not source.per_day.bounds[1]:
                self.report(at, f"{dotted(at)} brings nobody. Write per_day = 5.")
            segments = self.scenario.segments
            if source.segment is not None and source.segment not in segments and self.sound(("segments",)):
                message = f"{{key}} = {{value}} is not a segment. {did_you_mean(source.segment, segments, 'Segments')}"
                self.report((*at, "segment"), message, ("segments",))
            for channel in source.channels or {} if self.sound(("platforms",)) else {}:
                if channel not in self.names:
                    message = f"{{key}}: {channel} is not a channel of the platforms. "
                    message += did_you_mean(channel, self.names, "Channels")
                    self.report((*at, "channels", channel), message, ("platforms",))
                elif any(c.name == channel and c.kind == PULL for c in self.all_channels):
                    message = f"{{key}}: {channel} is of kind pull: fans visit it, and nobody joins. Leave it out."
                    self.report((*at, "channels", channel), message, ("platforms",))
            if source.channels is not None and not any(source.channels.values()):
                message = f"{dotted((*at, 'channels'))} would put nobody into a channel. Leave it out, or write "
                self.report((*at, "channels"), f"{message}{{ {self.names[0]} = 1.0 }}.")

    def search(self) -> None:
        """People search on one platform; what they are shown there is shown to somebody."""
        if not self.sound(("platforms",)):
            return
        shelves = [(n, p) for n, p in enumerate(self.scenario.platforms) if p.search]
        if len(shelves) > 1:
            names = ", ".join(platform.name for _, platform in shelves)
            message = f"{{key}}: people search on one platform, not on {names}. Take [search] out of the others."
            self.report(("platforms",), message)
        for number, platform in shelves:
            search, at = platform.search, ("platforms", number, "search")
            if search and search.share > 0 and search.use == 0:
                self.report((*at, "share"), "{key} = {value}, but search.use = 0: nobody searches.", (*at, "use"))

    def store(self) -> None:
        """Visitors come to a store only where deals close in one."""
        visitors, closing = ("store", "visitors"), ("industry", "closing")
        if self.scenario.store.visitors and self.scenario.industry.closing != "store" and self.sound(visitors, closing):
            message = '{key} = {value}, but deals close online. Write industry.closing = "store", or visitors = 0.'
            self.report(visitors, message, closing)

    def logics(self) -> None:
        """Pushes go to known channels; ads are sold; phases follow each other within the run; discounts fit."""
        for name, logic in self.scenario.logics.items():
            path: Path = self.placed(("logics", name))
            if not self.sound((*path, "kind")):
                continue
            self._pushes((*path, "pushes_per_week"), getattr(logic, "pushes_per_week", None))
            self._pushes((*path, "ask_to_join"), logic.ask_to_join)
            self._pushes((*path, "schedule"), logic.schedule)
            for profile in logic.segments if self.sound(("segments",)) else ():
                if profile not in self.scenario.segments:
                    message = f"{{key}}: {profile} is not a segment. "
                    message += did_you_mean(profile, self.scenario.segments, "Segments")
                    self.report((*path, "segments", profile), message, ("segments",))
            self._ads(path, logic)
            self._rewards(path, logic)
            if isinstance(logic, Depletion):
                self._discounts(path, logic)
            if isinstance(logic, Calendar):
                self._phases((*path, "phases"), logic)

    def rivals(self) -> None:
        """At most 7 rivals, each a brand as sound as the scenario's own; the pools fit among the users."""
        rivals = self.scenario.rivals
        if len(rivals) > MAX_BRANDS - 1:
            message = f"{{key}} has {len(rivals)} brands; at most {MAX_BRANDS - 1} are possible. Leave some out."
            self.report(("rivals",), message)
        for name, rival in rivals.items():
            view = _Checks(of_rival(self.scenario, name), self.document, self.broken, name)
            for one in (view.pool, view.sizes, view.shop, view.store, view.logics):
                one()
            at: Path = ("rivals", name)
            fans, most = rival.pool.fans, self.scenario.pool.fans
            if self.sound((*at, "pool"), (*at, "shared_fans"), ("pool", "fans")) and rival.shared_fans * fans > most:
                message = f"{{key}} = {rival.shared_fans:g} of {fans:,} fans is more than the pool.fans = {most:,} of "
                message += f"the scenario's own brand. Write {most / fans:.3g} or less."
                self.report((*at, "shared_fans"), message, (*at, "pool", "fans"), ("pool", "fans"))
        users = self.scenario.market.users
        people = self.scenario.pool.fans + sum(rival.pool.fans for rival in rivals.values())
        people -= sum(round(rival.shared_fans * rival.pool.fans) for rival in rivals.values())
        if rivals and people > users and self.sound(("rivals",), ("pool", "fans"), ("market", "users")):
            message = f"market.users = {users:,} is fewer than the {people:,} fans of all brands. "
            self.report(("market", "users"), f"{message}Write market.users = {people} or more.", ("rivals",))
        bound = [name for name, logic in self.scenario.logics.items() if is_upper_bound(logic)]
        bound += [f"rivals.{name}" for name, rival in rivals.items() if is_upper_bound(rival.logic)]
        if rivals and bound and self.sound(("rivals",), ("logics",)):
            message = f"{{key}}: the oracle ({bound[0]}) knows one brand's fans and nothing of rivals, so that beside "
            self.report(("rivals",), f"{message}them it is no upper bound. Leave one of them out.", ("logics",))

    def _pushes(self, path: Path, pushes: Mapping[str, Any] | None) -> None:
        if not self.sound(("platforms",)) or self.document.at(path) is None:
            return
        for name in pushes or {}:
            if name == PULL or any(c.name == name and c.kind == PULL for c in self.all_channels):
                self.report((*path, name), "{key}: fans visit this channel on their own, nothing can be pushed there.")
            elif name not in self.names and name not in CHANNEL_KINDS:
                message = f"{dotted((name,))} is neither a channel of the platforms nor a kind of channel. "
                pushed = [channel.name for channel in self.all_channels if channel.kind != PULL]
                allowed = (*dict.fromkeys(pushed), *CHANNEL_KINDS)
                message = f"{{key}}: {message}{did_you_mean(name, allowed, 'Allowed')}"
                self.report((*path, name), message, ("platforms",))

    def _ads(self, path: Path, logic: Logic) -> None:
        if not self.sound(("platforms",)) or any(platform.ads for platform in self.scenario.platforms):
            return
        spent: list[tuple[Path, float | None]] = [((*path, "ads_per_day"), logic.ads_per_day)]
        if isinstance(logic, Growth):
            spent.append(((*path, "reinvest_ads"), logic.reinvest_ads))
        if isinstance(logic, Calendar):
            spent += [((*path, "phases", n, "ads_per_day"), phase.ads_per_day) for n, phase in enumerate(logic.phases)]
        for at, budget in spent:
            if budget and self.sound(at):
                message = f"{{key}} = {budget:g}, but no platform sells ads. Write 0, or add a platform with [ads]."
                self.report(at, message, ("platforms",))

    def _rewards(self, path: Path, logic: Logic) -> None:
        if self.scenario.network or any(source.rewarded for source in self.scenario.sources.values()):
            return
        paid: list[tuple[Path, float | None]] = [((*path, "incentive"), logic.incentive)]
        if isinstance(logic, Calendar):
            paid += [((*path, "phases", n, "incentive"), phase.incentive) for n, phase in enumerate(logic.phases)]
        for at, reward in paid:
            if reward and self.sound(at, ("network",), ("sources",)):
                message = f"{{key}} = {reward:g}, but nobody can earn it: there is no [network] of friends and no "
                self.report(at, message + "source with rewarded = true. Write 0, or add [network].")

    def _discounts(self, path: Path, logic: Depletion) -> None:
        for key in ("discount", "discount_step"):
            value, most = getattr(logic, key), logic.most_discount
            at = (*path, key)
            if value > most and self.sound(at, (*path, "most_discount")):
                message = f"{key} = {value:g} is more than most_discount = {most:g}. Lower one or raise the other."
                self.report(self.document.outermost(at, (*path, "most_discount")), f"{dotted(path)}: {message}")

    def _phases(self, path: Path, logic: Calendar) -> None:
        first, days = self.scenario.start, self.scenario.days
        last = first + dt.timedelta(days=days - 1)
        for number, phase in enumerate(logic.phases if self.sound(path) else ()):
            at = (*path, number, "from")
            self._pushes((*path, number, "pushes_per_week"), phase.pushes_per_week)
            self._pushes((*path, number, "schedule"), phase.schedule)
            if self.sound(("start",), ("days",)) and not first <= phase.start <= last:
                self.report(at, f"{{key}} = {{value}} is outside the run, {first} … {last}.", ("start",), ("days",))


def most_ads(logic: Logic) -> float:
    """Largest ad budget that a logic is given, ¥ per day."""
    later = [phase.ads_per_day or 0.0 for phase in logic.phases] if isinstance(logic, Calendar) else []
    return max(logic.ads_per_day, *later, 0.0)


def _size(number: float) -> str:
    gibibytes = number / 2**30
    return f"{gibibytes:.0f} GiB" if gibibytes >= 10 else f"{gibibytes:.1f} GiB"
