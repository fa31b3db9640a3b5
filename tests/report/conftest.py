import pytest
from worlds import small

from sim.scenario import load
from sim.studies.compare import compare
from sim.studies.equal_spend import equal_spend


@pytest.fixture(scope="session")
def comparison():
    return compare(small("liquor", {"days": 150}), seed=5, pairs=3)


@pytest.fixture(scope="session")
def ladder():
    return compare(small("depletion-ladder", {"days": 40, "pool.fans": 60}), seed=5, pairs=2)


@pytest.fixture(scope="session")
def funded(comparison):
    return equal_spend(comparison)


@pytest.fixture(scope="session")
def funded_ladder(ladder):
    return equal_spend(ladder, "depletion-6")


@pytest.fixture(scope="session")
def assumptions():
    return load("liquor").assumptions
