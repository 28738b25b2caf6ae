"""POST /api/events/replay/{streamId}: a stream's events once more, in order.

A dry run, which it is unless `dryRun` is false, applies the events one by one and tells the state,
whether snapshots agree with it, and what would be published where.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Request, Response

from api.limits import read_body
from api.media import JSON, body_type
from api.problems import problem_of
from api.publish import traceparent_of
from api.rebuilding import aggregate_of, checked, readable
from api.replay_body import ReplayBody, target_of
from api.services import Services, services_of
from api.stream import head_of, pages_of
from api.stream_id import StreamId, text_of
from domains.game import AGGREGATES
from headrace.codec import Record, dump_json
from headrace.errors import HeadraceError
from headrace.ids import uuid7
from headrace.kafka import correlated
from headrace.store import AsyncRepository, Recorded

HEADER = "replay"

router = APIRouter(tags=["event store"])


@dataclass(frozen=True, slots=True)
class Replay:
    """One stream's events on their way to one topic; `replay_id` is in a header of each record."""

    services: Services
    replay_id: UUID
    topic: str

    async def publish(self, events: list[Recorded], done: int) -> None:
        """Raises the problem of the first event that Kafka does not take, with the next version."""
        records = [await self._record(each) for each in events]
        for at, result in enumerate(await self.services.producer.publish_many(records)):
            if isinstance(result, HeadraceError):
                problem = problem_of(result)
                problem.extensions |= {
                    "replayId": str(self.replay_id),
                    "published": done + at,
                    "nextVersion": events[at].aggregate_version,
                }
                raise problem from result

    async def _record(self, recorded: Recorded) -> Record:
        record = await self.services.producer.record(recorded.event)
        headers = [*record.headers, (HEADER, str(self.replay_id).encode())]
        return record._replace(topic=self.topic, headers=headers)


@router.post(
    "/api/events/replay/{streamId}", operation_id="replayStream", summary="Replay a stream"
)
async def replay(
    stream_id: Annotated[str, Path(alias="streamId")],
    request: Request,
    services: Annotated[Services, Depends(services_of)],
) -> Response:
    """A dry run applies the events in order and tells what they make, and what would be published.

    With `dryRun: false` they are published in the order of versions, under their own ids and with a
    header `replay`, to `topic`. 10,000 events at most; `nextVersion` goes on.
    """
    named, body = StreamId.parse(stream_id), await _body(request, services)
    head = await head_of(services.store, named)
    wanted = body.range(head.aggregate_version)
    topic = await target_of(body, head, services)
    one = Replay(services, uuid7(services.clock), topic)
    types: Counter[str] = Counter()
    last = wanted.first - 1
    with correlated(None, None, traceparent_of(request)):
        async for page in pages_of(services.store, head, wanted):
            if not body.dry_run:
                await one.publish(page, types.total())
            types.update(each.event_type for each in page)
            last = page[-1].aggregate_version
    answer = {
        "streamId": text_of(head.stream),
        "dryRun": body.dry_run,
        "topic": topic,
        "fromVersion": wanted.first,
        "toVersion": last,
        "events": types.total(),
        "eventTypes": dict(types),
        "nextVersion": last + 1 if last < body.last(head.aggregate_version) else None,
    }
    answer |= (
        await _state(head, last, services) if body.dry_run else {"replayId": str(one.replay_id)}
    )
    return Response(dump_json(answer), media_type=JSON)


async def _state(head: Recorded, last: int, services: Services) -> dict[str, Any]:
    """What the events up to the last make of the aggregate, where there are rules for its type."""
    if head.aggregate_type not in AGGREGATES or last == 0:
        return {}
    aggregate, store = aggregate_of(head.stream), services.store
    with readable(head.stream):
        loaded = await AsyncRepository(store, aggregate).load(head.aggregate_id, version=last)
        check = await checked(store, aggregate, head.aggregate_id, loaded)
    return {"state": aggregate.dump(check.replayed.state), "check": check.shown(aggregate)}


async def _body(request: Request, services: Services) -> ReplayBody:
    raw = await read_body(request, services.limits.query_bytes)
    if not raw:
        return ReplayBody.parse(b"{}")
    body_type(request, JSON)
    return ReplayBody.parse(raw)
