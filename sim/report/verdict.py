"""The verdict of a comparison, in three sentences: who leads, from which day, how sure."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.report.ladder import Ladder, Rung, ladder_of
from sim.report.numbers import count, date_of, money, money_interval, percent
from sim.report.words import Words
from sim.results import Comparison, Crossover, Duel

FIRST_WEEK = 7
ENOUGH_PAIRS = 10  # from which a share of bootstrap samples says something
LATE = 30  # pairs; a verdict that becomes clear later is of a small lead, whose interval is too narrow
_MOST_NAMED = 3

Kind = Literal["leads", "overtakes", "unclear", "equal"]


@dataclass(frozen=True)
class Verdict:
    """What a comparison says.

    kind       "leads": best from the first week on; "overtakes": best after a crossover; "unclear": the
               interval of the difference holds 0; "equal": no difference at all
    winner     the logic with the highest mean cumulative margin;  runner_up: the second
    sentences  who leads, from when on, how sure
    ladder     against which depletions the growth logic wins, and since when; empty without several of them
    note       what the upper bounds earned that stand beside the ranking; empty without any
    """

    kind: Kind
    winner: str
    runner_up: str
    sentences: tuple[str, str, str]
    note: str = ""
    ladder: str = ""


def verdict(comparison: Comparison, w: Words) -> Verdict:
    """The verdict in the language of ``w``. Any logic may win it; what is not clear is said to be unclear."""
    winner, second = comparison.ranking[0], comparison.ranking[1]
    duel = comparison.duels[winner, second]
    kind = _kind(duel)
    who, when, how_sure = (say(comparison, duel, kind, w) for say in (_who, _when, _how_sure))
    ladder = ladder_of(comparison)
    return Verdict(
        kind,
        winner,
        second,
        (who, when, how_sure),
        _bounds(comparison, w),
        _ladder(comparison, ladder, w) if ladder else "",
    )


def _kind(duel: Duel) -> Kind:
    final = duel.final
    if not np.any(duel.difference.mean) and final.low == final.high == 0:
        return "equal"
    if is_unclear(duel):
        return "unclear"
    return "leads" if led_at_once(duel.crossover) else "overtakes"


def led_at_once(crossover: Crossover) -> bool:
    """True when the lead dates from the first week at the latest, for every day that the interval allows."""
    return crossover.day is not None and crossover.high is not None and crossover.high < FIRST_WEEK


def is_unclear(duel: Duel) -> bool:
    """True when the interval of the difference at the end holds 0: nobody has overtaken anybody."""
    return duel.final.low <= 0 <= duel.final.high


def is_dated(duel: Duel) -> bool:
    """True when one logic overtakes the other on a day that may be shown."""
    return duel.crossover.day is not None and _kind(duel) == "overtakes"


def bootstraps(c: Comparison, duel: Duel, key: str, w: Words) -> str:
    """What is said, with ``key``, about the share of bootstrap samples that cross; nothing from a few pairs."""
    return w(key, share=percent(duel.crossover.share_crossing)) if c.pairs >= ENOUGH_PAIRS else ""


def _names(c: Comparison, duel: Duel, w: Words) -> dict[str, str]:
    days = w.counted("day", c.scenario.days)
    return {"winner": w.logic(duel.logic), "runner_up": w.logic(duel.reference), "days": days}


def _joined(w: Words, *clauses: str) -> str:
    text = w("list.clause").join(c for c in clauses if c) + w("list.stop")
    return text[0].upper() + text[1:]


def _who(c: Comparison, duel: Duel, kind: Kind, w: Words) -> str:
    names = _names(c, duel, w)
    if kind == "equal":
        first = w("verdict.equal", **names)
    else:
        difference, low, high = money_interval(duel.final, w)
        names |= {"difference": difference, "low": low, "high": high}
        names["margin"] = money(c.totals[duel.logic]["margin"].estimate, w)
        first = w("verdict.tie" if kind == "unclear" else "verdict.ahead", **names)
    kept = w.listed(
        [
            w(
                "verdict.fans_of",
                logic=w.logic(logic),
                fans=count(round(c.totals[logic]["fans_end"].estimate)),
            )
            for logic in [logic for logic in c.ranking if logic not in c.bounds][:_MOST_NAMED]
        ]
    )
    start = c.totals[duel.logic]["fans_start"].estimate
    fans = w("verdict.fans", start=w.counted("fan", start, count(start)), kept=kept)
    return _joined(w, first, _others(c, w), fans)


def _others(c: Comparison, w: Words) -> str:
    followed = [logic for logic in c.ranking if logic not in c.bounds]
    behind = [
        w(
            "verdict.behind_by",
            logic=w.logic(logic),
            difference=money(-c.duels[logic, c.ranking[0]].final.estimate, w),
        )
        for logic in followed[2:_MOST_NAMED]
    ]
    more = followed[_MOST_NAMED:]
    if more:
        last = money(-c.duels[more[-1], c.ranking[0]].final.estimate, w)
        behind.append(w("verdict.more_behind", number=count(len(more)), difference=last))
    return w("verdict.behind", others=w.listed(behind)) if behind else ""


def _bounds(c: Comparison, w: Words) -> str:
    """What each upper bound earned beside the winner, and why nobody can follow it."""
    said = []
    for bound in c.bounds:
        final = c.duels[bound, c.ranking[0]].final
        difference, low, high = money_interval(final, w)
        margin = money(c.totals[bound]["margin"].estimate, w)
        names = {"bound": w.logic(bound), "winner": w.logic(c.ranking[0]), "margin": margin}
        said.append(w("bound.earned", difference=difference, low=low, high=high, **names))
    return _joined(w, *said, w("bound.means")) if said else ""


def _ladder(c: Comparison, ladder: Ladder, w: Words) -> str:
    """Which rungs the growth logic beats at the end, which it cannot be told apart from, which beat it; since when."""
    steps = [(rung.a_day, rung.escalates) for rung in ladder.rungs]
    named = len(set(steps)) < len(steps)  # the steps do not tell them apart, so their names must
    found: dict[str, list[str]] = {"wins": [], "open": [], "loses": []}
    for rung in ladder.rungs:
        label = w.logic(rung.logic) if named else _step(rung, w)
        duel = c.duels[ladder.growth, rung.logic]
        if is_unclear(duel):
            found["open"].append(label)
        elif duel.final.low > 0:
            found["wins"].append(_since(duel, label, w))
        else:
            found["loses"].append(_since(c.duels[rung.logic, ladder.growth], label, w))
    if len(found["wins"]) == len(ladder.rungs):
        found = {"wins_all": found["wins"]}
    standings = [w(f"ladder.{key}", rungs=w.listed(labels)) for key, labels in found.items() if labels]
    key = "ladder.of_names" if named else "ladder.of_steps"
    number = count(len(ladder.rungs))
    return _joined(w, w(key, number=number, growth=w.logic(ladder.growth), standings=w("ladder.and").join(standings)))


def _step(rung: Rung, w: Words) -> str:
    return w("ladder.escalating" if rung.escalates else "ladder.fixed", a_day=f"{rung.a_day:.3g}")


def _since(duel: Duel, label: str, w: Words) -> str:
    """A rung, and since when the one leads the other."""
    if led_at_once(duel.crossover):
        return w("ladder.first_week", rung=label)
    return label if duel.crossover.day is None else w("ladder.since", rung=label, day=count(duel.crossover.day + 1))


def _when(c: Comparison, duel: Duel, kind: Kind, w: Words) -> str:
    start, cross, lang = c.scenario.start, duel.crossover, w.lang
    names = _names(c, duel, w)
    if kind == "equal":
        return _joined(w, w("verdict.never_differ", **names))
    if kind == "leads":
        key = "from_the_start" if duel.crossover.day == 0 else "from_the_first_week"
        return _joined(w, w(f"verdict.{key}", **names))
    if cross.day is not None:
        names |= {"day": count(cross.day + 1), "date": date_of(start, cross.day, lang)}
    if kind == "unclear" or cross.day is None:
        lead = "" if cross.day is not None else w("verdict.never_ahead", **names)
        return _joined(
            w, _early_lead(c, duel, w), lead, w("verdict.undated"), bootstraps(c, duel, "verdict.bootstraps", w)
        )
    low = count((cross.low or 0) + 1)
    if cross.high is None:
        since = w("verdict.since_open", low=low, **names) + bootstraps(c, duel, "verdict.since_open_share", w)
    else:
        since = w("verdict.since", low=low, high=count(cross.high + 1), **names)
    return _joined(w, _early_lead(c, duel, w) or w("verdict.close_before", **names), since)


def _early_lead(c: Comparison, duel: Duel, w: Words) -> str:
    """The largest lead that the runner-up ever had, where the band of the difference excludes 0."""
    behind = np.flatnonzero(np.asarray(duel.difference.high) < 0)
    if not len(behind):
        return ""
    mean = np.asarray(duel.difference.mean)
    worst = int(behind[np.argmin(mean[behind])])
    return w(
        "verdict.early_lead",
        runner_up=w.logic(duel.reference),
        winner=w.logic(duel.logic),
        most=money(-float(mean[worst]), w),
        day=count(worst + 1),
    )


def _how_sure(c: Comparison, duel: Duel, kind: Kind, w: Words) -> str:
    led = round(float(duel.wins_by_day[-1]) * c.pairs)
    wins = duel.wins
    clauses = [
        w(
            "verdict.wins",
            winner=w.logic(duel.logic),
            led=count(led),
            pairs=count(c.pairs),
            low=percent(wins.low),
            high=percent(wins.high),
        )
        if kind != "equal"
        else w("verdict.all_equal", pairs=count(c.pairs)),
        _ending(c, kind, w),
        w("verdict.chance_only"),
    ]
    return _joined(w, *clauses)


def _ending(c: Comparison, kind: Kind, w: Words) -> str:
    """Why no more pairs were run, and what that means for the verdict."""
    if c.clear:
        late = c.stopped == "clear" and c.pairs > LATE
        return w("verdict.stable_late" if late else "verdict.stable")
    why = w(f"verdict.stopped_{c.stopped}")
    return w("verdict.unsettled" if kind in ("unclear", "equal") else "verdict.untried", why=why)
