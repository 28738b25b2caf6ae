"""The project's own processes: API, archive, relay, projections, exporter of metrics."""

import logging
import sys
from collections.abc import Callable
from pathlib import Path

from confluent_kafka import ConsumerGroupState, KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local.layout import REPOSITORY
from deploy.local.program import NotReadyError, Program, check_http
from headrace.catalog.relay import RELAY
from headrace.errors import HeadraceError
from headrace.kafka import admin_config
from headrace.postgres import Tenure
from headrace.settings import KafkaSettings

ARCHIVE_GROUP = "headrace-archive"
PROJECTIONS = "headrace-projections"
_HEADRACE = str(Path(sys.executable).with_name("headrace"))
_SERVERS = ("postgres", "kafka", "registry")


def api_program(environment: dict[str, str], port: int, metrics: int) -> Program:
    """The REST API on 127.0.0.1:`port`."""
    url = environment["HEADRACE_API_URL"]
    return Program(
        name="api",
        command=(_HEADRACE, "api", "--port", str(port), "--metrics-port", str(metrics)),
        directory=REPOSITORY,
        environment=environment,
        address=url,
        needs=_SERVERS,
        check=lambda: check_http(f"{url}/health/ready"),
    )


def archive_program(
    environment: dict[str, str], client: Callable[[], KafkaSettings], metrics: int
) -> Program:
    """The archive stage; it is ready when its consumer group has settled, as `client` sees it."""
    return Program(
        name="archive",
        command=(_HEADRACE, "worker", "archive", "--metrics-port", str(metrics)),
        directory=REPOSITORY,
        # A killed worker's partitions wait for its session to end: on a laptop 10 s, not 30.
        environment={"KAFKA_SESSION_TIMEOUT": "10000", **environment},
        address=f"group {ARCHIVE_GROUP}",
        needs=_SERVERS,
        stop_seconds=30,
        check=lambda: _check_group(client(), ARCHIVE_GROUP),
    )


def relay_program(environment: dict[str, str]) -> Program:
    """The event store's relay; it is ready when it, or another one, is at work."""
    return Program(
        name="relay",
        command=(_HEADRACE, "worker", "relay"),
        directory=REPOSITORY,
        environment=environment,
        address=f"transactions of {RELAY}",
        needs=_SERVERS,
        stop_seconds=30,
        check=lambda: _check_tenure(environment["STORE_DATABASE_URL"], RELAY),
    )


def projections_program(environment: dict[str, str]) -> Program:
    """The projections of the event store; ready when a worker of theirs is at work."""
    return Program(
        name="projections",
        command=(_HEADRACE, "worker", "projections"),
        directory=REPOSITORY,
        environment=environment,
        address="schema projections",
        needs=("postgres",),
        stop_seconds=30,
        check=lambda: _check_tenure(environment["DATABASE_URL"], PROJECTIONS),
    )


def _check_tenure(url: str, name: str) -> None:
    try:
        held = Tenure(url, name).is_held()
    except HeadraceError as error:
        raise NotReadyError(str(error)) from None
    if not held:
        raise NotReadyError(f"no {name} is at work")


def exporter_program(environment: dict[str, str], port: int) -> Program:
    """The exporter on 127.0.0.1:`port`."""
    url = f"http://127.0.0.1:{port}/metrics"
    return Program(
        name="exporter",
        command=(_HEADRACE, "exporter", "--port", str(port)),
        directory=REPOSITORY,
        environment=environment,
        address=url,
        needs=("kafka",),
        check=lambda: check_http(url),
    )


def _check_group(client: KafkaSettings, group: str) -> None:
    quiet = logging.getLogger(__name__)
    admin = AdminClient(admin_config(client) | {"log_level": 0}, logger=quiet)
    try:
        found = admin.describe_consumer_groups([group], request_timeout=3)[group].result(5)
    except (KafkaException, TimeoutError) as error:
        raise NotReadyError(f"consumer group {group}: {error}") from None
    if found.state != ConsumerGroupState.STABLE or not found.members:
        raise NotReadyError(f"consumer group {group} is {found.state.name.lower()}")
