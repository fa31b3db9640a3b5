"""Accounts: whose account a fan belongs to, how accounts are banned, and matrix accounts (M18)."""

from sim.compiled import rule
from sim.rules.climate import World
from sim.rules.numbers import bounded_exp
from sim.streams import Decision, uniform


@rule
def account_of(person: int, accounts: int) -> int:
    """The account through which a channel reaches a person, 0 … accounts − 1: the key modulo the number of accounts.

    Ranks of a cell and numbers of the pool follow each other, so the accounts fill evenly. Source: model.md §2.
    """
    return person - person // accounts * accounts


@rule
def ban_hazard(spam: float, base: float, growth: float) -> float:
    """Hazard that an account is banned today: h_b0·(e^(min(k_b·spam, 20)) − 1)   [1/day].

    spam    messages of the brand to one member a day, mean of the last week   ≥ 0
    base    h_b0, per day;  growth: k_b, per message a day

    M18 has h_b0·e^(k_b·spam); here an account that sends nothing is not banned.   h_b0 = 0 switches bans off.
    Source: evidence M18, E-63.
    """
    return base * (bounded_exp(min(growth * spam, 20.0)) - 1.0)


@rule
def follows_two(person: int, world: World, key: int) -> bool:
    """True for a fan who follows a second account of the brand (矩阵号): the same fans on every day, with that share.

    They receive what both accounts send, within the quota of each. Source: model.md §2; E-106.
    """
    overlap = world.path.overlap
    return overlap > 0.0 and uniform(key, Decision.SECOND_ACCOUNT, person, 0, 0) < overlap
