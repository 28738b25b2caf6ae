"""GET /api/events/state/{aggregateId}: an aggregate as its events make it, now or at some time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from api.condition import etag
from api.domain_event import MAX_VERSION
from api.media import JSON
from api.parameters import Parameters
from api.problems import Problem
from api.rebuilding import aggregate_of, checked, readable
from api.services import Services, services_of
from api.stream import PRIVATE, head_of
from api.stream_id import StreamId
from headrace.codec import dump_json
from headrace.store import AsyncRepository, Recorded

router = APIRouter(tags=["event store"])


@dataclass(frozen=True, slots=True)
class Asked:
    """Which state: after a version, or at a time, or the present one; and whether to check it."""

    version: int | None
    at: datetime | None
    check: bool

    @classmethod
    def of(cls, request: Request) -> "Asked":
        """Raises a 422 problem naming the parameter."""
        parameters = Parameters(request, "version", "at", "check")
        version, at = parameters.number("version", 1, MAX_VERSION), parameters.moment("at")
        if version is not None and at is not None:
            parameters.refuse("at", "goes without version")
        check = parameters.flag("check")
        parameters.check()
        return cls(version, at, check)


@router.get(
    "/api/events/state/{aggregateId}",
    operation_id="readState",
    summary="Rebuild an aggregate's state",
)
async def read_state(
    aggregate_id: Annotated[str, Path(alias="aggregateId")],
    request: Request,
    services: Annotated[Services, Depends(services_of)],
) -> Response:
    """The aggregate's state and version, and which snapshot it was rebuilt from.

    `version` and `at` (a time of its events) ask for an earlier state. `check=true` rebuilds it
    from the first event as well and tells whether the two agree.
    """
    named, asked = StreamId.parse(aggregate_id, "aggregateId"), Asked.of(request)
    store = services.store
    head = await head_of(store, named)
    aggregate = aggregate_of(head.stream)
    with readable(head.stream):
        repository = AsyncRepository(store, aggregate)
        loaded = await repository.load(head.aggregate_id, version=asked.version, at=asked.at)
        if loaded.version == 0 or loaded.version < (asked.version or 0):
            raise _no_such_version(head, asked)
        body = {
            "aggregateId": head.aggregate_id_text,
            "aggregateType": head.aggregate_type,
            "version": loaded.version,
            "state": aggregate.dump(loaded.state),
            "snapshotVersion": loaded.snapshot_version,
        }
        if asked.check:
            check = await checked(store, aggregate, head.aggregate_id, loaded)
            body["check"] = check.shown(aggregate)
    headers = {"ETag": etag(loaded.version), **PRIVATE}
    return Response(dump_json(body), media_type=JSON, headers=headers)


def _no_such_version(head: Recorded, asked: Asked) -> Problem:
    if asked.at is not None:
        reason = f"{head.stream} had no events at that time"
    else:
        reason = f"{head.stream} is at version {head.aggregate_version}"
    return Problem(404, "no-such-version", "There is no such version", reason)
