"""What a stage and a service's handlers tell: how records ended, how long it took, what waited."""

import functools
from collections.abc import Mapping, Sequence
from typing import Any

from headrace.metrics.definitions import (
    PROCESSING,
    SERVICE_EVENTS,
    STAGE_REBALANCES,
    STAGE_RECORDS,
    STAGE_TRANSACTIONS,
    STAGE_WAITS,
)
from headrace.metrics.registry import counter, histogram, observe_all

_processing = histogram(PROCESSING)
_service_events = counter(SERVICE_EVENTS)
_records = counter(STAGE_RECORDS)
_transactions = histogram(STAGE_TRANSACTIONS)
_waits = counter(STAGE_WAITS)
_rebalances = counter(STAGE_REBALANCES)


def processed(event_type: str, service: str, status: str, seconds: float) -> None:
    """A handler of `service` took so long over an event; `status` is `success` or `failure`."""
    _processing_of(event_type, service, status).observe(seconds)


def processed_all(event_type: str, service: str, status: str, seconds: Sequence[float]) -> None:
    """The same of several events."""
    observe_all(_processing_of(event_type, service, status), seconds)


@functools.cache
def _processing_of(event_type: str, service: str, status: str) -> Any:
    return _processing.labels(event_type, service, status)


def handled(service: str, by_type_and_outcome: Mapping[tuple[str, str], int]) -> None:
    """So many events of a type ended so; the outcomes are those of the list. Once a chunk."""
    for (event_type, outcome), count in by_type_and_outcome.items():
        _service_events.labels(service, event_type, outcome).inc(count)


class StageMetrics:
    """The metrics of one consumer group in this process; called once a batch at most."""

    def __init__(self, group: str) -> None:
        self._group = group
        self._outcomes: dict[tuple[str, str], Any] = {}
        self._transactions = _transactions.labels(group)
        self._rebalances = _rebalances.labels(group)
        for reason in ("outage", "unknown_schema", "transient", "unexpected"):
            _waits.labels(group, reason)  # from 0 on: an increase from nothing is none

    def ended(self, topic: str, by_outcome: Mapping[str, int]) -> None:
        """So many offsets of a topic ended so; less than one of an outcome is not counted."""
        for outcome, count in by_outcome.items():
            if count > 0:
                self._counter(topic, outcome).inc(count)

    def transaction(self, seconds: float) -> None:
        """A writer has worked so long on a transaction, whatever became of it."""
        self._transactions.observe(seconds)

    def waits(self, reason: str) -> None:
        """A partition is held; the reasons are those of the list."""
        _waits.labels(self._group, reason).inc()

    def rebalanced(self) -> None:
        self._rebalances.inc()

    def _counter(self, topic: str, outcome: str) -> Any:
        found = self._outcomes.get((topic, outcome))
        if found is None:
            found = _records.labels(self._group, topic, outcome)
            self._outcomes[topic, outcome] = found
        return found
