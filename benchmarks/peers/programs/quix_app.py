"""quixstreams: its own Avro deserializer and its own PostgreSQL sink."""

from typing import Any

from psycopg2.extras import register_uuid
from quixstreams import Application, message_context
from quixstreams.models.serializers.avro import AvroDeserializer
from quixstreams.models.serializers.schema_registry import SchemaRegistryClientConfig
from quixstreams.sinks.community.postgresql import PostgreSQLSink

from benchmarks.peers.programs.common import COLUMNS, Task, columns_of

TASK = Task.given()
COMMIT_EVERY = 10_000


def to_columns(record: dict[str, Any]) -> dict[str, Any]:
    context = message_context()
    row = columns_of(record, context.topic, context.partition, context.offset, 0)
    return dict(zip(COLUMNS, row, strict=True))


def main() -> None:
    """Run until stopped; a sink's batch is written when the application commits."""
    register_uuid()  # the deserializer makes ids UUIDs, which psycopg2 must be told of
    app = Application(
        broker_address=TASK.brokers,
        consumer_group=TASK.group,
        auto_offset_reset="earliest",
        auto_create_topics=False,
        commit_every=COMMIT_EVERY,
        loglevel="WARNING",
    )
    registry = SchemaRegistryClientConfig(url=TASK.registry)
    deserializer = AvroDeserializer(schema_registry_client_config=registry)
    topic = app.topic(TASK.topic, value_deserializer=deserializer)
    sink = PostgreSQLSink(
        host=TASK.host,
        port=TASK.port,
        dbname=TASK.database,
        user=TASK.user,
        password=TASK.password,
        schema_name=TASK.schema,
        table_name=TASK.table,
        schema_auto_update=False,
        include_metadata=False,
    )
    app.dataframe(topic).apply(to_columns).sink(sink)
    app.run()


if __name__ == "__main__":
    main()
