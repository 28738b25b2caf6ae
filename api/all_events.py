"""GET /api/events/all: the store's total order, which skips nothing, by an opaque cursor."""

from typing import Annotated

import orjson
from fastapi import APIRouter, Depends, Request, Response

from api.domain_event import ndjson, shown_event
from api.media import JSON, NDJSON, wants_ndjson
from api.parameters import Parameters
from api.problems import invalid
from api.services import Services, services_of
from headrace.errors import FieldProblem
from headrace.store import InvalidCursorError, Page

PAGE = 1_000
CURSOR_HEADER = "X-Next-Cursor"
MORE_HEADER = "X-More"

router = APIRouter(tags=["event store"])


@router.get("/api/events/all", operation_id="readAllEvents", summary="Read all events of the store")
async def read_all(
    request: Request, services: Annotated[Services, Depends(services_of)]
) -> Response:
    """Up to 1,000 events in the order in which they were committed, and the cursor after them.

    The cursor never ends: given again later it brings what was appended since, and nothing is
    skipped. `more` tells whether there was more already. `aggregateType`, which may be repeated,
    keeps to some types. With NDJSON the two are in `X-Next-Cursor` and `X-More`.
    """
    lines = wants_ndjson(request)
    parameters = Parameters(
        request,
        "cursor",
        "limit",
        "backwards",
        "aggregateType",
        several=frozenset({"aggregateType"}),
    )
    cursor, categories = parameters.text("cursor"), parameters.texts("aggregateType")
    limit, backwards = parameters.number("limit", 1, PAGE) or PAGE, parameters.flag("backwards")
    _check_types(categories, services, parameters)
    parameters.check()
    try:
        page = await services.store.read_all(
            cursor, categories=categories, backwards=backwards, limit=limit
        )
    except InvalidCursorError as error:
        raise invalid("The cursor is not valid", FieldProblem("cursor", str(error))) from error
    return _lines(page) if lines else _json(page)


def _check_types(categories: list[str] | None, services: Services, parameters: Parameters) -> None:
    known = {each.aggregate_type for each in services.catalog.topics.values()} - {None}
    for unknown in set(categories or ()) - known:
        names = ", ".join(sorted(str(each) for each in known))
        parameters.refuse("aggregateType", f"{unknown!r} is none of {names}")


def _json(page: Page) -> Response:
    events = [shown_event(event) for event in page.events]
    body = {"events": events, "cursor": page.cursor, "more": page.more}
    return Response(orjson.dumps(body), media_type=JSON)


def _lines(page: Page) -> Response:
    headers = {CURSOR_HEADER: page.cursor, MORE_HEADER: str(page.more).lower()}
    return Response(ndjson(page.events), media_type=NDJSON, headers=headers)
