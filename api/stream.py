"""GET /api/events/stream/{streamId}: one aggregate's events by version, in pages or as lines."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import StreamingResponse

from api.condition import etag, is_unchanged
from api.domain_event import MAX_VERSION, ndjson, shown_event
from api.media import JSON, NDJSON, wants_ndjson
from api.parameters import Parameters
from api.services import Services, services_of
from api.stream_id import StreamId, not_found, text_of
from headrace.store import AsyncEventStore, Recorded

PAGE = 1_000
PRIVATE = {"Cache-Control": "private, no-cache", "Vary": "Accept, Authorization"}

router = APIRouter(tags=["event store"])


@dataclass(frozen=True, slots=True)
class Range:
    """Versions from `first` to `last`, at most `limit` events (None: all)."""

    first: int
    last: int
    backwards: bool
    limit: int | None

    @classmethod
    def of(cls, request: Request) -> "Range":
        """Raises a 422 problem naming the parameter."""
        parameters = Parameters(request, "fromVersion", "toVersion", "backwards", "limit")
        first = parameters.number("fromVersion", 1, MAX_VERSION)
        last = parameters.number("toVersion", 1, MAX_VERSION)
        if first and last and last < first:
            parameters.refuse("toVersion", "must not be below fromVersion, backwards as well")
        backwards, limit = parameters.flag("backwards"), parameters.number("limit", 1, MAX_VERSION)
        parameters.check()
        return cls(first or 1, last or MAX_VERSION, backwards, limit)


@router.get(
    "/api/events/stream/{streamId}", operation_id="readStream", summary="Read one stream's events"
)
async def read_stream(
    stream_id: Annotated[str, Path(alias="streamId")],
    request: Request,
    services: Annotated[Services, Depends(services_of)],
) -> Response:
    """The events of an aggregate, in the order of versions, and its version as `ETag`.

    1,000 events at most as JSON (`nextVersion` continues); with `Accept: application/x-ndjson` all
    that are asked for, a line each. With `If-None-Match` 304 tells that nothing was appended.
    """
    named, lines, wanted = StreamId.parse(stream_id), wants_ndjson(request), Range.of(request)
    head = await head_of(services.store, named)
    headers = {"ETag": etag(head.aggregate_version), **PRIVATE}
    if is_unchanged(request, head.aggregate_version):
        return Response(status_code=304, headers=headers)
    pages = pages_of(services.store, head, wanted)
    first: list[Recorded] = await anext(pages, [])
    if lines:
        return StreamingResponse(_lines(first, pages), media_type=NDJSON, headers=headers)
    return Response(_json(head, wanted, first), media_type=JSON, headers=headers)


async def head_of(store: AsyncEventStore, named: StreamId) -> Recorded:
    """The last event of the stream. Raises a 404 problem where there is none of this type."""
    last = await store.read_stream(named.aggregate_id, backwards=True, limit=1)
    if not last or not named.names(last[0].stream):
        raise not_found(named)
    return last[0]


async def pages_of(
    store: AsyncEventStore, head: Recorded, wanted: Range
) -> AsyncIterator[list[Recorded]]:
    """Up to the version that the ETag tells, whatever is appended meanwhile."""
    first, last = wanted.first, min(wanted.last, head.aggregate_version)
    left = head.aggregate_version if wanted.limit is None else wanted.limit
    while left > 0 and first <= last:
        page = await store.read_stream(
            head.aggregate_id, first, last, backwards=wanted.backwards, limit=min(left, PAGE)
        )
        if not page:
            return
        yield page
        left -= len(page)
        if wanted.backwards:
            last = page[-1].aggregate_version - 1
        else:
            first = page[-1].aggregate_version + 1


async def _lines(
    first: list[Recorded], rest: AsyncIterator[list[Recorded]]
) -> AsyncIterator[bytes]:
    yield ndjson(first)
    async for page in rest:
        yield ndjson(page)


def _json(head: Recorded, wanted: Range, page: Sequence[Recorded]) -> bytes:
    return orjson.dumps(
        {
            "streamId": text_of(head.stream),
            "aggregateId": head.aggregate_id_text,
            "aggregateType": head.aggregate_type,
            "version": head.aggregate_version,
            "events": [shown_event(event) for event in page],
            "nextVersion": _next(head, wanted, page),
        }
    )


def _next(head: Recorded, wanted: Range, page: Sequence[Recorded]) -> int | None:
    """The next version in the range, None when there is none."""
    if not page:
        return None
    step = -1 if wanted.backwards else 1
    following = page[-1].aggregate_version + step
    last = min(wanted.last, head.aggregate_version)
    return following if wanted.first <= following <= last else None
