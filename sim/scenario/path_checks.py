"""Checks between values about reaching fans: what contradicts what in channels, accounts and the reach path."""

from collections.abc import Iterator
from typing import Protocol

from sim.domains import ChannelKind, word
from sim.scenario.positions import Path
from sim.scenario.schema import Channel, Scenario

MOST_BANNABLE = 60  # accounts of a channel that can be banned: their bit sets fit into an integer
MOST_COUNTED = 127  # messages that a fan's count of a channel can hold
_GROUP = word(ChannelKind.GROUP)


class Report(Protocol):
    """Takes a mistake: the path of a value, a message, and paths of values that it contradicts."""

    def __call__(self, path: Path, message: str, *others: Path) -> None:
        """Report it."""


class Sound(Protocol):
    """Tells whether no value at, above or below the paths was wrong."""

    def __call__(self, *paths: Path) -> bool:
        """Ask."""
        ...


def check_path(scenario: Scenario, report: Report, sound: Sound) -> None:
    """Report contradictions about reaching fans."""
    if sound(("platforms",)):
        for at, channel in _channels(scenario):
            _limits(at, channel, report)
            _accounts(at, channel, report)
            _groups(at, channel, report)
            _pool(at, channel, scenario, report)
        _path(scenario, report)
        if sound(("brand", "matrix")):
            _matrix(scenario, report)


def _channels(scenario: Scenario) -> Iterator[tuple[Path, Channel]]:
    for p, platform in enumerate(scenario.platforms):
        for c, channel in enumerate(platform.channels):
            yield ("platforms", p, "channels", c), channel


def _limits(at: Path, channel: Channel, report: Report) -> None:
    quota, limit = channel.quota_per_month, channel.conversation_limit
    if quota is not None and limit is not None:
        message = f"{{key}} = {{value}}, but {channel.name} has conversation_limit = {limit} too, and a fan's messages "
        report((*at, "quota_per_month"), message + "are counted once. Leave one out.", (*at, "conversation_limit"))
    if channel.price_beyond_quota is not None and quota is None:
        message = "{key} = {value}, but the channel has no quota_per_month; nothing lies beyond it. "
        report((*at, "price_beyond_quota"), message + "Leave it out, or add the quota.")


def _accounts(at: Path, channel: Channel, report: Report) -> None:
    accounts = channel.accounts
    if accounts.ban <= 0:
        return
    if accounts.number is None:
        message = "{key} = {value}, but accounts.number does not say how many accounts there are. "
        report((*at, "accounts", "ban"), message + "Write accounts.number = 1.")
    elif accounts.number > MOST_BANNABLE:
        message = f"{{key}} = {{value}}: at most {MOST_BANNABLE} accounts of a channel can be subject to bans. "
        report((*at, "accounts", "number"), message + "Write fewer, or accounts.ban = 0.", (*at, "accounts", "ban"))


def _groups(at: Path, channel: Channel, report: Report) -> None:
    if channel.kind == _GROUP:
        return
    for name, neutral in (("half_life", None), ("chatter", 0.0)):
        if getattr(channel, name) != neutral:
            report((*at, name), f"{{key}} = {{value}}, but {channel.name} is no group. Leave it out.")


def _pool(at: Path, channel: Channel, scenario: Scenario, report: Report) -> None:
    accounts, pool = channel.accounts, scenario.pool
    if accounts.number is None or accounts.seats is None:
        return
    share = channel.joins_at_follow if pool.channels is None else pool.channels.get(channel.name, 0.0)
    inside, seats = share * pool.fans, accounts.number * accounts.seats
    if inside > seats:
        message = (
            f"pool.channels would put {inside:,.0f} fans into {channel.name}, which has {seats:,} seats: "
            f"{accounts.number} of {accounts.seats:,}. Write more accounts.number, or fewer fans."
        )
        report((*at, "accounts", "number"), message, ("pool", "channels"), ("pool", "fans"))


def _path(scenario: Scenario, report: Report) -> None:
    path, at = scenario.brand.path, ("brand", "path")
    home = scenario.platforms[scenario.home]
    if path.auto_reply and not any(c.kind == word(ChannelKind.DIRECT) for c in home.channels):
        message = f"{{key}} = true, but {home.name}, where people are met, has no channel of kind direct. "
        message += "Add one, or write false."
        report((*at, "auto_reply"), message, ("platforms",))


def _matrix(scenario: Scenario, report: Report) -> None:
    matrix, at = scenario.brand.matrix, ("brand", "matrix", "overlap")
    if matrix.overlap > 0 and matrix.accounts == 1:
        report(at, "{key} = {value}, but the brand has one account. Write accounts = 2 or more, or overlap = 0.")
    for _, channel in _channels(scenario):
        quota = channel.quota_per_month
        if matrix.overlap > 0 and quota is not None and 2 * quota > MOST_COUNTED:
            message = f"{{key}} = {{value}}: who follows two accounts has two quotas, and {channel.name} has {quota}; "
            report(at, message + f"at most {MOST_COUNTED // 2} can be counted twice.", ("platforms",))
