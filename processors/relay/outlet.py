"""Kafka's side of the relay: events and cursor in one transaction, by one relay at a time."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import structlog

from headrace.catalog import Catalog
from headrace.catalog.planning import relay_cursor
from headrace.catalog.relay import RELAY, RELAY_CURSOR_TOPIC
from headrace.clock import SystemClock
from headrace.codec import EventEncoder, Record, SchemaRegistry
from headrace.errors import ConfigurationError
from headrace.kafka import (
    TransactionalProducer,
    create_topics,
    describe_cluster,
    describe_topics,
    end_offsets,
    ensure_topic,
    last_value,
)
from headrace.settings import KafkaSettings
from headrace.store import Recorded

log = structlog.get_logger(__name__)

POSITION_HEADER = "storePosition"
"""`xid:sequence` of an event in the store's total order."""
_KEY = b"relay"
REMEDY = (
    "`headrace relay restart` lets it go on from the store's start, its end, or after an event "
    "(docs/relay.md)"
)


@dataclass(frozen=True, slots=True)
class Names:
    """What the relay is called in Kafka: one of these names, one relay."""

    transactional_id: str = RELAY
    cursor_topic: str = RELAY_CURSOR_TOPIC


class RelayStoppedError(ConfigurationError):
    """The relay does not know what to do, and went no further. The message says how to go on."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason}; {REMEDY}")


class _AtAppend(SystemClock):
    """What the store has taken is not judged by the time once more."""

    def now(self) -> datetime:
        return datetime(9999, 12, 30, tzinfo=UTC)


class Outlet:
    """Publishes events of the store. Blocks; for one thread.

    Raises FencedError, OutageError (Kafka, the registry), ConfigurationError, InvalidEventError.
    """

    def __init__(
        self,
        kafka: KafkaSettings,
        catalog: Catalog,
        registry: SchemaRegistry,
        names: Names | None = None,
        stop: threading.Event | None = None,
    ) -> None:
        self._kafka, self._catalog = kafka, catalog
        self._names = names or Names()
        self._stop = stop or threading.Event()
        self._encoder = EventEncoder(catalog, registry, _AtAppend())
        self._producer: TransactionalProducer | None = None

    def open(self) -> str | None:
        """Fence all earlier relays; returns how far they came, for good: a cursor, None where none
        has begun. Raises RelayStoppedError where there are events of one that left no cursor.
        """
        self._ensure_topics()
        self._producer = TransactionalProducer(
            self._kafka, self._names.transactional_id, self._stop
        )
        self._producer.open()
        value = last_value(self._kafka, self._names.cursor_topic)
        if value is None and any(end_offsets(self._kafka, self._topics()).values()):
            raise RelayStoppedError(
                f"topics of the event store have records, but {self._names.cursor_topic} does not "
                "say how far the relay came"
            )
        return None if value is None else value.decode("utf-8", "replace")

    def restart(self, cursor: str) -> None:
        """Let relays go on at a cursor; one that is at work is fenced."""
        self._ensure_topics()
        self._producer = TransactionalProducer(
            self._kafka, self._names.transactional_id, self._stop
        )
        try:
            self._producer.open()
            self.publish([], cursor)
        finally:
            self.close()

    def record(self, recorded: Recorded) -> Record:
        """The event as Kafka gets it."""
        record = self._encoder.record(recorded.event)
        place = f"{recorded.xid}:{recorded.sequence}".encode()
        return record._replace(headers=[*record.headers, (POSITION_HEADER, place)])

    def publish(self, records: Sequence[Record], cursor: str) -> None:
        """All of the records and the cursor after them, or nothing."""
        if self._producer is None:
            raise ConfigurationError("the outlet is not open")
        mark = Record(self._names.cursor_topic, cursor.encode(), _KEY, [])
        self._producer.commit([*records, mark])

    def close(self) -> None:
        """What is under way is dropped; whoever opens next finds out what was committed."""
        if self._producer is not None:
            self._producer.close()
            self._producer = None

    def _topics(self) -> list[str]:
        return [topic.name for topic in self._catalog.topics.values() if topic.authority == "store"]

    def _ensure_topics(self) -> None:
        wanted = self._topics()
        known = describe_topics(self._kafka, [*wanted, self._names.cursor_topic])
        if self._names.cursor_topic not in known:
            self._make_cursor_topic()
        missing = [name for name in wanted if name not in known]
        if missing and not self._kafka.auto_create_topics:
            raise ConfigurationError(
                f"topics {', '.join(missing)} do not exist and KAFKA_AUTO_CREATE_TOPICS is false; "
                "run `headrace apply`"
            )
        if missing:
            create_topics(self._catalog, self._kafka, missing)
            log.info("topics created", topics=missing)

    def _make_cursor_topic(self) -> None:
        brokers = len(describe_cluster(self._kafka).brokers)
        spec = relay_cursor(brokers)
        name = self._names.cursor_topic
        ensure_topic(self._kafka, name, partitions=spec.partitions, config=spec.config)


def committed_cursor(kafka: KafkaSettings, topic: str = RELAY_CURSOR_TOPIC) -> str | None:
    """How far the relay has come; None where none has begun. Raises OutageError."""
    if not describe_topics(kafka, [topic]):
        return None
    value = last_value(kafka, topic)
    return None if value is None else value.decode("utf-8", "replace")
