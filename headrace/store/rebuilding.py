"""How rows become an aggregate's state, with snapshots on the way. No connection is involved."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Generic, TypeVar
from uuid import UUID

import structlog

from headrace.aggregate import Aggregate
from headrace.codec import dump_json, parse_json
from headrace.envelope import Event
from headrace.errors import ConfigurationError, HeadraceError, PoisonError
from headrace.events.base import TypedEvent
from headrace.store.errors import MissingEventsError, WrongAggregateTypeError
from headrace.store.model import Appended, Given, Recorded, Snapshot, Stream
from headrace.upcasting import upcast_payload

S = TypeVar("S")
Decide = Callable[[S], Iterable[Given]]
NOT_WRITTEN = (HeadraceError, ValueError, TypeError)
"""What keeps a snapshot from being written: a database, a right, a state that is no JSON."""
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Snapshots:
    """A snapshot every so many events of an aggregate, and how many of them stay."""

    every: int = 50
    keep: int = 3

    def __post_init__(self) -> None:
        if self.every < 1 or self.keep < 1:
            raise ConfigurationError("snapshots: `every` and `keep` are 1 or more")


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """An aggregate's state after its first `version` events; version 0: it has none.

    `snapshot_version` is the snapshot's that it was rebuilt from, None where from the beginning;
    `appended` what a save has added.
    """

    state: S
    version: int
    snapshot_version: int | None = field(default=None, compare=False)
    appended: Appended | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Checked(Generic[S]):
    """The same version twice: rebuilt from its snapshot, and from the first event."""

    loaded: Loaded[S]
    replayed: Loaded[S]

    @property
    def agrees(self) -> bool:
        return self.loaded == self.replayed


class Rebuilder(Generic[S]):
    """What a repository knows of its kind of aggregates.

    `snapshots` None: they are neither read nor written.
    """

    def __init__(self, aggregate: Aggregate[S], snapshots: Snapshots | None) -> None:
        self._aggregate, self._snapshots = aggregate, snapshots
        self._classes = _newest(aggregate.events)
        self._may_write = snapshots is not None

    @property
    def unborn(self) -> Loaded[S]:
        return Loaded(self._aggregate.initial, 0)

    @property
    def reads_snapshots(self) -> bool:
        return self._snapshots is not None

    @property
    def state_version(self) -> str:
        return str(self._aggregate.state_version)

    def stream(self, aggregate_id: UUID) -> Stream:
        return Stream(self._aggregate.name, aggregate_id)

    def from_snapshot(self, stream: Stream, snapshot: Snapshot) -> Loaded[S] | None:
        """The state in it; None, and a warning, for one that cannot be read."""
        version = snapshot.aggregate_version
        try:
            state = self._aggregate.load(parse_json(snapshot.state_json.encode()))
        except (ValueError, TypeError) as error:
            log.warning("snapshot unreadable", stream=str(stream), version=version, why=_why(error))
            return None
        return Loaded(state, version, version)

    def after(self, loaded: Loaded[S], rows: Sequence[Recorded]) -> Loaded[S]:
        """The state after more events. Raises WrongAggregateTypeError, MissingEventsError, and
        PoisonError, naming the event, where no upcaster brings it up to this code's class.
        """
        state, version = loaded.state, loaded.version
        for row in rows:
            if row.aggregate_type != self._aggregate.name:
                raise WrongAggregateTypeError(
                    row.aggregate_id, self._aggregate.name, row.aggregate_type
                )
            if row.aggregate_version != version + 1:
                raise MissingEventsError(row.stream, version + 1, row.aggregate_version - 1)
            state = self._aggregate.apply(state, self._typed(row))
            version = row.aggregate_version
        return replace(loaded, state=state, version=version)

    def grown(self, loaded: Loaded[S], events: Sequence[Event]) -> Loaded[S]:
        """The state after events that are about to be appended to it. Raises PoisonError for one
        that the aggregate could not be rebuilt from.
        """
        state = loaded.state
        for event in events:
            typed = self._upcast(event.event_type, event.version, event.payload)
            state = self._aggregate.apply(state, typed)
        return replace(loaded, state=state, version=loaded.version + len(events))

    def decided(
        self, make: Callable[..., Event], state: S, decide: Any, envelope: dict[str, Any]
    ) -> list[Event]:
        """The events that a function of the state, or a command, leads to; they share a
        correlation id.
        """
        found = decide(state) if callable(decide) else self._aggregate.decide(state, decide)
        envelope, events = dict(envelope), []
        for each in found:
            event = make(each, **envelope) if isinstance(each, TypedEvent) else each
            envelope.setdefault("correlation_id", event.correlation_id)
            events.append(event)
        return events

    def due(self, loaded: Loaded[S]) -> bool:
        """Whether a snapshot of this state is to be written."""
        if not self._may_write or self._snapshots is None:
            return False
        return loaded.version - (loaded.snapshot_version or 0) >= self._snapshots.every

    @property
    def keep(self) -> int:
        """How many snapshots of an aggregate stay."""
        return (self._snapshots or Snapshots()).keep

    def dumped(self, loaded: Loaded[S]) -> str:
        """The state as JSON text. Raises TypeError or ValueError for one that is none."""
        return dump_json(self._aggregate.dump(loaded.state)).decode()

    def not_written(self, aggregate_id: UUID, error: Exception) -> None:
        """A snapshot only saves time: without the right to write them, none is tried again."""
        stream = str(self.stream(aggregate_id))
        log.warning("snapshot not written", stream=stream, why=_why(error))
        if isinstance(error, ConfigurationError):
            self._may_write = False

    def _typed(self, row: Recorded) -> TypedEvent:
        payload = parse_json(row.payload_json.encode())
        try:
            return self._upcast(row.event_type, row.schema_version, payload)
        except PoisonError as error:
            where = f"{row.stream} version {row.aggregate_version}"
            raise PoisonError(error.reason, f"{where}: {error}") from error

    def _upcast(self, event_type: str, version: str, payload: Any) -> TypedEvent:
        known = self._classes.get(event_type)
        if known is None:
            raise PoisonError(
                "unknown_event", f"{self._aggregate.name} of this code applies no {event_type}"
            )
        event_class, major = known
        given = int(version.partition(".")[0])
        return event_class.from_payload(upcast_payload(event_type, payload, given, major))


def _newest(classes: Iterable[type[TypedEvent]]) -> dict[str, tuple[type[TypedEvent], int]]:
    """By event type the class of its newest major, which older events are brought up to."""
    found: dict[str, tuple[type[TypedEvent], int]] = {}
    for each in classes:
        major = int(each.version.partition(".")[0])
        if each.event_type not in found or found[each.event_type][1] < major:
            found[each.event_type] = (each, major)
    return found


def _why(error: Exception) -> str:
    """One line; a state's values stay out of logs."""
    known = isinstance(error, HeadraceError)
    return str(error).partition("\n")[0] if known else type(error).__name__
