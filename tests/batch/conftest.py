"""One cluster of each kind for a session of tests: on this machine, with two real worker processes."""

import pytest

from sim.batch.executors import cluster


@pytest.fixture(scope="session")
def dask():
    with cluster("dask", 2) as found:
        yield found


@pytest.fixture(scope="session")
def ray():
    with cluster("ray", 2) as found:
        yield found


@pytest.fixture(params=["dask", "ray"])
def workers(request):
    return request.getfixturevalue(request.param)
