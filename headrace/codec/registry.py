"""The schema registry: which id a schema has, and which schema an id stands for.

`SchemaRegistry` is the port; `Registry` speaks Confluent's REST API, `MemoryRegistry`
(registry_memory) keeps everything in the process, for tests and for work without a server.
"""

import json
import threading
import weakref
from typing import Any, Protocol

from headrace.catalog.model import DEFAULT_LEVEL
from headrace.clock import Clock, SystemClock
from headrace.codec.registry_client import (
    CACHE_LIMIT,
    SUBJECT_NOT_FOUND,
    SchemaRegistryError,
    among_others,
    avro,
    client_of,
    level_of,
    translated,
)
from headrace.errors import UnknownSchemaError
from headrace.settings import Settings

_ASK_AGAIN_SECONDS = 1.0


class SchemaRegistry(Protocol):
    """Called by encoders and decoders from any thread; blocks for at most ten seconds a call.

    Raises OutageError while the registry cannot answer: callers wait and try again.
    """

    def register(self, subject: str, schema_text: str, level: str = DEFAULT_LEVEL) -> int:
        """The id of a schema under a subject, registered now if it was not; idempotent.

        `level` is the compatibility that the subject is given, in the registry's words.

        Raises ConfigurationError when the registry refuses the schema (it would break readers).
        """

    def schema(self, schema_id: int) -> dict[str, Any]:
        """The schema of an id. Raises UnknownSchemaError when the registry has none."""


class Registry:
    """A registry behind Confluent's REST API; what it said once is kept (ids never change)."""

    def __init__(self, settings: Settings, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._unknown: dict[int, float] = {}
        self._client = client_of(settings.schema_registry_url)
        weakref.finalize(self, self._client.__exit__, None, None, None)  # closes its connections
        self._lock = threading.Lock()
        self._ids: dict[tuple[str, str], int] = {}
        self._schemas: dict[int, dict[str, Any]] = {}

    def register(self, subject: str, schema_text: str, level: str = DEFAULT_LEVEL) -> int:
        key = (subject, schema_text)
        schema_id = self._ids.get(key)
        if schema_id is None:
            schema_id = translated(
                lambda: among_others(lambda: self._register(subject, schema_text, level))
            )
            self._remember(self._ids, key, schema_id)
        return schema_id

    def schema(self, schema_id: int) -> dict[str, Any]:
        found = self._schemas.get(schema_id)
        if found is None:
            self._raise_if_just_asked(schema_id)
            try:
                found = translated(lambda: self._fetch(schema_id), schema_id)
            except UnknownSchemaError:
                self._remember(self._unknown, schema_id, self._clock.monotonic())
                raise
            self._remember(self._schemas, schema_id, found)
        return found

    def _raise_if_just_asked(self, schema_id: int) -> None:
        """A batch of records with an unknown id must not mean a request for each."""
        asked = self._unknown.get(schema_id)
        if asked is not None and self._clock.monotonic() - asked < _ASK_AGAIN_SECONDS:
            raise UnknownSchemaError(schema_id)

    def _register(self, subject: str, schema_text: str, level: str) -> int:
        """The level is set before a further version is checked, or right after the first one."""
        known = self._set_level(subject, level)
        schema_id = self._client.register_schema(subject, avro(schema_text))
        if not known:
            self._set_level(subject, level)
        return int(schema_id)

    def _set_level(self, subject: str, level: str) -> bool:
        try:
            self._client.set_config(subject, level_of(level))
        except SchemaRegistryError as error:
            if error.http_status_code == 404 and error.error_code == SUBJECT_NOT_FOUND:
                return False
            raise
        return True

    def _fetch(self, schema_id: int) -> dict[str, Any]:
        found = self._client.get_schema(schema_id)
        if (found.schema_type or "AVRO") != "AVRO":
            return {"type": str(found.schema_type)}  # somebody else's; nothing of ours reads it
        schema = json.loads(found.schema_str)
        return schema if isinstance(schema, dict) else {"type": schema}

    def _remember(self, cache: dict[Any, Any], key: Any, value: Any) -> None:
        with self._lock:
            if len(cache) >= CACHE_LIMIT:
                del cache[next(iter(cache))]
            cache[key] = value
