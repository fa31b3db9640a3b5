"""The science: pure scalar functions, each with its formula, units and source, and the parameters beside them."""

from typing import NamedTuple

from sim.rules.auction import AdRules
from sim.rules.conformity import ConformityRules
from sim.rules.deals import DealRules
from sim.rules.exposure import ExposureRules
from sim.rules.follow import FollowRules
from sim.rules.groups import GroupRules
from sim.rules.leads import LeadRules
from sim.rules.leaving import LeavingRules
from sim.rules.messages import LiveRules, MessageRules
from sim.rules.path import PathRules
from sim.rules.persona import PersonaRules
from sim.rules.promise import PromiseRules
from sim.rules.purchase import PurchaseRules
from sim.rules.referral import ReferralRules
from sim.rules.rivalry import RivalryRules
from sim.rules.service import ServiceRules
from sim.rules.tiers import TierRules
from sim.rules.trust import TrustRules


class Rules(NamedTuple):
    """All behavioural parameters, one table per file of rules."""

    exposure: ExposureRules
    follow: FollowRules
    messages: MessageRules
    lives: LiveRules
    trust: TrustRules
    tiers: TierRules
    purchase: PurchaseRules
    leaving: LeavingRules
    path: PathRules
    groups: GroupRules
    ads: AdRules
    service: ServiceRules
    leads: LeadRules
    deals: DealRules
    persona: PersonaRules
    promise: PromiseRules
    referral: ReferralRules
    conformity: ConformityRules
    rivalry: RivalryRules


RULE_TABLES: dict[str, type[NamedTuple]] = {
    "exposure": ExposureRules,
    "follow": FollowRules,
    "messages": MessageRules,
    "lives": LiveRules,
    "trust": TrustRules,
    "tiers": TierRules,
    "purchase": PurchaseRules,
    "leaving": LeavingRules,
    "path": PathRules,
    "groups": GroupRules,
    "ads": AdRules,
    "service": ServiceRules,
    "leads": LeadRules,
    "deals": DealRules,
    "persona": PersonaRules,
    "promise": PromiseRules,
    "referral": ReferralRules,
    "conformity": ConformityRules,
    "rivalry": RivalryRules,
}

__all__ = ["RULE_TABLES", "Rules"]
