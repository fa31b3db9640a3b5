"""Operating logics: what the operator does. One file each; ``AnyLogic`` is the only list of them."""

from typing import Annotated

from pydantic import Field

from sim.logics.advisor import Advisor
from sim.logics.base import Logic
from sim.logics.calendar import Calendar
from sim.logics.depletion import Depletion
from sim.logics.fixed import Fixed
from sim.logics.growth import Growth
from sim.logics.oracle import Oracle

AnyLogic = Annotated[Growth | Depletion | Fixed | Calendar | Oracle | Advisor, Field(discriminator="kind")]

__all__ = ["Advisor", "AnyLogic", "Calendar", "Depletion", "Fixed", "Growth", "Logic", "Oracle"]
