"""Small tasks (小任务): what an operator can do in a week about a weak stage of the loop (evidence E-29).

A task is data: the stage that it is for, when it is possible, how it changes the plan, and what counts as done. The
platform judges by what it sees itself. To add a task, write its functions and a line in ``ALL``.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from sim.domains import TIERS, Cause, ChannelKind, Stage
from sim.loop import stage_rate
from sim.plans import Advice, Brief, Plan, Seen, SeenDay

WEEK, MONTH = 7, 28
USEFUL_ITEMS = 5  # useful messages a week that make the task done
OPEN_FALL = 0.9  # opens per message, relative to the month's, under which a channel is tired
FEWER = 0.8  # factor on the pushes of a tired channel
FEWER_DONE = 0.95  # messages per member, relative to the week before, that show it
SHARE_STEP, QUALITY_STEP, DISCOUNT_STEP, LIVES_STEP = 0.10, 0.05, 0.05, 1.0
LEAST_PROMOTION_SHARE = 0.05


class Limits(NamedTuple):
    """How far tasks may go."""

    quality: float  # highest content quality, 0 … 1
    discount: float  # highest discount, 0 … 1
    lives: float  # most lives per week
    value_share: float  # least share of useful content, 0 … 1
    ads_share: float  # share of last week's contribution that buys traffic


class Situation(NamedTuple):
    """What a task looks at."""

    brief: Brief
    seen: Seen  # with four weeks of history
    limits: Limits

    @property
    def week(self) -> tuple[SeenDay, ...]:
        """The last seven days."""
        return self.seen.history[-WEEK:]


@dataclass(frozen=True)
class Task:
    """One task.

    possible  whether it can help now, given the plan that it would change
    change    the plan with the task in it
    done      whether it was done, from the week before and the week of the task
    channel   the channel that it is about, "" for none
    """

    name: str
    stage: Stage
    possible: Callable[[Plan, Situation], bool]
    change: Callable[[Plan, Situation], Plan]
    done: Callable[[Advice, Sequence[SeenDay], Sequence[SeenDay]], bool]
    channel: Callable[[Situation], str] = lambda _: ""


# ---------------------------------------------------------------------------------------------- hold one more live


def _can_hold_live(plan: Plan, at: Situation) -> bool:
    announced = any(c.live_notice for c in at.brief.channels)
    return (announced or at.brief.feed) and plan.lives_per_week + LIVES_STEP <= at.limits.lives


def _hold_live(plan: Plan, _: Situation) -> Plan:
    return replace(plan, lives_per_week=plan.lives_per_week + LIVES_STEP)


def _held_a_live(_: Advice, before: Sequence[SeenDay], week: Sequence[SeenDay]) -> bool:
    held = sum(d.lives for d in week)
    return held >= 1 and held >= sum(d.lives for d in before)


# ------------------------------------------------------------------------------------------------------ buy traffic


def _can_buy(_: Plan, at: Situation) -> bool:
    return at.brief.ads and at.limits.ads_share > 0.0 and sum(d.contribution for d in at.week) > 0


def _buy(plan: Plan, at: Situation) -> Plan:
    drawn = round(at.limits.ads_share * max(0, sum(d.contribution for d in at.week)) / WEEK)
    return replace(plan, ads_per_day=plan.ads_per_day + drawn, ads_reinvested=plan.ads_reinvested + drawn)


def _bought(_: Advice, before: Sequence[SeenDay], week: Sequence[SeenDay]) -> bool:
    return sum(d.ad_spend for d in week) > 0


# --------------------------------------------------------------------------------------------------- better content


def _can_better(plan: Plan, at: Situation) -> bool:
    return plan.quality < at.limits.quality


def _better(plan: Plan, at: Situation) -> Plan:
    return replace(plan, quality=max(plan.quality, min(plan.quality + QUALITY_STEP, at.limits.quality)))


def _more_follow(_: Advice, before: Sequence[SeenDay], week: Sequence[SeenDay]) -> bool:
    return _rose(Stage.DEPOSIT, before, week)


# ------------------------------------------------------------------------------------------------------- slow down


def _opens(days: Sequence[SeenDay], c: int) -> float | None:
    delivered = sum(d.delivered[c] for d in days)
    return sum(d.opened[c] for d in days) / delivered if delivered else None


def tired_channel(at: Situation) -> int | None:
    """The channel to slow down in: where opens per message fell furthest under the month's, by a tenth at least.

    Where fans say that messages drive them out (fatigue and shocks lead the stated causes of the week), it is the
    channel with the most messages per member.
    """
    falls = {}
    for c in range(len(at.brief.channels)):
        now, usual = _opens(at.week, c), _opens(at.seen.history[-MONTH:], c)
        if now is not None and usual:
            falls[c] = now / usual
    if not falls:
        return None
    tired = min(falls, key=lambda c: falls[c])
    if falls[tired] < OPEN_FALL:
        return tired
    exits = [sum(d.exits_by_cause[cause] for d in at.week) for cause in Cause]
    driven = exits[Cause.FATIGUE] + exits[Cause.SHOCK]
    if driven == 0 or 2 * driven < sum(exits):
        return None
    return max(falls, key=lambda c: _per_member(at.week, c))


def _per_member(days: Sequence[SeenDay], c: int) -> float:
    return sum(d.delivered[c] for d in days) / max(1, sum(sum(d.members[c]) for d in days))


def _tired_name(at: Situation) -> str:
    tired = tired_channel(at)
    return "" if tired is None else at.brief.channels[tired].name


def _can_slow(plan: Plan, at: Situation) -> bool:
    tired = tired_channel(at)
    return tired is not None and max(plan.pushes[tired]) > 0.0


def _slow(plan: Plan, at: Situation) -> Plan:
    tired = tired_channel(at)
    pushes = tuple(tuple(FEWER * f for f in tiers) if c == tired else tiers for c, tiers in enumerate(plan.pushes))
    return replace(plan, pushes=pushes)


def _slowed(_: Advice, before: Sequence[SeenDay], week: Sequence[SeenDay]) -> bool:
    channels = range(len(week[0].delivered)) if week else ()
    return any(_per_member(week, c) < FEWER_DONE * _per_member(before, c) for c in channels)


# ------------------------------------------------------------------------------- useful content against promotion


def _shared(plan: Plan, at: Situation, tiers: Sequence[int], step: float) -> Plan:
    """The plan with the share of useful content moved for some tiers; a group is a broadcast and moves as a whole."""
    least = at.limits.value_share
    table = []
    for channel, shares in zip(at.brief.channels, plan.value_share, strict=True):
        moved = range(TIERS) if channel.kind == ChannelKind.GROUP else tiers
        table.append(
            tuple(
                (min(1.0, v + step) if step > 0 else max(min(v, least), v + step)) if t in moved else v
                for t, v in enumerate(shares)
            )
        )
    return replace(plan, value_share=tuple(table))


def _pushing(plan: Plan) -> bool:
    return any(f > 0.0 for tiers in plan.pushes for f in tiers)


def _can_publish(plan: Plan, at: Situation) -> bool:
    return _pushing(plan) and min(v for tiers in plan.value_share for v in tiers) < 1.0 - LEAST_PROMOTION_SHARE


def _publish(plan: Plan, at: Situation) -> Plan:
    return _shared(plan, at, range(TIERS), SHARE_STEP)


def _published(_: Advice, before: Sequence[SeenDay], week: Sequence[SeenDay]) -> bool:
    return sum(d.useful for d in week) >= USEFUL_ITEMS


def _can_promote(plan: Plan, at: Situation) -> bool:
    return _pushing(plan) and max(tiers[-1] for tiers in plan.value_share) > at.limits.value_share


def _promote(plan: Plan, at: Situation) -> Plan:
    return _shared(plan, at, range(1, TIERS), -SHARE_STEP)


def _promote_to_devoted(plan: Plan, at: Situation) -> Plan:
    return _shared(plan, at, (TIERS - 1,), -SHARE_STEP)


# ---------------------------------------------------------------------------------------------------------- offers


def _can_offer(plan: Plan, at: Situation) -> bool:
    return _pushing(plan) and plan.discount + DISCOUNT_STEP <= at.limits.discount + 1e-9


def _offer(plan: Plan, at: Situation) -> Plan:
    return replace(plan, discount=max(plan.discount, min(plan.discount + DISCOUNT_STEP, at.limits.discount)))


def _more_orders(_: Advice, before: Sequence[SeenDay], week: Sequence[SeenDay]) -> bool:
    return sum(d.orders_followers for d in week) > sum(d.orders_followers for d in before)


def _more_repeat_orders(_: Advice, before: Sequence[SeenDay], week: Sequence[SeenDay]) -> bool:
    return sum(d.repeat_orders for d in week) > sum(d.repeat_orders for d in before)


def _rose(stage: Stage, before: Sequence[SeenDay], week: Sequence[SeenDay]) -> bool:
    was, now = stage_rate(stage, before), stage_rate(stage, week)
    return now is not None and (was is None or now > was)


# Of a stage's tasks the first possible one is proposed, so the order is the order of preference. Fission has none
# before referral (M10) is built; answering within 30 minutes waits for the service queue (M13).
ALL: tuple[Task, ...] = (
    Task("hold-live", Stage.ACQUIRE, _can_hold_live, _hold_live, _held_a_live),
    Task("buy-traffic", Stage.ACQUIRE, _can_buy, _buy, _bought),
    Task("better-content", Stage.DEPOSIT, _can_better, _better, _more_follow),
    Task("slow-down", Stage.ACTIVATE, _can_slow, _slow, _slowed, _tired_name),
    Task("publish-useful", Stage.ACTIVATE, _can_publish, _publish, _published),
    Task("promote-to-earned", Stage.CONVERT, _can_promote, _promote, _more_orders),
    Task("offer", Stage.CONVERT, _can_offer, _offer, _more_orders),
    Task("live-sale", Stage.CONVERT, _can_hold_live, _hold_live, _held_a_live),
    Task("offer-to-devoted", Stage.REPURCHASE, _can_promote, _promote_to_devoted, _more_repeat_orders),
    Task("better-offer", Stage.REPURCHASE, _can_offer, _offer, _more_repeat_orders),
)
TASKS: dict[str, Task] = {task.name: task for task in ALL}
