"""What a producer tells: events acknowledged and refused, latency, connections, its buffer."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson

from headrace.metrics.definitions import (
    BUFFERED_BYTES,
    BUFFERED_RECORDS,
    CONNECTED_BROKERS,
    CONNECTION_ERRORS,
    PUBLISH_FAILURES,
    PUBLISH_LATENCY,
    PUBLISHED,
)
from headrace.metrics.registry import LIVE, Sample, counter, histogram

STATISTICS_MS = 5_000
REASONS = ("invalid", "outage", "configuration", "refused", "cancelled", "other")

_published = counter(PUBLISHED)
_failures = counter(PUBLISH_FAILURES)
_latency = histogram(PUBLISH_LATENCY)
_errors = counter(CONNECTION_ERRORS)


class Publishing:
    """The metrics of one producer of `service`; `buffered` says how many records it holds.

    Called once a call that publishes, not once an event.
    """

    def __init__(self, service: str, buffered: Callable[[], int] = lambda: 0) -> None:
        self._service = service
        self._buffered = buffered
        self._bytes = 0.0
        self._connected = 0
        self._counters: dict[str, Any] = {}
        self._latency = _latency.labels(service)
        for reason in REASONS:  # from 0 on: an increase from nothing is none to Prometheus
            _failures.labels(service, reason)
        self.connections = Connections("producer")

    def open(self) -> None:
        LIVE.add(self._samples)

    def close(self) -> None:
        LIVE.remove(self._samples)

    def published(self, by_type: Mapping[str, int], seconds: float) -> None:
        """So many events of each type were acknowledged, the slowest of them after `seconds`."""
        for event_type, count in by_type.items():
            found = self._counters.get(event_type)
            if found is None:
                found = self._counters[event_type] = _published.labels(event_type, self._service)
            found.inc(count)
        if by_type:
            self._latency.observe(seconds)

    def failed(self, by_reason: Mapping[str, int]) -> None:
        """So many events were not published; the reasons are those of the list."""
        for reason, count in by_reason.items():
            _failures.labels(self._service, reason).inc(count)

    def statistics(self, text: str) -> None:
        """librdkafka's statistics, as JSON text."""
        found = orjson.loads(text)
        self._bytes = found.get("msg_size", 0)
        # librdkafka makes a broker's entry anew after each lost connection, with its counters: only
        # the state can be told
        states = [broker.get("state") for broker in found.get("brokers", {}).values()]
        self._connected = states.count("UP")

    def _samples(self) -> Iterable[Sample]:
        yield BUFFERED_RECORDS, (self._service,), self._buffered()
        yield BUFFERED_BYTES, (self._service,), self._bytes
        yield CONNECTED_BROKERS, (self._service,), self._connected


class Connections:
    """The connections of one client (`producer`, `admin`) to all brokers."""

    def __init__(self, client: str) -> None:
        self._client = client

    def failed(self, error: Any) -> None:
        """librdkafka's error callback had this `KafkaError`."""
        reason = str(error.name()).lstrip("_").lower()
        _errors.labels(self._client, reason).inc()
