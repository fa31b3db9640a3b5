"""The short version of every check: seconds each, on one seed; the long one is ``poe verify``."""

import pytest

from . import CHAPTERS  # noqa: F401  every check is entered by importing its chapter
from .verdicts import CHECKS, Effort, verified

SEED = 20210801


@pytest.mark.statistical
@pytest.mark.parametrize("name", CHECKS)
def test_short(name):
    outcome = verified(CHECKS[name], Effort(SEED, quick=True))
    far = [d for d in outcome.seen.distances if d.far]
    assert outcome.verdict in ("holds", "left out"), (outcome.verdict, far, outcome.off and outcome.off.worst)
