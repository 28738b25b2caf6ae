"""A stage's membership in a Kafka consumer group: a Faust app with one agent over the batches."""

import asyncio
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import faust
import structlog
from faust.types.tuples import TP

from headrace.errors import HeadraceError, OutageError
from headrace.kafka.aiokafka_config import security_arguments, tls_context
from headrace.runtime.log_facts import LogFacts
from headrace.runtime.records import PartitionFacts, Position, TopicPartition
from headrace.runtime.source import Sink
from headrace.settings import KafkaSettings

START_SECONDS = 2.0
STOP_SECONDS = 15.0
TOPICS_SECONDS = 5.0
"""How often the topics' ids are looked at."""
METADATA_MS = 10_000
"""After so long at most a partition that a topic got is noticed and read (aiokafka: 5 minutes)."""
MAX_WAIT_MS = 50
"""The stage's own ceiling for KAFKA_MAX_WAIT_TIME. aiokafka has one fetch in flight to a broker and
leaves out a partition whose last records are not handed out yet: a fetch of idle partitions alone
would hold a busy one up for as long as it lingers."""


class ConsumerCrashedError(HeadraceError):
    """The Kafka consumer ended with an error of its own. The stage stops; start it again."""


log = structlog.get_logger(__name__)


class FaustSource:
    """The `Source` on Kafka. Joins `group` and reads `topics`."""

    def __init__(
        self,
        group: str,
        topics: Iterable[str],
        settings: KafkaSettings,
    ) -> None:
        self._group = group
        self._topics = sorted(topics)
        self._settings = settings
        self._log = LogFacts(settings)
        self._ids: dict[str, str] = {}  # of the topics as they were claimed
        self._app: Any = None
        self._watches: list[asyncio.Task[None]] = []

    async def start(self, sink: Sink) -> None:
        self._sink = sink
        if self._settings.max_wait_time > MAX_WAIT_MS:
            log.info(
                "a stage overrides KAFKA_MAX_WAIT_TIME",
                configured_ms=self._settings.max_wait_time,
                used_ms=MAX_WAIT_MS,
            )
        await self._until_kafka_answers()
        self._app = self._build()
        await self._app.start()
        for watch in (self._watch_for_crash(), self._watch_topics()):
            self._watches.append(asyncio.create_task(watch))
            self._watches[-1].add_done_callback(self._ended)

    async def stop(self) -> None:
        for watch in self._watches:
            watch.cancel()
        if self._app is not None:
            try:
                await asyncio.wait_for(self._app.stop(), STOP_SECONDS)
            except TimeoutError:  # seen where the consumer's thread had crashed
                log.warning("the consumer does not end", group=self._group)

    async def facts(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, PartitionFacts]:
        facts = await asyncio.to_thread(self._log.facts, list(tps))
        self._ids |= {tp.topic: fact.topic_id for tp, fact in facts.items()}
        return facts

    async def partitions(self, topics: Iterable[str]) -> Sequence[TopicPartition]:
        return await asyncio.to_thread(self._log.partitions, list(topics))

    async def seek(self, positions: Mapping[TopicPartition, Position]) -> None:
        await self._app.consumer.seek_to(positions)

    def joined(self) -> bool:
        return self._app is not None and bool(self._app.consumer.joined())

    def handed_out(self) -> Mapping[TopicPartition, Position]:
        if self._app is None:
            return {}
        positions: Mapping[TopicPartition, Position] = self._app.consumer.handed_out()
        return positions

    def pause(self, tp: TopicPartition) -> None:
        self._app.consumer.hold(TP(*tp))

    def resume(self, tp: TopicPartition) -> None:
        self._app.consumer.release(TP(*tp))

    async def commit(self, offsets: Mapping[TopicPartition, int]) -> None:
        await self._app.consumer.commit_courtesy(offsets)

    async def commit_durably(self, offsets: Mapping[TopicPartition, int]) -> None:
        """For the ledger on Kafka's offsets; raises OutageError."""
        await self._app.consumer.commit_durably(offsets)

    async def committed(self, tps: Iterable[TopicPartition]) -> Mapping[TopicPartition, int | None]:
        """For the ledger on Kafka's offsets; raises OutageError."""
        offsets: Mapping[TopicPartition, int | None] = await self._app.consumer.committed(tps)
        return offsets

    async def _until_kafka_answers(self) -> None:
        """Faust would crash where Kafka is away; a stage waits. Missing topics are named."""
        while True:
            try:
                there = await asyncio.to_thread(self._log.topic_ids, self._topics)
                missing = sorted(set(self._topics) - there.keys())
                if missing:
                    remedy = "headrace topics create"
                    log.warning("topics are missing", topics=missing, remedy=remedy)
                if there:
                    await asyncio.to_thread(self._log.check_group, self._group)
                    return
            except OutageError as error:
                log.warning("Kafka does not answer", group=self._group, error=str(error))
            await asyncio.sleep(START_SECONDS)

    def _build(self) -> Any:
        """The app and its agent. Faust creates no topic, keeps no table, serves no page."""
        settings = self._settings
        app = faust.App(
            self._group,
            broker="headrace://" + settings.brokers.replace(",", ";"),
            broker_credentials=_credentials(settings),
            # Faust refuses a session time-out above the request time-out; its minimum is ours.
            broker_session_timeout=settings.session_timeout / 1000,
            broker_heartbeat_interval=settings.heartbeat_interval / 1000,
            broker_request_timeout=max(settings.request_timeout, settings.session_timeout) / 1000,
            topic_allow_declare=False,
            topic_disable_leader=True,
            web_enabled=False,
            stream_wait_empty=False,
            autodiscover=False,
            datadir=str(Path(tempfile.gettempdir()) / f"headrace-{self._group}"),
            loghandlers=[],
        )
        app.headrace_sink = self._sink
        app.headrace_settings = settings
        app.headrace_consumer = self._consumer_arguments()
        # acks off and raw: Faust keeps no account of the batches, and decodes nothing.
        channel = app.topic(*self._topics, acks=False, value_type=None, value_serializer="raw")
        app.agent(channel, name=f"{self._group}-batches")(self._take)
        return app

    async def _take(self, batches: Any) -> None:
        """The agent. No error leaves it: one would count against Faust's restart limit, which two
        at once exhaust (mode/supervisors.py:185).
        """
        async for batch in batches:
            try:
                self._sink.offer(batch)
            except Exception as error:  # noqa: BLE001 - the stage stops loudly instead
                self._sink.fail(error)

    def _consumer_arguments(self) -> dict[str, Any]:
        """aiokafka's consumer settings, from KAFKA_*."""
        options = self._settings.consumer_options()
        return {
            "client_id": self._group,
            "group_id": self._group,
            # Backpressure may hold fetching back for as long as an outage lasts.
            "max_poll_interval_ms": 86_400_000,
            "session_timeout_ms": options.session_timeout_ms,
            "heartbeat_interval_ms": options.heartbeat_interval_ms,
            "rebalance_timeout_ms": options.session_timeout_ms,
            "request_timeout_ms": max(options.request_timeout_ms, options.session_timeout_ms),
            "metadata_max_age_ms": METADATA_MS,
            "fetch_min_bytes": options.min_bytes,
            "fetch_max_bytes": options.max_bytes,
            "fetch_max_wait_ms": min(options.max_wait_ms, MAX_WAIT_MS),
            "max_partition_fetch_bytes": options.max_bytes_per_partition,
            **security_arguments(self._settings),
        }

    async def _watch_for_crash(self) -> None:
        """Faust stops a crashed app without raising: the stage must not idle on."""
        while not (self._app.crashed or self._app.should_stop):  # noqa: ASYNC110 - Faust has no event
            await asyncio.sleep(0.5)
        reason = self._app.crash_reason
        self._sink.fail(ConsumerCrashedError(f"the consumer of {self._group} ended: {reason!r}"))

    def _ended(self, watch: asyncio.Task[None]) -> None:
        if not watch.cancelled() and (error := watch.exception()) is not None:
            self._sink.fail(error)

    async def _watch_topics(self) -> None:
        """aiokafka knows a topic by its name alone: one that is deleted and made again under it
        would be read on, at offsets that meant other records.
        """
        gone: set[str] = set()
        while True:
            await asyncio.sleep(TOPICS_SECONDS)
            try:
                there = await asyncio.to_thread(self._log.topic_ids, self._topics)
            except HeadraceError:
                continue  # whatever it is, reading and claiming meet it too, and say so
            missing = set(self._topics) - there.keys()
            if missing - gone:
                log.warning("topics were deleted", topics=sorted(missing - gone), group=self._group)
            gone = missing
            remade = {name for name, known in self._ids.items() if there.get(name, known) != known}
            self._sink.doubt([tp for tp in self.handed_out() if tp.topic in remade])


def _credentials(settings: KafkaSettings) -> Any:
    """What Faust itself wants to see; the consumer's own arguments are `security_arguments`."""
    context = tls_context(settings)
    if settings.sasl_username:
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password.get_secret_value(),
            ssl_context=context,
            mechanism=settings.sasl_mechanism.upper(),
        )
    return faust.SSLCredentials(context) if context else None
