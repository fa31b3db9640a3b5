"""Who leads in each shipped scenario, by which elements of its plan, and who leads when all spend the same?

First table: the verdict, and what is left of the lead when every other logic is given what the leader spends. Second
table: Shapley shares of the elements in the difference between leader and runner-up, of a sample of the pool, since
they take a hundred runs. Both go into docs/fairness.md, between its markers; rows of scenarios not asked for stay.

    python experiments/fairness.py [SCENARIO …] [--table verdicts|shares] [--pairs 3] [--days 180] [--fans 2000]
    python experiments/fairness.py --whole      scenarios as shipped: hours
"""

import argparse
import re
import time
from pathlib import Path

from sim.engines.desk import is_asked
from sim.logics.mixed import ELEMENTS
from sim.report.fairness import anybody_spends
from sim.report.numbers import money, money_interval, percent
from sim.report.words import Words, words_of
from sim.results import Comparison, Interval
from sim.scenario import Scenario, load_scenario, shipped_scenarios, with_changes
from sim.studies.compare import compare
from sim.studies.decompose import Decomposition, decompose, elements_of
from sim.studies.equal_spend import EqualSpend, equal_spend

PAGE = Path(__file__).parents[1] / "docs" / "fairness.md"
VERDICTS, SHARES = "verdicts", "shares"  # names of the two tables, in the page's markers
HEADS = {
    VERDICTS: ("scenario", "days", "fans", "who leads", "ahead of", "by (95 %)", "the others with the leader's money"),
    SHARES: ("scenario", "days", "fans", "pairs", "difference", *(element.replace("_", " ") for element in ELEMENTS)),
}
WHOLE = 10**9
MONTH = 30
RUNS = 128  # that a decomposition may take beyond two pairs
OPEN = ", not told apart"


