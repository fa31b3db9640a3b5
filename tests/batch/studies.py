"""Small studies: runs of some milliseconds whose numbers differ."""

from sim.batch.experiment import Experiment, study_of
from sim.scenario import load_scenario

QUALITY = "brand.content.quality"
DISCOUNT = "logics.depletion.discount"


def study(levels=2, paired=2, high=0.8, days=12, fans=200, vary=None, scenario=None, **more):
    """A grid over the quality of content, in a livestream group."""
    tree = {
        "scenario": "livestream-group",
        "design": {"kind": "grid"},
        "replications": {"paired": paired},
        "observe": ["margin", "fans_end"],
        "fixed": {"days": days, "pool.fans": fans},
        "vary": vary or {QUALITY: {"from": 0.2, "to": high, "levels": levels}},
    }
    base = scenario or load_scenario("livestream-group")
    return study_of(Experiment.model_validate(tree | more), base)
