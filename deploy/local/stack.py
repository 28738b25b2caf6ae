"""A stack: its folder, its ports, its memory, the programs that make it up and their addresses."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter

from pydantic import SecretStr

from deploy.local.apps import api_program, archive_program
from deploy.local.credentials import Credentials, credentials
from deploy.local.kafka import Broker, kafka_programs
from deploy.local.layout import Layout
from deploy.local.ports import Ports
from deploy.local.postgres import Postgres, PostgresSizes
from deploy.local.program import Program
from deploy.local.registry import COMPATIBLE_PATH, registry_program
from headrace.settings import KafkaSettings, Settings

SERVERS = ("postgres", "kafka", "registry")
APPS = ("api", "archive")


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

    `more_brokers` join the one at `ports.kafka`, numbered from 2.
    """

    layout: Layout
    ports: Ports
    sizes: Sizes = field(default_factory=Sizes)
    names: tuple[str, ...] = (*SERVERS, *APPS)
    more_brokers: tuple[Broker, ...] = ()

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
    def env(self) -> dict[str, str]:
        """The variables by which a process finds this stack, with the owner's database rights."""
        return {
            "KAFKA_BROKERS": self.kafka_brokers,
            "SCHEMA_REGISTRY_URL": self.schema_registry_url,
            "DATABASE_URL": self.database_url,
            "HEADRACE_API_URL": self.api_url,
            "HEADRACE_TOKEN": self.credentials.token,
        }

    def settings(self) -> Settings:
        """The same, for use in this process."""
        return Settings(
            kafka=KafkaSettings(brokers=self.kafka_brokers),
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
        layout, ports, sizes = self.layout, self.ports, self.sizes
        return (
            self.postgres.program(),
            *kafka_programs(layout, self.brokers, sizes.kafka_heap),
            registry_program(layout, ports, sizes.registry_heap, self.credentials.registry),
            api_program(self.env | {"DATABASE_URL": self.api_database_url}, ports.api),
            archive_program(self.env | {"DATABASE_URL": self.archive_database_url}),
        )

    def wipe(self) -> None:
        """Remove what the servers hold; their programs stay. They must be down."""
        self.postgres.wipe()
        layout = self.layout
        for folder in (layout.root / "kafka", layout.logs, layout.run):
            shutil.rmtree(folder, ignore_errors=True)
        for file in (layout.ports, layout.secrets, layout.root / "demo.json"):
            file.unlink(missing_ok=True)
