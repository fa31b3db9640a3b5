"""The short path of the fast engine does what the long one does, row by row; and it is taken."""

import pytest
from worlds import in_plain_python


@pytest.mark.parametrize("crowded", [False, True])
@pytest.mark.parametrize("world", ["plain", "finding", "served", "store"])
def test_a_calm_day_is_what_the_long_way_makes_of_it(world, crowded):
    found = in_plain_python("engines.calm_days:compare", world, 12, crowded)
    assert found["different"] == 0
    assert found["counted"] == 0  # by days that turn out not to be calm
    assert 0.2 * found["days"] < found["calm"] < 0.98 * found["days"]
