"""Publishing events from asyncio: an await returns when all replicas have the event."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from functools import partial
from itertools import islice
from typing import Any, Self

import structlog
from confluent_kafka import KafkaError, KafkaException, Producer

from headrace.catalog import Catalog
from headrace.clock import Clock, SystemClock
from headrace.codec import EventEncoder, Record, Registry, SchemaRegistry
from headrace.codec.json_form.refused import Refused
from headrace.codec.quick import Doubt, Given, WritePosted
from headrace.envelope import Event
from headrace.errors import ConfigurationError, HeadraceError, OutageError
from headrace.kafka.admin import create_topics, describe_cluster
from headrace.kafka.config import logger_of, producer_config
from headrace.kafka.correlation import current, with_correlation
from headrace.kafka.delivery import Batch, Poller, Receipt, Result
from headrace.kafka.errors import (
    PUBLISH_AGAIN,
    CancelledPublishError,
    failure_reason,
    translated,
    translated_exception,
)
from headrace.metrics import STATISTICS_MS, Publishing
from headrace.settings import Settings

_CHUNK = 2_000
_TURN = 200  # events encoded before other tasks of the loop get their turn


class AsyncProducer:
    """An async context manager; one a process is enough, and all its tasks may share it.

    Events of one call keep their order. A full buffer (64 MiB) makes publishers wait. Leaving the
    context flushes. `publish` raises and `publish_many` returns InvalidEventError for an event
    that was refused here, OutageError when Kafka did not take it in time (publishing it again
    under the same eventId is safe), ConfigurationError for a topic that cannot be used.
    """

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        *,
        registry: SchemaRegistry | None = None,
        clock: Clock | None = None,
        service: str = "headrace",
    ) -> None:
        self._kafka = settings.kafka
        self._service = service
        self._catalog = catalog
        self._clock = clock or SystemClock()
        self._encoder = EventEncoder(catalog, registry or Registry(settings), self._clock)
        self._known: set[tuple[str, str]] = set()
        self._posted: dict[tuple[str, str | None], WritePosted] = {}
        self._topics: set[str] = set()
        self._log = structlog.get_logger()

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._metrics = Publishing(self._service, lambda: len(self._producer))
        config = producer_config(self._kafka) | {
            "error_cb": self._on_error,
            "stats_cb": self._metrics.statistics,
            "statistics.interval.ms": STATISTICS_MS,
        }
        self._producer = Producer(config, logger=logger_of(self._kafka))
        self._poller = Poller(self._producer, self._loop)
        self._metrics.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        try:
            seconds = 2 * self._kafka.request_timeout / 1000 + 5
            await asyncio.to_thread(self._producer.flush, seconds)
        finally:
            self._poller.stop()
            self._metrics.close()

    def abandon(self) -> None:
        """Leave without a flush: nothing was published."""
        self._poller.stop()

    async def publish(self, event: Event) -> Receipt:
        """Publish one event; returns once it is durable."""
        (result,) = await self.publish_many([event])
        if isinstance(result, HeadraceError):
            raise result
        return result

    def quick_records(self, most: int) -> Callable[[Any], Record | None]:
        """A function from an event's JSON straight to its record, for a request of `most` events.

        The JSON is as `parse_json` gives it, or deeper. None means that it takes an Event (of
        `event_from_json`) to say what is wrong, or whether anything is. Records take the flow's ids
        and the time of this call where they have none.
        """
        flow = current()
        given = Given(self._clock, most, flow.correlation_id, flow.causation_id, flow.traceparent)

        def quick_record(value: Any) -> Record | None:
            try:
                write = self._posted[value["eventType"], value.get("version")]
            except (AttributeError, KeyError, TypeError):  # no object, or of no usable type
                return None
            try:
                return write(value, given)
            except (Doubt, Refused, ValueError, OverflowError):
                return None

        return quick_record

    async def publish_many(self, events: Sequence[Event | Record]) -> list[Result]:
        """Publish all; a receipt or an error for each, in their order. Some may be refused.

        Records of `quick_records` may be among them.

        An outage met by one event is the answer to all later ones of its type: a registry that
        hangs is waited for once a type, not once an event.
        """
        if not events:
            return []
        finished = partial(self._count, events)
        batch = Batch(len(events), self._loop, self._kafka.sasl_username, finished)
        outages: dict[tuple[str, str], OutageError] = {}
        refused: dict[str, HeadraceError] = {}
        index = 0
        try:
            for index, event in enumerate(events):
                if index % _TURN == _TURN - 1:
                    self._poller.expect()
                    await asyncio.sleep(0)
                await self._publish_one(event, batch, index, outages, refused)
        except asyncio.CancelledError:
            for late in range(index, len(events)):
                batch.settle(late, CancelledPublishError("its caller gave up before the hand-over"))
            raise
        self._poller.expect()
        await batch.done
        return [result for result in batch.results if result is not None]

    async def record(self, event: Event) -> Record:
        """The event's record, for who publishes it on another topic than its own, or with more
        headers. Raises what `publish` raises of an event.
        """
        return await self._record_of(event, {})

    async def _publish_one(
        self,
        event: Event | Record,
        batch: Batch,
        index: int,
        outages: dict[tuple[str, str], OutageError],
        refused: dict[str, HeadraceError],
    ) -> None:
        try:
            if isinstance(event, Record):
                record = await self._sendable(event, refused)
            else:
                record = await self._record_of(event, outages)
            if not self._handed_over(record, batch, index):
                await self._hand_over(record, batch, index)
        except HeadraceError as error:
            batch.settle(index, error)

    def _count(
        self, events: Sequence[Event | Record], results: Sequence[Result | None], seconds: float
    ) -> None:
        """For the metrics: what became of the events of a batch."""
        by_type = Counter(
            [
                event.event_type
                for event, result in zip(events, results, strict=True)
                if type(result) is Receipt
            ]
        )
        self._metrics.published(by_type, seconds)
        if by_type.total() < len(events):
            errors = (result for result in results if isinstance(result, HeadraceError))
            self._metrics.failed(Counter(map(failure_reason, errors)))

    async def publish_all(self, events: Iterable[Event]) -> AsyncIterator[Result]:
        """Publish a stream of any length; results in order, at most two chunks on their way."""
        rest = iter(events)
        before: asyncio.Task[list[Result]] | None = None
        while chunk := list(islice(rest, _CHUNK)):
            task = asyncio.create_task(self.publish_many(chunk))
            if before is not None:
                for result in await before:
                    yield result
            before = task
        for result in await before if before is not None else []:
            yield result

    async def _sendable(self, record: Record, refused: dict[str, HeadraceError]) -> Record:
        """Its topic is there. What kept one from being made is raised anew for others."""
        if record.topic in refused:
            raise refused[record.topic].with_traceback(None)
        if record.topic not in self._topics:
            try:
                await asyncio.to_thread(self._ensure_topic, record.topic)
            except HeadraceError as error:
                refused[record.topic] = error
                raise
        return record

    async def _record_of(self, event: Event, outages: dict[tuple[str, str], OutageError]) -> Record:
        """The event's record. An outage met on the way is raised anew for others of its type."""
        kind = (event.event_type, event.version)
        if outages and kind in outages:
            raise outages[kind].with_traceback(None)
        try:
            if kind not in self._known:
                await asyncio.to_thread(self._prepare, event)
            return self._encoder.record(with_correlation(event), current().traceparent)
        except OutageError as error:
            outages[kind] = error
            raise

    def _handed_over(self, record: Record, batch: Batch, index: int) -> bool:
        """Whether librdkafka has the record now; False if its buffer is full."""
        topic, value, key, headers = record
        try:
            self._producer.produce(
                topic, value, key, headers=headers, on_delivery=partial(batch.report, index, topic)
            )
        except BufferError:
            return False
        except KafkaException as error:
            where, who = f"topic {topic}", self._kafka.sasl_username
            raise translated_exception(error, where, advice=PUBLISH_AGAIN, principal=who) from error
        return True

    async def _hand_over(self, record: Record, batch: Batch, index: int) -> None:
        """As soon as the buffer has room."""
        await self._poller.room()
        while not self._handed_over(record, batch, index):
            await self._poller.room()

    def _prepare(self, event: Event) -> None:
        """Once a type: register its schema, see that its topic is there. Blocks."""
        topic = self._encoder.topic_of(event)
        if topic.name not in self._topics:
            self._ensure_topic(topic.name)
        self._known.add((event.event_type, event.version))
        self._posted |= self._encoder.posted_writers(event)

    def _ensure_topic(self, name: str) -> None:
        self._topics |= set(describe_cluster(self._kafka).topics)
        if name in self._topics:
            return
        if not self._kafka.auto_create_topics:
            raise ConfigurationError(
                f"topic {name} does not exist and KAFKA_AUTO_CREATE_TOPICS is false; "
                "run `headrace topics create`"
            )
        create_topics(self._catalog, self._kafka, [name])
        self._topics.add(name)
        self._log.info("topic created", topic=name)

    def _on_error(self, error: Any) -> None:
        self._metrics.connections.failed(error)
        if error.code() != KafkaError._ALL_BROKERS_DOWN:
            self._log.warning("kafka connection trouble", reason=error.str())
            return
        reason = translated(error, "producer", principal=self._kafka.sasl_username)
        self._log.error("kafka is out", reason=str(reason))
