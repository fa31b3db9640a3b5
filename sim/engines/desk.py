"""The desk: the load of the service team, its queue of the day, and what it costs (M13)."""

from sim.domains import TIERS
from sim.plans import ServiceBrief
from sim.rules.climate import World, bare
from sim.rules.leads import step_probability
from sim.rules.people import START_INTIMACY
from sim.rules.prospects import lead_at_touch
from sim.rules.purchase import salience
from sim.rules.service import Desk, desk_of
from sim.scenario.schema import Scenario

MEMORY = 14.0  # days over which the load is averaged: what the team is used to, not the chance of one day


def is_asked(scenario: Scenario) -> bool:
    """True when anybody puts a question to the brand, or leaves contact data."""
    return scenario.industry.questions > 0 or scenario.industry.closing == "store"


def service_brief(scenario: Scenario, world: World) -> ServiceBrief | None:
    """What the operator knows of the service team; None where nobody asks anything."""
    if not is_asked(scenario):
        return None
    service = scenario.service
    contacts = first_contacts(scenario, world)
    return ServiceBrief(contacts, service.rate, service.hours, float(world.rules.service.patience))


def first_contacts(scenario: Scenario, world: World) -> float:
    """Questions and leads for the team a day, as the initial pool and the feed let expect.

    Questions follow exactly from tiers and channels. Leads are those of needs that arise; what messages add while
    a need is open is left out.
    """
    tiers = scenario.pool.tiers
    mix = [tiers.passer_by, tiers.liking, tiers.devoted]
    nowhere = 1.0
    for c, channel in enumerate(scenario.channels):
        nowhere *= 1.0 - float(world.channels.start[c]) if channel.strong else 1.0
    asks = world.service.asks
    questions = sum(
        share * (nowhere * float(asks[t]) + (1.0 - nowhere) * float(asks[TIERS + t])) for t, share in enumerate(mix)
    )
    contacts = scenario.pool.fans * questions * (1.0 - scenario.service.automatic)
    if not world.closing.in_store:
        return contacts
    rules, brand = world.rules, world.brand
    minded = sum(share * salience(START_INTIMACY[t], False, False, rules.purchase) for t, share in enumerate(mix))
    feed = next((p.feed for p in scenario.platforms if p.feed), None)
    exposures = max(feed.exposures_per_fan * scenario.pool.fans, feed.exposures_at_least) if feed else 0.0
    for s, segment in enumerate(scenario.segments.values()):
        need, fit = float(world.segments.need_rate[s]), float(world.segments.match_product[s])
        ready = step_probability(
            rules.leads.ready, brand.trust_pool, 0.0, 1.0, brand.relative_price, fit, rules.purchase
        )
        contacts += segment.share * scenario.pool.fans * need * ready * minded
        contacts += segment.share * exposures * lead_at_touch(need, brand.trust_feed, 1.0, fit, world)
    return contacts


class Team:
    """The service team of a run: its usual load, a moving average of contacts a day."""

    CARRIED = ("load",)

    def __init__(self, scenario: Scenario, world: World) -> None:
        self.service, self.rules = scenario.service, bare(world.rules.service)
        self.seat_cost = 100.0 * scenario.costs.seat
        self.load = first_contacts(scenario, world) if is_asked(scenario) else 0.0

    def desk(self, seats: float) -> Desk:
        """The queue of today with so many seats."""
        found: Desk = desk_of(self.load, seats, self.service.rate, self.service.hours, self.rules)
        return found

    def busy(self, seats: float) -> float:
        """ρ: load relative to what the seats can answer; 0 without seats."""
        can = seats * self.service.rate * self.service.hours
        return self.load / can if can > 0 else 0.0

    def cost(self, seats: float) -> int:
        """Cents a day."""
        return round(seats * self.seat_cost)

    def close(self, contacts: int) -> None:
        """Note the contacts of a day."""
        self.load += (contacts - self.load) / MEMORY
