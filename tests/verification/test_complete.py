"""Nothing is drawn that no check looks after, and the correction counts every distance."""

import pytest
from scipy import stats

from . import CHAPTERS  # noqa: F401
from .coverage import MAKERS, REPORTED, makers
from .places import LOOKED_AFTER, sites
from .samplers import NOT_SAMPLERS, OF_SAMPLER, public_functions
from .verdicts import CHECKS, FAMILY, FAR, LEVEL, MOST_DISTANCES


def test_every_sampler_has_checks():
    assert public_functions() == OF_SAMPLER.keys() | NOT_SAMPLERS.keys()
    assert not OF_SAMPLER.keys() & NOT_SAMPLERS.keys()
    assert {name for names in OF_SAMPLER.values() for name in names} <= CHECKS.keys()


def test_every_place_that_draws_is_looked_after():
    assert sites().keys() == LOOKED_AFTER.keys()
    assert {name for names in LOOKED_AFTER.values() for name in names} <= CHECKS.keys()


def test_a_new_place_that_draws_is_noticed(tmp_path):
    (tmp_path / "rules").mkdir()
    source = "from sim.streams import gamma as g\n\n\ndef luck(key):\n    return g(2.0, key, 1, 1, 1, 1)\n"
    (tmp_path / "rules" / "luck.py").write_text(source, encoding="utf-8")
    assert sites(tmp_path) == {"rules/luck.py:luck": {"gamma"}}


def test_the_coverage_of_every_reported_interval_is_measured():
    assert makers() == REPORTED.keys()
    assert {name for names in REPORTED.values() for name in names} <= CHECKS.keys()


def test_every_function_that_makes_an_interval_is_known():
    """A function of sim/analysis that returns an interval is in the list that is searched for."""
    import inspect

    from sim.analysis import loop_gain, pairs, ratios
    from sim.results import Band, Crossover, Interval

    found = {
        name
        for module in (loop_gain, pairs, ratios)
        for name, value in inspect.getmembers(module, inspect.isfunction)
        if value.__module__ == module.__name__
        and any(
            kind.__name__ in str(inspect.signature(value).return_annotation) for kind in (Band, Crossover, Interval)
        )
    }
    assert found == set(MAKERS)


def test_a_right_engine_fails_one_run_in_a_thousand():
    assert pytest.approx(FAMILY) == LEVEL * MOST_DISTANCES
    assert 2 * stats.norm.sf(FAR) == pytest.approx(LEVEL)
