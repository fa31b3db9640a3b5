"""Replications: how many pairs of runs each point gets, fixed or until a mean is known well enough."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

LEAST = 10  # replications before the first look: tooling measured 90.7 % coverage when looking from three on
MOST = 1_000_000


class Paired(BaseModel):
    """The same number of replications at every point, with the same people and luck at all of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    paired: Annotated[int, Field(ge=1, le=MOST, description="Replications of every logic at every point")]

    @property
    def most(self) -> int:
        """Replications of a point, at most."""
        return self.paired


class UntilKnown(BaseModel):
    """Replications of a point until the 95 % interval of a mean is narrow enough, or ``at_most`` are made."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    until_half_width: Annotated[
        float, Field(gt=0, allow_inf_nan=False, description="Half width of the interval to reach, in the figure's unit")
    ]
    of: Annotated[str, Field(description="The figure of a run's summary whose mean is wanted")]
    at_most: Annotated[int, Field(ge=LEAST, le=MOST, description="Replications of a point after which it stops anyway")]
    at_least: Annotated[int, Field(ge=LEAST, le=MOST, description="Replications before the first look")] = LEAST
    difference: Annotated[
        tuple[str, str] | None,
        Field(description="Two logics: the mean wanted is that of the first minus the second, by pairs"),
    ] = None
    relative: Annotated[bool, Field(description="The half width is a share of the mean's size, such as 0.02")] = False

    @model_validator(mode="after")
    def _consistent(self) -> "UntilKnown":
        if self.at_least > self.at_most:
            raise ValueError(f"at_least = {self.at_least} is more than at_most = {self.at_most}")
        if self.relative and self.until_half_width >= 1.0:
            text = f"until_half_width = {self.until_half_width:g} is a share of the mean here, and must be below 1"
            raise ValueError(f"{text}. Did you mean {self.until_half_width / 100:g}?")
        if self.difference is not None and self.difference[0] == self.difference[1]:
            raise ValueError(f"difference names {self.difference[0]} twice; a difference is one of two logics")
        return self

    @property
    def most(self) -> int:
        """Replications of a point, at most."""
        return self.at_most


def _which(given: Any) -> str:
    if isinstance(given, UntilKnown) or (isinstance(given, dict) and given.keys() & UntilKnown.model_fields.keys()):
        return "until"
    return "paired"


Replications = Annotated[
    Annotated[Paired, Tag("paired")] | Annotated[UntilKnown, Tag("until")],
    Discriminator(_which),
]
