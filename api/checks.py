"""How each dependency is asked whether it works."""

import asyncio
from collections.abc import Mapping

import httpx

from api.health import CHECK_SECONDS, Check
from api.services import Services
from headrace.errors import OutageError
from headrace.kafka import describe_cluster
from headrace.postgres import connection


def of(services: Services) -> Mapping[str, Check]:
    """One check a dependency, by its name in the answer."""

    async def kafka() -> str:
        state = await asyncio.to_thread(
            describe_cluster, services.settings.kafka, 0.9 * CHECK_SECONDS
        )
        return f"{len(state.brokers)} broker(s)"

    async def registry() -> str:
        url = httpx.URL(services.settings.schema_registry_url.rstrip("/") + "/config")
        secret = (url.username, url.password) if url.username else None
        answer = await services.http.get(url.copy_with(userinfo=b""), auth=secret)
        if not answer.is_success:
            raise OutageError(f"the schema registry answers HTTP {answer.status_code}")
        return "answers"

    async def database() -> str:
        async with connection(services.pool) as conn:
            await conn.execute("SELECT 1 FROM warm.events LIMIT 0")
        return "answers, and warm.events is there"

    async def store() -> str:
        await services.store.identity()
        return "answers"

    return {"kafka": kafka, "registry": registry, "database": database, "store": store}
