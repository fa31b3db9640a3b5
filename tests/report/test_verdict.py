import re
from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure

from sim.report.chapters import chapters_of, crossover_text
from sim.report.figures import figures_of
from sim.report.page import page_of, render
from sim.report.style import svg_of
from sim.report.verdict import is_dated, led_at_once, verdict
from sim.report.words import words
from sim.results import Band, Crossover, Interval, Provenance

DAYS = 150


def with_duel(c, *, final, crossover, path, won, winner="growth", **more):
    """The comparison with another duel between the winner and the other: 3 pairs."""
    other = next(name for name in c.logics if name != winner)
    mean = np.asarray(path, float)
    width = max(abs(final.high - final.low) / 2, 0.0)
    duel = replace(
        c.duels[winner, other],
        final=final,
        crossover=crossover,
        difference=Band(mean, mean - width, mean + width),
        wins=Interval(won / 3, 0.3, 0.9),
        wins_by_day=np.full(DAYS, won / 3),
    )
    options = {"ranking": (winner, other), "clear": False, "stopped": "fixed"} | more
    return replace(c, duels=c.duels | {(winner, other): duel}, **options)


def crossing(c, **more):
    return with_duel(
        c,
        final=Interval(50_000_00, 40_000_00, 60_000_00),
        crossover=Crossover(90, 80, 105, 1.0),
        path=np.linspace(-75_000_00, 50_000_00, DAYS),
        won=3,
        **more,
    )


def said(c, lang="en"):
    found = verdict(c, words(lang))
    assert len(found.sentences) == 3
    for sentence in found.sentences:
        assert "{" not in sentence
        assert "nan" not in sentence
        assert sentence.endswith(words(lang)("list.stop"))
    return found


def test_a_crossover_is_dated_with_its_interval(comparison):
    found = said(crossing(comparison, clear=True, stopped="clear"))
    who, when, sure = found.sentences
    assert found.kind == "overtakes"
    assert found.winner == "growth"
    assert "¥50.0k more than depletion (95% interval ¥40.0k to ¥60.0k)" in who
    assert "of 300 fans at the start" in who
    assert when.startswith("Depletion is ahead first, by up to ¥75.0k on day 1;")
    assert "since day 91 (30 October 2021; 95% interval day 81 to 106)" in when
    assert "in 3 of 3 pairs" in sure
    assert "stable for five pairs" in sure


def test_an_interval_that_came_of_many_pairs_says_how_often_it_holds(comparison):
    """Measured in tests/verification/coverage.py."""
    late, early = (said(crossing(comparison, clear=True, stopped="clear", pairs=n)).sentences[2] for n in (31, 30))
    assert "holds the truth in 87% to 96% of comparisons" in late
    assert "holds the truth" not in early
    asked_for = said(crossing(comparison, clear=True, stopped="fixed", pairs=31)).sentences[2]
    assert "holds the truth" not in asked_for
    assert "87% 至 96%" in said(crossing(comparison, clear=True, stopped="clear", pairs=31), "zh").sentences[2]


def test_depletion_may_win(comparison):
    c = with_duel(
        comparison,
        winner="depletion",
        final=Interval(50_000_00, 40_000_00, 60_000_00),
        crossover=Crossover(0, 0, 0, 1.0),
        path=np.linspace(1, 50_000_00, DAYS),
        won=3,
    )
    found = said(c)
    assert found.kind == "leads"
    assert "depletion leads with a cumulative margin of" in found.sentences[0]
    assert found.sentences[1] == "Depletion leads from the first day to the last."


def test_a_lead_of_the_first_week_is_no_crossover():
    assert led_at_once(Crossover(1, 1, 3, 1.0))
    assert not led_at_once(Crossover(1, 1, None, 0.97))
    assert not led_at_once(Crossover(1, 0, 9, 1.0))
    assert not led_at_once(Crossover(None, None, None, 0.0))


