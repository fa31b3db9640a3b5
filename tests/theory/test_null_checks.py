"""Null checks (theory 4.18): what is switched off has no effect, exactly."""

import pytest
from worlds import everything, small

from sim.engines.run import run
from sim.scenario import with_changes

INDIFFERENT = {
    "rules.leaving.trust": 0.0,
    "rules.messages.trust_effect": 0.0,
    "rules.follow.trust": 0.0,
    "rules.purchase.trust": 0.0,
    "rules.referral.trust": 0.0,
    "rules.referral.accept_trust": 0.0,
}


def without_trust(daily):
    return daily[[name for name in daily.columns if not name.startswith("trust_")]]


@pytest.mark.parametrize("other", [{"pool.trust": 0.8}, {"rules.trust.gain": 0.3}, {"rules.trust.drift": 3.0}])
def test_without_sensitivity_trust_has_no_effect(other):
    base = INDIFFERENT | {"days": 60}
    a, b = (run(everything(base | more), "depletion", 3).daily for more in ({}, other))
    assert not a["trust_mean"].equals(b["trust_mean"])
    assert without_trust(a).equals(without_trust(b))


@pytest.mark.parametrize("switched_on", INDIFFERENT)
def test_each_sensitivity_to_trust_has_an_effect(switched_on):
    base = {key: value for key, value in INDIFFERENT.items() if key != switched_on} | {"days": 60}
    a, b = (
        run(everything(base | more), "depletion", 3).daily
        for more in ({}, {"pool.trust": 0.8, "rules.trust.gain": 0.3})
    )
    assert not without_trust(a).equals(without_trust(b))


FULL_PRICE = {f"logics.depletion.{name}": 0.0 for name in ("discount", "discount_step", "most_discount")}
SILENCED = {
    "logics.depletion.pushes_per_week": dict.fromkeys(("subscription", "group", "direct", "article", "moments"), 0.0),
    "logics.depletion.lives_per_week": 0.0,
    "brand.content.videos_per_week": 0.0,
    "channels.douyin-group.chatter": 0.0,  # other members write messages too
}


@pytest.mark.parametrize(
    "other", [{"rules.leaving.fatigue": 5.0}, {"rules.leaving.shock": 1.0}, {"rules.leaving.load": 9.0}]
)
def test_without_messages_fatigue_and_shocks_have_no_effect(other):
    a, b = (run(everything(SILENCED | {"days": 60} | more), "depletion", 3) for more in ({}, other))
    assert a.summary["exits"] > 0
    assert a.daily.equals(b.daily)
    assert a.daily[["exits_fatigue", "exits_shock", "delivered"]].to_numpy().sum() == 0


@pytest.mark.parametrize(
    ("off", "other"),
    [
        ({"rules.leaving.fatigue": 0.0}, {"rules.leaving.load": 5.0}),
        ({"rules.leaving.neglect": 0.0}, {"rules.leaving.neglect_scale": 5.0}),
        ({"rules.purchase.impulse": 0.0, "rules.purchase.impulse_live": 0.0}, {"rules.purchase.borrows": 0.1}),
        (FULL_PRICE, {"rules.purchase.discount": 9.0}),
        ({"rules.exposure.feedback": 0.0, "rules.exposure.cold_start": 0.0}, {"rules.exposure.half_share": 1.0}),
        (
            {"logics.depletion.ads_per_day": 0.0},
            {
                "ads.click": 0.9, "logics.depletion.bid": 90.0, "ads.competitors": 0.5, "ads.unevenness": 9.0,
                "ads.retarget_share": 0.9, "rules.ads.targeting": 0.5, "rules.ads.retargeted": 9.0,
                "rules.exposure.awareness": 5.0, "rules.exposure.memory": 3.0,
            },
        ),
        (
            {"feed.accounts": 0},
            {"feed.quality_spread": 2.0, "feed.standing": 0.5, "feed.opening": 0.5, "feed.explore_share": 0.5},
        ),
        (FULL_PRICE | {"feed.price_war": 0.0}, {"rules.purchase.price": 9.0}),
        ({"logics.depletion.lives_per_week": 0.0}, {"rules.lives.notice": 1.0, "feed.exposures_per_live": 5.0}),
    ],
)  # fmt: skip
def test_a_mechanism_that_is_off_hears_no_parameter(off, other):
    a, b = (run(everything(off | {"days": 60} | more), "depletion", 3).daily for more in ({}, other))
    assert a.equals(b)


def test_the_price_of_a_cent_more_changes_no_life_before_it_is_paid():
    """Common random numbers: costs of content change margin and nothing else, where no logic looks at money."""
    scenario = small("liquor", {"days": 40, "logics.depletion.replace_exits": False})
    dearer = with_changes(scenario, {"costs.item": 99.0})
    a, b = (run(s, "depletion", 3).daily for s in (scenario, dearer))
    money = {"content_cost", "spend", "margin", "margin_cum", "margin_cum_discounted"}
    assert {name for name in a.columns if not a[name].equals(b[name])} == money
