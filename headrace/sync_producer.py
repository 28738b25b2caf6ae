"""Publishing from scripts, without asyncio."""

import asyncio
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, Self, TypeVar

from headrace.catalog import Catalog
from headrace.envelope import Event
from headrace.errors import ConfigurationError, HeadraceError
from headrace.events import TypedEvent
from headrace.service import Published, Service
from headrace.settings import Settings

T = TypeVar("T")


class SyncProducer:
    """A context manager; leaving it flushes. `source` is who publishes: a service of the catalog.

    Its calls block, and may come from several threads. Raises what `Service.publish` raises.
    """

    def __init__(
        self,
        source: str,
        *,
        catalog: Catalog | Path | None = None,
        settings: Settings | None = None,
    ) -> None:
        self._service = Service(source, catalog=catalog, settings=settings)
        self._loop: asyncio.AbstractEventLoop | None = None

    def __enter__(self) -> Self:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        try:
            self._call(self._service.initialize())
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._call(self._service.shutdown())
        finally:
            self._end()

    def publish(self, event: TypedEvent | Event, **envelope: Any) -> Published:
        """One event; returns once it is durable."""
        return self._call(self._service.publish(event, **envelope))

    def publish_many(self, events: Sequence[TypedEvent | Event]) -> list[Published | HeadraceError]:
        """All, in their order; what happened to each."""
        return self._call(self._service.publish_many(events))

    def _call(self, work: Coroutine[Any, Any, T]) -> T:
        if self._loop is None:
            work.close()
            raise ConfigurationError("a SyncProducer publishes inside its `with` block only")
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _end(self) -> None:
        loop, self._loop = self._loop, None
        if loop is not None:
            loop.call_soon_threadsafe(loop.stop)
            self._thread.join()
            loop.close()
