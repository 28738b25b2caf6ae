"""Problem documents (RFC 9457): the one form in which the API refuses or fails."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson
import structlog
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from headrace.errors import (
    ConfigurationError,
    FieldProblem,
    HeadraceError,
    InvalidEventError,
    OutageError,
    TransientError,
)
from headrace.kafka import DeliveryError
from headrace.postgres import StatementTimeoutError
from headrace.store import DuplicateEventError

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5


class FieldError(BaseModel):
    """One field that was refused."""

    field: str = Field(examples=["payload.userId"])
    reason: str = Field(examples=["is missing"])


class ProblemDocument(BaseModel):
    """RFC 9457; `errors` and `correlationId` are our extension members."""

    type: str = Field(examples=["urn:headrace:problem:invalid-event"])
    title: str = Field(examples=["The event is not valid"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["payload.userId: is missing"])
    instance: str = Field(examples=["/api/events"])
    correlationId: str = Field(examples=["0192f0c4-6c1e-7cc0-8a52-6b2f6a6f0f11"])  # noqa: N815 - as on the wire
    errors: list[FieldError] = []


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """Raised anywhere in a request; becomes the response. `name` ends the type's URN."""

    def __init__(
        self,
        status: int,
        name: str,
        title: str,
        detail: str,
        *,
        errors: Iterable[FieldProblem] = (),
        headers: Mapping[str, str] | None = None,
        extensions: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.name, self.title, self.detail = status, name, title, detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.extensions = dict(extensions or {})

    @property
    def type(self) -> str:
        return f"urn:headrace:problem:{self.name}"


def invalid(title: str, *problems: FieldProblem, status: int = 422) -> Problem:
    """The named fields are wrong; the detail repeats the first few."""
    detail = "; ".join(map(str, problems[:3]))
    return Problem(status, "invalid-request", title, detail, errors=problems)


def outage(detail: str) -> Problem:
    """A dependency is away; the same request may succeed later."""
    return Problem(
        503,
        "dependency-unavailable",
        "A dependency cannot be reached",
        detail,
        headers={"Retry-After": str(RETRY_AFTER_SECONDS)},
    )


def problem_of(error: HeadraceError) -> Problem:
    """The problem that one of our errors is, seen from a client; a defect if it fits none."""
    match error:
        case DuplicateEventError():
            return Problem(
                409,
                "duplicate-event",
                "The event id is taken",
                _short(error),
                errors=error.problems,
            )
        case InvalidEventError():
            return Problem(
                422, "invalid-event", "The event is not valid", _short(error), errors=error.problems
            )
        case OutageError() | ConfigurationError() | TransientError():
            return outage(_short(error))
        case DeliveryError():
            return Problem(502, "kafka-refused", "Kafka refuses the event", _short(error))
        case StatementTimeoutError():
            return Problem(
                504,
                "query-too-heavy",
                "The query took too long",
                f"{error}; narrow the time range (from, to) or name fewer types",
            )
    structlog.get_logger().error("an error that no request should meet", exc_info=error)
    return defect()


def defect() -> Problem:
    """500: a fault of ours, which the log explains under the correlation id."""
    return Problem(
        500, "internal", "Internal error", "the request failed; its correlation id finds it in logs"
    )


def install(app: FastAPI) -> None:
    """Answer what a request raises on purpose with a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(HeadraceError, _on_headrace_error)
    app.add_exception_handler(HTTPException, _on_http_exception)


def response_of(problem: Problem, request: Request) -> Response:
    """The problem as the answer to `request`."""
    body = {
        "type": problem.type,
        "title": problem.title,
        "status": problem.status,
        "detail": printable(problem.detail),
        "instance": request.url.path,
        "correlationId": request.scope.get("correlation_id", ""),
        "errors": field_errors(problem.errors),
        **problem.extensions,
    }
    return Response(
        orjson.dumps(body),
        status_code=problem.status,
        media_type=MEDIA_TYPE,
        headers=problem.headers,
    )


def field_errors(problems: Iterable[FieldProblem]) -> list[dict[str, str]]:
    """Field problems as JSON. A hostile name stays readable and encodable."""
    return [
        {"field": printable(problem.field), "reason": printable(problem.reason)}
        for problem in problems
    ]


def printable(text: str, limit: int = 500) -> str:
    """`text` cut to `limit` characters, lone surrogates escaped."""
    cut = text if len(text) <= limit else f"{text[:limit]}…"
    return cut.encode("utf-8", "backslashreplace").decode()


def _short(error: HeadraceError) -> str:
    return printable(str(error), 1_000)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - the registration says so
    return response_of(error, request)


async def _on_headrace_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HeadraceError)  # noqa: S101 - the registration says so
    return response_of(problem_of(error), request)


async def _on_http_exception(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - the registration says so
    return response_of(
        Problem(
            error.status_code,
            "http",
            str(error.detail),
            f"{request.method} {request.url.path}: {error.detail}",
            headers=error.headers,
        ),
        request,
    )
