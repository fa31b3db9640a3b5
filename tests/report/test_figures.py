import warnings
import xml.etree.ElementTree as ET

import pytest

import sim
from sim.report.figures import figures_of
from sim.report.style import DEPLETION, GROWTH, colours, drawing, png_of, svg_of
from sim.report.words import words

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_figures_are_svg_with_words_as_text(comparison, lang):
    for name, figure in figures_of(comparison, lang).items():
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            text = svg_of(figure)
        tree = ET.fromstring(text)
        shown = [element.text for element in tree.iter(f"{SVG}text")]
        assert shown, name
        assert "https:" not in text
        if name == "margin":
            assert {words(lang).logic(logic) for logic in comparison.logics} <= set(shown)


def test_figures_of_many_logics(ladder):
    figures = figures_of(ladder, "en")
    assert all(svg_of(figure) for figure in figures.values())
    assert len(set(colours(ladder.scenario).values())) == len(ladder.logics)


def test_the_same_figure_is_the_same_file(comparison):
    a, b = (svg_of(figures_of(comparison, "en")["fans"]) for _ in range(2))
    assert a == b


def test_a_logic_keeps_its_colour(comparison, ladder):
    assert colours(comparison.scenario) == {"growth": GROWTH, "depletion": DEPLETION}
    assert colours(ladder.scenario)["growth"] == GROWTH


def test_bitmaps(comparison):
    assert png_of(figures_of(comparison, "en")["horizon"]).startswith(b"\x89PNG")


def test_overview_of_a_run(comparison):
    run = comparison.runs["depletion"][0]
    figure = sim.plot(run)
    assert len(figure.axes) == 6
    assert svg_of(figure)
    assert svg_of(sim.plot(run, "zh"))


def test_drawing_leaves_the_settings_of_others_alone():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    with drawing():
        assert mpl.rcParams["svg.fonttype"] == "none"
    assert dict(mpl.rcParams) == before
