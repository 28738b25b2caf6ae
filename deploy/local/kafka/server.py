"""Kafka in KRaft mode, on 127.0.0.1 only: one node, or several that make a cluster."""

import logging
import secrets
import subprocess
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local.files import PRIVATE, build_once, write_atomically
from deploy.local.kafka.security import KafkaSecurity, client_settings
from deploy.local.layout import Layout
from deploy.local.orphans import mark
from deploy.local.program import NotReadyError, Program, check_port, inherited
from deploy.local.servers import kafka_folder, make_private_folder
from deploy.local.tls import make_certificates
from headrace.errors import ConfigurationError
from headrace.kafka import admin_config
from headrace.settings import KafkaSettings

_HERE = Path(__file__).parent
_QUIET = logging.getLogger("deploy.local.kafka")


def tool_classpath(layout: Layout) -> str:
    """The class path of the broker and of all its console tools."""
    return f"{kafka_folder(layout)}/*"


@dataclass(frozen=True, slots=True)
class Broker:
    """A node that is broker and controller in one; they are numbered from 1."""

    number: int
    port: int
    controller_port: int

    @property
    def name(self) -> str:
        """The program's: `kafka`, then `kafka-2`, `kafka-3`, …"""
        return "kafka" if self.number == 1 else f"kafka-{self.number}"

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def controller_address(self) -> str:
        return f"127.0.0.1:{self.controller_port}"


@dataclass(frozen=True, slots=True)
class Cluster:
    """Brokers that belong together; without `security` they speak plain text with everybody."""

    layout: Layout
    brokers: Sequence[Broker]
    heap: str
    security: KafkaSecurity | None = None


def kafka_programs(cluster: Cluster) -> tuple[Program, ...]:
    """One program a broker, each with the cluster's heap (Java's units). None creates topics."""
    return tuple(_program(cluster, broker) for broker in cluster.brokers)


def _program(cluster: Cluster, broker: Broker) -> Program:
    layout, heap = cluster.layout, cluster.heap
    data = kafka_data(layout, broker)
    properties = data.with_name(f"{broker.name}.properties")

    def prepare() -> None:
        if cluster.security:
            make_certificates(cluster.security.certificates)
            make_private_folder(data.parent, None)  # the log holds the users' salted passwords
        write_atomically(properties, _properties(cluster, broker, data), PRIVATE)
        build_once(data, lambda folder: _format(cluster, broker, folder))

    return Program(
        name=broker.name,
        command=(
            *("java", f"-Xmx{heap}", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseG1GC"),
            f"-Dlog4j2.configurationFile={_HERE / 'log4j2.properties'}",
            *("-cp", tool_classpath(layout), "kafka.Kafka", str(properties)),
        ),
        directory=layout.root,
        stop_seconds=40,
        address=broker.address,
        prepare=prepare,
        check=lambda: _check(broker.port, client_settings(broker.address, cluster.security)),
    )


def kafka_data(layout: Layout, broker: Broker) -> Path:
    """The folder that holds this broker's log."""
    data = layout.kafka_data
    return data if broker.number == 1 else data.with_name(f"{data.name}-{broker.number}")


def _properties(cluster: Cluster, broker: Broker, data: Path) -> str:
    brokers, security = cluster.brokers, cluster.security
    protocol = "SASL_SSL" if security else "PLAINTEXT"
    # three nodes or more: every record has three copies, and is acknowledged when two have it
    copies, in_sync = (3, 2) if len(brokers) >= 3 else (1, 1)
    settings = {
        "process.roles": "broker,controller",
        "node.id": broker.number,
        "controller.quorum.voters": ",".join(
            f"{each.number}@{each.controller_address}" for each in brokers
        ),
        "listeners": f"{protocol}://{broker.address},CONTROLLER://{broker.controller_address}",
        "advertised.listeners": f"{protocol}://{broker.address}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        "default.replication.factor": copies,
        "min.insync.replicas": in_sync,
        # internal topics: few partitions to open and to recover
        "offsets.topic.replication.factor": copies,
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.replication.factor": copies,
        "transaction.state.log.min.isr": in_sync,
        "transaction.state.log.num.partitions": 8,
        "share.coordinator.state.topic.replication.factor": copies,
        "share.coordinator.state.topic.min.isr": in_sync,
        "share.coordinator.state.topic.num.partitions": 1,
        # a broker that was killed may register again once its old session has ended
        "broker.session.timeout.ms": 4000,
        "broker.heartbeat.interval.ms": 1000,
        # a small heap cannot give the log cleaner its usual 128 MB
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        **(security.broker_properties() if security else {}),
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _format(cluster: Cluster, broker: Broker, folder: Path) -> None:
    properties = folder.with_name(f"format-{broker.name}.properties")
    arguments = folder.with_name(f"format-{broker.name}.arguments")
    write_atomically(properties, _properties(cluster, broker, folder), PRIVATE)
    words = (
        *("-cp", tool_classpath(cluster.layout), "kafka.tools.StorageTool", "format"),
        *("-t", _cluster_id(cluster.layout), "-c", str(properties)),
        *(cluster.security.first_users() if cluster.security else ()),
    )
    # a file, since a command line shows passwords to everybody on the machine
    write_atomically(arguments, "\n".join(f'"{word}"' for word in words), PRIVATE)
    log4j = f"-Dlog4j2.configurationFile={_HERE / 'tools-log4j2.properties'}"
    done = subprocess.run(
        ("java", log4j, f"@{arguments}"),  # noqa: S607 - whichever Java the user has
        env=inherited() | mark(cluster.layout.root),
        capture_output=True,
        text=True,
        check=False,
    )
    arguments.unlink()
    if done.returncode:
        raise ConfigurationError(f"Kafka's folder could not be made:\n{done.stdout}{done.stderr}")
    properties.unlink()


def _cluster_id(layout: Layout) -> str:
    """Drawn for the first broker, kept for the others."""
    kept = layout.kafka_data.with_name("cluster-id")
    if not kept.exists():
        drawn = urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=").replace("-", "_")
        write_atomically(kept, drawn)
    return kept.read_text()


def _check(port: int, client: KafkaSettings) -> None:
    """The broker serves metadata and has a controller."""
    check_port(port)
    admin = AdminClient(admin_config(client) | {"log_level": 0}, logger=_QUIET)
    try:
        metadata = admin.list_topics(timeout=3)
    except KafkaException as error:
        raise NotReadyError(f"Kafka at port {port}: {error.args[0].str()}") from None
    if not metadata.brokers or metadata.controller_id < 0:
        raise NotReadyError(f"Kafka at port {port} has no controller yet")
