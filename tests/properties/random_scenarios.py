"""Random valid scenarios, small enough for a run in milliseconds, wide enough to meet every mechanism."""

import datetime as dt

from hypothesis import strategies as st

from sim.scenario import from_dict

KINDS = ["subscription", "group", "direct", "article", "moments"]
share = st.floats(0, 1)


@st.composite
def limits(draw, everyone):
    """What the platform allows in a channel; ``everyone``: its places are not scarce."""
    found = {"blocked_share": draw(st.sampled_from([0.0, 0.4])), "join_reward": draw(st.sampled_from([0.0, 2.0]))}
    count = draw(st.sampled_from(["quota", "sold", "conversation", "none"]))
    if count in ("quota", "sold"):
        found["quota_per_month"] = draw(st.sampled_from([0, 1, 4, 8, 30, 63]))
    if count == "sold":
        found["price_beyond_quota"] = draw(st.sampled_from([0.0, 0.05]))
    if count == "conversation":
        found["conversation_limit"] = draw(st.sampled_from([0, 1, 3, 6]))
    if draw(st.booleans()):
        found["fold_after"] = draw(st.sampled_from([0.1, 1.0, 5.0]))
    accounts = {"number": draw(st.integers(1, 4)), "ban": draw(st.sampled_from([0.0, 0.5, 5.0])), "ban_spam": 0.5}
    if draw(st.booleans()):
        accounts["frozen_days"] = draw(st.integers(1, 9))
    if not everyone and draw(st.booleans()):
        accounts["seats"] = draw(st.integers(60, 90))
    if not everyone and draw(st.booleans()):
        accounts["adds_per_day"] = draw(st.integers(1, 3))
    return found | {"accounts": accounts}


@st.composite
def channels(draw, name, everyone):
    """A channel; ``everyone``: new followers always join it."""
    kind = draw(st.sampled_from(KINDS))
    lively = {"chatter": draw(st.sampled_from([0.0, 3.0])), "half_life": draw(st.sampled_from([5.0, 60.0]))}
    return {
        "name": name,
        "kind": kind,
        "strong": draw(st.booleans()),
        "reach": draw(st.floats(0.3, 1)),
        "open": draw(share),
        "fatigue_weight": draw(st.floats(0, 3)),
        "cost_per_message": draw(st.sampled_from([0.0, 0.01, 0.045])),
        "joins_at_follow": 1.0 if everyone else draw(share),
        "joins_at_answer": draw(st.sampled_from([0.0, 0.5])),
        "joins_per_month": {tier: draw(st.floats(0, 5)) for tier in ("passer_by", "liking", "devoted")},
        "live_notice": draw(st.booleans()),
        "video_notice": draw(st.booleans()),
        **draw(limits(everyone)),
        **(lively if kind == "group" else {}),
    }


@st.composite
def paths(draw, direct):
    """What the brand has set up along the reach path; ``direct``: the platform has direct messages."""
    return {
        "follow": draw(st.lists(st.floats(0.5, 1), max_size=3)),
        "auto_reply": direct and draw(st.booleans()),
        "product_card": draw(st.booleans()),
        "guidance": draw(st.sampled_from([1.0, 1.5])),
    }


@st.composite
def logics(draw, names):
    """A logic of any kind."""
    kind = draw(st.sampled_from(["growth", "depletion", "fixed", "calendar"]))
    pushes = {name: draw(st.sampled_from([0.0, 1.0, 2.5, 7.0, 30.0, 140.0])) for name in names if draw(st.booleans())}
    return {
        "kind": kind,
        "pushes_per_week": pushes,
        "value_share": draw(share),
        "discount": draw(st.floats(0, 0.5)),
        "lives_per_week": draw(st.sampled_from([0.0, 0.5, 3.0, 14.0])),
        "ads_per_day": draw(st.sampled_from([0.0, 5.0, 100.0])),
        "bid": draw(st.floats(1, 100)),
        "red_packets_per_week": draw(st.sampled_from([0.0, 2.0])),
        "ask_to_join": {name: draw(st.sampled_from([0.0, 3.0])) for name in names if draw(st.booleans())},
        "reply_minutes": draw(st.sampled_from([5.0, 30.0, 120.0])),
        **({} if draw(st.booleans()) else {"service_seats": draw(st.sampled_from([0.0, 0.02, 1.0]))}),
    }


