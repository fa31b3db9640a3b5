"""Operating logics: what the operator does. One file each; ``AnyLogic`` is the only list of them."""

from typing import Annotated

from pydantic import Field

from sim.logics.base import Logic
from sim.logics.calendar import Calendar
from sim.logics.depletion import Depletion
from sim.logics.fixed import Fixed
from sim.logics.growth import Growth

AnyLogic = Annotated[Growth | Depletion | Fixed | Calendar, Field(discriminator="kind")]

__all__ = ["AnyLogic", "Calendar", "Depletion", "Fixed", "Growth", "Logic"]
