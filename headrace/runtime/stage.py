"""What a stage is: a group, its topics, how it decodes and what it does with the events."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from headrace.catalog import Topic
from headrace.codec.columnar import DecodedColumns
from headrace.envelope import Event
from headrace.runtime.events import Events
from headrace.runtime.policy import FailurePolicy
from headrace.runtime.records import TopicPartition


class Decoded(Protocol):
    """An event, the schema id that it was written with, and its payload as JSON text."""

    @property
    def event(self) -> Event: ...
    @property
    def schema_id(self) -> int: ...
    @property
    def payload_json(self) -> bytes: ...


class Decoder(Protocol):
    """Called from writer threads. Raises PoisonError, UnknownSchemaError or OutageError."""

    def decode(
        self, value: bytes | None, *, topic: Topic | None = None, now: datetime | None = None
    ) -> Decoded:
        """The event in a record's value, which must be one that `topic` lists. `now` is the time by
        which an event may be too far ahead; the decoder's own clock if None.
        """


class ManyDecoder(Protocol):
    """Called from writer threads. Raises UnknownSchemaError or OutageError.

    `headrace.codec.columnar.ColumnarDecoder` is the one; a stage without takes record by record.
    """

    def decode(
        self,
        schema_id: int,
        bodies: Sequence[bytes],
        *,
        event_types: Collection[str],
        now: datetime,
    ) -> DecodedColumns:
        """The events in Avro bodies of one schema, or in some; `Decoder` gets the others."""


class Handler(Protocol):
    """A stage's effects. Called from writer threads; it sees no offsets, no Faust, no retries.

    Both methods may be called again with the same events, since a transaction may roll back.
    To refuse one event, raise PoisonError, InvalidEventError or BusinessError: the runtime finds
    which of the events it was. Wait for something with OutageError or TransientError.
    """

    def prepare(self, events: Events) -> None:
        """What must exist before the transaction begins, in transactions of its own."""

    def apply(self, events: Events, effects: Any) -> Mapping[TopicPartition, int]:
        """Write the effects through `effects`; returns how many were duplicates, by partition."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A consumer group with a handler, a failure policy and the topics it reads.

    `topics_apart`: a topic that was made again does not stop the stage but is left out, while the
    others go on. For stages whose topics have nothing to do with each other.
    """

    name: str
    group: str
    topics: Mapping[str, Topic]
    decoder: Decoder
    handler: Handler
    policy: FailurePolicy = field(default_factory=FailurePolicy)
    columnar: ManyDecoder | None = None
    topics_apart: bool = False
