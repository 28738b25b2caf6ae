"""Rebuilding aggregates for the resources that show states: by snapshot, and in full."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog

from api.problems import Problem
from domains.game import AGGREGATES
from headrace.aggregate import Aggregate
from headrace.errors import PoisonError
from headrace.store import AsyncEventStore, AsyncRepository, Loaded, MissingEventsError, Stream


def aggregate_of(stream: Stream) -> Aggregate[Any]:
    """The rules of the stream's aggregate. Raises a 404 problem where this code has none."""
    found = AGGREGATES.get(stream.aggregate_type)
    if found is None:
        raise Problem(
            404,
            "no-such-aggregate",
            "There is no state of this type",
            f"{stream.aggregate_type} has events here, but no rules that make a state of them; "
            f"there are {', '.join(AGGREGATES)}",
        )
    return found


@contextmanager
def readable(stream: Stream) -> Iterator[None]:
    """Raises a 500 problem that says why the events of the block cannot be rebuilt from."""
    try:
        yield
    except (PoisonError, MissingEventsError) as error:
        structlog.get_logger().error("an aggregate cannot be rebuilt", stream=str(stream))
        raise Problem(
            500, "not-rebuilt", "The state cannot be rebuilt", f"{stream}: {error}"
        ) from error


@dataclass(frozen=True, slots=True)
class Check:
    """A state beside the one that a replay of all its events gives."""

    loaded: Loaded[Any]
    replayed: Loaded[Any]

    @property
    def is_consistent(self) -> bool:
        return self.loaded == self.replayed

    def shown(self, aggregate: Aggregate[Any]) -> dict[str, Any]:
        """For an answer; the replayed state comes along where it is another."""
        found = {"consistent": self.is_consistent, "replayedEvents": self.replayed.version}
        other = {"replayedState": aggregate.dump(self.replayed.state)}
        return found if self.is_consistent else found | other


async def checked(
    store: AsyncEventStore, aggregate: Aggregate[Any], aggregate_id: UUID, loaded: Loaded[Any]
) -> Check:
    """Rebuild the same version from the first event; what differs is an error in the log."""
    full = AsyncRepository(store, aggregate, snapshots=None)
    check = Check(loaded, await full.load(aggregate_id, version=loaded.version))
    if not check.is_consistent:
        structlog.get_logger().error(
            "a snapshot differs from its events",
            stream=str(Stream(aggregate.name, aggregate_id)),
            snapshot_version=loaded.snapshot_version,
        )
    return check