def sampled(scenario: Scenario, fans: int, days: int) -> Scenario:
    """The scenario with at most so many fans and days, or half of the days with the whole pool where a team answers.

    What grows with the pool shrinks alike, so that money per fan keeps its meaning: users, the spend of other
    advertisers, sources, what is made once for everybody, and the size from which a pool counts as large. A tenth of a
    team does not answer a tenth of the questions as soon, so pools that ask stay whole. A run lasts until a month after
    the last dated phase of its logics.
    """
    asked = is_asked(scenario)
    share = 1.0 if asked else min(1.0, fans / scenario.pool.fans)
    phases = [phase for logic in scenario.logics.values() for phase in getattr(logic, "phases", ())]
    dated = max(((phase.start - scenario.start).days + MONTH for phase in phases), default=0)
    changes: dict[str, float] = {"days": min(scenario.days, max(days // 2 if asked else days, dated))}
    if share < 1.0:
        changes |= {
            "pool.fans": fans,
            "market.users": max(fans, round(share * scenario.market.users)),
            "rules.exposure.half_pool": share * scenario.rules.exposure.half_pool,
            "costs.item": share * scenario.costs.item,
            "costs.live": share * scenario.costs.live,
        }
        for platform in scenario.platforms:
            if platform.feed:
                changes["feed.exposures_at_least"] = share * platform.feed.exposures_at_least
            if platform.ads:
                changes["ads.reference_spend"] = share * platform.ads.reference_spend
        for name, rival in scenario.rivals.items():
            changes[f"rivals.{name}.pool.fans"] = round(share * rival.pool.fans)
            changes[f"rivals.{name}.costs.item"] = share * rival.costs.item
            changes[f"rivals.{name}.costs.live"] = share * rival.costs.live
        for name, source in scenario.sources.items():
            if source.members:
                changes[f"sources.{name}.members"] = round(share * source.members)
            changes[f"sources.{name}.cost_per_day"] = share * source.cost_per_day
    return with_changes(scenario, changes)


def verdict_row(name: str, pairs: int, days: int, threads: int) -> str:
    """The scenario's row of the first table, in Markdown: the whole pool, so many days at most."""
    scenario = sampled(load_scenario(name), WHOLE, days)
    compared = compare(scenario, pairs=pairs, threads=threads)
    funded = equal_spend(compared, compared.ranking[0], threads=threads)
    w = words_of(scenario, "en")
    return _row(name, f"{scenario.days}", f"{scenario.pool.fans:,}", *_verdict(compared, w), _money(funded, w))


def shares_row(name: str, leader: str, second: str, pairs: int, size: tuple[int, int], threads: int) -> str:
    """The scenario's row of the second table, in Markdown; ``size``: fans and days at most."""
    scenario = sampled(load_scenario(name), *size)
    each = max(2, min(pairs, RUNS // 2 ** len(elements_of(scenario))))
    shares = decompose(scenario, leader, second, pairs=each, threads=threads)
    w = words_of(scenario, "en")
    return _row(name, f"{scenario.days}", f"{scenario.pool.fans:,}", f"{each}", *_shares(shares, w))


def leading(name: str, text: str) -> tuple[str, str]:
    """Leader and runner-up as the page's first table has them."""
    row = rows_in(VERDICTS, text).get(name)
    if row is None:
        raise SystemExit(f"{name} has no verdict in {PAGE.name} yet. Run it with --table verdicts.")
    cells = row.strip("| ").split(" | ")
    return cells[3].removesuffix(OPEN), cells[4]


def rows_in(table: str, text: str) -> dict[str, str]:
    """Scenario → its row in a table of the page."""
    inside = text.partition(f"<!-- {table}: begin -->\n")[2].partition(f"<!-- {table}: end -->")[0]
    return {found[1]: line for line in inside.splitlines() if (found := re.match(r"\| `([\w-]+)` \|", line))}


def _row(name: str, *cells: str) -> str:
    return "| " + " | ".join((f"`{name}`", *cells)) + " |"


def _between(interval: Interval, w: Words) -> str:
    estimate, low, high = money_interval(interval, w)
    return f"{estimate} ({low} … {high})"


def _verdict(c: Comparison, w: Words) -> tuple[str, str, str]:
    best, second = c.ranking[:2]
    final = c.duels[best, second].final
    leads = w.logic(best) if final.low > 0 else w.logic(best) + OPEN
    return leads, w.logic(second), _between(final, w)


def _money(e: EqualSpend, w: Words) -> str:
    """Where the leader stands among the others when all spend what it spends."""
    if not anybody_spends(e):
        return "nobody spends anything"
    said = []
    for x in e.logics.values():
        if x.logic in w.bounds:
            continue
        where = "ahead of" if x.lead.low > 0 else "behind" if x.lead.high < 0 else "level with"
        spends = "" if x.reached == "equal" or x.ratio is None else f", which spends {percent(x.ratio.estimate)} of it"
        said.append(f"{where} {w.logic(x.logic)}: {_between(x.lead, w)}{spends}")
    return "<br>".join(said)


def _shares(d: Decomposition, w: Words) -> tuple[str, ...]:
    """The difference and the shares: in bold what is told apart from 0."""
    found = [f"{w.logic(d.logic)} − {w.logic(d.reference)}: {_between(d.difference, w)}"]
    for element in ELEMENTS:
        share = d.shares.get(element)
        if share is None:
            found.append("–")
            continue
        text = money(share.estimate, w)
        found.append(f"**{text}**" if share.low > 0 or share.high < 0 else text)
    return tuple(found)


def put(table: str, rows: dict[str, str], text: str) -> str:
    """The page with these rows in a table, in the order of the shelf; other rows stay."""
    begin, end = f"<!-- {table}: begin -->\n", f"<!-- {table}: end -->"
    before, _, rest = text.partition(begin)
    after = rest.partition(end)[2]
    lines = rows_in(table, text) | rows
    head = ["| " + " | ".join(HEADS[table]) + " |", "|" + "---|" * len(HEADS[table])]
    body = [lines[name] for name in shipped_scenarios() if name in lines]
    return before + begin + "\n".join([*head, *body]) + "\n" + end + after


def main() -> None:
    """Compute the rows and put each into the page as soon as it is known."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help="default: all shipped ones")
    parser.add_argument("--table", choices=(VERDICTS, SHARES), help="default: both")
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--days", type=int, default=180, help="days at most; half of them where a team answers")
    parser.add_argument("--fans", type=int, default=2000, help="of shares: fans at most, where no team answers")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--whole", action="store_true", help="scenarios as shipped")
    options = parser.parse_args()
    fans, days = (WHOLE, WHOLE) if options.whole else (options.fans, options.days)
    for table in [options.table] if options.table else [VERDICTS, SHARES]:
        for name in options.scenarios or shipped_scenarios():
            began = time.perf_counter()
            if table == VERDICTS:
                row = verdict_row(name, options.pairs, days, options.threads)
            else:
                two = leading(name, PAGE.read_text(encoding="utf-8"))
                row = shares_row(name, *two, options.pairs, (fans, days), options.threads)
            PAGE.write_text(put(table, {name: row}, PAGE.read_text(encoding="utf-8")), encoding="utf-8")
            print(f"{row}\n{name}: {time.perf_counter() - began:.0f} s", flush=True)


if __name__ == "__main__":
    main()
