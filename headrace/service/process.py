"""A service as a process of its own: signals, logs, the health endpoint, its exit code."""

import asyncio
import gc
import os

import structlog

from headrace.errors import HeadraceError
from headrace.logs import configure
from headrace.runtime.worker import first_of
from headrace.service.health import HealthServer
from headrace.service.service import Service
from headrace.service.signals import ending

log = structlog.get_logger(__name__)


def run(service: Service, host: str, port: int | None) -> None:
    """`Service.run`."""
    try:
        configure(service.settings.log_level, service.name)
        asyncio.run(_run(service, host, port))
    except HeadraceError as error:
        log.error("service stopped", service=service.name, error=str(error))
        os._exit(1)  # a consumer that crashed leaves a thread behind that keeps the process


async def _run(service: Service, host: str, port: int | None) -> None:
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()
    with ending(loop, stopped.set, service.overdue, service.clock):
        await _serve(service, stopped, host, port)


async def _serve(service: Service, stopped: asyncio.Event, host: str, port: int | None) -> None:
    loop = asyncio.get_running_loop()
    server = None if port is None else HealthServer(service.health_check, loop, host, port)
    try:
        if server:
            server.start()
        await first_of(stopped.wait(), service.initialize())
        if server:
            service.tell_lag()
        # What is there now stays: each look at it for garbage would take a tenth of a second.
        gc.freeze()
        await first_of(stopped.wait(), service.failure())
    finally:
        await service.shutdown()
        if server:
            await asyncio.to_thread(server.stop)
