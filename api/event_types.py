"""Which event types a query may mean: those of the catalog, and any that are stored."""

import asyncio
from dataclasses import dataclass, field

from headrace.catalog import Catalog
from headrace.clock import Clock
from headrace.postgres import Pool, stored_event_types


@dataclass
class KnownEventTypes:
    """The union, read again from the database once it is `max_age_seconds` old.

    Only a type that has left the catalog is in the database alone, so the age hardly matters.
    """

    catalog: Catalog
    pool: Pool
    clock: Clock
    max_age_seconds: float = 60.0
    _names: frozenset[str] = frozenset()
    _read_at: float | None = None
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def names(self) -> frozenset[str]:
        """All known names. Raises what `stored_event_types` raises."""
        async with self._lock:
            now = self.clock.monotonic()
            if self._read_at is None or now - self._read_at > self.max_age_seconds:
                stored = await stored_event_types(self.pool)
                self._names = frozenset(stored) | frozenset(self.catalog.event_types)
                self._read_at = now
            return self._names