@st.composite
def pushed_apart(draw, segments, crowded):
    """Segments that a logic pushes to in their own way: all where it is crowded, else none half of the time."""
    plans = {
        name: {"frequency": draw(st.sampled_from([0.0, 0.5, 3.0])), "value_share": draw(share)}
        | ({"schedule": ["monday", "saturday"]} if draw(st.booleans()) else {})
        for name in segments
    }
    if crowded:
        return plans
    return {name: plan for name, plan in plans.items() if draw(st.booleans())} if draw(st.booleans()) else {}


@st.composite
def word_of_mouth(draw):
    """Friends, and sources of people beyond feed and ads; nothing half of the time."""
    if draw(st.booleans()):
        return {}
    found = {"network": {"median": 3.0, "mean": draw(st.sampled_from([3.0, 6.0])), "most": 40.0}}
    sources = {
        "card": {"kind": "code", "per_day": draw(st.floats(0.1, 3)), "rewarded": draw(st.booleans())},
        "friends-of-the-house": {"kind": "partner", "members": draw(st.integers(1, 500)), "cost_per_day": draw(share)},
    }
    found["sources"] = {name: source for name, source in sources.items() if draw(st.booleans())}
    return found


@st.composite
def rivals(draw, names, fans, ads, told, crowded):
    """Up to two other brands, and how many people of their pools are nobody else's."""
    found, more = {}, 0
    for name in ["other", "third"][: draw(st.sampled_from([1, 2] if crowded else [0, 0, 1, 2]))]:
        logic = draw(logics(names))
        logic["ads_per_day"] = logic["ads_per_day"] if ads else 0.0
        logic["incentive"] = draw(st.sampled_from([0.0, 3.0])) if told else 0.0
        size = draw(st.integers(0, 40))
        shared = draw(st.sampled_from([0.0, 0.5, 1.0])) if size <= fans else 0.0
        found[name] = {
            "logic": logic,
            "shared_fans": shared,
            "pool": {"fans": size},
            "brand": {"trust": draw(st.floats(0.05, 0.95)), "product": {"quality": draw(share)}},
        }
        more += size - round(shared * size)
    return found, more


