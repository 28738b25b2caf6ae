"""POST /api/streams/{streamId}: append events to one aggregate, all or none."""

from collections.abc import Sequence
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Path, Request, Response

from api.bodies import not_json, parse_body
from api.condition import Condition, etag
from api.domain_event import Sent, renamed, sent_event
from api.intake import Candidate, elements, lines
from api.limits import event_too_large, read_body
from api.media import JSON, NDJSON, body_type
from api.parameters import Parameters
from api.problems import Problem, invalid
from api.services import Services, services_of
from api.stream_id import StreamId, text_of
from headrace.catalog import Catalog
from headrace.codec import MAX_DEPTH, TOO_DEEP, exceeds
from headrace.envelope import Event
from headrace.errors import FieldProblem, InvalidEventError
from headrace.store import (
    Append,
    Appended,
    Checker,
    ConcurrencyConflictError,
    DuplicateEventError,
    Stream,
)

router = APIRouter(tags=["event store"])


@router.post(
    "/api/streams/{streamId}",
    operation_id="appendToStream",
    summary="Append events to a stream",
    status_code=201,
)
async def append(
    stream_id: Annotated[str, Path(alias="streamId")],
    request: Request,
    services: Annotated[Services, Depends(services_of)],
) -> Response:
    """201 once the events are stored, in one transaction; 200 where they were stored before.

    Repeating a request whose events have ids is safe: the same content is stored once, other
    content under a known id is a 409. `If-Match` carries the version that the caller decided on;
    412 tells the actual one.
    """
    named = StreamId.parse(stream_id)
    any_version = _any_version(request)
    sent = await _sent(request, services)
    events = [each.event for each in sent]
    condition = Condition.of(request, any_version, [each.version for each in sent])
    stream = _stream(named, events, services.catalog)
    try:
        appended = await services.store.append(stream, events, condition.expected)
    except ConcurrencyConflictError as error:
        raise condition.conflict(error) from error
    except DuplicateEventError:
        raise
    except InvalidEventError as error:
        raise _named(error, stream, events, services) from error
    return _answer(appended)


def _any_version(request: Request) -> bool:
    parameters = Parameters(request, "expected")
    word = parameters.text("expected")
    if word not in (None, "any"):
        parameters.refuse("expected", "must be any, or go; a version is told with If-Match")
    parameters.check()
    return word is not None


async def _sent(request: Request, services: Services) -> list[Sent]:
    """The events of the body: a JSON object, an array, or NDJSON."""
    limits = services.limits
    media = body_type(request, JSON, NDJSON)
    raw = await read_body(request, limits.publish_bytes)
    if media == NDJSON:
        return _several(lines(raw, limits), request, services)
    body = parse_body(raw)
    if isinstance(body, list):
        return _several(elements(body, len(raw), limits), request, services)
    if len(raw) > limits.event_bytes:
        raise event_too_large(limits.event_bytes)
    return [_one(body, request, services)]


def _several(found: Sequence[Candidate], request: Request, services: Services) -> list[Sent]:
    sent, problems = [], list[FieldProblem]()
    for at, candidate in enumerate(found):
        try:
            sent.append(_one(candidate(), request, services))
        except InvalidEventError as error:
            problems += [
                FieldProblem(f"[{at}].{each.field}", each.reason) for each in error.problems
            ]
        except Problem as problem:
            problem.detail = f"event {at}: {problem.detail}"
            raise
    if problems:
        raise InvalidEventError(*problems)
    return sent


def _one(value: Any, request: Request, services: Services) -> Sent:
    if exceeds(value, MAX_DEPTH - 1):
        raise not_json(TOO_DEEP)
    correlation_id = request.scope.get("caller_correlation_id")
    return sent_event(value, services.catalog, services.clock, correlation_id)


def _stream(named: StreamId, events: Sequence[Event], catalog: Catalog) -> Stream:
    """The stream, its type from the address, else from the events, else from the catalog."""
    found = (
        named.aggregate_type
        or next((each.aggregate_type for each in events if each.aggregate_type), None)
        or catalog.topic(catalog.event_type(events[0].event_type).topic).aggregate_type
    )
    if found is None:
        reason = f"{events[0].event_type} is of no aggregate type; name it in the address or here"
        raise invalid("The event is not valid", FieldProblem("aggregateType", reason))
    return Stream(found, named.aggregate_id)


def _named(
    error: InvalidEventError, stream: Stream, events: Sequence[Event], services: Services
) -> InvalidEventError:
    """The error with the places of the events that are at fault, where there are several."""
    if len(events) == 1:
        return renamed(error)
    checker = Checker(services.catalog, "api", services.clock)
    problems: list[FieldProblem] = []
    for at, event in enumerate(events):
        try:
            checker.batch([Append(stream, [event])])
        except InvalidEventError as found:
            problems += renamed(found, f"[{at}].").problems
    return InvalidEventError(*problems) if problems else renamed(error)


def _answer(appended: Appended) -> Response:
    stream_id = text_of(appended.stream)
    body = {
        "streamId": stream_id,
        "aggregateId": str(appended.stream.aggregate_id),
        "aggregateType": appended.stream.aggregate_type,
        "version": appended.version,
        "repeated": appended.repeated,
        "events": [
            {"eventId": str(event.event_id), "version": version, "sequence": sequence}
            for event, version, sequence in zip(
                appended.given, appended.versions, appended.sequences, strict=True
            )
        ],
    }
    headers = {"ETag": etag(appended.version), "Location": f"/api/events/stream/{stream_id}"}
    status = 200 if appended.repeated else 201
    return Response(orjson.dumps(body), status_code=status, media_type=JSON, headers=headers)
