"""Fairness in the terminal: sentences, what each logic has with the same money, shares of the elements with bars."""

from rich import box
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from sim.report.fairness import Missing, anybody_spends, brief_sentences
from sim.report.numbers import bare, count, headed, money, money_interval, moneys, percent
from sim.report.words import Words
from sim.results import Interval
from sim.studies.decompose import Decomposition
from sim.studies.equal_spend import EqualSpend
from sim.studies.fairness import Fairness

_BAR = 28


def bar(value: float, low: float, high: float, width: int = _BAR) -> str:
    """A bar from 0 to a value, to the left of the zero line if negative, between low and high."""
    low, high = min(0.0, low), max(0.0, high)
    if not high > low:
        return "│"
    left, length = (round(width * size / (high - low)) for size in (-low, abs(value)))
    return f"{'█' * length if value < 0 else '':>{left}}│" + ("█" * length if value > 0 else "")


def fairness_lines(fairness: Fairness, w: Words, missing: Missing | None = None) -> RenderableType:
    """Both parts, or how to get them."""
    parts: list[RenderableType] = [Text(w("chapter.fairness"), style="bold")]
    if fairness.equal_spend:
        parts += [Text(sentence) for sentence in brief_sentences(fairness.equal_spend, w)]
        several = len(fairness.equal_spend.logics) > 1 and anybody_spends(fairness.equal_spend)
        parts.append(_money_table(fairness.equal_spend, w) if several else Text())  # of two, the sentences say it
    if fairness.decomposition:
        parts.append(_shares(fairness.decomposition, w))
    if missing:
        parts += [Text(missing.says(w)), Text()]
    return Group(*parts)


def _money_table(e: EqualSpend, w: Words) -> Table:
    """Spend relative to the reference, and the reference's lead: left alone and with equal spend."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column(w("terminal.logic"), style="bold", overflow="fold")
    for key in ("own_spend", "spend", "own_lead", "lead"):
        table.add_column(
            headed(w(f"terminal.{key}", reference=w.logic(e.reference)), w)
            if "lead" in key
            else w(f"terminal.{key}", reference=w.logic(e.reference)),
            justify="right",
        )
    table.add_column(w("terminal.half"), justify="right", no_wrap=True)
    for x in e.logics.values():
        spends = [
            money(spend.estimate, w) if ratio is None else percent(ratio.estimate, digits)
            for ratio, spend, digits in ((x.own_ratio, x.own_spend, 0), (x.ratio, x.spend, 1))
        ]
        leads = [money_interval(lead, w)[0] for lead in (x.own_lead, x.lead)]
        half = money((x.lead.high - x.lead.low) / 2, w, digits=2)
        table.add_row(escape(w.logic(x.logic)), *(bare(x, w) for x in (*spends, *leads, half)))
    return table


def _shares(d: Decomposition, w: Words) -> RenderableType:
    """Shares of the elements in the difference: amounts in one unit, and a bar."""
    intervals: list[Interval] = [*d.shares.values(), d.difference]
    amounts = moneys([x for i in intervals for x in (i.estimate, (i.high - i.low) / 2)], w)
    lowest, highest = (find(i.estimate for i in d.shares.values()) for find in (min, max))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False)
    table.add_column(w("terminal.element"), style="bold")
    table.add_column(headed(w("terminal.share"), w), justify="right", no_wrap=True)
    table.add_column(w("terminal.half"), justify="right", no_wrap=True)
    table.add_column("", style="cyan", no_wrap=True)
    for at, (key, share) in enumerate(d.shares.items()):
        cells = (bare(amount, w) for amount in amounts[2 * at : 2 * at + 2])
        table.add_row(w(f"element.{key}"), *cells, bar(share.estimate, lowest, highest))
    table.add_section()
    table.add_row(w("shares.sum"), *(bare(amount, w) for amount in amounts[-2:]), "")
    lead = w("terminal.shares", winner=w.logic(d.logic), other=w.logic(d.reference), pairs=count(d.pairs))
    return Group(Text(lead), table)
