"""A registry within the process, for tests and for work without a server."""

import json
import threading
from typing import Any

from headrace.catalog.model import DEFAULT_LEVEL
from headrace.errors import OutageError, UnknownSchemaError


class MemoryRegistry:
    """Keeps schemas in memory. `reachable = False` makes every call an outage.

    It checks no compatibility; that is the server's part.
    """

    def __init__(self, first_id: int = 1) -> None:
        self.reachable = True
        self._lock = threading.Lock()
        self._first = first_id
        self._schemas: list[tuple[str, str]] = []

    def register(
        self,
        subject: str,
        schema_text: str,
        level: str = DEFAULT_LEVEL,  # noqa: ARG002 - it checks none
    ) -> int:
        self._check()
        with self._lock:
            if (subject, schema_text) not in self._schemas:
                self._schemas.append((subject, schema_text))
            return self._first + self._schemas.index((subject, schema_text))

    def schema(self, schema_id: int) -> dict[str, Any]:
        self._check()
        index = schema_id - self._first
        if not 0 <= index < len(self._schemas):
            raise UnknownSchemaError(schema_id)
        schema: dict[str, Any] = json.loads(self._schemas[index][1])
        return schema

    def _check(self) -> None:
        if not self.reachable:
            raise OutageError("the schema registry does not answer")
