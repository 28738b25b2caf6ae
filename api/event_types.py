"""Which event types a query may mean: those of the catalog, and any that are stored."""

import asyncio
from dataclasses import dataclass, field

from headrace.catalog import Catalog
from headrace.clock import Clock
from headrace.postgres import Pool, stored_event_types


@dataclass(frozen=True, slots=True)
class Names:
    """`all` of them, and those that the event store takes."""

    all: frozenset[str] = frozenset()
    store: frozenset[str] = frozenset()


@dataclass
class KnownEventTypes:
    """The union, read again from the databases once it is `max_age_seconds` old.

    Only a type that has left the catalog is in a database alone, so the age hardly matters.
    """

    catalog: Catalog
    pool: Pool
    store_pool: Pool
    clock: Clock
    max_age_seconds: float = 60.0
    _names: Names = Names()
    _read_at: float | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def names(self) -> Names:
        """All known names. Raises what `stored_event_types` raises."""
        async with self._lock:
            now = self.clock.monotonic()
            if self._read_at is None or now - self._read_at > self.max_age_seconds:
                warm = await stored_event_types(self.pool)
                store = frozenset(await stored_event_types(self.store_pool, "store"))
                self._names = Names(store.union(warm, self.catalog.event_types), store)
                self._read_at = now
            return self._names
