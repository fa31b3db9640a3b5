"""The schema of scenario files, assembled from the parameters declared beside rules and logics."""

import datetime as dt
from typing import Annotated, Any, NamedTuple

from pydantic import BeforeValidator, Field, InstanceOf, PlainSerializer, create_model

from sim.domains import MAX_CHANNELS
from sim.logics import AnyLogic
from sim.parameters import Series, declared, fraction, over_time, parameter
from sim.rules import RULE_TABLES
from sim.scenario.base import Model
from sim.scenario.path import Accounts, Matrix, Path
from sim.scenario.reach import Ads, Feed


def _series(value: Any) -> Any:
    """A series from a number or a table by date; everything else is left to the validator."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Series.constant(value)
    if isinstance(value, dict) and value and all(isinstance(date, dt.date) for date in value):
        return Series.by_date(value)
    return value


def _plain(series: Series) -> float | dict[dt.date, float]:
    """The number or the table by date that a series came from."""
    (first, value), *more = series.steps
    return value if first == dt.date.min and not more else dict(series.steps)


TimeSeries = Annotated[InstanceOf[Series], BeforeValidator(_series), PlainSerializer(_plain)]


YUAN = "¥"  # the unit of money as parameters declare it; it stands for the currency of the scenario
ANY_CURRENCY = "¤"  # in the units of presets: whatever the currency of the scenario


class JoinsPerMonth(Model):
    """Share of followers outside a channel who join it, by tier."""

    passer_by: Annotated[float, parameter("Passers-by", unit="1/month", low=0, high=10, source="details")] = 0.0
    liking: Annotated[float, parameter("Liking fans", unit="1/month", low=0, high=10, source="details")] = 0.0
    devoted: Annotated[float, parameter("Devoted fans", unit="1/month", low=0, high=10, source="details")] = 0.0


class Channel(Model):
    """A place in which the brand can reach a follower, or (kind ``pull``) one that followers visit on their own.

    A scenario file changes a channel of a preset by its name: ``[channels.wechat-group] open = 0.2``. A table of
    another name is a new channel: ``[channels.app] extends = "app-push"``.
    """

    name: str
    kind: Annotated[str, Field(pattern="^(subscription|group|direct|article|moments|pull)$")]
    strong: Annotated[bool, Field(description="A strong private channel (E-55)")] = False
    reach: Annotated[float, fraction("Share of members whom a message reaches", source="E-42, M4")] = 1.0
    open: Annotated[
        float,
        fraction(
            "Base probability of opening (group: of a visit at 4 messages a day; pull: of a visit a day)", source="M4"
        ),
    ]
    fatigue_weight: Annotated[float, parameter("Weight of one message in fatigue", low=0, high=10, source="M4")]
    quota_per_month: (
        Annotated[
            int,
            parameter("Messages per account, fan and calendar month", unit="1/month", low=0, high=127, source="E-37"),
        ]
        | None
    ) = None
    cost_per_message: Annotated[float, parameter("Fee of one message", unit="¥", low=0, high=100, source="E-56")] = 0.0
    joins_at_follow: Annotated[float, fraction("Share of new followers who join at once", source="details")] = 0.0
    joins_per_month: JoinsPerMonth = JoinsPerMonth()
    joins_at_answer: Annotated[
        float,
        fraction("Share of people whose question or lead is answered who join", source="E-45, E-100, E-111"),
    ] = 0.0
    live_notice: Annotated[bool, Field(description="Lives announce themselves here")] = False
    video_notice: Annotated[
        bool, Field(description="New videos announce themselves here", json_schema_extra={"source": "E-41"})
    ] = False
    conversation_limit: (
        Annotated[
            int, parameter("Messages to one fan until the fan answers", unit="messages", low=0, high=127, source="E-39")
        ]
        | None
    ) = None
    price_beyond_quota: (
        Annotated[
            float,
            parameter(
                "Price of a message beyond the quota (default: not for sale)", unit="¥", low=0, high=100, source="E-69"
            ),
        ]
        | None
    ) = None
    accounts: Accounts = Accounts()
    blocked_share: Annotated[
        float, fraction("Share of members who keep the brand from reaching them here", source="E-58")
    ] = 0.0
    fold_after: (
        Annotated[float, parameter("Messages a day beyond which they are folded", unit="1/day", above=0, source="E-57")]
        | None
    ) = None
    chatter: Annotated[
        float,
        parameter("Messages of other members in a lively group", unit="1/day", low=0, high=1000, source="E-43, L21"),
    ] = 0.0
    anti_harassment: Annotated[float, fraction("Share of them that blacklists and filters keep out", source="E-41")] = (
        0.0
    )
    half_life: (
        Annotated[
            float,
            parameter(
                "Time in which a group without useful messages loses half of its activity (default: never)",
                unit="days",
                above=0,
                source="E-64, L21",
            ),
        ]
        | None
    ) = None
    join_reward: Annotated[float, parameter("Reward for joining", unit="¥", low=0, high=1000, source="E-79")] = 0.0


class Shop(Model):
    """What a platform takes of a sale (M17)."""

    opening_days: Annotated[
        int, parameter("Length of the opening period", unit="days", low=0, high=3650, source="E-65")
    ] = 0
    opening_commission: Annotated[float, fraction("Commission in the opening period", source="E-65")] = 0.0
    commission: Annotated[
        float, fraction("Commission afterwards (0: takes nothing)", source="E-66, E-67", trust="stated")
    ] = 0.0
    commission_by_category: dict[str, Annotated[float, fraction("Commission of a category", source="E-66")]] = {}


class Search(Model):
    """How people look for goods on a platform (人找货, E-16); all 0 where goods find people."""

    use: Annotated[float, fraction("Share of needs that begin with a search on the platform", source="E-16")] = 0.0
    share: Annotated[float, fraction("The brand's share of what such a search shows", source="E-16")] = 0.0
    repurchase_intent: Annotated[
        float,
        fraction(
            "Probability that one who has bought before looks for the brand again at the next need", source="E-16"
        ),
    ] = 0.0


class Platform(Model):
    """A platform: its channels, feed, ad market, shop rules and search.

    A scenario file names presets, ``platforms = ["douyin-2021-07", "wechat-2021-07"]``, or writes tables,
    which may start from a preset: ``{ extends = "douyin-2021-07", feed.exposures_per_fan = 0.1 }``. The
    tables ``[feed]``, ``[ads]``, ``[shop]`` and ``[search]`` of a file change the one platform that has such a table.
    """

    name: str
    title: str
    feed: Feed | None = None
    ads: Ads | None = None
    shop: Shop = Shop()
    search: Search | None = None
    channels: tuple[Channel, ...]


class Industry(Model):
    """An industry quadrant: need, price, margin, decision time, where deals close (evidence E-102 … E-105).

    A scenario file names a preset, ``industry = "frequent-online"``, or starts from one:
    ``[industry] extends = "frequent-online"``, with what differs.
    """

    name: str
    title: str
    need_interval: Annotated[float, parameter("Mean time between needs", unit="days", low=1, high=36500, source="M8")]
    decision_days: Annotated[
        float, parameter("Time from need to decision", unit="days", low=1, high=3650, source="E-102")
    ] = 1.0
    price: Annotated[float, parameter("Reference price", unit="¥", above=0, high=1e9, source="M8")]
    goods_share: Annotated[float, fraction("Cost of goods as a share of the list price", source="details")]
    closing: Annotated[
        str,
        Field(
            pattern="^(online|store)$",
            description="Where deals close: online, or in a store after a lead",
            json_schema_extra={"source": "E-68"},
        ),
    ] = "online"
    visit_share: Annotated[
        float, fraction("Share of qualified leads who come to the store, at trust .35", source="M19, V9")
    ] = 0.15
    sale_share: Annotated[float, fraction("Share of visitors of the store who buy", source="M19, details")] = 0.25
    single_purchase: Annotated[
        bool, Field(description="Nobody buys a second time", json_schema_extra={"source": "E-101"})
    ] = False
    questions: Annotated[
        float,
        parameter(
            "Questions of a passer-by who can ask in a strong private channel (0: nobody asks)",
            unit="1/month",
            low=0,
            high=30,
            source="M13, E-99",
        ),
    ] = 0.0
    leakage: Annotated[
        float,
        fraction(
            "Share of followers' orders closed off the platform where the commission exceeds the friction",
            source="E-67, M17",
        ),
    ] = 0.0
    friction: Annotated[
        float, parameter("What closing an order off the platform costs", unit="¥", low=0, high=1e6, source="E-67, M17")
    ] = 10.0
    maturity: Annotated[
        float, fraction("How alike the offers of the category are: weight of emotional content", source="E-84")
    ] = 0.5


class Segment(Model):
    """A user profile group (画像)."""

    share: Annotated[float, fraction("Share of users", source="E-50")]
    tolerance: Annotated[
        float,
        parameter(
            "Median tolerance",
            unit="weighted messages/week",
            above=0,
            high=1000,
            source="L8",
            trust="measured",
        ),
    ] = 4.9
    exposure: Annotated[
        float, parameter("Exposure to the feed relative to other segments", low=0, high=1000, source="E-50")
    ] = 1.0
    need: Annotated[float, parameter("Need relative to the industry", low=0, high=100, source="E-50")] = 1.0
    deal_response: Annotated[
        float, parameter("Response to discounts relative to the rule", low=0, high=10, source="E-50")
    ] = 1.0
    match_value: Annotated[float, parameter("Match with value content, log-odds", low=-5, high=5, source="E-49")] = 0.0
    match_promotion: Annotated[float, parameter("Match with promotion, log-odds", low=-5, high=5, source="E-49")] = 0.0
    match_product: Annotated[
        float,
        parameter("How well the product fits: added to the utility of buying, log-odds", low=-5, high=5, source="E-49"),
    ] = 0.0
    trust_shift: Annotated[
        float, parameter("Prior trust relative to the mean of others, log-odds", low=-5, high=5, source="E-77, M7")
    ] = 0.0
    sharing: Annotated[
        float, parameter("Sharing relative to the rule (super users)", low=0, high=100, source="E-89")
    ] = 1.0


class Market(Model):
    """The people who could be met."""

    users: Annotated[int, parameter("Platform users who could be met", low=1, high=10**9, source="model §2")] = (
        20_000_000
    )
    attention_minutes: Annotated[
        float,
        parameter(
            "Time that a user spends on the platform: exposures and ads on offer are in proportion to it; lives of "
            "several brands share it",
            unit="min/day",
            low=0,
            high=1440,
            source="E-18",
            trust="stated",
        ),
    ] = 120.0
    season: Annotated[
        TimeSeries,
        over_time("Season: demand of the day relative to an ordinary one", low=0, high=100, source="M8"),
    ] = Series.constant(1.0)
    ad_season: Annotated[
        TimeSeries,
        over_time(
            "Season of advertising: competing bids of the day relative to ordinary ones (peaks of high-ticket goods)",
            low=0.01,
            high=100,
            source="M2, source document 000",
        ),
    ] = Series.constant(1.0)


class Network(Model):
    """Who knows whom: how many friends people have. Only where a file has this table do fans invite their friends."""

    median: Annotated[
        float, parameter("Median number of friends", above=0, high=8191, source="M1: KuaiRand", trust="measured")
    ] = 16.0
    mean: Annotated[
        float,
        parameter(
            "Mean number of friends; equal to the median: all have the same number",
            above=0,
            high=8191,
            source="M1: KuaiRand",
            trust="measured",
        ),
    ] = 119.0
    most: Annotated[
        float, parameter("Most friends", above=0, high=8191, source="M1: KuaiRand follows at most 5,003", trust="weak")
    ] = 5000.0


class ExternalSource(Model):
    """A source of people beyond feed, ads, searches and the store: who comes follows at once (E-8, E-10, E-80)."""

    kind: Annotated[str, Field(pattern="^(code|partner|employee)$")]
    per_day: Annotated[
        TimeSeries, over_time("People who come and follow", unit="1/day", low=0, high=1e7, source="E-8")
    ] = Series.constant(0.0)
    members: Annotated[
        int, parameter("People in a partner's private domain", low=0, high=10**9, source="E-10, E-80")
    ] = 0
    exposures_per_month: Annotated[
        TimeSeries,
        over_time("How often a partner shows the brand to a member", unit="1/month", low=0, high=1000, source="E-80"),
    ] = Series.constant(4.0)
    trust: (
        Annotated[float, fraction("Mean prior trust (default: .5; of a code the brand's)", source="M7, E-77")] | None
    ) = None
    channels: dict[str, Annotated[float, fraction("Share who join the channel at once", source="E-79")]] | None = None
    segment: Annotated[str | None, Field(description="The only segment from which people come (default: all)")] = None
    rewarded: Annotated[
        bool, Field(description="Who comes is promised the reward of the plan", json_schema_extra={"source": "E-79"})
    ] = False
    cost_per_day: Annotated[
        float, parameter("What keeping the source costs", unit="¥/day", low=0, high=1e9, source="E-80")
    ] = 0.0
    cost_per_person: Annotated[
        float, parameter("What one who comes costs, beside the reward", unit="¥", low=0, high=1e6, source="E-80")
    ] = 0.0


class Content(Model):
    """What the brand publishes."""

    quality: Annotated[TimeSeries, over_time("Quality of value content", low=0, high=1, source="M7, details")] = (
        Series.constant(0.6)
    )
    per_day: (
        Annotated[
            float,
            parameter(
                "Works published in the feed (default: as many as the exposures of an ordinary day ask for)",
                unit="1/day",
                above=0,
                high=10_000,
                source="E-112",
            ),
        ]
        | None
    ) = None
    emotional: Annotated[float, fraction("Share of emotional among useful content", source="E-84")] = 0.0
    videos_per_week: Annotated[
        float, parameter("New videos that channels may announce", unit="1/week", low=0, high=700, source="E-41")
    ] = 0.0


class Product(Model):
    """What the brand sells."""

    quality: Annotated[float, fraction("Quality of the product as experienced", source="M9")] = 0.7


class Brand(Model):
    """The brand and its offer."""

    certified: Annotated[
        bool, Field(description="Has the certification mark", json_schema_extra={"source": "E-32"})
    ] = True
    trust: Annotated[
        float, parameter("Prior trust of people met in the feed", low=0.01, high=0.99, source="M7, E-74")
    ] = 0.35
    persona: Annotated[
        float, fraction("Strength of the brand's persona: raises relevance and prior trust", source="E-83")
    ] = 0.0
    trust_bought: Annotated[float, fraction("Prior trust of people met through ads", source="E-76, details")] = 0.25
    content: Content = Content()
    product: Product = Product()
    price: (
        Annotated[
            float,
            parameter(
                "List price (default: the industry's reference price)",
                unit="¥",
                above=0,
                high=1e9,
                source="M8",
            ),
        ]
        | None
    ) = None
    goods_share: (
        Annotated[
            float,
            fraction("Cost of goods as a share of the list price (default: the industry's)", source="details"),
        ]
        | None
    ) = None
    shows_sales: Annotated[
        bool,
        Field(description="Shows how many have bought in the last 30 days", json_schema_extra={"source": "E-81, L15"}),
    ] = False
    endorsement: Annotated[
        TimeSeries,
        over_time("Share of the content in which an authority speaks for the brand", low=0, high=1, source="E-82"),
    ] = Series.constant(0.0)
    category: Annotated[str, Field(description="Category of goods, for the commission of shops; empty: none")] = ""
    shop_opened: Annotated[
        dt.date | None, Field(description="Day on which the shop opened (default: 60 days before the start)")
    ] = None
    path: Path = Path()
    matrix: Matrix = Matrix()


class TierMix(Model):
    """Shares of the tiers in the initial pool."""

    passer_by: Annotated[float, fraction("Share of passers-by", source="details")] = 0.70
    liking: Annotated[float, fraction("Share of liking fans", source="details")] = 0.25
    devoted: Annotated[float, fraction("Share of devoted fans", source="details")] = 0.05


class Pool(Model):
    """The followers on day 0."""

    fans: Annotated[int, parameter("Followers at the start", low=0, high=10**9, source="model §6")] = 20_000
    trust: Annotated[float, fraction("Mean trust (default: the brand's)", source="M7")] | None = None
    customers: Annotated[
        float, fraction("Share who have bought before: they trust more and know the product", source="E-77")
    ] = 0.0
    used_to_promotion: (
        Annotated[
            float,
            fraction(
                "Share of promotion in what the pool is used to (default: what the first plan sends)", source="E-85"
            ),
        ]
        | None
    ) = None
    age: Annotated[float, parameter("Mean time since following", unit="days", low=0, high=10_000, source="details")] = (
        180.0
    )
    tiers: TierMix = TierMix()
    channels: dict[str, Annotated[float, fraction("Share of initial fans in the channel", source="details")]] | None = (
        None
    )


class Costs(Model):
    """What operating costs."""

    item: Annotated[
        float,
        parameter("c₀: a promotion item, or a value item of quality 0", unit="¥", low=0, high=1e6, source="details"),
    ] = 30.0
    quality: Annotated[
        float, parameter("c₁: a value item costs c₀·e^(c₁·quality)", low=0, high=20, source="details")
    ] = 3.0
    live: Annotated[float, parameter("One live", unit="¥", low=0, high=1e7, source="M19")] = 300.0
    red_packet: Annotated[
        float, parameter("One red packet in one room of a group", unit="¥", low=0, high=1e6, source="E-41, E-79")
    ] = 50.0
    seat: Annotated[float, parameter("A full-time service seat", unit="¥/day", low=0, high=1e6, source="details")] = (
        250.0
    )


class Service(Model):
    """The team that answers questions and leads (M13)."""

    rate: Annotated[
        float, parameter("Answers of one seat", unit="1/hour", above=0, high=1000, source="theory 4.16")
    ] = 8.0
    hours: Annotated[float, parameter("Hours of service a day", unit="hours", above=0, high=24, source="M13")] = 12.0
    automatic: Annotated[
        float, fraction("Share of questions that the automatic reply settles at once", source="E-40")
    ] = 0.0


class Store(Model):
    """A store, where deals close in one."""

    visitors: Annotated[
        float,
        parameter(
            "Visitors a day who want to buy and come of their own accord", unit="1/day", low=0, high=1e6, source="V10"
        ),
    ] = 0.0
    trust: Annotated[float, fraction("Prior trust of such visitors", source="M7, E-77, details")] = 0.5
    follow: Annotated[float, fraction("Share of such visitors who scan a code and follow", source="E-8")] = 0.0


class Rival(Model):
    """Another brand in the same market, which shares people with the scenario's own.

    What its table does not say is as with the scenario's own brand; platforms, industry, segments, market and rules are
    the same for all.
    """

    logic: Annotated[AnyLogic, Field(description="How it is operated: a table, or the name of a logic of the file")]
    shared_fans: Annotated[
        float, fraction("Share of its initial pool that follows the scenario's own brand too", source="M14, L22")
    ] = 0.0
    brand: Brand = Brand()
    pool: Pool = Pool()
    costs: Costs = Costs()
    service: Service = Service()
    store: Store = Store()


def _model_of(table: type[NamedTuple]) -> Any:
    """A model with the fields, bounds and defaults of a rule table."""
    defaults = table._field_defaults
    fields: dict[str, Any] = {name: (Annotated[float, info], defaults[name]) for name, info in declared(table).items()}
    name = f"{table.__name__}Table"
    model = create_model(name, __base__=Model, __doc__=table.__doc__, __module__=__name__, **fields)
    globals()[name] = model  # pickle looks a class up by its name
    return model


RULE_MODELS: dict[str, type[Model]] = {name: _model_of(table) for name, table in RULE_TABLES.items()}
_tables: dict[str, Any] = {name: (model, model()) for name, model in RULE_MODELS.items()}
RulesTable = create_model(
    "RulesTable",
    __base__=Model,
    __module__=__name__,
    __doc__="Behavioural parameters, common to all scenarios unless a file says otherwise.",
    **_tables,
)


class Scenario(Model):
    """A question: a brand, its market and the logics that it could operate by.

    Any value of a file may carry its pedigree: ``{ value = 0.2, source = "own count", trust = "measured" }``.
    With ``extends = "other.toml"`` a file says only what differs; there ``logics.depletion = false`` removes
    a logic.
    """

    title: Annotated[str, Field(description="What the scenario is about, in a few words")]
    question: Annotated[str, Field(description="The question that it asks")] = ""
    days: Annotated[int, parameter("Length of the run", unit="days", low=1, high=1830, source="model §2")]
    start: Annotated[dt.date, Field(description="First day of the run")]
    currency: Annotated[
        str, Field(description="Sign or code of the money: ¥, €, $, CHF; amounts are shown in it, never converted")
    ] = YUAN
    platforms: Annotated[tuple[Platform, ...], Field(min_length=1)]
    industry: Industry
    segments: dict[str, Segment] = {"everyone": Segment(share=1.0)}
    market: Market = Market()
    network: Network | None = None
    sources: dict[str, ExternalSource] = {}
    brand: Brand = Brand()
    pool: Pool = Pool()
    costs: Costs = Costs()
    service: Service = Service()
    store: Store = Store()
    rules: RulesTable = RulesTable()  # type: ignore[valid-type]
    logics: Annotated[dict[str, AnyLogic], Field(min_length=1)]
    rivals: dict[str, Rival] = {}

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Channels of all platforms: those that fans join, in the order of the file, then those that they visit."""
        return tuple(channel for _, channel in self.placed_channels)

    @property
    def placed_channels(self) -> tuple[tuple[int, Channel], ...]:
        """The channels with the positions of their platforms, in the same order."""
        found = [(number, channel) for number, platform in enumerate(self.platforms) for channel in platform.channels]
        assert len(found) <= MAX_CHANNELS
        return tuple(sorted(found, key=lambda placed: placed[1].kind == "pull"))

    @property
    def home(self) -> int:
        """Position of the platform on which people are met: the first with a feed or ads, or else with a search."""
        shown = [n for n, platform in enumerate(self.platforms) if platform.feed or platform.ads]
        found = [n for n, platform in enumerate(self.platforms) if platform.search]
        return (shown + found + [0])[0]

    @property
    def trust(self) -> float:
        """Mean trust of the initial pool's members who have not bought before, before persona."""
        return self.brand.trust if self.pool.trust is None else self.pool.trust
