"""POST /api/events/query: the history of events, by filter, in a stable order, page by page."""

from collections.abc import Collection
from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api import cursor as cursors
from api.history import History, history
from api.limits import read_body
from api.media import JSON, NDJSON, body_type, wants_ndjson
from api.patterns import resolve, unmatched
from api.problems import invalid
from api.query_body import QueryBody
from api.rendering import event_json, ndjson
from api.services import Services, services_of

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
    known = await services.known_event_types.names()
    types = _event_types(body, known.all)
    found = await history(services, body.filter(types), known.store)
    after = found.page.next
    cursor = cursors.encode(after, body.order, body.digest) if after else None
    return _ndjson_response(found, cursor) if lines else _json_response(found, cursor)


def _event_types(body: QueryBody, known: Collection[str]) -> tuple[str, ...]:
    if body.types is None:
        return tuple(sorted(known))
    if problems := tuple(unmatched(body.types, known)):
        raise invalid("The query is not valid", *problems)
    return resolve(body.types, known)


def _json_response(found: History, cursor: str | None) -> Response:
    events = [event_json(event) for event in found.page.events]
    content = orjson.dumps({"events": events, "nextCursor": cursor, "tiers": found.tiers})
    return Response(content, media_type=JSON)


def _ndjson_response(found: History, cursor: str | None) -> Response:
    headers = {TIERS_HEADER: ",".join(found.tiers)} | ({CURSOR_HEADER: cursor} if cursor else {})
    return Response(ndjson(found.page.events), media_type=NDJSON, headers=headers)
