"""Retargeting: people of the commercial domain are shown ads again, and click more easily (商域).

One who clicked an ad within the last 30 days and does not follow can be addressed by the advertiser: part of the
budget goes to these people alone.
"""

from sim.compiled import rule
from sim.rules.auction import AdRules
from sim.rules.climate import Climate
from sim.rules.rows import RETARGETING_DAYS
from sim.streams import Decision, uniform


@rule
def retargeted(address: int, clicked_on: int, climate: Climate, key: int) -> bool:
    """True when a retargeted ad reaches one who does not follow today: with ``climate.retarget`` within the 30 days.

    clicked_on  day of the last click on an ad; on that day itself nobody is retargeted

    Source: model §2, evidence E-5.
    """
    if climate.retarget <= 0.0 or climate.day - clicked_on > RETARGETING_DAYS:
        return False
    return uniform(key, Decision.RETARGETED, address, climate.day, 0) < climate.retarget


@rule
def click_probability(click: float, clicked_on: int, day: int, p: AdRules) -> float:
    """Probability of a click on an ad: that of the day, times ``retargeted`` in the commercial domain; at most 1.

    click  of a person who has not clicked before, in [0, 1];  clicked_on: day of the last click

    Source: model §2 (the commercial domain), evidence E-5.
    """
    if day - clicked_on <= RETARGETING_DAYS:
        return min(1.0, click * p.retargeted)
    return click
