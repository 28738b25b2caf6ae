"""A Kafka with users and ACLs, and its users' passwords."""

import os
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from confluent_kafka.admin import AdminClient
from pydantic import SecretStr

from deploy.local.direct import DirectStack
from headrace.kafka import admin_config
from headrace.kafka.provision import variable_of
from headrace.settings import KafkaSettings, Settings
from tests.integration.secure.catalog_copy import CatalogCopy


@dataclass(frozen=True)
class SecureStack:
    """The servers, and settings for each principal of the catalog."""

    servers: DirectStack

    def password(self, principal: str) -> str:
        """As `headrace apply` wrote it, or the stack itself drew it."""
        known = self.servers.description.credentials
        own = {
            "headrace-archive": known.kafka_archive,
            "headrace-api": known.kafka_api,
            "headrace-relay": known.kafka_relay,
            "headrace-exporter": known.kafka_exporter,
        }
        if principal in own:
            return own[principal]
        words = shlex.split(self.servers.description.layout.kafka_passwords.read_text(), True)
        return dict(word.split("=", 1) for word in words)[variable_of(principal)]

    def kafka(self, principal: str, password: str = "") -> KafkaSettings:
        return self.servers.description.kafka_settings(
            principal, password or self.password(principal)
        ).model_copy(update={"request_timeout": 15_000})

    def settings(self, principal: str, password: str = "") -> Settings:
        return Settings(
            kafka=self.kafka(principal, password),
            schema_registry_url=self.servers.schema_registry_url,
            database_url=SecretStr(self.servers.archive_database_url),
        )


@pytest.fixture(scope="session")
def secure() -> Iterator[SecureStack]:
    """One for all tests of this folder; its users and ACLs are what the catalog wants."""
    for tool in ("java", "mvn"):
        if shutil.which(tool) is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"not run: needs {tool}")
    with DirectStack(secure=True) as servers:
        yield SecureStack(servers)


@pytest.fixture
def catalog(secure: SecureStack, tmp_path: Path) -> CatalogCopy:
    """The catalog, and a cluster and a registry in step with it: what other tests left is gone."""
    copy = CatalogCopy(tmp_path / "catalog", secure.servers.env)
    flags = {each["flag"] for each in copy.plan() if each["danger"] == "delete"}
    assert copy.apply(*(word for flag in flags for word in flag.split())).exit_code == 0
    return copy


@pytest.fixture
def admin(secure: SecureStack) -> Any:
    return AdminClient(admin_config(secure.servers.description.kafka_settings()))
