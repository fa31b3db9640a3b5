"""What is said about contradictions in channels, accounts and the reach path."""
# ruff: noqa: E501 (messages are lines)

from pathlib import Path

import pytest

from .bad_files import HEAD, LOGICS, body, said

WECHAT = HEAD.replace('["douyin-2021-07", "wechat-2021-07"]', '["wechat-2021-07"]')

CASES: dict[str, tuple[str, str]] = {
    "a quota and a conversation": (
        body("channels.wechat-contact = { conversation_limit = 6, quota_per_month = 8 }\n"),
        "s.toml:6:53: channels.wechat-contact.quota_per_month = 8, but wechat-contact has conversation_limit = 6 too, and a "
        "fan's messages are counted once. Leave one out.",
    ),
    "nothing beyond no quota": (
        body("channels.douyin-group.price_beyond_quota = 0.1\n"),
        "s.toml:6:1: channels.douyin-group.price_beyond_quota = 0.1, but the channel has no quota_per_month; nothing "
        "lies beyond it. Leave it out, or add the quota.",
    ),
    "bans of how many accounts": (
        body("channels.wechat-group.accounts.ban = 0.1\n"),
        "s.toml:6:1: channels.wechat-group.accounts.ban = 0.1, but accounts.number does not say how many accounts there "
        "are. Write accounts.number = 1.",
    ),
    "too many accounts under bans": (
        body("channels.moments.accounts.number = 61\n"),
        "s.toml:6:1: channels.moments.accounts.number = 61: at most 60 accounts of a channel can be subject to bans. "
        "Write fewer, or accounts.ban = 0.",
    ),
    "a letter that falls silent": (
        body("channels.wecom.half_life = 30\n"),
        "s.toml:6:1: channels.wecom.half_life = 30, but wecom is no group. Leave it out.",
    ),
    "others who write in Moments": (
        body("channels.moments.chatter = 3\n"),
        "s.toml:6:1: channels.moments.chatter = 3, but moments is no group. Leave it out.",
    ),
    "more friends than seats": (
        body("pool.fans = 50_000\npool.channels = { moments = 1.0 }\n"),
        "pool.channels would put 50,000 fans into moments, which has 40,000 seats: 4 of 10,000. Write more "
        "accounts.number, or fewer fans.",
    ),
    "a reply to nobody": (
        body("brand.path.auto_reply = true\n"),
        "s.toml:6:1: brand.path.auto_reply = true, but douyin-2021-07, where people are met, has no channel of kind "
        "direct. Add one, or write false.",
    ),
    "a homepage with a limit": (
        body('channels.home = { extends = "homepage", platform = "douyin-2021-07", fold_after = 2 }\n'),
        "s.toml:6:70: home has fold_after, but is of kind pull: fans visit it on their own",
    ),
    "a step of more than one": (
        body("brand.path.follow = [0.9, 1.2]\n"),
        "brand.path.follow[1] = 1.2 is outside 0 … 1",
    ),
    "overlap with oneself": (
        body("brand.matrix.overlap = 0.2\n"),
        "s.toml:6:1: brand.matrix.overlap = 0.2, but the brand has one account. Write accounts = 2 or more, or "
        "overlap = 0.",
    ),
    "two quotas that cannot be counted": (
        body("brand.matrix = { accounts = 2, overlap = 0.2 }\nchannels.douyin-subscription.quota_per_month = 100\n"),
        "brand.matrix.overlap = 0.2: who follows two accounts has two quotas, and douyin-subscription has 100; at most 63 "
        "can be counted twice.",
    ),
    "asked to join what is not there": (
        HEAD + LOGICS + "ask_to_join = { wechat-goup = 2 }\n",
        "s.toml:7:17: logics.growth.ask_to_join.wechat-goup: wechat-goup is neither a channel of the platforms nor a kind "
        "of channel. Did you mean wechat-group?",
    ),
    "scheduled where nothing is sent": (
        HEAD + LOGICS + 'schedule = { moment = ["friday"] }\n',
        "s.toml:7:14: logics.growth.schedule.moment: moment is neither a channel of the platforms nor a kind of channel. Did "
        "you mean moments?",
    ),
    "a day that no week has": (
        HEAD + LOGICS + 'schedule = { moments = ["fridays"] }\n',
        's.toml:7:25: logics.growth.schedule.moments[0] = "fridays" is not possible. Did you mean friday? Allowed: monday,',
    ),
    "a schedule without a day": (
        HEAD + LOGICS + "schedule = { moments = [] }\n",
        "logics.growth.schedule.moments = [] is not possible: Tuple should have at least 1 item",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_contradiction_is_named_with_its_place_and_a_remedy(case: str, tmp_path: Path) -> None:
    text, message = CASES[case]
    assert message in said(tmp_path, text)
