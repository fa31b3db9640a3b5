"""One fan's day with every intermediate to six digits, told in plain arithmetic from model.md §3.4 and evidence.md.

The same day is lived by ``advance_fan``, compiled and as plain Python. An update needs a written reason.
"""

import math

import pytest
from worlds import in_plain_python

from sim.domains import TIERS, PriceBand, Tier
from sim.streams import Decision, beta, normal, uniform

from . import golden_day
from .golden_day import DAY, FAN, KEY, LETTER, PERSON, ROOM

MONTH = 30.4375

TOLD = {
    "fatigue, rested": "1.82044",
    "trust, drifted": "0.419834",
    "intimacy, faded": "0.241804",
    "deal proneness, faded": "0.149169",
    "load before messages": "0.302927",
    "relevance": "0.622459",
    "fatigue after the room": "2.07687",
    "room: visit of an average fan": "0.266671",
    "room: P(visit)": "0.281986",
    "room: draw of the visit": "0.155365",
    "room: draw of the value event": "0.341545",
    "quality · relevance": "0.373476",
    "trust, after something useful": "0.445941",
    "room: draw of the promise": "0.730226",
    "P(promotion disappoints)": "0.377541",
    "room: draw of the promotion event": "0.32802",
    "trust, after the room's promotion": "0.385739",
    "fatigue after the letter": "2.41544",
    "letter: opening by an average fan": "0.0658824",
    "letter: P(open)": "0.0667772",
    "letter: draw of the opening": "0.0584021",
    "letter: draw of the value event": "0.944792",
    "expectation, baited": "0.602",
    "intimacy after two visits": "0.341804",
    "needs expected today": "0.3",
    "draw of needs": "0.782378",
    "draw of the debt": "0.708549",
    "price against the remembered one": "0.111111",
    "log price": "-0.223144",
    "readiness to buy": "0.0172571",
    "salience": "0.79034",
    "draw of the order": "0.0087385",
    "P(order)": "0.013639",
    "list value, cents": "7294",
    "net value, cents": "5835",
    "trust, of a customer": "0.505739",
    "experience": "0.825677",
    "utility": "0.223677",
    "trust, after the order": "0.527981",
    "trait: attrition": "0.294132",
    "draw of attrition": "0.634575",
    "P(buys no more)": "0.188043",
    "expectation, learned": "0.646735",
    "intimacy after the order": "1.3418",
    "deal proneness, after a deal": "0.349169",
    "remembered price": "0.88",
    "load after messages": "0.401935",
    "hazard: natural": "0.000469311",
    "hazard: fatigue": "0.000133802",
    "hazard: neglect": "0.000105313",
    "trust factor": "0.700499",
    "hazard: shock": "0.0015",
    "P(leave)": "0.00199426",
    "draw of leaving": "0.554927",
}


def draw(decision, k=0):
    return uniform(KEY, decision.value, PERSON.key, DAY, k)


def six(x):
    return f"{x:.6g}"


def sigma(x):
    return 1 / (1 + math.exp(-x))