@st.composite
def trees(draw, met=True):
    """A scenario as its file would say it; ``met``: the platform may have a feed and ads."""
    names = ["a", "b", "c"][: draw(st.integers(1, 3))]
    crowded = draw(st.booleans())  # several brands, platforms and segments at once
    platform = {
        "name": "here",
        "title": "Here",
        "shop": {
            "opening_days": draw(st.integers(0, 80)),
            "opening_commission": draw(share) / 10,
            "commission": draw(share) / 5,
        },
        "channels": [draw(channels(name, everyone=name == "a")) for name in names],
    }
    if met and draw(st.booleans()):
        platform["feed"] = {
            "exposures_at_least": draw(st.sampled_from([0.0, 50.0, 2000.0])),
            "exposures_per_live": draw(st.floats(0, 1)),
        }
    if met and draw(st.booleans()):
        platform["ads"] = {"click": draw(share) / 5, "follow": draw(share)}
    if met and draw(st.booleans()):
        platform["search"] = {"use": 1.0, "share": draw(share) / 20, "repurchase_intent": draw(share)}
    platforms = [platform]
    if crowded or draw(st.booleans()):  # a second platform, which people may join when they follow, or later
        there = {"name": "there", "title": "There", "channels": [draw(channels("x", everyone=False))]}
        platforms.append(there | {"shop": {"commission": draw(share) / 5}})
        names.append("x")
    if draw(st.booleans()):
        platform["channels"].insert(0, {"name": "home", "kind": "pull", "open": draw(share), "fatigue_weight": 0.0})
    logic = draw(logics(names))
    if "ads" not in platform:
        logic["ads_per_day"] = 0.0
    anybody_comes = logic["ads_per_day"] > 0 or platform.get("feed", {}).get("exposures_at_least", 0) > 0
    fans = draw(st.integers(0 if anybody_comes else 1, 60))
    first = draw(st.floats(0.1, 0.9))
    segment = st.fixed_dictionaries({
        "tolerance": st.floats(0.5, 40), "need": st.floats(0, 3), "deal_response": st.floats(0, 3),
        "match_value": st.floats(-2, 2), "match_promotion": st.floats(-2, 2), "match_product": st.floats(-2, 2),
        "trust_shift": st.floats(-2, 2),
    })  # fmt: skip
    segments = {"one": {"share": 1.0} | draw(segment)}
    if crowded or draw(st.booleans()):
        segments = {"one": {"share": first} | draw(segment), "two": {"share": 1.0 - first} | draw(segment)}
    logic["segments"] = draw(pushed_apart(segments, crowded))
    passer_by = draw(share)
    closing = draw(st.sampled_from(["online", "store"]))
    told = draw(word_of_mouth()) if met else {}
    logic["incentive"] = draw(st.sampled_from([0.0, 3.0])) if told else 0.0
    others, theirs = draw(rivals(names, fans, "ads" in platform, told, crowded)) if met else ({}, 0)
    for rival in others.values():
        rival["logic"]["segments"] = draw(pushed_apart(segments, crowded))
    return {
        "title": "Random",
        "days": draw(st.integers(5, 40)),
        "start": dt.date(2021, 1, 1) + dt.timedelta(days=draw(st.integers(0, 365))),
        "platforms": platforms,
        "industry": {
            "name": "goods",
            "title": "Goods",
            "need_interval": draw(st.floats(2, 60)),
            "decision_days": draw(st.sampled_from([1.0, 1.5, 5.0])),
            "price": draw(st.floats(1, 1000)),
            "goods_share": draw(share),
            "closing": closing,
            "visit_share": draw(share),
            "sale_share": draw(share),
            "single_purchase": draw(st.booleans()),
            "questions": draw(st.sampled_from([0.0, 0.5, 10.0])),
            "leakage": draw(share),
            "friction": draw(st.floats(0, 20)),
        },
        "service": {"hours": draw(st.floats(4, 24)), "automatic": draw(share)},
        "store": {
            "visitors": draw(st.sampled_from([0.0, 2.0])) if met and closing == "store" else 0.0,
            "follow": draw(share),
        },
        "segments": segments,
        "market": {"users": fans + theirs + draw(st.sampled_from([1, 100, 100_000])), "season": draw(st.floats(0, 3))},
        "brand": {
            "certified": draw(st.booleans()),
            "trust": draw(st.floats(0.05, 0.95)),
            "trust_bought": draw(st.floats(0.05, 0.95)),
            "price": draw(st.floats(1, 1000)),
            "persona": draw(share),
            "shows_sales": draw(st.booleans()),
            "endorsement": draw(share),
            "content": {
                "quality": draw(share), "emotional": draw(share), "videos_per_week": draw(st.sampled_from([0.0, 3.0])),
            },
            "path": draw(paths(any(c["kind"] == "direct" for c in platform["channels"]))),
            "matrix": draw(st.sampled_from([{}, {"accounts": 2, "overlap": 0.4}])),
            "product": {"quality": draw(share)},
        },
        "pool": {
            "fans": fans,
            "trust": draw(st.floats(0.05, 0.95)),
            "customers": draw(share),
            "used_to_promotion": draw(share),
            "age": draw(st.floats(0, 400)),
            "tiers": {"passer_by": passer_by, "liking": 1.0 - passer_by, "devoted": 0.0},
            "channels": {name: 1.0 if name == "a" else draw(share) for name in names},
        },
        "rules": {
            "exposure": {"known": draw(st.sampled_from([0.0, 30.0, 1000.0]))},
            "follow": {"base": draw(st.floats(0.001, 0.3))},
            "leaving": {
                "natural": draw(st.floats(0, 0.5)), "fatigue": draw(st.floats(0, 0.5)),
                "neglect": draw(st.floats(0, 0.5)),
                "shock": draw(st.floats(0, 0.05)), "mute": draw(share),
            },
            "purchase": {"base": draw(st.floats(-6, 2)), "attrition_a": draw(st.floats(0.1, 3))},
            "tiers": {"fading": draw(st.floats(3, 60))},
            "referral": {"share": draw(st.sampled_from([0.5, 20.0])), "accept": draw(share)},
        },
        "logics": {"it": logic},
        "rivals": others,
        **told,
    }  # fmt: skip


def scenarios(**options):
    """A random scenario with one logic, ``it``."""
    return trees(**options).map(from_dict)


seeds = st.sampled_from([0, 1, 7, 2**64 - 1])
