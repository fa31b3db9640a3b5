"""The words of the field: domains, tiers, lifecycle, causes and sources, with their Chinese names.

Every number that stands for a kind of something in code, in a table or in a file is a member here, and
a published member never changes its value.
"""

from enum import IntEnum


class Domain(IntEnum):
    """Where a person stands towards the brand (evidence E-1, E-5, E-6)."""

    PUBLIC = 0  # met only through the feed
    COMMERCIAL = 1  # clicked a paid impression within the retargeting window and does not follow
    PRIVATE = 2  # follows: the brand can reach the fan at will


class Tier(IntEnum):
    """Closeness of a follower, by intimacy (evidence E-47)."""

    PASSER_BY = 0
    LIKING = 1
    DEVOTED = 2


class Lifecycle(IntEnum):
    """Commercial life of a person who has followed (evidence E-48)."""

    NEW = 0  # follows, active, has not ordered
    FIRST_ORDER = 1  # follows, active, ordered once
    REPEAT = 2  # follows, active, ordered twice or more
    SILENT = 3  # follows, but has opened and ordered nothing for 30 days
    CHURNED = 4  # followed once and left


class Cause(IntEnum):
    """Why a fan left a channel or the private domain (model.md §3.4h)."""

    NATURAL = 0
    FATIGUE = 1
    NEGLECT = 2
    DISTRUST = 3
    SHOCK = 4
    BAN = 5  # the account through which the brand reached the fan was banned (evidence E-63)


class Source(IntEnum):
    """What brought a person to the brand."""

    POOL = 0  # was there at the start
    FEED = 1
    AD = 2
    LIVE = 3
    SEARCH = 4
    STORE = 5  # came to the store of their own accord
    INVITATION = 6  # a fan's, given without a reward in view
    PAYMENT = 7  # guided to follow after a payment (evidence E-90)
    REWARD = 8  # a fan's, owed to the reward
    CODE = 9  # scanned outside the platforms
    PARTNER = 10  # someone else's private domain
    EMPLOYEE = 11  # an employee's Moments


class HomepageSource(IntEnum):
    """What brings somebody to the brand's homepage, which is visited and never pushed (evidence E-34, E-35)."""

    SEARCH = 0  # one with a need looks the brand up
    FEED = 1
    AD = 2
    PUSH = 3  # an opened message led there


class ChannelKind(IntEnum):
    """What kind of place a channel is; it decides how its messages are opened."""

    SUBSCRIPTION = 0  # one message, one alert; opened or not
    GROUP = 1  # a room that is visited; messages pile up in it
    DIRECT = 2  # one to one
    ARTICLE = 3  # folded among other accounts' articles
    MOMENTS = 4  # a stream that can be scrolled past
    PULL = 5  # a homepage or a mini-program: visited by fans on their own, nothing is pushed there


class Stage(IntEnum):
    """Stages of the closed loop (闭环) through which a brand and its fans go (evidence E-51)."""

    ACQUIRE = 0  # people who see the brand respond
    DEPOSIT = 1  # people who are met begin to follow
    ACTIVATE = 2  # followers open something
    CONVERT = 3  # active followers order
    REPURCHASE = 4  # buyers order again
    FISSION = 5  # fans bring fans


class PoolState(IntEnum):
    """How a pool of fans lives, by the loop gain R_fan (evidence E-9, E-53)."""

    GROWING = 0  # fans bring more fans than leave: R above 1
    FED = 1  # fans bring fewer than leave, inflow from outside holds the pool
    DEPLETING = 2  # more leave than come


class Prospect(IntEnum):
    """Where a person stands as a buyer (evidence E-101, M19)."""

    OPEN = 0  # may buy; nothing is under way but, perhaps, a need
    OVER = 1  # will not buy again
    WAITING = 2  # left contact data and waits for a reply overnight
    QUALIFIED = 3  # has been answered and means it: the decision is open


class PriceBand(IntEnum):
    """What a buyer paid, relative to the list price (model.md §4)."""

    FULL_PRICE = 0  # no discount
    SHALLOW = 1  # less than 30 % off
    DEEP = 2  # 30 % off or more: the deep discounts of the field experiments (L13)


TIERS = len(Tier)
PRICE_BANDS = len(PriceBand)
CAUSES = len(Cause)
HOMEPAGE_SOURCES = len(HomepageSource)
MAX_MEMBERSHIPS = 8  # channels that fans join: the month's message counts are 7 bits each in one 64-bit integer
MAX_CHANNELS = 12  # with those that fans visit on their own, which have no members
MAX_BRANDS = 8  # that share people, the scenario's own among them
MAX_SOURCES = 8  # beyond feed, ads, searches and the store
BYTES_PER_ROW = 100  # memory of one person's traits and state towards one brand

CHINESE: dict[str, str] = {
    "PUBLIC": "公域",
    "COMMERCIAL": "商域",
    "PRIVATE": "私域",
    "PASSER_BY": "路人粉",
    "LIKING": "好感粉",
    "DEVOTED": "真爱粉",
    "NEW": "新粉",
    "FIRST_ORDER": "首单",
    "REPEAT": "复购",
    "SILENT": "沉默",
    "CHURNED": "流失",
    "NATURAL": "自然流失",
    "FATIGUE": "疲劳",
    "NEGLECT": "冷落",
    "DISTRUST": "失去信任",
    "SHOCK": "单条消息触发",
    "BAN": "封号",
    "POOL": "初始粉丝",
    "FEED": "信息流",
    "AD": "广告",
    "LIVE": "直播",
    "PAYMENT": "支付后关注",
    "SEARCH": "搜索",
    "STORE": "到店",
    "PUSH": "推送",
    "INVITATION": "好友邀请",
    "REWARD": "有奖邀请",
    "CODE": "扫码",
    "PARTNER": "合作伙伴",
    "EMPLOYEE": "员工朋友圈",
    "OPEN": "可成交",
    "OVER": "交易完结",
    "WAITING": "待回复",
    "QUALIFIED": "有效线索",
    "SUBSCRIPTION": "订阅",
    "GROUP": "群聊",
    "DIRECT": "私信",
    "ARTICLE": "公众号",
    "MOMENTS": "朋友圈",
    "PULL": "主动访问",
    "ACQUIRE": "新增",
    "DEPOSIT": "沉淀",
    "ACTIVATE": "活跃",
    "CONVERT": "转化",
    "REPURCHASE": "回购",
    "FISSION": "裂变",
    "GROWING": "增长",
    "FED": "靠流入维持",
    "DEPLETING": "消耗",
    "FULL_PRICE": "原价",
    "SHALLOW": "浅折扣",
    "DEEP": "深折扣",
}


def chinese(member: IntEnum) -> str:
    """Chinese name of a member of this module."""
    return CHINESE[member.name]


def word(member: IntEnum) -> str:
    """The member's name as columns and texts write it: lower case with underscores."""
    return member.name.lower()
