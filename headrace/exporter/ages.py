"""How long a record has been in the log, without reading it.

Kafka tells the first offset at or after a time (ListOffsets), and its topics' timestamps grow with
the offsets (LogAppendTime). So the time of an offset is searched for: back from now by doubling,
then by halves, all partitions in one question a round. What is known of an offset is kept.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from headrace.kafka.log_offsets import Place

Ask = Callable[[Mapping[Place, int]], Mapping[Place, int]]
"""The first offset at or after a time in milliseconds, by partition; -1 for none.
A partition that is gone is left out.
"""

EXACT_MS = 100
SHARE = 20
"""A search ends when it is right to 0.1 s, or to a twentieth of the age."""

_FIRST_STEP_MS = 1_000
_MOST_ROUNDS = 100


@dataclass(slots=True)
class _Search:
    """The offset got into the log at or after `low` (None: not known yet), and before `high`."""

    offset: int
    now: int
    high: int
    low: int | None = None
    step: int = _FIRST_STEP_MS

    @property
    def over(self) -> bool:
        if self.low is None:
            return self.high <= 0
        return self.high - self.low <= max(EXACT_MS, (self.now - self.low) // SHARE)

    @property
    def probe(self) -> int:
        if self.low is not None:
            return (self.low + self.high) // 2
        return max(self.now - self.step, 0)

    def learn(self, probe: int, found: int) -> None:
        if 0 <= found <= self.offset:
            self.low = probe
        else:
            self.high = probe
            self.step *= 2


class Ages:
    """When records got into the log, by what the log says; remembers the last answers."""

    def __init__(self) -> None:
        self._known: dict[Place, tuple[int, int]] = {}

    def appended_ms(self, offsets: Mapping[Place, int], now_ms: int, ask: Ask) -> dict[Place, int]:
        """The time in milliseconds at which each of these offsets got into its partition.

        One that left the log meanwhile is left out, and one whose partition is gone. Raises what
        `ask` raises.
        """
        self._known = {
            place: known for place, known in self._known.items() if offsets.get(place) == known[0]
        }
        searches = {
            place: _Search(offset, now_ms, now_ms + 1)
            for place, offset in offsets.items()
            if place not in self._known
        }
        _search(searches, ask)
        for place, search in searches.items():
            if search.low is not None:
                self._known[place] = (search.offset, (search.low + search.high) // 2)
        return {place: moment for place, (_, moment) in self._known.items()}


def _search(searches: dict[Place, _Search], ask: Ask) -> None:
    for _ in range(_MOST_ROUNDS):
        probes = {place: each.probe for place, each in searches.items() if not each.over}
        if not probes:
            return
        found = ask(probes)
        for place, probe in probes.items():
            if place in found:
                searches[place].learn(probe, found[place])
            else:
                del searches[place]
