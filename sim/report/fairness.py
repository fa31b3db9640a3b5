"""The chapter "Is the comparison fair?": the same money for all, and which element makes the difference."""

from dataclasses import dataclass

from sim.report.cells import Cell, Chapter, Row, Table, count_cell, from_to, money_cell, percent_cell
from sim.report.numbers import count, money, money_interval, moneys, percent
from sim.report.words import Words
from sim.results import Interval
from sim.studies.decompose import PAIRS, Decomposition
from sim.studies.equal_spend import EqualSpend, OnBudget
from sim.studies.fairness import MIXTURES, Fairness


@dataclass(frozen=True)
class Missing:
    """A part that was not made: how many runs it takes, and the command that makes it; empty if there is none."""

    key: str
    command: str

    def says(self, w: Words) -> str:
        """What is missing and how to get it."""
        return w(f"fairness.ask_{self.key}", command=self.command, runs=count(MIXTURES * PAIRS))


def fairness_chapter(fairness: Fairness, w: Words, missing: Missing | None = None) -> Chapter:
    """Sentences, figures and tables of both parts, and how to get the part that is missing."""
    money, shares = fairness.equal_spend, fairness.decomposition
    paragraphs: list[str] = []
    figures, tables = [], []
    if money:
        what, *found = equal_spend_sentences(money, w, w("fairness.money", **_names(money, w)))
        paragraphs += [what, *([w("list.space").join(found)] if found else [])]
        if anybody_spends(money):
            figures.append("equal-spend")
            tables.append(_money_table(money, w))
    if shares:
        figures.append("shares")
        tables.append(_shares_table(shares, w))
    if missing:
        paragraphs.append(missing.says(w))
    return Chapter(
        "fairness", w("chapter.fairness"), (w("fairness.lead"),), tuple(figures), tuple(tables), tuple(paragraphs)
    )


def equal_spend_sentences(e: EqualSpend, w: Words, what: str) -> list[str]:
    """What was done, how near the spends came, who is ahead then."""
    if not anybody_spends(e):
        return [w("fairness.nothing")]
    unreached = [w(f"fairness.{x.reached}", **_spends(e, x, w)) for x in e.logics.values() if x.reached != "equal"]
    return [_begun(text) for text in (what, *_near(e, w), *unreached, _standing(e, w)) if text]


def anybody_spends(e: EqualSpend) -> bool:
    """False when nobody spends anything: then there is nothing to make equal."""
    return e.spend.estimate > 0 or any(x.own_spend.estimate > 0 for x in e.logics.values())


def _names(e: EqualSpend, w: Words) -> dict[str, str]:
    return {"reference": w.logic(e.reference), "pairs": count(e.pairs)}


def _begun(text: str) -> str:
    return text[0].upper() + text[1:]


def brief_sentences(e: EqualSpend, w: Words) -> list[str]:
    """The same in fewer words, for the terminal."""
    return equal_spend_sentences(e, w, w("fairness.brief", **_names(e, w)))


def _spends(e: EqualSpend, x: OnBudget, w: Words) -> dict[str, str]:
    spend, theirs = moneys([x.spend.estimate, e.spend.estimate], w, plain=True)
    return {"logic": w.logic(x.logic), "reference": w.logic(e.reference), "spend": spend, "theirs": theirs}


def _near(e: EqualSpend, w: Words) -> list[str]:
    """How near the spends came, where the reference spends anything."""
    ratios = [(x.ratio, x.own_ratio) for x in e.logics.values() if x.ratio and x.own_ratio]
    if not ratios:
        return []
    now, own = ([i.estimate for i in intervals] for intervals in zip(*ratios, strict=True))
    names = {"reference": w.logic(e.reference)}
    if len(e.logics) == 1:
        logic = w.logic(next(iter(e.logics)))
        return [w("fairness.near_one", logic=logic, ratio=percent(now[0], 1), own=percent(own[0]), **names)]
    spans = {"low": min(now), "high": max(now), "own_low": min(own), "own_high": max(own)}
    digits = {"low": 1, "high": 1, "own_low": 0, "own_high": 0}
    return [w("fairness.near_all", **names, **{key: percent(value, digits[key]) for key, value in spans.items()})]


