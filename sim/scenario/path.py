"""Tables about reaching fans: accounts and their limits, the reach path, matrix accounts (M18, E-28)."""

from typing import Annotated

from pydantic import Field

from sim.parameters import fraction, parameter
from sim.scenario.base import Model


class Accounts(Model):
    """The accounts, or the rooms of a group, through which a brand runs a channel, and what the platform allows them.

    A fan belongs to one of them for good, by the fan's address. Without ``number`` there are as many as are needed, and
    no limit holds.
    """

    number: (
        Annotated[
            int,
            parameter("Accounts (rooms of a group); default: as many as needed", unit="accounts", low=1, source="E-61"),
        ]
        | None
    ) = None
    seats: Annotated[int, parameter("Members of one account", unit="members", low=1, source="E-60")] | None = None
    adds_per_day: (
        Annotated[int, parameter("Members whom one account can add", unit="1/day", low=1, source="E-59")] | None
    ) = None
    ban: Annotated[
        float,
        parameter(
            "h_b0: scale of the hazard that an account is banned (0: never)",
            unit="1/month",
            low=0,
            high=10,
            source="E-63",
        ),
    ] = 0.0
    ban_spam: Annotated[
        float, parameter("k_b: growth of that hazard per message a day", low=0, high=10, source="M18")
    ] = 0.5
    frozen_days: (
        Annotated[
            int,
            parameter("A banned account is frozen for (default: its fans are lost)", unit="days", low=1, source="M18"),
        ]
        | None
    ) = None


Step = Annotated[
    float, fraction("Probability of completing a step of the path from payment to following", source="E-90")
]


class Path(Model):
    """What the brand has set up along the reach path (E-28)."""

    follow: Annotated[
        tuple[Step, ...], Field(description="Steps of the guided path to following after a payment; empty: none")
    ] = ()
    auto_reply: Annotated[
        bool,
        Field(
            description="Visitors of the homepage can write, and are answered at once, by menu and keywords",
            json_schema_extra={"source": "E-40"},
        ),
    ] = False
    product_card: Annotated[
        bool,
        Field(
            description="Whom a message has led to the homepage finds product cards there",
            json_schema_extra={"source": "E-40"},
        ),
    ] = False
    guidance: Annotated[
        float,
        parameter("Factor of activities in small guided steps on opening and visiting", low=1, high=5, source="E-91"),
    ] = 1.0


class Matrix(Model):
    """Matrix accounts (矩阵号): several accounts of the brand on the platform where people are met."""

    accounts: Annotated[int, parameter("Accounts of the brand", low=1, high=1000, source="E-106, E-110")] = 1
    overlap: Annotated[float, fraction("Share of fans who follow a second account", source="model §2")] = 0.0
