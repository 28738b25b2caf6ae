"""The time by which a record is judged."""

from datetime import UTC, datetime

from headrace.clock import Clock
from headrace.runtime.stage import Stage

_LATEST = 253_402_214_400_000
"""9999-12-31 in milliseconds: Python's calendar ends there."""


class ReadingTime:
    """What time it is when a record is read. A broker's clock is believed where it is ahead of this
    machine's: with a clock that fell back every event would be too far ahead, and be buried.
    """

    def __init__(self, stage: Stage, clock: Clock) -> None:
        self._clock = clock
        self._stamped = {
            name
            for name, topic in stage.topics.items()
            if topic.config.get("message.timestamp.type") == "LogAppendTime"
        }

    def at(self, topic: str, appended: int) -> datetime:
        """`appended`: the record's timestamp in milliseconds; a producer's own proves nothing."""
        now = self._clock.now()
        if topic in self._stamped and appended > now.timestamp() * 1000:
            return datetime.fromtimestamp(min(appended, _LATEST) / 1000, UTC)
        return now
