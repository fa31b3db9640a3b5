"""How often should one push? Margin by group pushes per week, at a short and at a long horizon.

Asks whether the best frequency is an interior one (evidence L1) and whether it falls with the horizon (theory 4.7).
One fixed plan per frequency, on the people of the liquor scenario; pairs share people and luck.

    python experiments/push_frequency.py [--fans 5000] [--days 720] [--pairs 3] [--out push_frequency.svg]
"""

import argparse

from matplotlib.figure import Figure

import sim
from sim.scenario import with_changes

FREQUENCIES = (0.5, 1, 2, 4, 7, 14, 28, 56, 112)


def main() -> None:
    """Run the study, print its table and draw it."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--fans", type=int, default=5000)
    parser.add_argument("--days", type=int, default=720)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--value-share", type=float, default=0.5)
    parser.add_argument("--discount", type=float, default=0.2)
    parser.add_argument("--out", default="push_frequency.svg")
    options = parser.parse_args()
    logics = {
        f"logics.f{f:g}".replace(".5", "-5"): {
            "kind": "fixed",
            "pushes_per_week": {"group": f, "subscription": min(f, 2.0)},
            "value_share": options.value_share,
            "discount": options.discount,
        }
        for f in FREQUENCIES
    }
    changes = {"pool.fans": options.fans, "days": options.days, "logics.growth": False, "logics.depletion": False}
    scenario = with_changes(sim.load_scenario("liquor"), changes | logics)
    comparison = sim.compare(scenario, pairs=options.pairs)
    horizons = [day for day in (60, 180, 360, options.days) if day <= options.days]
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    print("pushes/week " + "".join(f"{f'day {day}':>12}" for day in horizons) + "   (¥ cumulative margin)")
    for f, name in zip(FREQUENCIES, scenario.logics, strict=True):
        margins = [comparison.bands[name]["margin_cum"].mean[day - 1] / 100 for day in horizons]
        print(f"{f:>11g} " + "".join(f"{margin:>12,.0f}" for margin in margins))
    for day in horizons:
        means = [comparison.bands[name]["margin_cum"].mean[day - 1] for name in scenario.logics]
        best = max(abs(value) for value in means)
        axes.plot(FREQUENCIES, [value / best for value in means], marker="o", label=f"day {day}")
    axes.set(xscale="log", xlabel="group pushes per week", ylabel="cumulative margin ÷ the largest at that horizon")
    axes.legend(frameon=False)
    figure.savefig(options.out)


if __name__ == "__main__":
    main()
