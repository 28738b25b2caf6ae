"""Settings in librdkafka's words: each KAFKA_* variable's effect is one line here.

https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md
"""

import logging
from typing import Any

from headrace.settings import KafkaSettings

MAX_RECORD_BYTES = 1_048_588  # the broker's default limit: an event, its key and its headers
BUFFER_KIB = 65_536
BUFFER_RECORDS = 100_000
_SYSLOG = {"nothing": 0, "error": 3, "warn": 4, "info": 6, "debug": 7}
_DEBUG_CONTEXTS = "broker,topic,msg,security,admin"


def producer_config(kafka: KafkaSettings) -> dict[str, Any]:
    """Idempotent as set, acks from all replicas, zstd, bounded memory, Java's partitioner."""
    return _common(kafka) | {
        "acks": "all",
        "enable.idempotence": kafka.idempotent,
        "max.in.flight.requests.per.connection": kafka.max_in_flight_requests,
        "request.timeout.ms": kafka.request_timeout,
        # how long a record is tried before its publisher hears that Kafka is out
        "message.timeout.ms": 2 * kafka.request_timeout,
        "transaction.timeout.ms": kafka.transaction_timeout,
        "compression.type": "zstd",
        "partitioner": "murmur2_random",
        "linger.ms": 5,
        "message.max.bytes": MAX_RECORD_BYTES,
        "queue.buffering.max.kbytes": BUFFER_KIB,
        "queue.buffering.max.messages": BUFFER_RECORDS,
    }


def quiet(kafka: KafkaSettings) -> KafkaSettings:
    """The same, without librdkafka's own log, unless that is wanted for debugging."""
    if kafka.log_level == "debug":
        return kafka
    return kafka.model_copy(update={"log_level": "nothing"})


def consumer_config(kafka: KafkaSettings, group: str) -> dict[str, Any]:
    """A consumer that commits only what it is told to, and creates no topic."""
    return _common(kafka) | {
        "group.id": group,
        "enable.auto.commit": False,
        "enable.auto.offset.store": False,
        "allow.auto.create.topics": False,
        "isolation.level": "read_committed",
        "session.timeout.ms": kafka.session_timeout,
        "heartbeat.interval.ms": kafka.heartbeat_interval,
        "max.poll.interval.ms": max(300_000, kafka.session_timeout),
        "fetch.min.bytes": min(kafka.min_bytes, 100_000_000),
        # librdkafka wants room for one whole record in either
        "fetch.max.bytes": max(kafka.max_bytes, MAX_RECORD_BYTES),
        "max.partition.fetch.bytes": kafka.max_bytes_per_partition,
        "fetch.wait.max.ms": kafka.max_wait_time,
        "message.max.bytes": MAX_RECORD_BYTES,
        # its default of a second stalls a consumer each time its queue is full
        "fetch.queue.backoff.ms": 5,
    }


def admin_config(kafka: KafkaSettings) -> dict[str, Any]:
    """For the admin client, whose calls take KAFKA_REQUEST_TIMEOUT at most."""
    return _common(kafka)


def logger_of(kafka: KafkaSettings) -> logging.Logger:
    """Where librdkafka's own lines go: the logger `kafka`, silent when the level is `nothing`."""
    logger = logging.getLogger("kafka")
    logger.disabled = kafka.log_level == "nothing"
    return logger


def _common(kafka: KafkaSettings) -> dict[str, Any]:
    config: dict[str, Any] = {
        "bootstrap.servers": kafka.brokers,
        "client.id": "headrace",
        "security.protocol": _protocol(kafka),
        "socket.timeout.ms": kafka.request_timeout,
        "socket.connection.setup.timeout.ms": kafka.connection_timeout,
        "log_level": _SYSLOG[kafka.log_level],
        # brokers close idle connections; that is no event worth a line
        "log.connection.close": kafka.log_level == "debug",
    }
    if kafka.log_level == "debug":
        config["debug"] = _DEBUG_CONTEXTS
    if kafka.ssl_ca_location:
        config["ssl.ca.location"] = str(kafka.ssl_ca_location)
    if kafka.sasl_username:
        config |= {
            "sasl.mechanism": kafka.sasl_mechanism.upper(),
            "sasl.username": kafka.sasl_username,
            "sasl.password": kafka.sasl_password.get_secret_value(),
        }
    return config


def _protocol(kafka: KafkaSettings) -> str:
    return ("SASL_" if kafka.sasl_username else "") + ("SSL" if kafka.ssl else "PLAINTEXT")
