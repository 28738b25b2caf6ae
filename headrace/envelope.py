"""The envelope that every event travels in (the payload is the event type's own)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One domain event.

    `timestamp` is aware, UTC, to the microsecond. `version` is the schema's "N.M"; the
    aggregate's is `aggregate_version`. `payload` holds JSON values (headrace.codec.json_form says
    which for each Avro type). `metadata_json` is the text of any JSON object, kept as it came.
    """

    event_id: UUID
    event_type: str
    timestamp: datetime
    version: str
    source: str
    payload: Mapping[str, Any]
    correlation_id: str | None = None
    causation_id: str | None = None
    aggregate_type: str | None = None
    aggregate_id: str | None = None
    aggregate_version: int | None = None
    account_id: str | None = None
    user_id: str | None = None
    metadata_json: str = "{}"

    @property
    def metadata(self) -> dict[str, Any]:
        value: dict[str, Any] = json.loads(self.metadata_json)  # keeps whole numbers exact
        return value
