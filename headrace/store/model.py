"""The event store's words: streams, what an append expects, positions, recorded events."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import Any, ClassVar, NamedTuple, TypeAlias
from uuid import UUID

from headrace.codec import dump_json, parse_json
from headrace.envelope import Event
from headrace.events.base import TypedEvent

Given: TypeAlias = Event | TypedEvent
"""What may be appended: an event with its envelope, or a payload that the store wraps in one."""

ENVELOPE_KEYS = {
    "correlationId": "correlation_id",
    "causationId": "causation_id",
    "userId": "user_id",
    "accountId": "account_id",
}
"""Keys of the stored metadata that are the envelope's own fields."""


class Expected(IntEnum):
    """What an append expects of its stream, beside an exact version from 1 up."""

    NO_STREAM = 0
    ANY = -1
    EXISTS = -2


@dataclass(frozen=True, slots=True)
class Stream:
    """One aggregate's events. An id belongs to one aggregate type only."""

    aggregate_type: str
    aggregate_id: UUID

    def __str__(self) -> str:
        return f"{self.aggregate_type} {self.aggregate_id}"


@dataclass(frozen=True, slots=True)
class Append:
    """Events for one stream; `expected` is its version before them, or an `Expected`."""

    stream: Stream
    events: Sequence[Given]
    expected: int = Expected.ANY


class Position(NamedTuple):
    """A place in the total order: the appending transaction, then the sequence number."""

    xid: int
    sequence: int


@dataclass(frozen=True, slots=True)
class Appended:
    """Where a stream's events are now, in their order. `repeated`: they were there already, with
    the same content. `given` are the events without what the store knows of them.
    """

    stream: Stream
    given: tuple[Event, ...]
    versions: tuple[int, ...]
    xids: tuple[int, ...]
    sequences: tuple[int, ...]
    repeated: bool

    @property
    def version(self) -> int:
        """The last event's."""
        return self.versions[-1]

    @property
    def positions(self) -> tuple[Position, ...]:
        return tuple(map(Position, self.xids, self.sequences))

    @property
    def events(self) -> tuple[Event, ...]:
        """As they are read from the store."""
        return tuple(map(self._stored, self.given, self.versions))

    def _stored(self, event: Event, version: int) -> Event:
        return replace(
            event,
            aggregate_type=self.stream.aggregate_type,
            aggregate_id=str(self.stream.aggregate_id),
            aggregate_version=version,
        )


class Recorded(NamedTuple):
    """A row of the store, as it was read: what takes long to make is made when it is asked for.

    Times are aware, UTC; `…_json` is JSON text, `…_text` a UUID's text.
    """

    xid: int
    sequence: int
    event_id_text: str
    event_type: str
    schema_version: str
    source: str
    timestamp: datetime
    aggregate_id_text: str
    aggregate_type: str
    aggregate_version: int
    payload_json: str
    metadata_json: str
    recorded_at: datetime

    @property
    def position(self) -> Position:
        return Position(self.xid, self.sequence)

    @property
    def event_id(self) -> UUID:
        return UUID(self.event_id_text)

    @property
    def aggregate_id(self) -> UUID:
        return UUID(self.aggregate_id_text)

    @property
    def stream(self) -> Stream:
        return Stream(self.aggregate_type, self.aggregate_id)

    @property
    def event(self) -> Event:
        """The event with its envelope, parsed each time."""
        metadata: dict[str, Any] = parse_json(self.metadata_json.encode())
        own = {name: metadata.pop(key, None) for key, name in ENVELOPE_KEYS.items()}
        return Event(
            event_id=self.event_id,
            event_type=self.event_type,
            timestamp=self.timestamp,
            version=self.schema_version,
            source=self.source,
            payload=parse_json(self.payload_json.encode()),
            aggregate_type=self.aggregate_type,
            aggregate_id=self.aggregate_id_text,
            aggregate_version=self.aggregate_version,
            metadata_json=dump_json(metadata).decode() if metadata else "{}",
            **own,
        )


class Snapshot(NamedTuple):
    """An aggregate's state after so many events; `state_json` is JSON text."""

    aggregate_version: int
    state_json: str


@dataclass(frozen=True, slots=True)
class Page:
    """Events in order, and the cursor that continues after them. `more`: the page was full."""

    events: list[Recorded]
    cursor: str
    more: bool


@dataclass(frozen=True, slots=True)
class Behind:
    """What a reader has yet to read: events (at most `MOST`), and how long ago the oldest of these
    was appended. An open transaction may hold them back.
    """

    MOST: ClassVar[int] = 100_000
    events: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Link:
    """An event of a chain of causes, so many steps from where the walk began (0)."""

    distance: int
    recorded: Recorded


@dataclass(frozen=True, slots=True)
class Chain:
    """The walk in order of distance. `complete` is False where its bounds cut it off."""

    links: list[Link]
    complete: bool
