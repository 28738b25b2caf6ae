"""All checks in their order. Each takes a limited time, and none keeps the others from running."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from confluent_kafka import KafkaException

from headrace.catalog import Catalog
from headrace.catalog.planning import ARCHIVE_GROUP
from headrace.clock import Clock
from headrace.doctor import beside, cluster, event_store, groups, reach
from headrace.doctor.clocks import compared
from headrace.doctor.finding import Finding
from headrace.errors import HeadraceError
from headrace.kafka.admin_client import Admin
from headrace.kafka.config import quiet
from headrace.postgres import DatabaseState, database_state
from headrace.settings import Settings

FULL = 0.9
"""Of PostgreSQL's connections: beyond this share the next ones may be refused."""


def examine(
    settings: Settings,
    catalog: Catalog,
    clock: Clock,
    *,
    seconds: float = 5.0,
    late: timedelta = timedelta(minutes=1),
) -> Iterator[Finding]:
    """Findings as they come. One question to a server waits `seconds`; a record is late that a
    group has not read `late` after it arrived.
    """
    yield from beside.versions()
    yield from reach.bootstrap(settings.kafka.brokers, seconds)
    yield from _kafka(settings, catalog, clock, seconds, late)
    yield from beside.registry(settings.schema_registry_url, catalog, clock, seconds)
    yield from _database(settings, clock)
    yield event_store.types(settings, catalog)
    yield from beside.api(settings.api_url, seconds)


def _kafka(
    settings: Settings, catalog: Catalog, clock: Clock, seconds: float, late: timedelta
) -> Iterator[Finding]:
    # what librdkafka has to say of a broker that is away is said better by a finding
    admin = Admin(quiet(settings.kafka))
    try:
        metadata = admin.metadata(seconds)
    except HeadraceError as error:
        yield Finding("kafka-cluster", "problem", settings.kafka.brokers, str(error), _CLUSTER)
        return
    addresses = [f"{broker.host}:{broker.port}" for broker in metadata.brokers.values()]
    yield from cluster.brokers(metadata)
    yield from reach.advertised(sorted(addresses), seconds)
    yield from cluster.partitions(metadata)
    yield from cluster.topics(metadata, catalog)
    yield from _asked("consumer-lag", lambda: _lag(admin, catalog, clock, seconds, late))


def _lag(
    admin: Admin, catalog: Catalog, clock: Clock, seconds: float, late: timedelta
) -> list[Finding]:
    names = {*catalog.groups, ARCHIVE_GROUP}
    return groups.findings(groups.lag(admin, names, clock.now() - late, seconds), late)


def _asked(check: str, ask: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return ask()
    except (KafkaException, HeadraceError) as error:
        reason = error.args[0].str() if isinstance(error, KafkaException) else str(error)
        remedy = "may this user describe groups? the archive's and the admin's may"
        return [Finding(check, "problem", "consumer groups", reason, remedy)]


def _database(settings: Settings, clock: Clock) -> list[Finding]:
    before = clock.now()
    try:
        state = database_state(settings.database_url.get_secret_value())
    except HeadraceError as error:
        remedy = "is PostgreSQL up, and is DATABASE_URL its address, with user and password?"
        return [Finding("database", "problem", "DATABASE_URL", str(error), remedy)]
    return [_judged(state), compared(state.address, state.now, before, clock.now())]


def _judged(state: DatabaseState) -> Finding:
    told = (
        f"PostgreSQL {state.version}, {state.connections} of {state.most_connections} connections"
    )
    finding: dict[str, Any] = {"check": "database", "subject": state.address}
    if state.pending:
        detail = f"{told}; not migrated: {', '.join(state.pending)}"
        return Finding(state="problem", detail=detail, remedy="headrace migrate", **finding)
    if state.connections > FULL * state.most_connections:
        remedy = "raise max_connections, or run fewer processes on this database"
        return Finding(state="warning", detail=told, remedy=remedy, **finding)
    return Finding(state="ok", detail=told, **finding)


_CLUSTER = (
    "see the addresses above; if they accept connections, KAFKA_SSL and KAFKA_SASL_* may not be "
    "what the brokers' listener wants"
)
