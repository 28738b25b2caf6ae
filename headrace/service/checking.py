"""Before a service starts: does everything that it needs answer? Each failure with its remedy."""

import asyncio
from collections.abc import Iterable

from headrace.catalog import Catalog
from headrace.codec import SchemaRegistry
from headrace.errors import ConfigurationError, OutageError, UnknownSchemaError
from headrace.kafka import create_topics, describe_cluster
from headrace.service.effects import Effects
from headrace.settings import Settings

KAFKA_SECONDS = 10.0


async def check(
    settings: Settings,
    catalog: Catalog,
    registry: SchemaRegistry,
    topics: Iterable[str],
    effects: Effects | None,
) -> None:
    """Raises OutageError or ConfigurationError within about 20 seconds."""
    wanted = sorted(topics)
    await asyncio.to_thread(_kafka, settings, catalog, wanted)
    if wanted:
        await asyncio.to_thread(_registry, settings, registry)
    if effects is not None:
        await asyncio.to_thread(_database, effects)


def _kafka(settings: Settings, catalog: Catalog, topics: list[str]) -> None:
    seconds = min(KAFKA_SECONDS, settings.kafka.request_timeout / 1000)
    try:
        found = describe_cluster(settings.kafka, seconds).topics
    except OutageError as error:
        raise OutageError(
            f"Kafka does not answer at KAFKA_BROKERS={settings.kafka.brokers}: {error}"
        ) from error
    missing = [name for name in topics if name not in found]
    if missing and not settings.kafka.auto_create_topics:
        raise ConfigurationError(
            f"topics are missing: {', '.join(missing)}; make them with `headrace topics create`, "
            f"or set KAFKA_AUTO_CREATE_TOPICS=true"
        )
    if missing:
        create_topics(catalog, settings.kafka, missing)


def _registry(settings: Settings, registry: SchemaRegistry) -> None:
    """Asks for any schema: whether there is one does not matter."""
    try:
        registry.schema(1)
    except UnknownSchemaError:
        return
    except OutageError as error:
        where = settings.schema_registry_url.rpartition("@")[2]
        raise OutageError(f"SCHEMA_REGISTRY_URL ({where}): {error}") from error


def _database(effects: Effects) -> None:
    try:
        effects.check()
    except ConfigurationError as error:
        raise ConfigurationError(
            f"the service's database lacks its tables, or this role may not use them; as the "
            f"owner run: headrace migrate --service ({error})"
        ) from error
    except OutageError as error:
        raise OutageError(f"DATABASE_URL: {error}") from error
