"""One conversation with the brokers through aiokafka's admin client, bounded in time."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from headrace.errors import OutageError
from headrace.kafka.aiokafka_config import security_arguments
from headrace.settings import KafkaSettings

CLOSE_SECONDS = 2.0
"""A connection that is being made to a broker that went away may not end by itself."""


@contextlib.asynccontextmanager
async def asking(kafka: KafkaSettings, what: str, seconds: float) -> AsyncIterator[Any]:
    """A client that has started; all of it takes `seconds` at most, and a moment to close.

    Raises OutageError, which names `what` was asked for.
    """
    client = AIOKafkaAdminClient(
        bootstrap_servers=kafka.brokers,
        client_id="headrace-watching",
        request_timeout_ms=int(seconds * 1000),
        **security_arguments(kafka),
    )
    try:
        async with asyncio.timeout(seconds):
            await client.start()
            yield client
    except (KafkaError, TimeoutError, OSError) as error:
        raise OutageError(f"no {what}: {error!r}") from error
    finally:
        with contextlib.suppress(Exception):
            await asyncio.wait_for(client.close(), CLOSE_SECONDS)
