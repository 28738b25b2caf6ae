"""Every metric that headrace has, in one closed list; docs/metrics.md is written from it.

Names, units and types follow Prometheus' conventions (base units, `_total` for counters). No label
holds an id, a key or anything else that a publisher may choose freely.
"""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["counter", "gauge", "histogram"]
Unit = Literal["records", "events", "seconds", "bytes", "partitions", "brokers", ""]

QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Bounds of a histogram in seconds, from a local broker's answer to a time-out."""


@dataclass(frozen=True, slots=True)
class Metric:
    """`live` ones are asked for at each scrape; the others are kept as things happen."""

    name: str
    kind: Kind
    unit: Unit
    labels: tuple[str, ...]
    meaning: str
    live: bool = False


_PLACE = ("group", "topic", "partition")

PUBLISHED = Metric(
    "events_published_total",
    "counter",
    "events",
    ("event_type", "service"),
    "Events that Kafka has acknowledged: they are on all in-sync replicas.",
)
PUBLISH_LATENCY = Metric(
    "headrace_publish_latency_seconds",
    "histogram",
    "seconds",
    ("service",),
    "From the hand-over to the Kafka client to Kafka's acknowledgement: of each call that "
    "publishes one event or many, its slowest event.",
)
PUBLISH_FAILURES = Metric(
    "headrace_publish_failures_total",
    "counter",
    "events",
    ("service", "reason"),
    "Events that were not published. Reasons: `invalid` (its schema or the catalog refuses it), "
    "`outage` (Kafka or the registry did not answer in time), `configuration` (no such topic, no "
    "right to it), `refused` (Kafka refuses it for good), `cancelled` (its caller gave up before "
    "it was handed over), `other`.",
)
BUFFERED_RECORDS = Metric(
    "headrace_publish_buffer_records",
    "gauge",
    "records",
    ("service",),
    "Records handed over and not acknowledged; at 100,000 publishers wait.",
    live=True,
)
BUFFERED_BYTES = Metric(
    "headrace_publish_buffer_bytes",
    "gauge",
    "bytes",
    ("service",),
    "Their bytes, as of the last five seconds; at 64 MiB publishers wait.",
    live=True,
)
CONNECTION_ERRORS = Metric(
    "headrace_kafka_connection_errors_total",
    "counter",
    "",
    ("client", "reason"),
    "Errors of connections to brokers, by client (`producer`, `admin`) and librdkafka's name of "
    "the error: `transport`, `all_brokers_down`, `resolve`, `ssl`, `authentication` and so on.",
)
CONNECTED_BROKERS = Metric(
    "headrace_publish_connected_brokers",
    "gauge",
    "brokers",
    ("service",),
    "Brokers that the producer is connected to, as of the last five seconds; 0 while it reaches "
    "none. It connects to those that it needs.",
    live=True,
)
PROCESSING = Metric(
    "event_processing_duration_seconds",
    "histogram",
    "seconds",
    ("event_type", "service", "status"),
    "How long a service's handler took over an event, each attempt for itself; `status` is "
    "`success` or `failure`.",
)
SERVICE_EVENTS = Metric(
    "headrace_service_events_total",
    "counter",
    "events",
    ("service", "event_type", "outcome"),
    "Events that a service's handlers were called for, or would have been: `handled`, `duplicate` "
    "(the inbox knows it, no handler was called), `retried`, `parked` (tried again later, as are "
    "those of its key behind it), `dead` (a dead letter), `stopped` (it stopped the service). An "
    "event that is tried again counts each time.",
)
STAGE_RECORDS = Metric(
    "headrace_stage_records_total",
    "counter",
    "records",
    ("group", "topic", "outcome"),
    "Offsets that this worker has brought to an end, as its ledger counts them: `applied`, "
    "`duplicate`, `dead`, `skipped` (no event: compacted, a transaction's marker), or `parked` "
    "(tried again later, and then counted elsewhere). A COMMIT that landed although its answer was "
    "lost is in the ledger alone.",
)
STAGE_TRANSACTIONS = Metric(
    "headrace_stage_transaction_duration_seconds",
    "histogram",
    "seconds",
    ("group",),
    "How long a writer worked on the batches of a transaction: decoding, the handler, the commit. "
    "Its count is that of the transactions.",
)
STAGE_WAITS = Metric(
    "headrace_stage_waits_total",
    "counter",
    "",
    ("group", "reason"),
    "How often a partition was held to try again later. Reasons: `outage` (a server does not "
    "answer), `unknown_schema`, `transient` (a passing trouble of an event), `unexpected`.",
)
STAGE_REBALANCES = Metric(
    "headrace_stage_rebalances_total",
    "counter",
    "",
    ("group",),
    "How often the group gave this worker its partitions anew.",
)
STAGE_PARTITIONS = Metric(
    "headrace_stage_partitions",
    "gauge",
    "partitions",
    ("group",),
    "Partitions that this worker owns.",
    live=True,
)
STAGE_WAITING = Metric(
    "headrace_stage_waiting_partitions",
    "gauge",
    "partitions",
    ("group",),
    "Those of them that are held after a failure: more than none for long is an outage.",
    live=True,
)
STAGE_HELD = Metric(
    "headrace_stage_held_bytes",
    "gauge",
    "bytes",
    ("group",),
    "Bytes fetched and not applied yet; bounded by the stage's budget (64 MiB).",
    live=True,
)
STAGE_LAG = Metric(
    "headrace_stage_lag_records",
    "gauge",
    "records",
    _PLACE,
    "Offsets from the last durably applied one to the partition's end, of owned partitions; as of "
    "the last five seconds.",
    live=True,
)
STAGE_LAG_SECONDS = Metric(
    "headrace_stage_lag_seconds",
    "gauge",
    "seconds",
    _PLACE,
    "How long the first record not applied has been in the log; 0 when there is none. Where it has "
    "not been fetched yet, the longest that it can be.",
    live=True,
)
STAGE_PARKED = Metric(
    "headrace_stage_parked_records",
    "gauge",
    "records",
    _PLACE,
    "Records of owned partitions that wait beside their lane to be tried again.",
    live=True,
)
RELAY_EVENTS = Metric(
    "headrace_relay_events_total",
    "counter",
    "events",
    (),
    "Events of the event store that this process has published.",
    live=True,
)
RELAY_LAG = Metric(
    "headrace_relay_lag_events",
    "gauge",
    "events",
    (),
    "Events that the event store holds and Kafka does not yet, 100,000 at most; told by the relay "
    "at work, as of the last five seconds.",
    live=True,
)
RELAY_LAG_SECONDS = Metric(
    "headrace_relay_lag_seconds",
    "gauge",
    "seconds",
    (),
    "How long ago the oldest of these was appended; 0 when there is none.",
    live=True,
)
PROJECTION_LAG = Metric(
    "headrace_projection_lag_events",
    "gauge",
    "events",
    ("projection",),
    "Events of its aggregate types that a projection has not applied, 100,000 at most; as of the "
    "last five seconds.",
    live=True,
)
PROJECTION_LAG_SECONDS = Metric(
    "headrace_projection_lag_seconds",
    "gauge",
    "seconds",
    ("projection",),
    "How long ago the oldest of these was appended; 0 when there is none.",
    live=True,
)
EXPORTER_UP = Metric(
    "headrace_exporter_up",
    "gauge",
    "",
    (),
    "1 while the cluster answers the exporter, else 0; then nothing else is told of the cluster.",
    live=True,
)
EXPORTER_ROUND = Metric(
    "headrace_exporter_round_seconds",
    "gauge",
    "seconds",
    (),
    "How long the last round of questions took that was answered.",
    live=True,
)
EXPORTER_SUCCESS = Metric(
    "headrace_exporter_last_success_timestamp_seconds",
    "gauge",
    "seconds",
    (),
    "When a round was last answered, in Unix time.",
    live=True,
)
UNKNOWN_GROUPS = Metric(
    "headrace_exporter_unknown_groups",
    "gauge",
    "",
    (),
    "Groups whose coordinator did not answer in the last round; nothing is told of them.",
    live=True,
)
UNKNOWN_PARTITIONS = Metric(
    "headrace_exporter_unknown_partitions",
    "gauge",
    "partitions",
    (),
    "Watched partitions with a leader that did not tell where they end in the last round, as while "
    "leaders change; nothing is told of their lag.",
    live=True,
)
GROUP_LAG = Metric(
    "headrace_group_lag_records",
    "gauge",
    "records",
    _PLACE,
    "Offsets from a group's committed one to the partition's end. A group that has committed none "
    "has all to read, or nothing where the catalog starts it at the end.",
    live=True,
)
GROUP_LAG_SECONDS = Metric(
    "headrace_group_lag_seconds",
    "gauge",
    "seconds",
    _PLACE,
    "How long the first record that the group has not committed has been in the log; 0 when there "
    "is none. Off by a twentieth of itself at most.",
    live=True,
)
GROUP_MEMBERS = Metric(
    "headrace_group_members",
    "gauge",
    "",
    ("group",),
    "Members of each of the catalog's groups, 0 where nobody reads.",
    live=True,
)
PARTITION_RECORDS = Metric(
    "headrace_partition_records",
    "gauge",
    "records",
    ("topic", "partition"),
    "Offsets that a partition holds: its end less its beginning.",
    live=True,
)
PARTITION_BYTES = Metric(
    "headrace_partition_bytes",
    "gauge",
    "bytes",
    ("topic", "partition", "broker"),
    "Bytes of a partition's copy in a broker's log directories, as of the last 30 seconds.",
    live=True,
)
PARTITION_MISSING = Metric(
    "headrace_partition_missing_replicas",
    "gauge",
    "",
    ("topic", "partition"),
    "Copies that are not in sync with the leader.",
    live=True,
)
APPENDED = Metric(
    "headrace_topic_appended_records_total",
    "counter",
    "records",
    ("topic", "partition"),
    "Offsets ever given in a partition: its end. The rate is the topic's throughput.",
    live=True,
)
UNDER_REPLICATED = Metric(
    "headrace_under_replicated_partitions",
    "gauge",
    "partitions",
    (),
    "Partitions of the whole cluster with fewer copies in sync than they should have.",
    live=True,
)
LEADERLESS = Metric(
    "headrace_leaderless_partitions",
    "gauge",
    "partitions",
    (),
    "Partitions of the whole cluster that have no leader: nobody can write or read them.",
    live=True,
)
BROKERS = Metric("headrace_brokers", "gauge", "brokers", (), "Brokers in the cluster.", live=True)

METRICS: tuple[Metric, ...] = tuple(
    found for found in list(globals().values()) if isinstance(found, Metric)
)
