"""The application around its resources: token, correlation, and what a defect looks like."""

from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI, Request
from pydantic import SecretStr
from structlog.testing import capture_logs

from api.app import build
from api.correlation import CorrelationMiddleware
from api.problems import install
from api.publish import traceparent_of
from headrace.clock import SystemClock
from headrace.errors import ConfigurationError, OutageError
from headrace.settings import Settings

HEADER = "X-Correlation-ID"


def _app() -> FastAPI:
    """An application with the API's wrapping and two routes that fail."""
    app = FastAPI()
    app.add_middleware(CorrelationMiddleware, header=HEADER, clock=SystemClock())
    install(app)

    @app.get("/defect")
    async def defect() -> None:
        raise RuntimeError("the password is hunter2")

    @app.get("/outage")
    async def outage() -> None:
        raise OutageError("Kafka does not answer")

    return app


async def _get(path: str, headers: dict[Any, Any] | None = None) -> httpx.Response:
    transport = httpx.ASGITransport(_app())
    async with httpx.AsyncClient(transport=transport, base_url="http://api") as client:
        return await client.get(path, headers=headers)


@pytest.mark.parametrize("token", [None, "", "  "])
def test_the_api_is_not_built_without_a_token(token: str | None) -> None:
    settings = Settings(token=None if token is None else SecretStr(token))
    with pytest.raises(ConfigurationError, match="HEADRACE_TOKEN is not set"):
        build(settings)


async def test_a_defect_is_a_500_problem_that_tells_nothing_and_is_logged() -> None:
    with capture_logs() as logs:
        answer = await _get("/defect", {HEADER: "mine"})
    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers[HEADER] == answer.json()["correlationId"] == "mine"
    assert "hunter2" not in answer.text
    assert "a request failed on a defect" in [line["event"] for line in logs]


async def test_an_outage_is_a_503_problem_with_retry_after() -> None:
    answer = await _get("/outage")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "Kafka does not answer"
    assert int(answer.headers["Retry-After"]) > 0


async def test_a_request_without_correlation_id_gets_a_new_one() -> None:
    assert UUID((await _get("/outage")).headers[HEADER]).version == 7


@pytest.mark.parametrize("sent", [b"", b"a b", b"x" * 201, "é".encode(), b"a\tb"])
async def test_an_unusable_correlation_id_is_a_400_problem(sent: bytes) -> None:
    answer = await _get("/outage", {HEADER.encode(): sent})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == HEADER
    assert answer.headers[HEADER] == answer.json()["correlationId"] != ""


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        (f"00-{'a' * 32}-{'b' * 16}-01", True),
        (f"ff-{'a' * 32}-{'b' * 16}-01", False),
        (f"00-{'0' * 32}-{'b' * 16}-01", False),
        (f"00-{'a' * 32}-{'0' * 16}-01", False),
        ("x", False),
    ],
)
def test_only_a_sound_trace_of_the_caller_is_carried_on(sent: str, taken: bool) -> None:
    request = Request({"type": "http", "headers": [(b"traceparent", sent.encode())]})
    assert traceparent_of(request) == (sent if taken else None)


async def test_every_request_leaves_one_line_with_its_outcome() -> None:
    with capture_logs() as logs:
        await _get("/outage")
    (line,) = [line for line in logs if line["event"] == "request served"]
    assert (line["method"], line["path"], line["status"]) == ("GET", "/outage", 503)
