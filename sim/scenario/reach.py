"""How a platform lets people be met: its organic feed and its ad auction."""

from typing import Annotated

from pydantic import Field

from sim.parameters import fraction, parameter
from sim.scenario.base import Model

PoolSize = Annotated[
    float, parameter("Plays that a pool adds", unit="plays", above=0, high=1e12, source="M1", trust="weak")
]


class Feed(Model):
    """The organic feed of a platform: traffic pools, and the accounts that compete in them (M1)."""

    exposures_per_fan: Annotated[
        float,
        parameter("Daily noticed exposures per initial fan", unit="1/day", low=0, high=100, source="M1, details"),
    ] = 0.08
    exposures_at_least: Annotated[
        float,
        parameter("Daily noticed exposures of a small pool", unit="1/day", low=0, high=1e9, source="details"),
    ] = 4000.0
    exposures_per_live: Annotated[
        float, parameter("Entries into one live per daily exposure", low=0, high=10, source="M19")
    ] = 0.05
    task_reward: Annotated[
        float,
        parameter(
            "Extra exposures in the week after a completed task, as a share of the ordinary ones",
            low=0,
            high=10,
            source="E-29",
        ),
    ] = 0.0
    cascade: Annotated[
        bool,
        Field(
            description="Plays of each content are drawn (false: every day brings its expected number of exposures)",
            json_schema_extra={"source": "M1, E-3", "trust": "assumed"},
        ),
    ] = True
    noticed: Annotated[
        float, parameter("Share of plays that are noticed", above=0, high=1, source="M2: completion above 30 %")
    ] = 0.4
    first_pool_least: Annotated[
        float, parameter("Fewest plays in the first pool", unit="plays", low=1, high=1e9, source="M1", trust="weak")
    ] = 200.0
    first_pool_most: Annotated[
        float, parameter("Most plays in the first pool", unit="plays", low=1, high=1e9, source="M1", trust="weak")
    ] = 500.0
    pools: Annotated[tuple[PoolSize, ...], Field(description="Plays that each further pool adds", max_length=7)] = (
        4e3, 15e3, 125e3, 5e5, 2e6, 8.5e6,
    )  # fmt: skip
    passed: Annotated[
        float,
        parameter(
            "Share of ordinary contents promoted from a pool to the next", above=0, high=0.9, source="M1", trust="weak"
        ),
    ] = 0.25
    head_cap: Annotated[
        float,
        parameter("Largest share of plays that the platform lets head contents have", above=0, high=1, source="M1"),
    ] = 1.0
    head_pool: Annotated[
        float,
        parameter("Pools of this size and more make head contents", unit="plays", above=0, high=1e12, source="M1"),
    ] = 100_000.0
    accounts: Annotated[
        int, parameter("Other accounts of the feed, as a sample (0: none)", low=0, high=5000, source="M1")
    ] = 500
    quality_spread: Annotated[
        float, parameter("Sd between accounts of the logarithm of weight, by quality", low=0, high=3, source="M1, E-2")
    ] = 0.5
    standing: Annotated[
        float,
        parameter("Share of an account's standing left after a day", low=0, high=0.999, source="M1 (a)", trust="weak"),
    ] = 0.96
    opening: Annotated[
        float,
        parameter("Growth of the number of accounts", unit="1/month", low=0, high=1, source="E-21", trust="stated"),
    ] = 0.069
    newcomer_days: Annotated[
        int, parameter("An account is a newcomer for", unit="days", low=1, high=365, source="E-17")
    ] = 30
    explore_share: Annotated[
        float,
        parameter("Least share of plays that the platform gives to newcomers", low=0, high=0.9, source="M1, E-17"),
    ] = 0.1
    throttle: Annotated[
        float,
        fraction(
            "Share of organic exposures withheld from a brand all of whose orders close off the platform", source="E-15"
        ),
    ] = 0.0
    price_war: Annotated[
        float,
        parameter("Fall of competing prices in the public domain", unit="1/month", low=0, high=0.5, source="E-4"),
    ] = 0.005


class Ads(Model):
    """The ad auction of a platform (M2)."""

    cpm: Annotated[
        float,
        parameter("Median highest competing bid", unit="¥ per 1,000", above=0, high=1e5, source="M2", trust="weak"),
    ] = 20.0
    growth: Annotated[
        float, parameter("Growth of prices beyond competition", unit="1/month", low=-1, high=1, source="M2, E-3")
    ] = 0.0
    competitors: Annotated[
        float,
        parameter(
            "Growth of the number of competing accounts",
            unit="1/month",
            low=-0.5,
            high=1,
            source="E-21",
            trust="stated",
        ),
    ] = 0.069
    spread: Annotated[float, parameter("Log-sd of competing bids", above=0, high=3, source="M2")] = 0.6
    elasticity: Annotated[float, parameter("Elasticity of price to total spend", low=0, high=2, source="M2")] = 0.25
    reference_spend: Annotated[
        float, parameter("Spend of the other advertisers on day 0", unit="¥/day", above=0, high=1e12, source="details")
    ] = 10_000.0
    opportunities: Annotated[
        float,
        parameter("Ad impressions on offer per user", unit="1/day", above=0, high=1000, source="details"),
    ] = 5.0
    unevenness: Annotated[
        float, parameter("1/k: how unevenly users are shown ads (0: evenly)", low=0, high=100, source="M2")
    ] = 1.5
    click: Annotated[float, fraction("Probability of a click per person reached", source="details")] = 0.02
    follow: Annotated[float, fraction("Probability that a click ends in following", source="details")] = 0.3
    retarget_share: Annotated[
        float, fraction("Share of impressions for people who clicked within 30 days", source="model §2, E-5")
    ] = 0.1