def test_an_unclear_result_is_said_to_be_unclear(comparison):
    c = with_duel(
        comparison,
        final=Interval(5_000_00, -10_000_00, 20_000_00),
        crossover=Crossover(120, 60, None, 0.62),
        path=np.linspace(-75_000_00, 5_000_00, DAYS),
        won=2,
        stopped="budget",
    )
    assert "bootstrap" not in said(c).sentences[1]  # of three pairs
    c = replace(c, pairs=12)
    found = said(c)
    assert not is_dated(c.duels["growth", "depletion"])
    assert "ahead on day" not in found.sentences[1].split(";")[-2]
    assert "gets ahead" not in found.sentences[1]
    who, when, sure = found.sentences
    assert found.kind == "unclear"
    assert "cannot be told apart" in who
    assert "from −¥10.0k to ¥20.0k" in who
    assert "62% of bootstrap samples" in when
    assert "beyond the horizon" in when
    assert "in 8 of 12 pairs" in sure
    assert "budget of fan-days was spent, and more pairs may settle" in sure


def test_a_lead_whose_day_is_open_says_so(comparison):
    c = with_duel(
        comparison,
        final=Interval(50_000_00, 1_00, 100_000_00),
        crossover=Crossover(90, 80, None, 0.96),
        path=np.linspace(-500_000_00, 50_000_00, DAYS),
        won=3,
    )
    assert said(c).sentences[1].endswith("beyond the horizon of 150 days.")
    when = said(replace(c, pairs=10)).sentences[1]
    assert "from day 81 to beyond the horizon of 150 days" in when
    assert "96% of bootstrap samples" in when


def test_a_censored_crossover_has_no_day(comparison):
    c = with_duel(
        comparison,
        final=Interval(0.0, -20_000_00, 20_000_00),
        crossover=Crossover(None, None, None, 0.4),
        path=np.linspace(-75_000_00, 0, DAYS),
        won=1,
    )
    when = said(replace(c, pairs=10)).sentences[1]
    assert "no lead of growth lasts to the end" in when
    assert "40%" in when


def test_an_unclear_crossover_is_neither_drawn_nor_captioned(comparison):
    unclear = with_duel(
        comparison,
        final=Interval(5_000_00, -10_000_00, 20_000_00),
        crossover=Crossover(0, 0, None, 0.62),
        path=np.linspace(1, 5_000_00, DAYS),
        won=2,
    )
    clear = crossing(comparison)
    marks = [svg_of(figures_of(c, "en")["margin"]).count("interval: day") for c in (unclear, clear)]
    assert marks == [0, 1]
    maker = Provenance.here(seed=5, engine="arrays", seconds=1.0)
    for c, key in ((unclear, "caption.margin_alone"), (clear, "caption.margin")):
        drawn = {"margin": figures_of(c, "en")["margin"]}
        assert page_of(c, drawn, "en", (), maker).pictures["margin"].caption == words("en")(key)
    assert crossover_text(unclear, "growth", "depletion", words("en")) == "not told apart"


def test_one_day_and_one_fan_are_singular(comparison):
    scenario = comparison.scenario.model_copy(update={"days": 1})
    who = said(replace(crossing(comparison), scenario=scenario)).sentences[0]
    assert who.startswith("After 1 day growth leads")
    assert words("en").counted("fan", 1) == "1 fan"
    assert words("zh").counted("run", 2) == "2 次模拟"


def test_equal_logics_are_called_equal(comparison):
    c = with_duel(
        comparison,
        final=Interval(0.0, 0.0, 0.0),
        crossover=Crossover(None, None, None, 0.0),
        path=np.zeros(DAYS),
        won=0,
    )
    found = said(c)
    assert found.kind == "equal"
    assert "to the cent" in found.sentences[0]


def test_many_logics_are_named_up_to_three(ladder):
    who = said(ladder).sentences[0]
    assert f"and {len(ladder.logics) - 3} more by up to" in who
    assert len(who) < 500


@pytest.mark.parametrize("stopped", ["clear", "budget", "fixed", "interrupted"])
@pytest.mark.parametrize("clear", [True, False])
def test_every_ending_has_words_in_both_languages(comparison, stopped, clear):
    for lang in ("en", "zh"):
        said(crossing(comparison, stopped=stopped, clear=clear), lang)


def test_chinese_sentences_are_chinese(comparison):
    for sentence in said(crossing(comparison), "zh").sentences:
        assert re.search(r"[\u4e00-\u9fff]{4}", sentence)
    assert "第 91 天（2021年10月30日；95% 区间为第 81 至第 106 天）" in said(crossing(comparison), "zh").sentences[1]


