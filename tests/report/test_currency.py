"""A scenario in euros shows euros everywhere: report, figures, terminal, in both languages."""

from pathlib import Path

import pytest
from worlds import small

from sim.report.fairness_figures import figures_of_fairness
from sim.report.figures import figures_of, plot
from sim.report.page import page_of, render
from sim.report.style import svg_of
from sim.report.terminal import print_assumptions, print_comparison, print_runs
from sim.report.write import summary_of, summary_of_runs
from sim.results import Provenance
from sim.scenario import load
from sim.studies.compare import compare
from sim.studies.decompose import decompose
from sim.studies.fairness import Fairness

LANGUAGES = pytest.mark.parametrize("lang", ["en", "zh"])


@pytest.fixture(scope="module")
def euros():
    return compare(small("email-newsletter", {"days": 100}), seed=5, pairs=2)


def in_euros(text):
    return "€" in text and not {"¥", "元", "¤"} & set(text)


@LANGUAGES
def test_the_page_and_its_figures(euros, lang):
    loaded = load("email-newsletter")
    fair = Fairness(decomposition=decompose(euros.scenario, "growth", "twice", pairs=2)) if lang == "en" else None
    drawn = figures_of(euros, lang) | (figures_of_fairness(euros, fair, lang) if fair else {})
    page = page_of(euros, drawn, lang, loaded.assumptions, Provenance.here(seed=5, engine="arrays", seconds=1.0), fair)
    text = render(page)
    assert in_euros(text), [text[max(0, text.find(c) - 90) : text.find(c) + 9] for c in "¥元¤" if c in text]
    for name in ("margin", "gmv", "horizon"):
        assert in_euros(svg_of(drawn[name])), name
    assert in_euros(svg_of(plot(euros.runs["growth"][0], lang)))


@LANGUAGES
def test_the_terminal(euros, lang, capsys):
    print_comparison(euros, Path("runs/x"), lang, report=True)
    print_runs(euros.runs["growth"], Path("runs/x"), lang)
    loaded = load("email-newsletter")
    print_assumptions(loaded.scenario, loaded.assumptions, lang)
    assert in_euros(capsys.readouterr().out)


def test_summaries_say_the_currency(euros):
    assert summary_of(euros)["currency"] == "€"
    assert summary_of_runs(euros.runs["growth"])["currency"] == "€"
