"""What is published of a request's events, and how the answer tells of each."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from fastapi import Response

from api.intake import Candidate, Intake
from api.media import JSON
from api.problems import Problem, field_errors, printable, problem_of
from headrace.codec import Record
from headrace.envelope import Event
from headrace.errors import HeadraceError, OutageError
from headrace.kafka import AsyncProducer, Receipt, Result

Taken = Event | Record

PUBLISH_SECONDS = 30
_EVENTS_A_TURN = 50  # then the loop serves others


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
        events = {at: one for at, one in enumerate(taken) if not isinstance(one, Problem)}
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

    async def _results(self, events: Sequence[Taken]) -> Sequence[Result]:
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

    async def _take(self, candidates: Sequence[Candidate]) -> list[Taken | Problem]:
        taken: list[Taken | Problem] = []
        for at, candidate in enumerate(candidates, 1):
            taken.append(self.intake.take(candidate))
            if at % _EVENTS_A_TURN == 0:
                await asyncio.sleep(0)
        return taken


def _receipt_json(event: Taken, receipt: Receipt) -> dict[str, Any]:
    return {
        "eventId": str(event.event_id),
        "topic": receipt.topic,
        "partition": receipt.partition,
        "offset": receipt.offset,
    }


def _refusal_json(index: int, problem: Problem, event: Taken | None) -> dict[str, Any]:
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
