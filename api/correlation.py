"""The correlation id of a request: it arrives, is on every log line, and leaves."""

import re
from dataclasses import dataclass

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import defect, invalid, response_of
from headrace.clock import Clock
from headrace.errors import FieldProblem
from headrace.ids import uuid7

_USABLE = re.compile(r"[\x21-\x7e]{1,200}")


@dataclass
class CorrelationMiddleware:
    """Gives each request a correlation id, the caller's or a new one, and logs how it ended.

    `scope["correlation_id"]` holds it; `scope["caller_correlation_id"]` only when the caller sent
    it, for events that have none of their own.
    """

    app: ASGIApp
    header: str
    clock: Clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sent = Headers(scope=scope).get(self.header)
        usable = sent is None or _USABLE.fullmatch(sent) is not None
        scope["caller_correlation_id"] = sent if usable else None
        scope["correlation_id"] = (sent if usable else None) or str(uuid7(self.clock))
        with structlog.contextvars.bound_contextvars(correlationId=scope["correlation_id"]):
            await self._serve(scope, receive, send, usable)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, usable: bool) -> None:
        status = 0
        started = self.clock.monotonic()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[self.header] = scope["correlation_id"]
            await send(message)

        try:
            await (self.app if usable else self._refuse)(scope, receive, send_with_id)
        except Exception:
            structlog.get_logger().exception("a request failed on a defect")
            if status:
                raise
            await response_of(defect(), Request(scope))(scope, receive, send_with_id)
        finally:
            self._log(scope, status, started)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        reason = "must be 1 to 200 visible ASCII characters"
        problem = invalid("A header is not valid", FieldProblem(self.header, reason), status=400)
        await response_of(problem, Request(scope))(scope, receive, send)

    def _log(self, scope: Scope, status: int, started: float) -> None:
        log = structlog.get_logger()
        (log.debug if scope["path"].startswith("/health") else log.info)(
            "request served",
            method=scope["method"],
            path=scope["path"],
            status=status,
            milliseconds=round((self.clock.monotonic() - started) * 1000, 1),
        )
