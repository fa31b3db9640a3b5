"""People who do not follow and are on the way to a store, on average: who waits for an answer, who decides, who bought.

The part of ``rules.prospects`` that a mean field needs beside its cells: known people of a segment are alike there, so
shares of them suffice. Who leaves the private domain goes on deciding; who is answered may join a channel with it.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled import at_once
from sim.rules.climate import Boxed, World, boxed
from sim.rules.leads import qualify_probability
from sim.rules.mean_prospects import (
    DOWN,
    LEAD,
    QUALIFIED,
    TODAY,
    TOMORROW,
    UP,
    closing_probability,
    count_leads,
    lead_clicked,
    mean_lead,
    sold_outside,
)
from sim.rules.mean_reading import trust_after
from sim.rules.mean_state import BUYING, OPEN, SIZE, TRUST, WAITING
from sim.rules.prospects import OVERNIGHT
from sim.rules.tally import Slot

Floats = npt.NDArray[np.float64]
leads_answered, leads_counted, outside_sold = map(at_once, (mean_lead, count_leads, sold_outside))
lead_at_click = at_once(lead_clicked)


class MeanProspects:
    """Prospects of a brand who do not follow, by segment, and the answers of a day.

    waiting    [S] whose lead is answered tomorrow;  qualified: who decide;  trust: of both, mean
    over       [S] who have bought and will not again
    lead       what becomes of a lead of today, by the columns of ``rules.mean_prospects``
    joins      [C] probabilities that an answer brings someone into a channel, given any;  any: of any channel
    """

    def __init__(self, world: World, boxed_world: Boxed) -> None:
        self.world, self.boxed_world, segments = world, boxed_world, int(world.segments.used)
        self.waiting, self.qualified, self.over = np.zeros(segments), np.zeros(segments), np.zeros(segments)
        self.trust = np.zeros(segments)
        self.lead = np.zeros(LEAD)
        chances = np.array([float(x) for x in world.service.joins[: world.channels.joined]])
        self.any = float(1.0 - np.prod(1.0 - chances))
        self.joins = chances / self.any if self.any else chances
        self.closes = float(closing_probability(float(world.brand.decision_days)))
        self.late = float(qualify_probability(OVERNIGHT, world.rules.leads))
        self.overnight = 0.0  # answers of today to leads of yesterday

    def desk(self, climates: Boxed, answer: Floats) -> None:
        """The desk has changed: fills in what an answer does to a follower, the last fields of ``MeanAnswer``."""
        leads_answered(climates, self.boxed_world, self.lead)
        answer[-5:] = self.lead[[UP, DOWN, TODAY, TOMORROW, QUALIFIED]]

    def behind(self, cells: Sequence[Any], flow: Floats, live: Any) -> None:
        """Let sets of cells of one segment live their day; prospects who leave go on here."""
        before, counted = masses(cells), flow[_COUNTED].copy()
        live()
        after, (leads, attrited) = masses(cells), flow[_COUNTED] - counted
        self.overnight += before[WAITS]
        decide = before[DECIDES] * (1.0 - self.closes) + before[WAITS] * self.late + leads * self.lead[QUALIFIED]
        s = cells[0].segment
        trust = after[TRUSTS] / max(1e-300, after[PEOPLE])
        self._add(s, leads * self.lead[TOMORROW] - after[WAITS], decide - after[DECIDES], trust)
        self.over[s] += max(0.0, before[BOUGHT] + attrited - after[BOUGHT])

    def at_click(self, s: int, climate: Any) -> float:
        """Probability that one without a row who clicks an ad leaves a lead."""
        found = lead_at_click(s, boxed(climate), self.boxed_world)
        return float(found)

    def followed(self, s: int, leads: float, trust: float) -> float:
        """People leave contact data and follow at once; returns the share who decide from tomorrow on."""
        self._add(s, leads * self.lead[TOMORROW], 0.0, trust)
        return float(self.lead[QUALIFIED])

    def followers(self, s: int, new: float, known: float) -> float:
        """Known people begin to follow; returns the share who have bought.  known: who are left"""
        share = min(1.0, float(self.over[s]) / max(1e-300, known + new))
        self.over[s] *= 1.0 - min(1.0, new / max(1e-300, known + new))
        return share

    def leave(self, s: int, leads: float, trust: float) -> tuple[float, float]:
        """People who do not follow leave contact data; returns how many then join a channel, and who of them decide."""
        joining = leads * self.lead[TODAY] * self.any
        deciding = leads * self.lead[QUALIFIED]
        answered = float(trust_after(trust, self.lead[UP], self.lead[DOWN], self.world))
        self._add(s, leads * self.lead[TOMORROW], deciding * (1.0 - self.any), answered)
        return joining, deciding * self.any

    def day(self, climates: Boxed, flow: Floats) -> tuple[Floats, Floats, Floats]:
        """Answers to the leads of yesterday, and decisions that close.

        Returns by segment: orders, who joins a channel with an answer, and who of these decide.
        """
        due, orders = self.waiting, np.zeros(len(self.waiting))
        self.overnight += float(due.sum())
        closing = self.qualified * self.closes
        for s in range(len(due)):
            if closing[s] > 0.0:
                orders[s] = outside_sold(s, float(self.trust[s]), float(closing[s]), climates, self.boxed_world, flow)
        self.waiting = np.zeros(len(due))
        self.qualified += due * self.late * (1.0 - self.any) - closing
        return orders, due * self.any, due * self.any * self.late

    def count(self, flow: Floats) -> None:
        """Count the answers of the day."""
        leads_counted(float(flow[Slot.LEADS]), self.overnight, self.lead, self.boxed_world, flow)
        self.overnight = 0.0

    def free(self, s: int, known: float) -> float:
        """Share of known people who may leave a lead."""
        busy = float(self.over[s] + self.waiting[s] + self.qualified[s])
        return max(0.0, 1.0 - busy / known) if known > 0.0 else 0.0

    def _add(self, s: int, waiting: float, qualified: float, trust: float) -> None:
        waiting, qualified = max(0.0, waiting), max(0.0, qualified)
        there, new = self.waiting[s] + self.qualified[s], waiting + qualified
        if new > 0.0:
            self.trust[s] += new / (there + new) * (trust - self.trust[s])
        self.waiting[s] += waiting
        self.qualified[s] += qualified


PEOPLE, TRUSTS, WAITS, DECIDES, BOUGHT = range(5)
_COUNTED = [int(Slot.LEADS_FOLLOWERS), int(Slot.ATTRITED)]


def masses(cells: Sequence[Any]) -> list[float]:
    """Fans of some sets of cells: all, times trust, who wait for an answer, who decide, who will not buy again."""
    found = np.zeros(5)
    for each in cells:
        size = each.states[:, SIZE]
        found += [
            size.sum(), size @ each.states[:, TRUST], size @ each.states[:, WAITING], size @ each.states[:, OPEN],
            size @ (1.0 - each.states[:, BUYING]),
        ]  # fmt: skip
    return [float(x) for x in found]
