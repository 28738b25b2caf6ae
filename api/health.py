"""GET /health, /health/live, /health/ready: is the process alive, and does all it needs answer?"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

import structlog
from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, Field

from headrace.clock import Clock

CHECK_SECONDS = 2.0
CACHE_SECONDS = 1.0

Status = Literal["up", "down"]
Check = Callable[[], Awaitable[str]]


class DependencyState(BaseModel):
    """One dependency, as the last check found it."""

    status: Status
    latencyMs: float = Field(examples=[1.4])  # noqa: N815 - as on the wire
    detail: str = Field(examples=["3 brokers"])


class Health(BaseModel):
    """`up` when every dependency is."""

    status: Status
    dependencies: dict[str, DependencyState] = {}


@dataclass
class HealthChecks:
    """Runs all checks side by side, each for `check_seconds` at most, once per `CACHE_SECONDS`.

    A check returns a short detail, or raises; of an error only what carries no secret is told.
    """

    checks: Mapping[str, Check]
    clock: Clock
    check_seconds: float = CHECK_SECONDS
    _last: Health | None = None
    _at: float = 0.0
    _down: set[str] = field(default_factory=set)
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def state(self) -> Health:
        """The state of all dependencies, at most `CACHE_SECONDS` old. Never raises."""
        async with self._lock:
            if self._last is None or self.clock.monotonic() - self._at >= CACHE_SECONDS:
                self._last = await self._check_all()
                self._at = self.clock.monotonic()
            return self._last

    async def _check_all(self) -> Health:
        states = await asyncio.gather(*(self._check(*item) for item in self.checks.items()))
        up = all(state.status == "up" for state in states)
        found = dict(zip(self.checks, states, strict=True))
        return Health(status="up" if up else "down", dependencies=found)

    async def _check(self, name: str, check: Check) -> DependencyState:
        started = self.clock.monotonic()
        status: Status = "down"
        reason = ""
        try:
            async with asyncio.timeout(self.check_seconds):
                detail, status = await check(), "up"
        except TimeoutError:
            detail = reason = f"no answer within {self.check_seconds:g} s"
        except Exception as error:  # noqa: BLE001 - whatever it is, the dependency is not usable
            detail = f"not usable ({type(error).__name__}); the log tells more"
            reason = str(error)
        self._log_change(name, status, reason)
        latency = round((self.clock.monotonic() - started) * 1000, 1)
        return DependencyState(status=status, latencyMs=latency, detail=detail)

    def _log_change(self, name: str, status: Status, reason: str) -> None:
        """One line when a dependency goes, one when it is back; none in between."""
        log = structlog.get_logger()
        if status == "down" and name not in self._down:
            self._down.add(name)
            log.warning("a dependency is down", dependency=name, reason=reason)
        elif status == "up" and name in self._down:
            self._down.discard(name)
            log.info("a dependency is back", dependency=name)


def _checks(request: Request) -> HealthChecks:
    checks: HealthChecks = request.app.state.health
    return checks


router = APIRouter(tags=["health"])
Checks = Annotated[HealthChecks, Depends(_checks)]
_DOWN: dict[int | str, dict[str, Any]] = {
    503: {"model": Health, "description": "A dependency is down"}
}


@router.get("/health/live", operation_id="live", summary="Liveness")
async def live() -> Health:
    """200 as long as the process answers; restart it when it does not."""
    return Health(status="up")


@router.get("/health/ready", operation_id="ready", summary="Readiness", responses=_DOWN)
async def ready(checks: Checks, response: Response) -> Health:
    """200 when Kafka, the registry and the database answer, else 503 with the state of each."""
    state = await checks.state()
    response.status_code = 200 if state.status == "up" else 503
    return state


@router.get("/health", operation_id="health", summary="Health", responses=_DOWN)
async def health(checks: Checks, response: Response) -> Health:
    """The same as readiness: whoever reads this answer is talking to a live process."""
    return await ready(checks, response)
