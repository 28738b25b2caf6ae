"""What the peers' programs share. Needs fastavro and orjson; psycopg only where it is used."""

import json
import os
import struct
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import Any, Self
from urllib.request import urlopen

COLUMNS = (
    "event_id",
    "event_type",
    "timestamp",
    "version",
    "source",
    "correlation_id",
    "causation_id",
    "aggregate_type",
    "aggregate_id",
    "aggregate_version",
    "account_id",
    "user_id",
    "metadata",
    "payload",
    "topic",
    "partition",
    "record_offset",
    "schema_id",
)
ENVELOPE = (
    "eventId",
    "eventType",
    "timestamp",
    "version",
    "source",
    "correlationId",
    "causationId",
    "aggregateType",
    "aggregateId",
    "aggregateVersion",
    "accountId",
    "userId",
    "metadata",
)
VARIABLE = "PEER_TASK"
_HEADER = struct.Struct(">BI")

Row = tuple[Any, ...]


@dataclass(frozen=True)
class Task:
    """What a program is to do: read `topic` from its beginning as `group`, write to `table`."""

    brokers: str
    topic: str
    group: str
    registry: str
    host: str
    port: int
    database: str
    user: str
    password: str
    schema: str
    table: str

    @classmethod
    def given(cls) -> Self:
        """The task of this process."""
        return cls(**json.loads(os.environ[VARIABLE]))

    def variable(self) -> dict[str, str]:
        """The environment that hands it on."""
        return {VARIABLE: json.dumps(asdict(self))}

    @property
    def dsn(self) -> str:
        return f"postgresql://{self.user}:{self.password}@{self.host}:{self.port}/{self.database}"

    @property
    def copy(self) -> str:
        """COPY in text format, which psycopg's `write_row` fills."""
        columns = ", ".join(f'"{name}"' for name in COLUMNS)
        return f"COPY {self.schema}.{self.table} ({columns}) FROM STDIN"


class Decoder:
    """Confluent's framing and fastavro; a schema is fetched when its id first comes."""

    def __init__(self, registry: str) -> None:
        self._registry = registry
        self._schemas: dict[int, Any] = {}

    def row(self, value: bytes, topic: str, partition: int, offset: int) -> Row:
        """A record as the table's columns."""
        _, schema_id = _HEADER.unpack_from(value)
        return columns_of(self.record(value), topic, partition, offset, schema_id)

    def record(self, value: bytes) -> dict[str, Any]:
        """The event as fastavro reads it."""
        from fastavro import schemaless_reader

        _, schema_id = _HEADER.unpack_from(value)
        schema = self._schemas.get(schema_id) or self._fetch(schema_id)
        found: dict[str, Any] = schemaless_reader(BytesIO(value[5:]), schema, None)
        return found

    def _fetch(self, schema_id: int) -> Any:
        from fastavro import parse_schema

        with urlopen(f"{self._registry}/schemas/ids/{schema_id}", timeout=10) as answer:  # noqa: S310
            schema = parse_schema(json.loads(json.load(answer)["schema"]))
        self._schemas[schema_id] = schema
        return schema


def columns_of(
    record: dict[str, Any], topic: str, partition: int, offset: int, schema_id: int
) -> Row:
    """The envelope's fields as they are, the payload as JSON text."""
    import orjson

    payload = orjson.dumps(record["payload"]).decode()
    envelope = [record[name] for name in ENVELOPE]
    return (*envelope, payload, topic, partition, offset, schema_id)


def copy_rows(connection: Any, task: Task, rows: Iterable[Row]) -> None:
    """One transaction with one COPY, over a psycopg connection."""
    with connection.transaction(), connection.cursor() as cursor, cursor.copy(task.copy) as copy:
        for row in rows:
            copy.write_row(row)
