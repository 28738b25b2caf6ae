"""One log line for each event that a service has handled: what the example is watched by."""

import structlog

from headrace.service import Metadata

log = structlog.get_logger("dreamscape")


def handled(metadata: Metadata, what: str = "") -> None:
    """Say that this event was handled, and what came of it."""
    log.info(
        "handled",
        eventType=metadata.event_type,
        eventId=str(metadata.event_id),
        correlationId=metadata.correlation_id,
        what=what,
    )
