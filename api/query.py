"""POST /api/events/query: the history of events, by filter, in a stable order, page by page."""

from collections.abc import Collection
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api import cursor as cursors
from api.limits import read_body
from api.media import JSON, NDJSON, body_type, wants_ndjson
from api.patterns import resolve, unmatched
from api.problems import invalid
from api.query_body import QueryBody
from api.rendering import event_json, ndjson
from api.services import Services, services_of
from headrace.postgres import Page, query_events

TIERS = ("warm",)
CURSOR_HEADER = "X-Next-Cursor"
TIERS_HEADER = "X-Tiers"

router = APIRouter(tags=["events"])


@router.post("/api/events/query", operation_id="queryEvents", summary="Query the history of events")
async def query(request: Request, services: Annotated[Services, Depends(services_of)]) -> Response:
    """One page of the events that match all filters, ordered by (timestamp, eventId).

    Follow `nextCursor` with the same filters until it is null: each event comes once. With
    `Accept: application/x-ndjson` each line is an event, and the cursor is in `X-Next-Cursor`.
    """
    lines = wants_ndjson(request)
    body_type(request, JSON)
    raw = await read_body(request, services.limits.query_bytes)
    body = QueryBody.parse(raw)
    types = _event_types(body, await services.known_event_types.names())
    page = await query_events(services.pool, body.filter(types))
    cursor = cursors.encode(page.next, body.order, body.digest) if page.next else None
    return _ndjson_response(page, cursor) if lines else _json_response(page, cursor)


def _event_types(body: QueryBody, known: Collection[str]) -> tuple[str, ...]:
    if body.types is None:
        return tuple(sorted(known))
    if problems := tuple(unmatched(body.types, known)):
        raise invalid("The query is not valid", *problems)
    return resolve(body.types, known)


def _json_response(page: Page, cursor: str | None) -> Response:
    events = [event_json(event) for event in page.events]
    content = orjson.dumps({"events": events, "nextCursor": cursor, "tiers": TIERS})
    return Response(content, media_type=JSON)


def _ndjson_response(page: Page, cursor: str | None) -> Response:
    headers = {TIERS_HEADER: ",".join(TIERS)} | ({CURSOR_HEADER: cursor} if cursor else {})
    return Response(ndjson(page.events), media_type=NDJSON, headers=headers)
