"""Operating logics: what the operator does. One file each; ``SHIPPED`` is the only list of them.

A scenario may name a class of the user's own instead: see ``own``.
"""

from typing import Annotated, Any

from pydantic import BeforeValidator, SerializeAsAny

from sim.logics.advisor import Advisor
from sim.logics.base import Logic
from sim.logics.calendar import Calendar
from sim.logics.depletion import Depletion
from sim.logics.fixed import Fixed
from sim.logics.growth import Growth
from sim.logics.oracle import Oracle
from sim.logics.own import is_own, own_logic

SHIPPED: tuple[type[Logic], ...] = (Growth, Depletion, Fixed, Calendar, Oracle, Advisor)
LOGICS: dict[str, type[Logic]] = {logic.model_fields["kind"].default: logic for logic in SHIPPED}


def logic_class(kind: Any) -> type[Logic] | None:
    """The class of a kind: a shipped one, or one of the user's own; None if there is none.

    Raises OwnLogicError when a class of the user's own cannot be loaded.
    """
    if not isinstance(kind, str):
        return None
    return own_logic(kind) if is_own(kind) else LOGICS.get(kind)


def _made(values: Any) -> Any:
    """A logic from the values of its table."""
    found = logic_class(values.get("kind")) if isinstance(values, dict) else None
    return values if found is None else found.model_validate(values)


AnyLogic = Annotated[SerializeAsAny[Logic], BeforeValidator(_made)]

__all__ = [
    "LOGICS",
    "SHIPPED",
    "Advisor",
    "AnyLogic",
    "Calendar",
    "Depletion",
    "Fixed",
    "Growth",
    "Logic",
    "Oracle",
    "logic_class",
]
