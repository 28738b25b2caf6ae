"""One Kafka node in KRaft mode, plaintext, on 127.0.0.1 only."""

import logging
import secrets
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local.files import build_once, write_atomically
from deploy.local.layout import Layout
from deploy.local.orphans import mark
from deploy.local.ports import Ports
from deploy.local.program import NotReadyError, Program, check_port, inherited
from deploy.local.servers import kafka_folder
from headrace.errors import ConfigurationError

_HERE = Path(__file__).parent
_QUIET = logging.getLogger("deploy.local.kafka")


def tool_classpath(layout: Layout) -> str:
    """The class path of the broker and of all its console tools."""
    return f"{kafka_folder(layout)}/*"


def kafka_program(layout: Layout, ports: Ports, heap: str) -> Program:
    """The broker with a heap of `heap` (Java's units). It creates no topic by itself."""
    properties = layout.root / "kafka" / "server.properties"

    def prepare() -> None:
        write_atomically(properties, _properties(ports, layout.kafka_data))
        build_once(layout.kafka_data, lambda folder: _format(layout, ports, folder))

    return Program(
        name="kafka",
        command=(
            *("java", f"-Xmx{heap}", "-XX:+ExitOnOutOfMemoryError", "-XX:+UseG1GC"),
            f"-Dlog4j2.configurationFile={_HERE / 'log4j2.properties'}",
            *("-cp", tool_classpath(layout), "kafka.Kafka", str(properties)),
        ),
        directory=layout.root,
        stop_seconds=40,
        address=f"127.0.0.1:{ports.kafka}",
        prepare=prepare,
        check=lambda: _check(ports.kafka),
    )


def _properties(ports: Ports, data: Path) -> str:
    settings = {
        "process.roles": "broker,controller",
        "node.id": 1,
        "controller.quorum.voters": f"1@127.0.0.1:{ports.kafka_controller}",
        "listeners": f"PLAINTEXT://127.0.0.1:{ports.kafka},"
        f"CONTROLLER://127.0.0.1:{ports.kafka_controller}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{ports.kafka}",
        "controller.listener.names": "CONTROLLER",
        "log.dirs": data,
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": 0,
        # one node: every internal topic has one copy, and few partitions to open and to recover
        "offsets.topic.replication.factor": 1,
        "offsets.topic.num.partitions": 8,
        "transaction.state.log.replication.factor": 1,
        "transaction.state.log.min.isr": 1,
        "transaction.state.log.num.partitions": 8,
        "share.coordinator.state.topic.replication.factor": 1,
        "share.coordinator.state.topic.min.isr": 1,
        "share.coordinator.state.topic.num.partitions": 1,
        # a broker that was killed may register again once its old session has ended
        "broker.session.timeout.ms": 4000,
        "broker.heartbeat.interval.ms": 1000,
        # a small heap cannot give the log cleaner its usual 128 MB
        "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
    }
    return "".join(f"{name}={value}\n" for name, value in settings.items())


def _format(layout: Layout, ports: Ports, folder: Path) -> None:
    properties = folder.with_name("format.properties")
    properties.write_text(_properties(ports, folder))
    cluster = urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=").replace("-", "_")
    done = subprocess.run(
        (
            *("java", f"-Dlog4j2.configurationFile={_HERE / 'tools-log4j2.properties'}"),
            *("-cp", tool_classpath(layout), "kafka.tools.StorageTool", "format"),
            *("-t", cluster, "-c", str(properties)),
        ),
        env=inherited() | mark(layout.root),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ConfigurationError(f"Kafka's folder could not be made:\n{done.stdout}{done.stderr}")
    properties.unlink()


def _check(port: int) -> None:
    """The broker serves metadata and has a controller."""
    check_port(port)
    admin = AdminClient({"bootstrap.servers": f"127.0.0.1:{port}", "log_level": 0}, logger=_QUIET)
    try:
        metadata = admin.list_topics(timeout=3)
    except KafkaException as error:
        raise NotReadyError(f"Kafka at port {port}: {error.args[0].str()}") from None
    if not metadata.brokers or metadata.controller_id < 0:
        raise NotReadyError(f"Kafka at port {port} has no controller yet")