def fought(c, standings):
    """The ladder with other ends of the duels of growth: rung → ((low, high), crossover of whoever wins)."""
    duels = dict(c.duels)
    for rung, ((low, high), crossover) in standings.items():
        lost = Crossover(None, None, None, 0.0)
        final = Interval((low + high) / 2, low, high)
        ours, theirs = (crossover, lost) if low > 0 else (lost, crossover)
        duels["growth", rung] = replace(duels["growth", rung], final=final, crossover=ours)
        turned = Interval(-final.estimate, -high, -low)
        duels[rung, "growth"] = replace(duels[rung, "growth"], final=turned, crossover=theirs)
    return replace(c, duels=duels)


WON, LOST, OPEN = (5_000_00, 9_000_00), (-9_000_00, -5_000_00), (-1_00, 4_00)
DAY_97, AT_ONCE = Crossover(96, 90, 103, 1.0), Crossover(2, 1, 4, 1.0)
ENDS = {
    "depletion-3": (LOST, DAY_97),
    "depletion-3-escalating": (OPEN, DAY_97),
    "depletion-6": (WON, DAY_97),
    "depletion-6-escalating": (WON, DAY_97),
    "depletion-20": (WON, AT_ONCE),
    "depletion-20-escalating": (WON, AT_ONCE),
}


def test_the_ladder_says_against_which_depletions_growth_wins_and_since_when(ladder):
    found = said(fought(ladder, ENDS))
    assert found.ladder == (
        "Of 6 depletions, by group messages a day, growth wins against 6 (since day 97), 6 escalating (since day 97), "
        "20 (from the first week) and 20 escalating (from the first week); it cannot be told apart from 3 escalating; "
        "it loses to 3 (since day 97)."
    )
    chinese = said(fought(ladder, ENDS), "zh").ladder
    assert "不敌每天 3 条（自第 97 天起）" in chinese
    assert "与每天 3 条并加码分不出高下" in chinese
    assert "每天 20 条并加码（自第一周起）" in chinese


def test_a_ladder_that_is_beaten_whole_says_so(ladder):
    found = said(fought(ladder, dict.fromkeys(ENDS, (WON, DAY_97))))
    assert "growth wins against every one: 3 (since day 97), 3 escalating" in found.ladder
    assert "loses" not in found.ladder


def test_rungs_that_differ_in_something_else_are_named(ladder):
    logics = ladder.scenario.logics
    same = logics["depletion-3"]
    scenario = ladder.scenario.model_copy(update={"logics": logics | {"depletion-6": same}})
    assert "depletion-6 (since day 97)" in said(replace(fought(ladder, ENDS), scenario=scenario)).ladder


def test_two_logics_are_no_ladder(comparison):
    assert said(crossing(comparison)).ladder == ""


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_page_shows_the_ladder_from_the_view_of_growth(ladder, lang):
    w = words(lang)
    c = fought(ladder, ENDS)
    (found,) = [t for t in chapters_of(c, w)[0].tables if t.caption == w("ladder.caption", growth=w.logic("growth"))]
    assert [row.label for row in found.rows] == sorted(ENDS, key=lambda name: (int(name.split("-")[1]), name))
    assert [row.cells[0].text for row in found.rows] == ["3", "3", "6", "6", "20", "20"]
    assert [row.cells[1].text for row in found.rows] == [w("operation.no"), w("operation.yes")] * 3
    assert "−" in found.rows[0].cells[2].text
    assert w("page.beyond") in found.rows[0].cells[3].text
    assert "97" in found.rows[2].cells[3].text
    against = w("page.against", winner=w.logic("growth"))
    first = replace(c, ranking=("growth", *(name for name in c.ranking if name != "growth")))
    assert [t for t in chapters_of(first, w)[0].tables if t.caption == against] == []
    maker = Provenance.here(seed=5, engine="arrays", seconds=1.0)
    drawn = {name: Figure() for chapter in chapters_of(c, w) for name in chapter.figures}
    assert f"<p>{said(c, lang).ladder}</p>" in render(page_of(c, drawn, lang, (), maker))
