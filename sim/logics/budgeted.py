"""Budgeted: a logic on another's money, to learn which of two is better with the same spend (equal spend)."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.logics.base import BEST_QUALITY, WEEK, Logic, value_items
from sim.logics.mixed import Mixed
from sim.plans import Brief, Plan, Seen

MONTH = 4  # weeks, over which spending without the extra money is observed


@dataclass(frozen=True)
class Budgeted:
    """A logic that spends a given allowance: no more, and no less if there is anything to spend it on.

    logic      whose plan it is
    allowance  [days] cents that may be spent by day, as the reference of a comparison spent them
    ads        whether a platform sells ads

    What is missing or too much goes into ads and the quality of useful content, in the proportion of the logic's own
    plan. How often it pushes, to whom, with what, at which discount, and its lives are what the logic is; they stay.
    A logic that spends its allowance anyway gets its own plan back, to the bit.
    """

    logic: Logic | Mixed
    allowance: tuple[int, ...]
    ads: bool = True

    @property
    def every(self) -> int:
        """Days between plans of the logic."""
        return self.logic.every

    @property
    def content_every(self) -> int:
        """Days between plans of the logic's content."""
        return self.logic.content_every

    @property
    def memory(self) -> int:
        """The whole run: an account has to be kept from its first day."""
        return len(self.allowance)

    def plan(self, brief: Brief, seen: Seen) -> Plan:
        """The logic's plan with what it has to spend, or to save, this week."""
        memory = self.logic.memory
        history = seen.history[-memory:] if memory else ()
        plan = self.logic.plan(brief, replace(seen, history=history))
        spent = [day.spent for day in seen.history]
        extra = extra_money(_by_week(self.allowance[: len(spent)]), _by_week(spent), len(self.allowance) / WEEK)
        if extra == 0.0:
            return plan
        last = seen.history[-1] if seen.history else None
        items = value_items(plan.pushes, plan.value_share, last, plan.schedule)
        return spending(plan, extra / WEEK, items / WEEK, brief, self.ads)


def _by_week(days: Sequence[int]) -> list[int]:
    """Sums of finished weeks."""
    return [sum(days[first : first + WEEK]) for first in range(0, len(days) - WEEK + 1, WEEK)]


def extra_money(allowed: Sequence[int], spent: Sequence[int], weeks: float) -> float:
    """Cents a week to spend beyond one's own plan, so that spending keeps to the allowance.

        extra(w) = mean over the last four weeks of (allowed − own) + Σ (allowed − spent) ÷ min(4, weeks left)
        own      = max(0, spent − extra of that week)

    allowed, spent  [W] cents by finished week
    weeks           length of the run in weeks, > W

    The first term expects the next week to be like the last four; the second settles within four weeks what was left
    over or overdrawn. Both ways the extra stops at twice the most of a week, so that what could not be spent, or saved,
    for long is made up in time and not in a rush. spent = allowed in every week → 0.
    """
    extra = [0.0]
    account = most_allowed = most_spent = 0
    for week in range(len(spent)):
        account += allowed[week] - spent[week]
        most_allowed, most_spent = max(most_allowed, allowed[week]), max(most_spent, spent[week])
        month = range(max(0, week - MONTH + 1), week + 1)
        missing = sum(allowed[w] - max(0.0, spent[w] - extra[w]) for w in month) / len(month)
        due = missing + account / min(MONTH, weeks - week - 1)
        extra.append(min(max(due, -2.0 * most_spent), 2.0 * most_allowed))
    return extra[-1]


def spending(plan: Plan, extra: float, items: float, brief: Brief, ads: bool) -> Plan:
    """A plan that spends more, or less, on what money buys: ads and the quality of useful content.

    extra  cents a day beyond the plan, may be negative
    items  value items a day that the plan makes
    ads    whether a platform sells ads

    Both are scaled alike, within their limits: quality lies between 0 and where money buys nothing more (or the plan's
    own quality if that is higher). What content cannot take or give, ads do; without ads it stays unspent.
    """
    cheapest = items * brief.base_item_cost
    content = cheapest * math.exp(brief.quality_cost * plan.quality)
    best = cheapest * math.exp(brief.quality_cost * max(plan.quality, BEST_QUALITY))
    bought = plan.ads_per_day if ads else 0
    whole = content + bought
    target = whole + extra
    share = content / whole if whole > 0 else 0.0
    content_now = min(max(target * share, cheapest), best)
    quality = plan.quality
    if cheapest > 0 and brief.quality_cost > 0:
        quality = min(1.0, max(0.0, math.log(content_now / cheapest) / brief.quality_cost))
    return replace(plan, quality=quality, ads_per_day=max(0, round(target - content_now)) if ads else plan.ads_per_day)
