"""How much one request may bring, and reading a body without ever holding more than that."""

from dataclasses import dataclass

from fastapi import Request
from starlette.requests import ClientDisconnect

from api.problems import Problem, invalid
from headrace.errors import FieldProblem


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and counts; a topic takes records of about 1 MB (Kafka's message.max.bytes)."""

    publish_bytes: int = 8 * 1024 * 1024
    event_bytes: int = 1_000_000
    batch_events: int = 1_000
    query_bytes: int = 64 * 1024


async def read_body(request: Request, limit: int) -> bytes:
    """The whole body. Raises 413 at the first byte past `limit`, whatever was announced."""
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced) > limit:
        raise too_large(limit)
    body = bytearray()
    try:
        async for chunk in request.stream():
            body += chunk
            if len(body) > limit:
                raise too_large(limit)
    except ClientDisconnect:
        raise invalid("The body ended early", FieldProblem("", "incomplete"), status=400) from None
    return bytes(body)


def too_large(limit: int) -> Problem:
    """413: the body has more bytes than it may."""
    return Problem(
        413,
        "body-too-large",
        "The body is too large",
        f"a body may have {limit} bytes here; send less at a time",
    )


def event_too_large(limit: int) -> Problem:
    """413: one event has more bytes than a record may."""
    return Problem(
        413,
        "event-too-large",
        "The event is too large",
        f"an event may have {limit} bytes; store large content elsewhere and send its address",
    )


def too_many(count: int, limit: int) -> Problem:
    """413: the batch has more events than it may."""
    return Problem(
        413,
        "batch-too-large",
        "The batch has too many events",
        f"{count} events; a batch may have {limit}; send several",
    )
