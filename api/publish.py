"""POST /api/events: one event, or a batch as JSON array or NDJSON, into Kafka."""

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.auth import authenticate
from api.batch import Batch
from api.bodies import not_json, parse_body
from api.callers import Caller
from api.intake import Intake, TooDeepError, elements, lines
from api.limits import event_too_large, read_body
from api.media import JSON, NDJSON, body_type
from api.services import Services, services_of
from headrace.codec import MAX_DEPTH, TOO_DEEP
from headrace.kafka import correlated

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)

PATH = "/api/events"
router = APIRouter(tags=["events"])


@router.post(PATH, operation_id="publishEvents", summary="Publish events", status_code=202)
async def publish_events(
    request: Request,
    services: Annotated[Services, Depends(services_of)],
    caller: Annotated[Caller, Depends(authenticate)],
) -> Response:
    """202 once Kafka holds the event (on all in-sync replicas), with topic, partition and offset.

    In a batch every event stands for itself: the answer lists accepted and refused ones by index,
    and is 202 as soon as one went through. An event sent again with the same `eventId` and
    `timestamp` is stored once. A publish-only key publishes what the catalog lets its producer
    write, under that producer's name as `source`.
    """
    return await publish(request, services, caller)


async def publish(request: Request, services: Services, caller: Caller) -> Response:
    """The same, for who has no dependencies injected. Raises a Problem or HeadraceError."""
    media = body_type(request, JSON, NDJSON)
    raw = await read_body(request, services.limits.publish_bytes)
    with correlated(request.scope.get("caller_correlation_id"), None, traceparent_of(request)):
        try:
            return await _published(raw, media, services, caller)
        except TooDeepError:
            raise not_json(TOO_DEEP) from None


async def _published(raw: bytes, media: str, services: Services, caller: Caller) -> Response:
    limits = services.limits
    if media == NDJSON:
        found = lines(raw, limits)
        return await _batch(services, caller, len(found), MAX_DEPTH).publish(found)
    body = parse_body(raw, any_depth=len(raw) <= limits.event_bytes)
    if isinstance(body, list):
        found = elements(body, len(raw), limits)
        return await _batch(services, caller, len(found), MAX_DEPTH - 1).publish(found)
    if len(raw) > limits.event_bytes:
        raise event_too_large(limits.event_bytes)
    return await _batch(services, caller, 1, MAX_DEPTH).publish_one(body)


def _batch(services: Services, caller: Caller, events: int, levels: int) -> Batch:
    producer = services.producer
    quick = producer.quick_records(events)
    return Batch(Intake(services.catalog, services.clock, quick, levels, caller), producer)


def traceparent_of(request: Request) -> str | None:
    """The caller's trace; one that is not as W3C's Trace Context has it is ignored, as it says."""
    sent = request.headers.get("traceparent", "")
    return sent if _TRACEPARENT.fullmatch(sent) else None
