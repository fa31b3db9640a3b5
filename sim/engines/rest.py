"""Rest: until when nothing can happen to known people who do not follow, in one byte a row.

Such a person waits for the exposure of the own segment to reach a threshold. A scale of exposure runs as fast as that
of the fastest segment, so whoever still lacks x on a day lacks something as long as the scale has not gone x further.
The byte holds the point of the scale, counted in steps, up to which the row rests, and whether it is one of the
churned: enough to count it without reading it. Zero means: look at the row; so rest may be ended for any row at any
time.
"""

from typing import Any

import numpy as np
import numpy.typing as npt

from sim.compiled import rule
from sim.rules.climate import Climate
from sim.rules.rows import NEVER, RETARGETING_DAYS

STEPS = 127  # of the scale; the eighth bit says who has churned
CHURNED = 128


@rule
def steps_gone(gone: float, step: float) -> int:
    """Whole steps of the scale that lie behind."""
    return int(min(gone / step, float(STEPS)))


@rule
def rest_of(
    lacking: float, gone: float, step: float, muted: int, clicked_on: int, due_on: int, left_on: int, day: int
) -> int:
    """The byte of a row outside the private domain to which nothing happened today.

    lacking  exposure up to its threshold, > 0;  gone, step: of the scale today

    No rest for those with something else ahead: a decision, retargeting and the end of the commercial domain, or a
    place in a channel. Rounding is made up for by a millionth of a step.
    """
    if due_on >= day or day - clicked_on <= RETARGETING_DAYS or muted != 0:
        return 0
    until = int(max(0.0, min((gone + lacking * (1.0 - 1e-9)) / step - 1e-6, float(STEPS))))
    return until + CHURNED if left_on > NEVER else until


class Rest:
    """The bytes of all rows, [room], and the scale on which they are points.

    step  exposure per head of one step, about that of a day;  gone: since the scale began
    """

    def __init__(self) -> None:
        self.until = np.zeros(0, np.uint8)
        self.gone, self.step, self._days = 0.0, 0.0, 0
        self._exposure: npt.NDArray[np.float64] | None = None

    def morning(self, climate: Climate) -> None:
        """The scale goes on by what the fastest segment has been exposed to since; at its end it begins anew."""
        exposure = np.array(climate.exposure, np.float64)
        grown = 0.0 if self._exposure is None else max(0.0, float((exposure - self._exposure).max()))
        self._exposure = exposure
        self.gone, self._days = self.gone + grown, self._days + 1
        if self.step <= 0.0 or self.gone >= STEPS * self.step or self._days > STEPS:
            self.step = self.gone / self._days or 1e-9
            self.end()

    def end(self) -> None:
        """All rows are looked at."""
        self.until[:] = 0
        self.gone, self._days = 0.0, 0

    def make_room(self, size: int) -> None:
        """Room for so many rows; new ones do not rest."""
        self.until = np.append(self.until, np.zeros(size - len(self.until), np.uint8))

    def wake(self, rows: Any) -> None:
        """Something happened to these rows."""
        self.until[rows] = 0
