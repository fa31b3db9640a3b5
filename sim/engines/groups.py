"""Groups over time: how alive each is, from what was opened in it, and what its red packets cost (E-41, E-64)."""

from collections.abc import Sequence

from sim.domains import ChannelKind, word
from sim.rules.climate import bare
from sim.rules.groups import GroupRules, activity_tomorrow, half_life_kept, lively_visits
from sim.rules.numbers import fixed
from sim.rules.tally import Slot, Tally
from sim.scenario.schema import Channel

_GROUP = word(ChannelKind.GROUP)


class Groups:
    """Activity of every channel's rooms relative to lively ones; 1 for what is no group, or never falls silent.

    activity  [C] in [0, 1]
    """

    CARRIED = ("activity",)

    def __init__(self, channels: Sequence[Channel], rules: GroupRules) -> None:
        self.channels, self.rules, self.packet = channels, bare(rules), float(rules.packet)
        self.keep = [1.0 if c.half_life is None else float(half_life_kept(c.half_life)) for c in channels]
        self.activity = [1.0] * len(channels)

    def visits(self, packets: int) -> list[float]:
        """[C] factor of the day on visits: activity, and a red packet in groups."""
        packet = self.packet if packets else 1.0
        return [
            float(lively_visits(a, self.rules)) * (packet if c.kind == _GROUP else 1.0)
            for a, c in zip(self.activity, self.channels, strict=True)
        ]

    def chatter(self) -> list[float]:
        """[C] messages of other members that reach a member today."""
        return [
            c.chatter * (1.0 - c.anti_harassment) * a if c.kind == _GROUP else 0.0
            for a, c in zip(self.activity, self.channels, strict=True)
        ]

    def rooms(self, members: Sequence[int]) -> list[int]:
        """[C] rooms of the groups in use: as many as hold the members."""
        return [
            -(-inside // (c.accounts.seats or max(1, inside))) if c.kind == _GROUP else 0
            for inside, c in zip(members, self.channels, strict=True)
        ]

    def evening(self, packets: int, tally: Tally) -> None:
        """Count the day's activity, and let it follow what was said today."""
        for c, channel in enumerate(self.channels):
            if channel.kind != _GROUP:
                continue
            tally[Slot.ACTIVITY + c] = fixed(self.activity[c])
            opened = int(tally[Slot.OPENED + c])
            share = int(tally[Slot.USEFUL + c]) / opened if opened else 0.0
            self.activity[c] = float(
                activity_tomorrow(self.activity[c], share, self.keep[c], float(packets), self.rules)
            )
