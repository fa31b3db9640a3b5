"""The list of decisions is append-only: a published number never changes its meaning."""

from sim.streams import Decision

PUBLISHED = {
    "TOLERANCE": 1, "FRAILTY": 2, "NEED_RATE": 3, "AFFINITY": 4, "TRUST_PRIOR": 5, "ATTRITION_TRAIT": 6,
    "DEGREE": 7, "VISIT": 8, "NEED": 9, "LEAVE": 10, "IMPULSE": 11, "START_TIER": 12, "START_AGE": 13,
    "START_CHANNEL": 14, "START_SEGMENT": 15, "RESPONSE": 16, "RESPONSE_SOURCE": 17, "EXPOSURE": 18,
    "TOUCH_SOURCE": 19, "FOLLOW": 20, "AD_CLICK": 21, "JOIN_AT_FOLLOW": 22, "JOIN_LATER": 23,
    "VALUE_EVENT": 24, "PROMOTION_EVENT": 25, "WATCH_LIVE": 26, "NEED_DEBT": 28, "DECISION_TIME": 29,
    "ORDER": 30, "BASKET": 31, "EXPERIENCE": 32, "ATTRITION": 33, "CAUSE": 36, "LEAVE_CHANNEL": 37,
    "MUTE": 38, "CONTACT": 40, "REPLY": 41, "SHARE": 44, "STUB": 45, "ACCEPT": 46, "LEAD": 48,
    "QUALIFY": 49, "SALE": 50, "BAN": 52, "ADMISSION": 53, "CASCADE": 56,
    "FIRST_POOL": 57, "ACCOUNT_REPLACED": 58, "RETARGETED": 60,
}  # fmt: skip


def test_golden_decisions_keep_their_numbers():
    assert {name: Decision[name].value for name in PUBLISHED} == PUBLISHED


def test_no_two_decisions_share_a_number():
    numbers = [decision.value for decision in Decision.__members__.values()]
    assert len(set(numbers)) == len(numbers)  # no aliases: two decisions never share a draw
    assert max(numbers) < 1 << 18  # a decision has 18 bits of a draw's address
