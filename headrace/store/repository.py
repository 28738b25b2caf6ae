"""Aggregates as a service sees them: loaded as a state, saved as what was decided."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from headrace.envelope import Event
from headrace.store.async_store import AsyncEventStore
from headrace.store.errors import ConcurrencyConflictError, WrongAggregateTypeError
from headrace.store.model import Given, Recorded, Stream
from headrace.store.queries import LAST_VERSION
from headrace.store.store import EventStore

S = TypeVar("S")
ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Loaded(Generic[S]):
    """An aggregate's state after its first `version` events; version 0: it has none."""

    state: S
    version: int


@dataclass(frozen=True, slots=True)
class Aggregate(Generic[S]):
    """A type of aggregates: the state before the first event, and what an event makes of a state.

    `apply` is pure and gets events with their envelope; it must take every type and version that
    was ever appended.
    """

    aggregate_type: str
    initial: S
    apply: Callable[[S, Event], S]

    def stream(self, aggregate_id: UUID) -> Stream:
        return Stream(self.aggregate_type, aggregate_id)

    def after(self, loaded: Loaded[S], rows: Sequence[Recorded]) -> Loaded[S]:
        """The state after more events, in order."""
        state = loaded.state
        for row in rows:
            if row.aggregate_type != self.aggregate_type:
                raise WrongAggregateTypeError(
                    row.aggregate_id, self.aggregate_type, row.aggregate_type
                )
            state = self.apply(state, row.event)
        return Loaded(state, rows[-1].aggregate_version if rows else loaded.version)

    def grown(self, loaded: Loaded[S], events: Sequence[Event]) -> Loaded[S]:
        """The state after events that were just appended."""
        state = loaded.state
        for event in events:
            state = self.apply(state, event)
        return Loaded(state, loaded.version + len(events))

    @property
    def unborn(self) -> Loaded[S]:
        return Loaded(self.initial, 0)


class Repository(Generic[S]):
    """Aggregates of one type in a store. Thread-safe; raises what the store raises."""

    def __init__(self, store: EventStore, aggregate: Aggregate[S]) -> None:
        self._store, self._aggregate = store, aggregate

    def load(
        self, aggregate_id: UUID, *, version: int | None = None, at: datetime | None = None
    ) -> Loaded[S]:
        """The state now, after a version, or (instead) at a time of the aggregate's events."""
        if at is not None:
            version = self._store.version_at(aggregate_id, at)
        last = LAST_VERSION if version is None else version
        rows = self._store.read_stream(aggregate_id, 1, last)
        return self._aggregate.after(self._aggregate.unborn, rows)

    def save(
        self,
        aggregate_id: UUID,
        decide: Callable[[S], Sequence[Given]],
        *,
        attempts: int = ATTEMPTS,
    ) -> Loaded[S]:
        """Append what `decide` makes of the present state; returns the state after it.

        When somebody else was quicker, `decide` is asked again with what they did applied, up to
        `attempts` times; then ConcurrencyConflictError. What `decide` raises goes through.
        """
        loaded = self.load(aggregate_id)
        while True:
            events = decide(loaded.state)
            if not events:
                return loaded
            attempts -= 1
            try:
                done = self._store.append(
                    self._aggregate.stream(aggregate_id), events, loaded.version
                )
            except ConcurrencyConflictError:
                if attempts < 1:
                    raise
                rows = self._store.read_stream(aggregate_id, loaded.version + 1)
                loaded = self._aggregate.after(loaded, rows)
            else:
                return self._aggregate.grown(loaded, done.events)


class AsyncRepository(Generic[S]):
    """The same for an event loop."""

    def __init__(self, store: AsyncEventStore, aggregate: Aggregate[S]) -> None:
        self._store, self._aggregate = store, aggregate

    async def load(
        self, aggregate_id: UUID, *, version: int | None = None, at: datetime | None = None
    ) -> Loaded[S]:
        """The state now, after a version, or (instead) at a time of the aggregate's events."""
        if at is not None:
            version = await self._store.version_at(aggregate_id, at)
        last = LAST_VERSION if version is None else version
        rows = await self._store.read_stream(aggregate_id, 1, last)
        return self._aggregate.after(self._aggregate.unborn, rows)

    async def save(
        self,
        aggregate_id: UUID,
        decide: Callable[[S], Sequence[Given]],
        *,
        attempts: int = ATTEMPTS,
    ) -> Loaded[S]:
        """As `Repository.save`."""
        loaded = await self.load(aggregate_id)
        while True:
            events = decide(loaded.state)
            if not events:
                return loaded
            attempts -= 1
            try:
                done = await self._store.append(
                    self._aggregate.stream(aggregate_id), events, loaded.version
                )
            except ConcurrencyConflictError:
                if attempts < 1:
                    raise
                rows = await self._store.read_stream(aggregate_id, loaded.version + 1)
                loaded = self._aggregate.after(loaded, rows)
            else:
                return self._aggregate.grown(loaded, done.events)
