"""Aggregates as a service sees them: loaded as a state, saved as what was decided."""

from dataclasses import replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from headrace.aggregate import Aggregate
from headrace.store.async_store import AsyncEventStore
from headrace.store.errors import ConcurrencyConflictError
from headrace.store.queries import LAST_VERSION, MAX_PAGE
from headrace.store.rebuilding import (
    NOT_WRITTEN,
    Checked,
    Decide,
    Loaded,
    Rebuilder,
    Snapshots,
)
from headrace.store.store import EventStore

S = TypeVar("S")
ATTEMPTS = 5
SNAPSHOTS = Snapshots()


class Repository(Generic[S]):
    """Aggregates of one kind in a store. Thread-safe; raises what the store raises.

    A snapshot is written after `snapshots.every` events, by whoever loads or saves; one of another
    state version, or that cannot be read, is passed by and replaced. A snapshot that could not be
    written is a warning in the log.
    """

    def __init__(
        self,
        store: EventStore,
        aggregate: Aggregate[S],
        *,
        snapshots: Snapshots | None = SNAPSHOTS,
    ) -> None:
        self._store, self._rebuilder = store, Rebuilder(aggregate, snapshots)

    def load(
        self, aggregate_id: UUID, *, version: int | None = None, at: datetime | None = None
    ) -> Loaded[S]:
        """The state now, after a version, or (instead) at a time of the aggregate's events."""
        if at is not None:
            version = self._store.version_at(aggregate_id, at)
        if version is not None:
            return self._rebuilt(aggregate_id, version)
        loaded = self._rebuilt(aggregate_id, LAST_VERSION)
        self._keep(aggregate_id, loaded)
        return loaded

    def save(
        self,
        aggregate_id: UUID,
        decide: Decide[S] | Any,
        *,
        attempts: int = ATTEMPTS,
        **envelope: Any,
    ) -> Loaded[S]:
        """Append what a command, or a function of the present state, leads to; the state after it.

        When somebody else was quicker, it is decided again with what they did applied, up to
        `attempts` times; then ConcurrencyConflictError. What deciding raises goes through.
        `envelope` (`cause`, `user_id`, …) is for the typed events: see `EventStore.event`.
        """
        loaded = self.load(aggregate_id)
        stream = self._rebuilder.stream(aggregate_id)
        while True:
            events = self._rebuilder.decided(self._store.event, loaded.state, decide, envelope)
            if not events:
                return loaded
            attempts -= 1
            saved = self._rebuilder.grown(loaded, events)
            try:
                done = self._store.append(stream, events, loaded.version)
            except ConcurrencyConflictError:
                if attempts < 1:
                    raise
                loaded = self._continued(aggregate_id, loaded, LAST_VERSION)
            else:
                if done.repeated:  # what is loaded may hold them already
                    return self.load(aggregate_id)
                self._keep(aggregate_id, saved)
                return replace(saved, appended=done)

    def check(self, aggregate_id: UUID) -> Checked[S]:
        """The state from its snapshot beside that of a full replay: do they agree?"""
        loaded = self._rebuilt(aggregate_id, LAST_VERSION)
        replayed = self._continued(aggregate_id, self._rebuilder.unborn, loaded.version)
        return Checked(loaded, replayed)

    def snapshot(self, aggregate_id: UUID) -> Loaded[S]:
        """Write a snapshot now, of whatever version, unless the last is of it. Raises what the
        store does, and TypeError or ValueError for a state that is no JSON.
        """
        loaded = self._rebuilt(aggregate_id, LAST_VERSION)
        if loaded.version > (loaded.snapshot_version or 0):
            self._write(aggregate_id, loaded)
        return loaded

    def _rebuilt(self, aggregate_id: UUID, last: int) -> Loaded[S]:
        start = self._start(aggregate_id, last) if self._rebuilder.reads_snapshots else None
        return self._continued(aggregate_id, start or self._rebuilder.unborn, last)

    def _start(self, aggregate_id: UUID, last: int) -> Loaded[S] | None:
        """The newest snapshot that can be read."""
        stream, state_version = self._rebuilder.stream(aggregate_id), self._rebuilder.state_version
        while snapshot := self._store.snapshot(stream, state_version, last):
            if loaded := self._rebuilder.from_snapshot(stream, snapshot):
                return loaded
            last = snapshot.aggregate_version - 1
        return None

    def _continued(self, aggregate_id: UUID, loaded: Loaded[S], last: int) -> Loaded[S]:
        return continued(self._store, self._rebuilder, aggregate_id, loaded, last)

    def _keep(self, aggregate_id: UUID, loaded: Loaded[S]) -> None:
        """Nothing that goes wrong here may look as if the events were not appended."""
        if self._rebuilder.due(loaded):
            try:
                self._write(aggregate_id, loaded)
            except NOT_WRITTEN as error:
                self._rebuilder.not_written(aggregate_id, error)

    def _write(self, aggregate_id: UUID, loaded: Loaded[S]) -> None:
        self._store.keep_snapshot(
            self._rebuilder.stream(aggregate_id),
            loaded.version,
            self._rebuilder.dumped(loaded),
            state_version=self._rebuilder.state_version,
            keep=self._rebuilder.keep,
        )


