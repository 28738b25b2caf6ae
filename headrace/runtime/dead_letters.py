"""Dead letters: records that a stage could not apply, kept with their bytes and the reason."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from headrace.runtime.records import Record, TopicPartition


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One record that ended in the dead letters. `raw` is None for a tombstone.

    `error_class` is `poison`, `business` or `unexpected`; `reason` a short stable word;
    `message` says it in full. `timestamp` is the record's, in milliseconds. `topic_id` is Kafka's
    id of the topic, where the letter comes from the database.
    """

    tp: TopicPartition
    offset: int
    timestamp: int
    key: bytes | None
    raw: bytes | None
    headers: Sequence[tuple[str, bytes | None]]
    error_class: str
    reason: str
    message: str
    topic_id: str = ""

    @property
    def identity(self) -> str:
        """The same whenever this letter is published."""
        place = f"{self.tp.topic}-{self.tp.partition}-{self.offset}"
        return f"{place}-{self.topic_id}" if self.topic_id else place

    @classmethod
    def of(
        cls, tp: TopicPartition, record: Record, error_class: str, reason: str, message: str
    ) -> "DeadLetter":
        return cls(
            tp,
            record.offset,
            record.timestamp,
            record.key,
            record.value,
            tuple(record.headers),
            error_class,
            reason,
            message[:4000],
        )


def connect_headers(group: str, letter: DeadLetter) -> list[tuple[str, bytes]]:
    """The headers that Kafka Connect puts on a dead letter (KIP-298), ours beside them."""
    named = {
        "__connect.errors.topic": letter.tp.topic,
        "__connect.errors.partition": letter.tp.partition,
        "__connect.errors.offset": letter.offset,
        "__connect.errors.connector.name": group,
        "__connect.errors.stage": letter.error_class,
        "__connect.errors.exception.class.name": letter.reason,
        "__connect.errors.exception.message": letter.message,
        "headrace.deadletter.id": letter.identity,
    }
    return [(name, str(value).encode()) for name, value in named.items()]


@dataclass(frozen=True, slots=True)
class DeadLetterLimit:
    """How many dead letters are too many: more than `count` in `window` seconds that are also more
    than `share` of the records of that window. (Sentry's arroyo, `dlq.py`, has the idea.)
    """

    count: int = 1000
    share: float = 0.5
    window: float = 60.0


@dataclass(slots=True)
class DeadLetterMeter:
    """Counts the dead letters of the last window; state of a `DeadLetterLimit`."""

    limit: DeadLetterLimit
    _seen: deque[tuple[float, int, int]] = field(default_factory=deque)
    _records: int = 0
    _dead: int = 0

    def add(self, now: float, records: int, dead: int) -> bool:
        """Count a committed range at monotonic second `now`; True when the limit is passed."""
        self._seen.append((now, records, dead))
        self._records += records
        self._dead += dead
        while self._seen[0][0] < now - self.limit.window:
            _, old_records, old_dead = self._seen.popleft()
            self._records -= old_records
            self._dead -= old_dead
        return self._dead > self.limit.count and self._dead > self.limit.share * self._records
