import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from sim.report.chapters import chapters_of
from sim.report.figures import figures_of
from sim.report.numbers import money
from sim.report.page import TRUSTS, levels_of, page_of, render
from sim.report.words import words
from sim.results import Interval, Provenance


class Reader(HTMLParser):
    """Collects tags, ids and what a browser would fetch."""

    FETCHES = frozenset({"src", "href", "data", "srcset", "poster", "action", "xlink:href"})

    def __init__(self):
        super().__init__()
        self.tags, self.ids, self.fetched, self.headings, self.within = [], [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.within.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value)
            if name in self.FETCHES and not value.startswith("#"):
                self.fetched.append(value)

    def handle_data(self, data):
        if self.within and self.within[-1] == "h2":
            self.headings.append(data)

    def handle_endtag(self, tag):
        while self.within and self.within.pop() != tag:
            pass


@pytest.fixture(scope="module")
def pages(comparison, assumptions):
    maker = Provenance.here(seed=5, engine="arrays", seconds=1.0)
    return {lang: page_of(comparison, figures_of(comparison, lang), lang, assumptions, maker) for lang in ("en", "zh")}


@pytest.fixture(scope="module")
def texts(pages):
    return {lang: render(page) for lang, page in pages.items()}


def read(text):
    reader = Reader()
    reader.feed(text)
    return reader


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_asks_the_network_for_nothing(texts, lang):
    reader = read(texts[lang])
    assert reader.fetched == []
    assert not {"link", "img", "iframe", "object", "embed", "image"} & set(reader.tags)
    assert "http:" not in texts[lang]
    assert "https:" not in texts[lang]
    assert "@import" not in texts[lang]
    assert re.findall(r"url\((?!#)", texts[lang]) == []


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_text_in_figures_stays_text_and_references_are_whole(texts, lang):
    reader = read(texts[lang])
    assert reader.tags.count("svg") == 8
    assert reader.tags.count("text") > 100
    assert len(reader.ids) == len(set(reader.ids))
    asked = set(re.findall(r'(?:url\(#|href="#)([^")]+)', texts[lang]))
    assert asked <= set(reader.ids)


def test_chapters_come_in_the_order_of_the_report(texts):
    expected = ["verdict", "course", "movements", "pool", "money", "stakes", "basis"]
    for lang in ("en", "zh"):
        found = [h for h in read(texts[lang]).headings if not h.isdigit()]
        assert found == [words(lang)(f"chapter.{key}") for key in expected]


def test_the_chinese_page_is_chinese(texts):
    assert 'lang="zh-CN"' in texts["zh"]
    english = words("en").texts
    for key in english:
        if key.split(".")[0] in ("chapter", "caption") and english[key] != words("zh").texts[key]:
            assert english[key] not in texts["zh"], key


def test_what_users_write_cannot_break_the_page(comparison, assumptions):
    scenario = comparison.scenario.model_copy(update={"title": "<script>x</script> & co", "question": "<b>?"})
    maker = Provenance.here(seed=5, engine="arrays", seconds=1.0)
    c = replace(comparison, scenario=scenario)
    text = render(page_of(c, figures_of(c, "en"), "en", assumptions, maker))
    assert "<script>x" not in text
    assert "&lt;script&gt;x&lt;/script&gt; &amp; co" in text


def test_assumptions_come_weakest_first_and_none_is_lost(assumptions):
    levels = levels_of(assumptions, words("en"))
    assert [level.trust for level in levels] == [t for t in TRUSTS if t in {a.trust for a in assumptions}]
    assert sum(level.number for level in levels) == len(assumptions)
    rows = [row.key for level in levels for group in level.groups for row in group.rows]
    assert sorted(rows) == sorted(a.key for a in assumptions)


def test_a_page_without_assumptions_says_so(comparison):
    maker = Provenance.here(seed=5, engine="arrays", seconds=1.0)
    text = render(page_of(comparison, figures_of(comparison, "en"), "en", (), maker))
    assert words("en")("page.no_assumptions") in text


def test_the_page_names_its_maker(pages):
    made = dict(pages["en"].maker)
    assert made["Seed"] == "5"
    assert made["Version"].startswith("sanyu ")
    assert "3 of each logic" in made["Runs"]


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_every_row_has_a_cell_for_every_column(comparison, ladder, lang):
    for c in (comparison, ladder):
        for chapter in chapters_of(c, words(lang)):
            for table in chapter.tables:
                for row in table.rows:
                    assert len(row.cells) == len(table.columns), (chapter.key, row.label)
                    assert not any("nan" in cell.text or "inf" in cell.text for cell in row.cells), row


def test_numbers_of_the_tables(comparison):
    chapters = {chapter.key: chapter for chapter in chapters_of(comparison, words("en"))}
    rows = {row.label: row for row in chapters["course"].tables[0].rows}
    ends = [round(comparison.totals[logic]["fans_end"].estimate) for logic in comparison.logics]
    assert [cell.text for cell in rows["fans at the end"].cells] == [f"{end:,}" for end in ends]
    stakes = chapters["stakes"].tables[0].rows
    assert [row.label for row in stakes] == ["30 days", "60 days", "90 days", "150 days"]
    assert stakes[-1].strong
    movements = {row.label: row for row in chapters["movements"].tables[0].rows}
    exits = [round(comparison.totals[logic]["exits"].estimate) for logic in comparison.logics]
    assert [cell.text for cell in movements["all exits"].cells] == [f"{n:,}" for n in exits]


def test_the_value_of_the_fans_left_stands_beside_the_margin(comparison):
    chapters = {chapter.key: chapter for chapter in chapters_of(comparison, words("en"))}
    rows = {row.label: row for row in chapters["money"].tables[0].rows}
    for logic, cell in zip(comparison.logics, rows["not in the margin: value of the fans left"].cells, strict=True):
        totals = comparison.totals[logic]
        assert cell.text == money(totals["fans_end"].estimate * totals["lifetime_value"].estimate, words("en"))


def test_counts_and_gmv_have_no_negative_ends(comparison):
    totals = {
        logic: values | {key: Interval(5.0, -3.0, 13.0) for key in ("gmv", "joins", "orders")}
        for logic, values in comparison.totals.items()
    }
    course = chapters_of(replace(comparison, totals=totals), words("en"))[0]
    rows = {row.label: row for row in course.tables[0].rows}
    for label in ("GMV", "fans gained", "orders"):
        assert all(cell.beside and "−" not in cell.beside for cell in rows[label].cells), label
