"""Groups over time: how alive each is, from what was opened in it, and what its red packets cost (E-41, E-64)."""

from collections.abc import Sequence

from sim.compiled import plain
from sim.domains import ChannelKind, word
from sim.engines.plain import plain_table
from sim.rules.groups import GroupRules, activity_tomorrow, half_life_kept, lively_visits
from sim.rules.numbers import fixed
from sim.rules.tally import Slot, Tally
from sim.scenario.schema import Channel

_GROUP = word(ChannelKind.GROUP)
_ACTIVITY, _OPENED, _USEFUL = Slot.ACTIVITY.value, Slot.OPENED.value, Slot.USEFUL.value
_fixed, _lively, _tomorrow = plain(fixed), plain(lively_visits), plain(activity_tomorrow)


class Groups:
    """Activity of every channel's rooms relative to lively ones; 1 for what is no group, or never falls silent.

    activity  [C] in [0, 1]
    """

    CARRIED = ("activity",)

    def __init__(self, channels: Sequence[Channel], rules: GroupRules) -> None:
        self.channels, self.rules = channels, plain_table(GroupRules, rules)
        self.keep = [1.0 if c.half_life is None else float(half_life_kept(c.half_life)) for c in channels]
        self.activity = [1.0] * len(channels)
        self.groups = [c for c, channel in enumerate(channels) if channel.kind == _GROUP]
        self.talk = [c.chatter * (1.0 - c.anti_harassment) for c in channels]

    def visits(self, packets: int) -> list[float]:
        """[C] factor of the day on visits: activity, and a red packet in groups."""
        packet, found = self.rules.packet if packets else 1.0, [1.0] * len(self.channels)
        for c in self.groups:
            found[c] = _lively(self.activity[c], self.rules) * packet
        return found

    def chatter(self) -> list[float]:
        """[C] messages of other members that reach a member today."""
        found = [0.0] * len(self.channels)
        for c in self.groups:
            found[c] = self.talk[c] * self.activity[c]
        return found

    def rooms(self, members: Sequence[int]) -> list[int]:
        """[C] rooms of the groups in use: as many as hold the members."""
        return [
            -(-inside // (c.accounts.seats or max(1, inside))) if c.kind == _GROUP else 0
            for inside, c in zip(members, self.channels, strict=True)
        ]

    def evening(self, packets: int, tally: Tally) -> None:
        """Count the day's activity, and let it follow what was said today."""
        for c in self.groups:
            tally[_ACTIVITY + c] = _fixed(self.activity[c])
            opened = tally.item(_OPENED + c)
            share = tally.item(_USEFUL + c) / opened if opened else 0.0
            self.activity[c] = _tomorrow(self.activity[c], share, self.keep[c], float(packets), self.rules)