def _standing(e: EqualSpend, w: Words) -> str:
    """Who is ahead with equal spend, and who was without, on the same pairs; of several, those that have it."""
    if len(e.logics) == 1:
        found = next(iter(e.logics.values()))
        now, own = (_lead(e, found, interval, w) for interval in (found.lead, found.own_lead))
        return w("fairness.standing" if found.reached == "equal" else "fairness.as_far", now=now, own=own)
    equal = [x for x in e.logics.values() if x.reached == "equal"]
    if not equal:
        return ""
    now = _places(e, [(x.logic, x.lead) for x in equal], w)
    own = _places(e, [(x.logic, x.own_lead) for x in equal], w)
    return w("fairness.unchanged", standing=now) if now == own else w("fairness.standing", now=now, own=own)


def _lead(e: EqualSpend, x: OnBudget, lead: Interval, w: Words) -> str:
    """Who leads the other by how much."""
    names = {"reference": w.logic(e.reference), "logic": w.logic(x.logic)}
    if lead.low == lead.high == 0:
        return w("fairness.same", **names)
    ahead, behind = names["reference"], names["logic"]
    if lead.estimate < 0:
        ahead, behind = behind, ahead
        lead = Interval(-lead.estimate, -lead.high, -lead.low)
    by, low, high = money_interval(lead, w)
    return w(
        "fairness.leads" if lead.low > 0 else "fairness.open", ahead=ahead, behind=behind, by=by, low=low, high=high
    )


def _places(e: EqualSpend, leads: list[tuple[str, Interval]], w: Words) -> str:
    """Which logics the reference is ahead of, which are ahead of it, which cannot be told apart from it."""
    parts = {
        "ahead_of": [w.logic(name) for name, lead in leads if lead.low > 0],
        "behind": [w.logic(name) for name, lead in leads if lead.high < 0],
        "level": [w.logic(name) for name, lead in leads if lead.low <= 0 <= lead.high],
    }
    said = [w(f"fairness.{key}", logics=w.listed(names)) for key, names in parts.items() if names]
    return w("fairness.places", reference=w.logic(e.reference), places=w("fairness.and").join(said))


def _ratio_cell(x: OnBudget, w: Words, own: bool) -> Cell:
    """Spend relative to the reference; the amount where the reference spends nothing."""
    ratio, spend = (x.own_ratio, x.own_spend) if own else (x.ratio, x.spend)
    return money_cell(spend, w) if ratio is None else percent_cell(ratio, w)


def _money_table(e: EqualSpend, w: Words) -> Table:
    """One row for each logic that got the reference's money, and what the reference spends."""
    reference = w.logic(e.reference)
    rows = [
        Row(
            w.logic(x.logic),
            (
                _ratio_cell(x, w, own=True),
                _ratio_cell(x, w, own=False),
                money_cell(x.own_lead, w),
                money_cell(x.lead, w),
                count_cell(x.fans_end, w),
            ),
        )
        for x in e.logics.values()
    ]
    keys = ("own_spend", "spend", "own_lead", "lead", "fans_end")
    columns = tuple(w(f"fairness.column_{key}", reference=reference) for key in keys)
    note = w("fairness.note", reference=reference, spend=money(e.spend.estimate, w), pairs=count(e.pairs))
    return Table(w("fairness.caption", reference=reference), columns, tuple(rows), note, even=False)


def _shares_table(d: Decomposition, w: Words) -> Table:
    """Shares of the elements in the difference, all amounts in one unit."""
    names = {"winner": w.logic(d.logic), "other": w.logic(d.reference)}
    labels = [w(f"element.{key}") + w("list.colon") + w(f"element.{key}_means") for key in d.shares]
    intervals = [*d.shares.values(), d.difference]
    amounts = iter(moneys([cents for i in intervals for cents in (i.estimate, i.low, i.high)], w))
    rows = [
        Row(label, (from_to((next(amounts), next(amounts), next(amounts)), w),), strong=sums)
        for label, sums in [*((label, False) for label in labels), (w("shares.sum"), True)]
    ]
    note = w("shares.note", pairs=count(d.pairs), **names)
    return Table(w("shares.caption", **names), (w("shares.share"),), tuple(rows), note, even=False)