def continued(
    store: EventStore, rebuilder: Rebuilder[S], aggregate_id: UUID, loaded: Loaded[S], last: int
) -> Loaded[S]:
    """The state after the aggregate's further events, up to the version `last`."""
    full = True
    while full:
        rows = store.read_stream(aggregate_id, loaded.version + 1, last, limit=MAX_PAGE)
        loaded = rebuilder.after(loaded, rows)
        full = len(rows) == MAX_PAGE
    return loaded


class AsyncRepository(Generic[S]):
    """The same for an event loop."""

    def __init__(
        self,
        store: AsyncEventStore,
        aggregate: Aggregate[S],
        *,
        snapshots: Snapshots | None = SNAPSHOTS,
    ) -> None:
        self._store, self._rebuilder = store, Rebuilder(aggregate, snapshots)

    async def load(
        self, aggregate_id: UUID, *, version: int | None = None, at: datetime | None = None
    ) -> Loaded[S]:
        """The state now, after a version, or (instead) at a time of the aggregate's events."""
        if at is not None:
            version = await self._store.version_at(aggregate_id, at)
        if version is not None:
            return await self._rebuilt(aggregate_id, version)
        loaded = await self._rebuilt(aggregate_id, LAST_VERSION)
        await self._keep(aggregate_id, loaded)
        return loaded

    async def save(
        self,
        aggregate_id: UUID,
        decide: Decide[S] | Any,
        *,
        attempts: int = ATTEMPTS,
        **envelope: Any,
    ) -> Loaded[S]:
        """As `Repository.save`."""
        loaded = await self.load(aggregate_id)
        stream = self._rebuilder.stream(aggregate_id)
        while True:
            events = self._rebuilder.decided(self._store.event, loaded.state, decide, envelope)
            if not events:
                return loaded
            attempts -= 1
            saved = self._rebuilder.grown(loaded, events)
            try:
                done = await self._store.append(stream, events, loaded.version)
            except ConcurrencyConflictError:
                if attempts < 1:
                    raise
                loaded = await self._continued(aggregate_id, loaded, LAST_VERSION)
            else:
                if done.repeated:
                    return await self.load(aggregate_id)
                await self._keep(aggregate_id, saved)
                return replace(saved, appended=done)

    async def check(self, aggregate_id: UUID) -> Checked[S]:
        """As `Repository.check`."""
        loaded = await self._rebuilt(aggregate_id, LAST_VERSION)
        replayed = await self._continued(aggregate_id, self._rebuilder.unborn, loaded.version)
        return Checked(loaded, replayed)

    async def snapshot(self, aggregate_id: UUID) -> Loaded[S]:
        """Write a snapshot now, of whatever version, unless the last is of it. Raises what the
        store does, and TypeError or ValueError for a state that is no JSON.
        """
        loaded = await self._rebuilt(aggregate_id, LAST_VERSION)
        if loaded.version > (loaded.snapshot_version or 0):
            await self._write(aggregate_id, loaded)
        return loaded

    async def _rebuilt(self, aggregate_id: UUID, last: int) -> Loaded[S]:
        start = await self._start(aggregate_id, last) if self._rebuilder.reads_snapshots else None
        return await self._continued(aggregate_id, start or self._rebuilder.unborn, last)

    async def _start(self, aggregate_id: UUID, last: int) -> Loaded[S] | None:
        stream, state_version = self._rebuilder.stream(aggregate_id), self._rebuilder.state_version
        while snapshot := await self._store.snapshot(stream, state_version, last):
            if loaded := self._rebuilder.from_snapshot(stream, snapshot):
                return loaded
            last = snapshot.aggregate_version - 1
        return None

    async def _continued(self, aggregate_id: UUID, loaded: Loaded[S], last: int) -> Loaded[S]:
        full = True
        while full:
            rows = await self._store.read_stream(
                aggregate_id, loaded.version + 1, last, limit=MAX_PAGE
            )
            loaded = self._rebuilder.after(loaded, rows)
            full = len(rows) == MAX_PAGE
        return loaded

    async def _keep(self, aggregate_id: UUID, loaded: Loaded[S]) -> None:
        """Nothing that goes wrong here may look as if the events were not appended."""
        if self._rebuilder.due(loaded):
            try:
                await self._write(aggregate_id, loaded)
            except NOT_WRITTEN as error:
                self._rebuilder.not_written(aggregate_id, error)

    async def _write(self, aggregate_id: UUID, loaded: Loaded[S]) -> None:
        await self._store.keep_snapshot(
            self._rebuilder.stream(aggregate_id),
            loaded.version,
            self._rebuilder.dumped(loaded),
            state_version=self._rebuilder.state_version,
            keep=self._rebuilder.keep,
        )
