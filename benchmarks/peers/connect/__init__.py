"""Kafka Connect, standalone, with Debezium's JDBC sink."""

import json
import shutil
from pathlib import Path

from benchmarks.environments import ROOT, digest, run_quietly
from benchmarks.peers.model import Launch
from benchmarks.peers.programs.common import Task
from benchmarks.progress import say
from deploy.local.files import build_once, locked
from deploy.local.kafka import tool_classpath
from deploy.local.layout import Layout
from deploy.local.ports import free_ports

POM = Path(__file__).with_name("pom.xml")
BATCH = 3_000
TASKS = 4
_TEXT = ("event_id", "event_type", "timestamp", "version", "source")
_OPTIONAL = (
    "correlation_id",
    "causation_id",
    "aggregate_type",
    "aggregate_id",
    "account_id",
    "user_id",
)


def launch(task: Task, folder: Path) -> Launch:
    """A worker and a connector as property files, the heap that Kafka's own script gives."""
    worker, sink = folder / "worker.properties", folder / "sink.properties"
    worker.write_text(_properties(_worker(task, folder)))
    sink.write_text(_properties(_sink(task)))
    libraries = tool_classpath(Layout.of_repository())
    command = ("java", "-Xms256M", "-Xmx2G", "-XX:+UseG1GC", "-cp", libraries)
    main = "org.apache.kafka.connect.cli.ConnectStandalone"
    return Launch([*command, main, str(worker), str(sink)])


def _plugins() -> Path:
    """The folder with the connector, as its archive for Kafka Connect comes; fetched once."""
    folder = ROOT / f"connect-{digest(POM)}"
    with locked(ROOT / "lock"):
        build_once(folder, _unpack)
    return folder


def _unpack(target: Path) -> None:
    say("fetching the JDBC sink")
    work = target / ".pom"
    work.mkdir()
    shutil.copy(POM, work / "pom.xml")
    goal = ("dependency:unpack", f"-DoutputDirectory={target}")
    run_quietly("mvn", "-B", "-q", "-C", "-f", str(work / "pom.xml"), *goal)
    shutil.rmtree(work)


def _worker(task: Task, folder: Path) -> dict[str, str]:
    return {
        "bootstrap.servers": task.brokers,
        "key.converter": "org.apache.kafka.connect.storage.StringConverter",
        "value.converter": "org.apache.kafka.connect.json.JsonConverter",
        "value.converter.schemas.enable": "true",
        "value.converter.schema.content": json.dumps(_schema()),
        "plugin.path": str(_plugins()),
        "plugin.discovery": "only_scan",
        "offset.storage.file.filename": str(folder / "offsets"),
        "listeners": f"HTTP://127.0.0.1:{free_ports().api}",
        "consumer.auto.offset.reset": "earliest",
        # Debezium: a batch is never larger than what one poll brings
        "consumer.max.poll.records": str(BATCH),
    }


def _sink(task: Task) -> dict[str, str]:
    address = f"jdbc:postgresql://{task.host}:{task.port}/{task.database}"
    return {
        "name": task.group,
        "connector.class": "io.debezium.connector.jdbc.JdbcSinkConnector",
        "tasks.max": str(TASKS),
        "topics": task.topic,
        "connection.url": f"{address}?stringtype=unspecified&reWriteBatchedInserts=true",
        "connection.username": task.user,
        "connection.password": task.password,
        "insert.mode": "insert",
        "primary.key.mode": "none",
        "schema.evolution": "none",
        "collection.name.format": f"{task.schema}.{task.table}",
        "batch.size": str(BATCH),
    }


def _schema() -> dict[str, object]:
    """Connect's schema of the flat objects."""
    fields: list[dict[str, object]] = [
        *({"field": name, "type": "string", "optional": False} for name in _TEXT),
        *({"field": name, "type": "string", "optional": True} for name in _OPTIONAL),
        {"field": "aggregate_version", "type": "int64", "optional": True},
        {"field": "topic", "type": "string", "optional": False},
        {"field": "partition", "type": "int32", "optional": False},
        {"field": "record_offset", "type": "int64", "optional": False},
        {"field": "schema_id", "type": "int32", "optional": False},
        _named("metadata", "io.debezium.data.Json"),
        _named("payload", "io.debezium.data.Json"),
    ]
    fields[2] = _named("timestamp", "io.debezium.time.ZonedTimestamp")
    fields[0] = _named("event_id", "io.debezium.data.Uuid")
    return {"type": "struct", "optional": False, "fields": fields}


def _named(field: str, name: str) -> dict[str, object]:
    return {"field": field, "type": "string", "optional": False, "name": name}


def _properties(values: dict[str, str]) -> str:
    return "".join(f"{name}={value}\n" for name, value in values.items())
