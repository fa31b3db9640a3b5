"""Sanyu (三域): fans between the public, the commercial and the private domain.

The everyday names; each is imported when it is first used, so that ``import sim`` costs nothing.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.batch.ensemble import Ensemble as Ensemble
    from sim.batch.ensemble import sweep as sweep
    from sim.engines.run import run as run
    from sim.report.figures import plot as plot
    from sim.results import Comparison as Comparison
    from sim.results import Run as Run
    from sim.scenario.load import load_scenario as load_scenario
    from sim.studies.compare import compare as compare

    __version__: str

_HOMES = {
    "Comparison": "sim.results",
    "Ensemble": "sim.batch.ensemble",
    "Run": "sim.results",
    "compare": "sim.studies.compare",
    "load_scenario": "sim.scenario.load",
    "plot": "sim.report.figures",
    "run": "sim.engines.run",
    "sweep": "sim.batch.ensemble",
}

__all__ = ["Comparison", "Ensemble", "Run", "__version__", "compare", "load_scenario", "plot", "run", "sweep"]


def _version() -> str:
    from importlib import metadata

    try:
        return metadata.version("sanyu")
    except metadata.PackageNotFoundError:  # sources that were never installed
        return "0+not-installed"


def __getattr__(name: str) -> Any:
    """Import an everyday name on first use (PEP 562)."""
    if name == "__version__":
        found: Any = _version()
    elif name in _HOMES:
        from importlib import import_module

        found = getattr(import_module(_HOMES[name]), name)
    else:
        raise AttributeError(f"module 'sim' has no attribute {name!r}")
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    """Everyday names beside what is loaded already."""
    return sorted({*globals(), *__all__})
