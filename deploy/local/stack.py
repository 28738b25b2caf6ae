"""A stack: its folder, its ports, its memory, the programs that make it up and their addresses."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from graphlib import TopologicalSorter

from pydantic import SecretStr

from deploy.local.apps import (
    api_program,
    archive_program,
    exporter_program,
    projections_program,
    relay_program,
)
from deploy.local.credentials import Credentials, credentials
from deploy.local.kafka import Broker, Cluster, KafkaSecurity, client_settings, kafka_programs
from deploy.local.kafka.security import ADMIN
from deploy.local.layout import Layout
from deploy.local.ports import Ports
from deploy.local.postgres import Postgres, PostgresSizes
from deploy.local.program import Program
from deploy.local.provision import provision
from deploy.local.registry import COMPATIBLE_PATH, registry_program
from headrace.settings import KafkaSettings, Settings

SERVERS = ("postgres", "kafka", "registry")
APPS = ("api", "archive", "exporter", "relay", "projections")


@dataclass(frozen=True, slots=True)
class Sizes:
    """Memory of each server, in its own units."""

    kafka_heap: str = "512m"
    registry_heap: str = "192m"
    postgres: PostgresSizes = field(default_factory=PostgresSizes)


TEST_SIZES = Sizes(
    kafka_heap="320m", postgres=PostgresSizes(shared_buffers="128MB", max_wal_size="2GB")
)


@dataclass(frozen=True)
class Stack:
    """Describes a stack and starts nothing; `names` are the programs that it is made of.

    `more_brokers` join the one at `ports.kafka`, numbered from 2. A `secure` one has users and ACLs
    in Kafka, as the catalog wants them.
    """

    layout: Layout
    ports: Ports
    sizes: Sizes = field(default_factory=Sizes)
    names: tuple[str, ...] = (*SERVERS, *APPS)
    more_brokers: tuple[Broker, ...] = ()
    secure: bool = False

    @cached_property
    def credentials(self) -> Credentials:
        return credentials(self.layout.secrets)

    @cached_property
    def postgres(self) -> Postgres:
        return Postgres(self.layout, self.ports.postgres, self.credentials, self.sizes.postgres)

    @property
    def brokers(self) -> tuple[Broker, ...]:
        return (Broker(1, self.ports.kafka, self.ports.kafka_controller), *self.more_brokers)

    @property
    def kafka_brokers(self) -> str:
        return ",".join(broker.address for broker in self.brokers)

    @cached_property
    def security(self) -> KafkaSecurity | None:
        """How a secure stack's Kafka is reached; None without."""
        if not self.secure:
            return None
        known = self.credentials
        return KafkaSecurity(self.layout.tls, known.kafka_broker, known.kafka_admin)

    def kafka_settings(self, principal: str = ADMIN, password: str = "") -> KafkaSettings:
        """Kafka as this principal; where there are no users, as nobody."""
        return client_settings(self.kafka_brokers, self.security, principal, password)

    @property
    def schema_registry_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.registry}{COMPATIBLE_PATH}"

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.ports.api}"

    @property
    def admin_url(self) -> str:
        """The superuser's, on the maintenance database."""
        return self.postgres.url("headrace_admin", self.credentials.admin, "postgres")

    @property
    def database_url(self) -> str:
        """The owner's: migrations, psql and workers started by hand."""
        return self.postgres.url("headrace", self.credentials.owner)

    @property
    def archive_database_url(self) -> str:
        return self.postgres.url("headrace_archive", self.credentials.archive)

    @property
    def api_database_url(self) -> str:
        return self.postgres.url("headrace_api", self.credentials.api)

    @property
    def store_database_url(self) -> str:
        """An application's that appends to the event store and reads it."""
        return self.postgres.url("headrace_store_app", self.credentials.store)

    @property
    def relay_database_url(self) -> str:
        """The relay's: it reads the event store."""
        return self.postgres.url("headrace_relay", self.credentials.relay)

    @property
    def projector_database_url(self) -> str:
        """The projections': they read the event store and keep their views."""
        return self.postgres.url("headrace_projector", self.credentials.projector)

    @property
    def env(self) -> dict[str, str]:
        """The variables by which a process finds this stack, with the owner's database rights and
        those of Kafka's administrator.
        """
        known = self.credentials
        return self._addresses() | self._login(ADMIN, known.kafka_admin)

    def _addresses(self) -> dict[str, str]:
        return {
            "KAFKA_BROKERS": self.kafka_brokers,
            "SCHEMA_REGISTRY_URL": self.schema_registry_url,
            "DATABASE_URL": self.database_url,
            "STORE_DATABASE_URL": self.store_database_url,
            "HEADRACE_API_URL": self.api_url,
            "HEADRACE_TOKEN": self.credentials.token,
        }

    def _login(self, principal: str, password: str) -> dict[str, str]:
        return self.security.environment(principal, password) if self.security else {}

    def settings(self) -> Settings:
        """The same, for use in this process."""
        return Settings(
            kafka=self.kafka_settings(),
            schema_registry_url=self.schema_registry_url,
            database_url=SecretStr(self.database_url),
            api_url=self.api_url,
            token=SecretStr(self.credentials.token),
        )

    @cached_property
    def programs(self) -> Mapping[str, Program]:
        """The stack's programs by name, each after those that it needs."""
        known = {program.name: program for program in self._all_programs()}
        order = TopologicalSorter(
            {
                name: [need for need in known[name].needs if need in self.names]
                for name in self.names
            }
        )
        return {name: known[name] for name in order.static_order()}

    def _all_programs(self) -> Sequence[Program]:
        layout, ports, sizes, known = self.layout, self.ports, self.sizes, self.credentials
        api = self._addresses() | {
            "DATABASE_URL": self.api_database_url,
            "STORE_DATABASE_URL": self.api_database_url,
        }
        archive = self._addresses() | {"DATABASE_URL": self.archive_database_url}
        databases = ("DATABASE_URL", "STORE_DATABASE_URL")
        relay = self._addresses() | dict.fromkeys(databases, self.relay_database_url)
        projections = self._addresses() | dict.fromkeys(databases, self.projector_database_url)
        return (
            self.postgres.program(),
            *self._kafka_programs(),
            registry_program(layout, ports, sizes.registry_heap, known.registry),
            api_program(
                api | self._login("headrace-api", known.kafka_api), ports.api, ports.api_metrics
            ),
            archive_program(
                archive | self._login("headrace-archive", known.kafka_archive),
                self.kafka_settings,
                ports.archive_metrics,
            ),
            exporter_program(
                {"KAFKA_BROKERS": self.kafka_brokers}
                | self._login("headrace-exporter", known.kafka_exporter),
                ports.exporter,
            ),
            relay_program(relay | self._login("headrace-relay", known.kafka_relay)),
            projections_program(projections),
        )

    def _kafka_programs(self) -> Sequence[Program]:
        """In a secure stack the last broker to answer is followed by users and ACLs."""
        cluster = Cluster(self.layout, self.brokers, self.sizes.kafka_heap, self.security)
        *others, last = kafka_programs(cluster)
        if self.secure:
            last = replace(last, set_up=self._provision)
        return (*others, last)

    def _provision(self) -> None:
        given = {
            "headrace-api": self.credentials.kafka_api,
            "headrace-archive": self.credentials.kafka_archive,
            "headrace-exporter": self.credentials.kafka_exporter,
            "headrace-relay": self.credentials.kafka_relay,
        }
        provision(self.settings(), given, self.layout.kafka_passwords)

    def wipe(self) -> None:
        """Remove what the servers hold; their programs stay. They must be down."""
        self.postgres.wipe()
        layout = self.layout
        for folder in (layout.root / "kafka", layout.tls, layout.logs, layout.run):
            shutil.rmtree(folder, ignore_errors=True)
        kept = (layout.ports, layout.secrets, layout.kafka_passwords, layout.root / "demo.json")
        for file in kept:
            file.unlink(missing_ok=True)
