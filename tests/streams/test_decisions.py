"""The list of decisions is append-only: a published number never changes its meaning."""

from sim.streams import Decision

PUBLISHED = {
    "TOLERANCE": 1, "FRAILTY": 2, "NEED_RATE": 3, "AFFINITY": 4, "TRUST_PRIOR": 5, "ATTRITION_TRAIT": 6, "DEGREE": 7,
    "START_TIER": 8, "START_AGE": 9, "START_CHANNEL": 10, "START_SEGMENT": 11, "RESPONSE": 12, "RESPONSE_SOURCE": 13,
    "EXPOSURE": 14, "TOUCH_SOURCE": 15, "FOLLOW": 16, "AD_CLICK": 17, "JOIN_CHANNEL": 18, "VISIT": 19,
    "VALUE_EVENT": 20, "PROMOTION_EVENT": 21, "WATCH_LIVE": 22, "NEED": 23, "NEED_DEBT": 24, "DECISION_TIME": 25,
    "ORDER": 26, "IMPULSE": 27, "BASKET": 28, "EXPERIENCE": 29, "ATTRITION": 30, "LEAVE": 31, "CAUSE": 32,
    "LEAVE_CHANNEL": 33, "MUTE": 34, "CONTACT": 35, "SHARE": 36, "STUB": 37, "ACCEPT": 38, "LEAD": 39, "QUALIFY": 40,
    "SALE": 41, "BAN": 42, "ADMISSION": 43, "REPLY": 44, "CASCADE": 45,
}  # fmt: skip


def test_golden_decisions_keep_their_numbers():
    assert {name: Decision[name].value for name in PUBLISHED} == PUBLISHED


def test_new_decisions_come_after_the_published_ones():
    numbers = [decision.value for decision in Decision.__members__.values()]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(set(Decision.__members__)) == len(set(Decision))  # no aliases
    assert max(numbers) < 1 << 16  # a decision has 16 bits of a draw's address
