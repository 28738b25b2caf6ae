"""What the resources work with: made once by `app.build`, opened and closed with the process."""

from dataclasses import dataclass

import httpx
from fastapi import Request

from api.callers import Callers
from api.event_types import KnownEventTypes
from api.limits import Limits
from headrace.catalog import Catalog
from headrace.clock import Clock
from headrace.kafka import AsyncProducer
from headrace.postgres import Pool
from headrace.settings import Settings
from headrace.store import AsyncEventStore


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """One of each, shared by all requests of the process."""

    settings: Settings
    catalog: Catalog
    clock: Clock
    limits: Limits
    callers: Callers
    producer: AsyncProducer
    pool: Pool
    store_pool: Pool
    known_event_types: KnownEventTypes
    store: AsyncEventStore
    http: httpx.AsyncClient


async def services_of(request: Request) -> Services:
    """The services of the application that handles `request`; async, which spares it a thread."""
    services: Services = request.app.state.services
    return services
