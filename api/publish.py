"""POST /api/events: one event, or a batch as JSON array or NDJSON, into Kafka."""

import asyncio
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api.bodies import parse_body
from api.intake import Candidate, Intake, elements, lines
from api.limits import event_too_large, read_body
from api.media import JSON, NDJSON, body_type
from api.problems import Problem, field_errors, printable, problem_of
from api.services import Services, services_of
from headrace.envelope import Event
from headrace.errors import HeadraceError, OutageError
from headrace.kafka import AsyncProducer, Receipt, Result, correlated

PUBLISH_SECONDS = 30
_EVENTS_A_TURN = 50  # then the loop serves others

_TRACEPARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}"
)

router = APIRouter(tags=["events"])


@router.post("/api/events", operation_id="publishEvents", summary="Publish events", status_code=202)
async def publish(
    request: Request, services: Annotated[Services, Depends(services_of)]
) -> Response:
    """202 once Kafka holds the event (on all in-sync replicas), with topic, partition and offset.

    In a batch every event stands for itself: the answer lists accepted and refused ones by index,
    and is 202 as soon as one went through. An event sent again with the same `eventId` and
    `timestamp` is stored once.
    """
    limits = services.limits
    media = body_type(request, JSON, NDJSON)
    raw = await read_body(request, limits.publish_bytes)
    batch = Batch(Intake(services.catalog, services.clock), services.producer)
    with correlated(request.scope.get("caller_correlation_id"), None, traceparent_of(request)):
        if media == NDJSON:
            return await batch.publish(lines(raw, limits))
        body = parse_body(raw)
        if isinstance(body, list):
            return await batch.publish(elements(body, len(raw), limits))
        if len(raw) > limits.event_bytes:
            raise event_too_large(limits.event_bytes)
        return await batch.publish_one(body)


def traceparent_of(request: Request) -> str | None:
    """The caller's trace; one that is not as W3C's Trace Context has it is ignored, as it says."""
    sent = request.headers.get("traceparent", "")
    return sent if _TRACEPARENT.fullmatch(sent) else None


@dataclass(frozen=True, slots=True)
class Batch:
    """Publishes what can be published of a batch, and tells of the rest by index."""

    intake: Intake
    producer: AsyncProducer

    async def publish_one(self, body: Any) -> Response:
        """202 with the receipt of the one event that `body` is. Raises the problem it has."""
        event = self.intake.event(body)
        (result,) = await self._results([event])
        if isinstance(result, HeadraceError):
            problem = problem_of(result)
            problem.extensions["eventId"] = str(event.event_id)
            raise problem from result
        return _accepted(_receipt_json(event, result))

    async def publish(self, candidates: Sequence[Candidate]) -> Response:
        """202 with `accepted` and `refused`. Raises a problem when nothing went through."""
        taken = await self._take(candidates)
        events = {at: one for at, one in enumerate(taken) if isinstance(one, Event)}
        refused = {at: one for at, one in enumerate(taken) if isinstance(one, Problem)}
        results = await self._results(list(events.values()))
        accepted = []
        for (at, event), result in zip(events.items(), results, strict=True):
            if isinstance(result, HeadraceError):
                refused[at] = problem_of(result)
            else:
                accepted.append({"index": at, **_receipt_json(event, result)})
        told = [_refusal_json(at, refused[at], events.get(at)) for at in sorted(refused)]
        if not accepted:
            raise _nothing_accepted(refused, told)
        return _accepted({"accepted": accepted, "refused": told})

    async def _results(self, events: Sequence[Event]) -> Sequence[Result]:
        """Kafka's word on each event; an outage for all when it takes too long."""
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                return await self.producer.publish_many(events)
        except TimeoutError:
            late = OutageError(
                f"Kafka did not confirm within {PUBLISH_SECONDS} s; "
                "publishing again under the same eventId is safe"
            )
            return [late] * len(events)

    async def _take(self, candidates: Sequence[Candidate]) -> list[Event | Problem]:
        taken: list[Event | Problem] = []
        for at, candidate in enumerate(candidates, 1):
            taken.append(self.intake.take(candidate))
            if at % _EVENTS_A_TURN == 0:
                await asyncio.sleep(0)
        return taken


def _receipt_json(event: Event, receipt: Receipt) -> dict[str, Any]:
    return {
        "eventId": str(event.event_id),
        "topic": receipt.topic,
        "partition": receipt.partition,
        "offset": receipt.offset,
    }


def _refusal_json(index: int, problem: Problem, event: Event | None) -> dict[str, Any]:
    """The event's id comes along where it has one, so that a retry can carry the same."""
    known = {"eventId": str(event.event_id)} if event else {}
    return {
        "index": index,
        **known,
        "status": problem.status,
        "type": problem.type,
        "detail": printable(problem.detail),
        "errors": field_errors(problem.errors),
    }


def _nothing_accepted(refused: Mapping[int, Problem], told: list[dict[str, Any]]) -> Problem:
    """503 when a retry may help, the status that all share if they do, else 422."""
    statuses = {problem.status for problem in refused.values()}
    first = refused[min(refused)]
    status = 503 if 503 in statuses else first.status if len(statuses) == 1 else 422
    headers = next((p.headers for p in refused.values() if p.status == status), {})
    return Problem(
        status,
        "batch-refused",
        "No event of the batch was accepted",
        f"{len(told)} refused; the first: {first.detail}",
        headers=headers,
        extensions={"refused": told},
    )


def _accepted(content: Any) -> Response:
    return Response(orjson.dumps(content), status_code=202, media_type=JSON)
