"""Sensitivity of a whole study: from an experiment file and a table of runs to indices and to what decides."""

import numpy as np
import pandas as pd
import pytest

from sim.analysis.samples import NotAnalysable
from sim.batch.experiment import load_experiment
from sim.studies.sensitivity import CROSSOVER, sensitivity
from tests.analysis.test_sensitivity import ishigami, ishigami_indices, outside

pytest.importorskip("SALib")

FACTORS = ("brand.content.quality", "brand.trust", "rules.exposure.feedback")
LAST = 100  # days


@pytest.fixture
def study(tmp_path):
    def load(design):
        file = tmp_path / "study.toml"
        file.write_text(
            f'scenario = "liquor"\ndesign = {design}\nlogics = ["growth", "depletion"]\n'
            f"replications = {{ paired = 2 }}\n[fixed]\ndays = {LAST}\n[vary]\n"
            + "".join(f'"{key}" = {{ from = 0.1, to = 0.9 }}\n' for key in FACTORS),
            encoding="utf-8",
        )
        return load_experiment(file)

    return load


def table_of(study, leads):
    """Runs in any order; growth leads depletion by ``leads`` (days → [points]) in the mean of two replications."""
    places = np.asarray(study.points.places, float)
    rows = []
    for n in range(len(places)):
        for r in range(2):
            luck = 1e-6 * (2 * r - 1)
            for logic in ("growth", "depletion"):
                ahead = {day: (lead[n] if logic == "growth" else 0.0) + luck for day, lead in leads.items()}
                margins = {f"margin_{day}": value for day, value in ahead.items() if day < LAST}
                factors = dict(zip(FACTORS, 0.1 + 0.8 * places[n], strict=True))
                run = {"point": n, "logic": logic, "replication": r, "status": "done"}
                rows.append({**run, **factors, **margins, "margin": ahead[LAST]})
    return pd.DataFrame(rows).sample(frac=1.0, random_state=1)


def flat(study, last):
    nothing = np.full(len(last), -1.0)
    return table_of(study, {30: nothing, 60: nothing, 90: nothing, LAST: last})


@pytest.mark.statistical
def test_ishigami_through_an_experiment_agrees_with_the_closed_form_within_its_intervals(study):
    found = study('{ kind = "saltelli", samples = 1024, seed = 3 }')
    values = ishigami(np.asarray(found.points.places, float))
    told = sensitivity(found, flat(found, values), "margin", "growth", "depletion")
    first, total = ishigami_indices()
    assert told.indices.names == FACTORS
    assert not any(outside(told.indices.first, first) + outside(told.indices.total, total))
    assert [one.samples for one in told.course] == [128, 256, 512, 1024]
    assert told.noise.share.estimate < 1e-9


def test_the_crossover_day_is_read_off_between_horizons(study):
    """A lead that is −10 after 90 days and x after 100 crosses after 90 + 100/(10 + x)."""
    found = study('{ kind = "saltelli", samples = 64 }')
    at = np.asarray(found.points.places, float)[:, 0]
    down = np.full(len(at), -10.0)
    leads = {30: down, 60: down, 90: down, LAST: 10.0 + 30.0 * at}
    told = sensitivity(found, table_of(found, leads), CROSSOVER, "growth", "depletion")
    assert told.indices.ranked[0] == 0
    assert told.indices.total[0].estimate == pytest.approx(1.0, abs=0.05)
    assert told.indices.total[1].estimate == pytest.approx(0.0, abs=1e-6)


def test_what_decides_is_asked_where_the_conclusion_flips_most(study):
    """At first all lose, at last all win; between them the second factor decides."""
    pytest.importorskip("ema_workbench")
    found = study('{ kind = "latin-hypercube", samples = 200 }')
    trust = np.asarray(found.points.places, float)[:, 1]
    leads = {30: trust - 2.0, 60: trust - 0.4, 90: trust + 1.0, LAST: trust + 2.0}
    flip = sensitivity(found, table_of(found, leads), "margin", "growth", "depletion").flip
    assert flip.days == (30, 60, 90, LAST)
    assert [share.wins.estimate for share in flip.shares] == pytest.approx([0.0, 0.6, 1.0, 1.0], abs=0.01)
    assert flip.contested == 60
    (limit,) = flip.decided.box.limits
    assert limit.factor == FACTORS[1]
    assert limit.low == pytest.approx(0.1 + 0.8 * 0.4, abs=0.02)
    assert flip.decided.importance[FACTORS[1]] > 0.95


def test_where_all_points_say_the_same_nothing_decides(study):
    found = study('{ kind = "latin-hypercube", samples = 60 }')
    flip = sensitivity(found, flat(found, -1.0 - np.arange(60.0)), "margin", "growth", "depletion").flip
    assert flip.decided is None
    assert "0 wins in 60 points" in flip.why


def test_a_crossover_is_between_two_logics(study):
    found = study('{ kind = "latin-hypercube", samples = 60 }')
    with pytest.raises(NotAnalysable, match="Name the other"):
        sensitivity(found, flat(found, np.arange(60.0)), CROSSOVER, "growth")
