"""The tragedy of the attention commons (theory 4.17), in closed form and in the engine."""

import math

import numpy as np
import pytest
from samples import FAR
from worlds import NO_LEAVING, small

from sim.engines.run import run
from sim.theory.frequency import cooperative, nash

SEED = 11
FANS, DAYS, WARM_UP = 4000, 160, 80
MANY = 8000  # with which 5 % are found out
TOLERANCE, WEIGHT, OPEN, EFFECT = 2.0, 0.1, 0.06, 2.5  # weighted messages per day; per message; –; k_o
ETA = 1.0  # visits of a group rise in proportion to its messages
K = EFFECT * WEIGHT / TOLERANCE * math.exp(-1.0 / 7.0)  # a fan opens at the load before today's messages

# a closed room of two brands and the same fans, who never leave, all alike; only load and habituation are left
COMMONS = NO_LEAVING | {
    "pool.fans": FANS, "market.users": FANS, "days": DAYS, "segments.everyone.tolerance": 7.0 * TOLERANCE,
    "channels.wechat-group.open": OPEN, "channels.wechat-group.reach": 1.0,
    "channels.wechat-group.fatigue_weight": WEIGHT, "channels.wechat-group.half_life": 1e6,
    "rules.messages.tolerance_spread": 0.0, "rules.messages.value_relief": 0.0, "rules.messages.relevance_effect": 0.0,
    "rules.messages.trust_effect": 0.0, "rules.messages.group_visits": ETA, "rules.messages.load_effect": EFFECT,
    "rules.rivalry.spillover": 1.0, "rules.rivalry.crowding": 0.0, "rules.rivalry.substitution": 0.0,
    "logics.growth": False,
}  # fmt: skip


def visits(own, other, fans=FANS):
    """Visits per fan and day of the own group, for messages a day of both brands: once fatigue has settled."""
    plan = {"kind": "fixed", "value_share": 1.0}
    scenario = small("livestream-group", COMMONS | {
        "pool.fans": fans, "market.users": fans,
        "logics.depletion": plan | {"pushes_per_week": {"group": 7.0 * own}},
        "rivals.other": {"logic": plan | {"pushes_per_week": {"group": 7.0 * other}}, "shared_fans": 1.0},
    })  # fmt: skip
    return run(scenario, "depletion", SEED).ledger.of("VISITS")[WARM_UP:].sum() / fans / (DAYS - WARM_UP)


def expected(own, other, k=K):
    """Probability of a visit: o · (7f/28)^η · e^(−k(f + f'))."""
    return OPEN * (own / 4.0) ** ETA * math.exp(-k * (own + other))


def test_alone_brands_push_as_many_times_too_much_as_there_are_brands():
    for brands in (1, 2, 5):
        assert nash(0.5, 0.1) == pytest.approx(brands * cooperative(0.5, 0.1, brands))
    grid = np.linspace(0.1, 40.0, 4000)
    answers = grid**0.5 * np.exp(-0.1 * (grid + 5.0))
    assert grid[answers.argmax()] == pytest.approx(nash(0.5, 0.1), abs=0.02)  # whatever the other does
    together = grid**0.5 * np.exp(-0.1 * 2 * grid)
    assert grid[together.argmax()] == pytest.approx(cooperative(0.5, 0.1, 2), abs=0.02)


@pytest.mark.statistical
@pytest.mark.parametrize(("own", "other"), [(4, 4), (9, 4), (4, 9), (14, 9)])
def test_the_engine_has_the_law_of_the_commons(own, other):
    chance = expected(own, other)
    assert 0.0 < chance < 0.2
    error = math.sqrt(chance * (1.0 - chance) / MANY / (DAYS - WARM_UP))
    found = visits(own, other, MANY)
    assert abs(found - chance) < FAR * error
    assert abs(found - expected(own, other, 1.05 * K)) > FAR * error


@pytest.mark.statistical
def test_in_the_engine_each_brand_gains_by_pushing_more_and_both_lose():
    """Nash 9.2 messages a day, cooperative 4.6: the prisoner's dilemma between them."""
    assert nash(ETA, K) == pytest.approx(9.2, abs=0.1)
    assert cooperative(ETA, K, 2) == pytest.approx(4.6, abs=0.1)
    modest, greedy, betrayed, tragedy = (visits(*pair) for pair in ((5, 5), (9, 5), (5, 9), (9, 9)))
    error = FAR * math.sqrt(2.0 * max(modest, greedy) / FANS / (DAYS - WARM_UP))
    assert greedy > modest + error  # pushing more pays …
    assert betrayed < modest - error
    assert tragedy > betrayed + error  # … whatever the other does …
    assert modest > tragedy + error  # … and leaves both worse off
    assert visits(20, 9) < tragedy - error  # beyond it even greed does not pay


@pytest.mark.statistical
@pytest.mark.parametrize("rivals", [0, 1, 2])
def test_lives_of_several_brands_share_the_minutes_of_a_day(rivals):
    """P(watch | visit) = P(watch) · (1 − Σ 20 · P(visit b) · P(watch) / minutes), each rival's visits as they are."""
    watch, minutes = 0.8, 30.0
    plan = {"kind": "fixed", "value_share": 0.0, "lives_per_week": 7.0, "pushes_per_week": {"group": 7.0}}
    scenario = small("livestream-group", COMMONS | {
        "logics.depletion": plan, "market.attention_minutes": minutes, "channels.wechat-group.live_notice": True,
        "channels.wechat-group.open": 0.4, "rules.messages.load_effect": 0.0, "rules.lives.notice": watch,
        "rules.lives.liking": 1.0, "rules.lives.devoted": 1.0, "days": 40,
    } | {f"rivals.r{n}": {"logic": plan, "shared_fans": 1.0} for n in range(rivals)})  # fmt: skip
    found = run(scenario, "depletion", SEED)
    visits, watches = (found.ledger.of(name).sum() for name in ("VISITS", "WATCHES"))
    elsewhere = sum(20.0 * watch * ledger.of("VISITS").sum() / FANS / 40 for ledger in found.rivals.values())
    chance = watch * (1.0 - elsewhere / minutes)
    error = math.sqrt(chance * (1.0 - chance) / visits)
    assert abs(watches / visits - chance) < FAR * error
    if rivals:
        assert elsewhere > 1.0
        assert abs(watches / visits - watch * (1.0 - 0.5 * elsewhere / minutes)) > FAR * error
