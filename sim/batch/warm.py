"""What worker processes have in common, loaded once: they are forked from a server that has imported this.

A worker is then ready within milliseconds, with the compiled rules in memory that all of them share, instead of after
seconds; which matters most where a worker has died and others take its place.
"""

import os

for name in ("NUMBA", "OMP", "OPENBLAS", "MKL"):
    os.environ[f"{name}_NUM_THREADS"] = "1"  # before NumPy is imported, and no thread may run when the server forks


def warm_up() -> None:
    """Have the compiled rules loaded; where they are not compiled yet, that is left to the first worker."""
    from sim.batch import work as _  # noqa: F401
    from sim.compiled import INTERPRETED, is_cached
    from sim.engines.run import run
    from sim.scenario import load_scenario, with_changes

    if INTERPRETED or not is_cached():
        return
    base = with_changes(load_scenario("livestream-group"), {"days": 1, "pool.fans": 5})
    run(base, next(iter(base.logics)))


warm_up()
