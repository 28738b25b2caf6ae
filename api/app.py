"""The application: everything is made in `build`, opened and closed with the process."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
from fastapi import Depends, FastAPI
from pydantic import SecretStr
from starlette.middleware.cors import CORSMiddleware

from api import (
    all_events,
    checks,
    health,
    openapi,
    problems,
    publish,
    query,
    replay,
    state,
    stream,
    streams,
)
from api.auth import authenticate, authenticate_fully
from api.callers import Callers
from api.correlation import CorrelationMiddleware
from api.direct import Api, DirectPublish
from api.event_types import KnownEventTypes
from api.limits import Limits
from api.services import Services
from headrace.catalog import Catalog, load_catalog
from headrace.clock import Clock, SystemClock
from headrace.kafka import AsyncProducer
from headrace.postgres import Pool, async_pool
from headrace.settings import Settings
from headrace.store import AsyncEventStore

PREFLIGHT_SECONDS = 600
STORE_CONNECTIONS = 8
KAFKA_REQUEST_MILLISECONDS = 5_000  # a record is tried for twice as long


def build(
    settings: Settings,
    *,
    catalog: Catalog | None = None,
    clock: Clock | None = None,
    limits: Limits | None = None,
) -> FastAPI:
    """The API over the servers that `settings` names; none of them is contacted yet.

    Raises ConfigurationError when HEADRACE_TOKEN is not set.
    """
    services = _services(
        settings, catalog or load_catalog(), clock or SystemClock(), limits or Limits()
    )
    app = Api(
        title="headrace",
        version=openapi.version(),
        description=openapi.DESCRIPTION,
        lifespan=_lifespan,
        redoc_url=None,
        redirect_slashes=False,  # one address a resource; a redirect is no problem document
    )
    app.state.services = services
    app.state.health = health.HealthChecks(checks.of(services), services.clock)
    header = settings.correlation_id_header
    app.add_middleware(CorrelationMiddleware, header=header, clock=services.clock)
    app.direct = CorrelationMiddleware(DirectPublish(services), header, services.clock)
    problems.install(app)
    _open_to_browsers(app, settings)
    app.include_router(publish.router, dependencies=[Depends(authenticate)])
    for resource in (query, all_events, replay, state, stream, streams):
        app.include_router(resource.router, dependencies=[Depends(authenticate_fully)])
    app.include_router(health.router)
    openapi.install(app, services.catalog)
    return app


def _open_to_browsers(app: Api, settings: Settings) -> None:
    """CORS for the pages of HEADRACE_CORS_ORIGINS, on both ways into the application."""
    if not settings.cors_origins:
        return
    header = settings.correlation_id_header
    options: dict[str, Any] = {
        "allow_origins": settings.cors_origins,
        "allow_methods": ["GET", "POST"],
        "allow_headers": ["Authorization", "Content-Type", header, "traceparent"],
        "expose_headers": [header],
        "max_age": PREFLIGHT_SECONDS,
    }
    app.add_middleware(CORSMiddleware, **options)
    app.direct = CORSMiddleware(app.direct, **options)


def _services(settings: Settings, catalog: Catalog, clock: Clock, limits: Limits) -> Services:
    callers = Callers(settings, catalog)
    url, store_url = settings.database_url, settings.event_store_url
    pool = _reading(url)
    store_pool = pool if store_url == url else _reading(store_url)
    return Services(
        settings=settings,
        catalog=catalog,
        clock=clock,
        limits=limits,
        callers=callers,
        producer=AsyncProducer(_impatient(settings), catalog, clock=clock, service="headrace-api"),
        pool=pool,
        store_pool=store_pool,
        store=AsyncEventStore(
            store_url.get_secret_value(),
            source="headrace-api",
            catalog=catalog,
            clock=clock,
            connections=STORE_CONNECTIONS,
        ),
        known_event_types=KnownEventTypes(catalog, pool, store_pool, clock),
        http=httpx.AsyncClient(timeout=health.CHECK_SECONDS),
    )


def _reading(url: SecretStr) -> Pool:
    return async_pool(url.get_secret_value(), application_name="headrace-api")


def _impatient(settings: Settings) -> Settings:
    """A publisher over HTTP hears of an outage within ten seconds; KAFKA_* alone would take 60."""
    request_timeout = min(settings.kafka.request_timeout, KAFKA_REQUEST_MILLISECONDS)
    kafka = settings.kafka.model_copy(update={"request_timeout": request_timeout})
    return settings.model_copy(update={"kafka": kafka})


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    services: Services = app.state.services
    async with services.producer, services.http, services.store:
        pools = {services.pool, services.store_pool}
        for pool in pools:
            await pool.open()
        try:
            yield
        finally:
            for pool in pools:
                await pool.close()
