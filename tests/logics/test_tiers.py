"""A fixed plan by tiers and with a quality of its own."""

import pytest

from sim.domains import ChannelKind, Tier
from sim.engines.run import run
from sim.logics import Fixed
from sim.scenario import ScenarioError, with_changes
from tests.worlds import small

from .observed import CHANNELS, brief, seen

GROUP = next(n for n, c in enumerate(CHANNELS) if c.kind == ChannelKind.GROUP)
ALONE = next(n for n, c in enumerate(CHANNELS) if c.kind != ChannelKind.GROUP and c.quota_per_month is None)
EVERYWHERE = {c.name: 2.0 for c in CHANNELS}


def test_a_tier_is_pushed_to_by_its_factor_but_in_a_group():
    plan = Fixed(
        pushes_per_week=EVERYWHERE,
        value_share=0.5,
        tiers={"devoted": {"frequency": 3.0, "value_share": 0.1}, "passer_by": {"frequency": 0.0}},
    ).plan(brief(), seen(()))
    assert plan.pushes[ALONE] == (0.0, 2.0, 6.0)
    assert plan.value_share[ALONE] == (0.5, 0.5, 0.1)
    assert plan.pushes[GROUP] == (2.0, 2.0, 2.0)
    assert plan.value_share[GROUP] == (0.5, 0.5, 0.5)
    assert list(Tier)[2].name == "DEVOTED"


def test_quotas_hold_for_a_tier_with_a_factor():
    quota = next(n for n, c in enumerate(CHANNELS) if c.quota_per_month is not None)
    plan = Fixed(pushes_per_week=EVERYWHERE, tiers={"liking": {"frequency": 100.0}}).plan(brief(), seen(()))
    assert plan.pushes[quota][Tier.LIKING] == CHANNELS[quota].quota_per_month / 4.0


def test_quality_of_the_plan_outranks_that_of_the_file():
    assert Fixed(quality=0.9).plan(brief(), seen(())).quality == 0.9
    assert Fixed().plan(brief(), seen(())).quality == brief().quality[0]


def test_tiers_without_a_difference_change_no_number():
    logic = {"kind": "fixed", "pushes_per_week": {"group": 4, "subscription": 1}}
    changes = {"days": 30, "brand.content.quality": 0.6, "logics.growth": False, "logics.depletion": False}
    scenario = small("liquor", changes | {"logics.a": logic})
    same = with_changes(scenario, {"logics.a.tiers": {"devoted": {"frequency": 1.0}}, "logics.a.quality": 0.6})
    other = with_changes(scenario, {"logics.a.tiers": {"passer_by": {"frequency": 0.0}}})
    plain = run(scenario, "a").summary
    assert run(same, "a").summary == plain
    assert run(other, "a").summary["delivered"] < plain["delivered"]


def test_an_unknown_tier_is_a_mistake():
    scenario = small("liquor", {"days": 30})
    with pytest.raises(ScenarioError, match="passer_by"):
        with_changes(scenario, {"logics.a": {"kind": "fixed", "tiers": {"fans": {"frequency": 2.0}}}})
