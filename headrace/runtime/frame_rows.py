"""The rows of a frame of events, each of which is made into an event when somebody asks."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import count, repeat
from typing import Any
from uuid import UUID

import orjson
import polars as pl

from headrace.envelope import Event
from headrace.ids import uuid_of
from headrace.runtime.records import StageEvent, TopicPartition

_ALIKE = (
    *("event_type", "timestamp", "version", "source", "correlation_id", "causation_id"),
    *("aggregate_type", "aggregate_id", "aggregate_version", "account_id", "user_id"),
)
"""The columns that an event has as they are."""


class FrameRow:
    """A `StageEvent` in a frame. Whoever wants its payload alone, once, asks `payload`."""

    __slots__ = ("_event", "_number", "_of", "_payload", "event_type", "offset", "version")

    def __init__(  # noqa: PLR0917 - called by `map`
        self,
        of: "FrameRows",
        number: int,
        offset: int,
        event_type: str,
        version: str,
        payload: str,
    ) -> None:
        self._of, self._number = of, number
        self._event: Event | None = None
        self.offset, self.event_type, self.version = offset, event_type, version
        self._payload = payload

    @property
    def tp(self) -> TopicPartition:
        return self._of.tp

    @property
    def event_id(self) -> UUID:
        return uuid_of(self._of.columns["event_id"][self._number])

    @property
    def payload(self) -> Mapping[str, Any]:
        if self._event is not None:
            return self._event.payload
        loaded: Mapping[str, Any] = orjson.loads(self._payload)
        return loaded

    @property
    def event(self) -> Event:
        """Made once."""
        if self._event is None:
            self._event = self._made()
        return self._event

    @property
    def whole(self) -> StageEvent:
        """As an object of its own."""
        schema_id = self._of.columns["schema_id"][self._number]
        text = self._payload.encode()
        return StageEvent(self.tp, self.offset, schema_id, self.event, text)

    def _made(self) -> Event:
        columns, number = self._of.columns, self._number
        return Event(
            event_id=uuid_of(columns["event_id"][number]),
            payload=orjson.loads(self._payload),
            metadata_json=columns["metadata"][number],
            **{name: columns[name][number] for name in _ALIKE},
        )


class FrameRows:
    """The rows of one frame, in its order."""

    def __init__(self, tp: TopicPartition, frame: pl.DataFrame) -> None:
        self.tp = tp
        self._frame = frame

    def __iter__(self) -> Iterator[FrameRow]:
        named = ("record_offset", "event_type", "version", "payload")
        values = (self._frame[name].to_list() for name in named)
        return map(FrameRow, repeat(self), count(), *values)

    @cached_property
    def columns(self) -> Mapping[str, Sequence[Any]]:
        """All of them, as lists, once somebody wants one."""
        return self._frame.to_dict(as_series=False)
