"""What all tables of a scenario file have in common."""

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Base of all tables: unknown keys are mistakes, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