def test_golden_fan_day():
    told = {}

    def tell(name, value):
        told[name] = six(value)
        return value

    # a. clocks: one day since the last visit
    fatigue = tell("fatigue, rested", 2.1 * math.exp(-1 / 7))
    trust = tell("trust, drifted", 0.40 + (0.42 - 0.40) * math.exp(-1 / 120))
    intimacy = tell("intimacy, faded", 0.25 * math.exp(-1 / 30))
    proneness = tell("deal proneness, faded", 0.15 * math.exp(-1 / 180))
    x = tell("load before messages", fatigue * (1 - math.exp(-1 / 7)) / 0.8)
    rel = tell("relevance", sigma(0.0 + 0.5))  # of value and of promotion: no match is given
    # b. the room: one value message and two promotions
    fatigue = tell("fatigue after the room", fatigue + 0.1 * (1 * (1 - 0.7 * rel) + 2))
    base = tell("room: visit of an average fan", 0.3 * (20 / 28) ** 0.35)
    chance = tell("room: P(visit)", base * math.exp(-0.35 * x) * (1 + 0.6 * (rel - 0.5)) * (trust / 0.35) ** 0.5)
    assert tell("room: draw of the visit", draw(Decision.VISIT, ROOM)) < chance
    assert tell("room: draw of the value event", draw(Decision.VALUE_EVENT, ROOM)) < tell(
        "quality · relevance", 0.6 * rel
    )
    trust = tell("trust, after something useful", trust + 0.045 * (1 - trust))
    broken = tell("room: draw of the promise", draw(Decision.BREACH, ROOM)) < 0.25
    if broken:
        trust = tell("trust, after the broken promise", trust - 3 * 0.045 * trust)
    bad = tell("P(promotion disappoints)", 1 - rel)  # load below 1 adds nothing
    annoyed = [tell("room: draw of the promotion event", draw(Decision.PROMOTION_EVENT, ROOM)) < bad]
    if annoyed[0]:
        trust = tell("trust, after the room's promotion", trust - 3 * 0.045 * trust)
    # the letter: two wanted, one left of the quota of 8: what is useful goes first
    fatigue = tell("fatigue after the letter", fatigue + 0.6 * (1 - 0.7 * rel))
    base = tell("letter: opening by an average fan", 0.08 / (1 + 3 / 14))
    chance = tell("letter: P(open)", base * math.exp(-0.35 * x) * (1 + 0.6 * (rel - 0.5)) * (trust / 0.35) ** 0.5)
    assert tell("letter: draw of the opening", draw(Decision.VISIT, LETTER)) < chance
    useful = tell("letter: draw of the value event", draw(Decision.VALUE_EVENT, LETTER)) < 0.6 * rel
    if useful:
        trust = tell("trust, after a useful letter", trust + 0.045 * (1 - trust))
    expectation = tell("expectation, baited", 0.6 + 0.005 * (1 - 0.6))
    intimacy = tell("intimacy after two visits", intimacy + 2 * 0.05)
    # e. a need, dulled by .3 of debt from an earlier impulse
    rate = tell("needs expected today", 0.25 * 1.2)
    none = math.exp(-rate)
    assert none < tell("draw of needs", draw(Decision.NEED)) < none * (1 + rate)  # exactly one
    assert tell("draw of the debt", draw(Decision.NEED_DEBT)) > 0.3
    gap = tell("price against the remembered one", 1 - 0.8 / 0.9)
    level = tell("log price", math.log(0.8))
    odds = sigma(-6.2 + 4.0 * trust - 1.5 * level + 1.25 * gap) * (1 + proneness)
    tell("readiness to buy", odds)
    mind = tell("salience", 0.8 * intimacy / (intimacy + 0.6) + 0.5)
    assert tell("draw of the order", draw(Decision.ORDER)) < tell("P(order)", odds * mind)
    basket = normal(KEY, Decision.BASKET.value, PERSON.key, DAY, 0)
    listed = int(tell("list value, cents", math.floor(12_000 * math.exp(0.4 * basket - 0.5 * 0.4**2) + 0.5)))
    net = int(tell("net value, cents", listed - math.floor(listed * 0.2 + 0.5)))
    # f. trial: one who knows the product needs less faith in the brand
    trust = tell("trust, of a customer", trust + 0.4 * (0.7 - 0.40))
    # satisfaction
    experience = tell("experience", 0.7 + 0.1 * normal(KEY, Decision.EXPERIENCE.value, PERSON.key, DAY, 0))
    utility = experience - expectation
    assert tell("utility", utility) > 0
    trust = tell("trust, after the order", trust + 0.045 * min(1, 0.5 + 0.5 * utility / 0.2) * (1 - trust))
    trait = tell("trait: attrition", beta(0.7929, 2.4258, KEY, Decision.ATTRITION_TRAIT.value, PERSON.key, 0, 0))
    assert tell("draw of attrition", draw(Decision.ATTRITION)) > tell("P(buys no more)", trait * math.exp(-2 * utility))
    expectation = tell("expectation, learned", expectation + 0.2 * (experience - expectation))
    intimacy = tell("intimacy after the order", intimacy + 1.0)
    proneness = tell("deal proneness, after a deal", proneness + 0.2)
    remembered = tell("remembered price", 0.8 * 0.9 + 0.2 * 0.8)
    # h. stay, mute or leave
    x = tell("load after messages", fatigue * (1 - math.exp(-1 / 7)) / 0.8)
    natural = tell("hazard: natural", 1.5 * 1.3 * 0.01 / MONTH * math.exp(-0.5 * rel))  # 20 days of tenure
    tired = tell("hazard: fatigue", 0.01 / MONTH * (math.exp(0.85 * x) - 1))
    neglect = tell("hazard: neglect", 0.03 / MONTH * math.exp(-intimacy / 0.6))
    factor = tell("trust factor", math.exp(-2 * (trust - 0.35)))
    shock = tell("hazard: shock", 0.0015 * 0.1 * (1 + 3) + 0.0015 * 0.6 * 1)
    leaves = tell("P(leave)", 1 - math.exp(-(natural + tired + neglect) * factor - shock))
    assert tell("draw of leaving", draw(Decision.LEAVE)) > leaves

    assert told == TOLD

    commission, goods = math.floor(net * 0.02 + 0.5), math.floor(listed * 0.4 + 0.5)
    after, counters = golden_day.lived()
    real = {
        "trust": trust, "fatigue": fatigue, "intimacy": intimacy, "expectation": expectation,
        "deal_proneness": proneness, "reference_price": remembered,
    }  # fmt: skip
    for name, value in real.items():
        assert getattr(after, name) == pytest.approx(value, rel=1e-13), name
    assert after._replace(**dict.fromkeys(real, 0)) == FAN._replace(
        **dict.fromkeys(real, 0), tier=Tier.LIKING, ordered_on=DAY, active_on=DAY, updated_on=DAY,
        orders=1, need_debt=0.0, month_counts=8 << 7 * LETTER, spend=net, grade=math.floor(25 * utility + 0.5),
    )  # fmt: skip
    one = (
        "VISITS",
        "VISITS+1",
        "TIER_UPS",
        "NEEDS",
        "ORDERS",
        "ORDERS_FOLLOWERS",
        "ORDERS_FIRST",
        "BLOCKED+1",
        "USEFUL",
        "ROWS+2",
    )
    one += ("TIER+1", "LIFECYCLE+1", "SEGMENT", f"MEMBERS+{Tier.LIKING}", f"MEMBERS+{TIERS + Tier.LIKING}", "ACTIVE")
    shallow_first_follower = 4 * PriceBand.SHALLOW + 1
    one += (f"ORDERS_BAND+{shallow_first_follower}",) + (("BREACHES",) if broken else ())
    one += ("ACTIVE_CORE", "DELIVERED+1", "OPENED+1", f"TRUST_BIN+{int(trust * 20)}", f"LOAD_BIN+{int(x * 10)}")
    assert counters == dict.fromkeys(one, 1) | {
        "DELIVERED": 3, "OPENED": 3, "VALUE_EVENTS": 1 + useful, "PROMOTION_EVENTS": sum(annoyed),
        f"GMV_BAND+{shallow_first_follower}": net,
        "PRONENESS_SUM": math.floor(proneness * 2**20 + 0.5), "REFERENCE_SUM": math.floor(remembered * 2**20 + 0.5),
        "GMV": net, "GMV_FOLLOWERS": net, "GMV_FIRST": net, "LIST_VALUE": listed,
        "GMV_MEMBERS": net, "GMV_MEMBERS+1": net,
        "COMMISSION": commission, "GOODS": goods, "CONTRIBUTION_FOLLOWERS": net - commission - goods,
        "TRUST_SUM": math.floor(trust * 2**20 + 0.5), "FATIGUE_SUM": math.floor(fatigue * 2**20 + 0.5),
        "LOAD_SUM": math.floor(x * 2**20 + 0.5), "INTIMACY_SUM": math.floor(intimacy * 2**20 + 0.5),
    }  # fmt: skip


def test_golden_fan_day_is_the_same_in_plain_python():
    assert golden_day.plain_day() == in_plain_python("rules.golden_day:plain_day")
