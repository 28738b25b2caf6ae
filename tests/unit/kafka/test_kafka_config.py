"""Each KAFKA_* variable has its effect on the producer, the consumer or the admin client."""

from typing import Any

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient

from headrace.kafka import admin_config, consumer_config, producer_config
from headrace.kafka.config import logger_of
from headrace.settings import KafkaSettings

EFFECTS: list[tuple[dict[str, Any], str, str, Any]] = [
    ({"brokers": "a:1,b:2"}, "producer", "bootstrap.servers", "a:1,b:2"),
    ({"ssl": True}, "admin", "security.protocol", "SSL"),
    ({"ssl": True, "ssl_ca_location": __file__}, "producer", "ssl.ca.location", __file__),
    ({"connection_timeout": 2000}, "admin", "socket.connection.setup.timeout.ms", 2000),
    ({"request_timeout": 6000}, "producer", "request.timeout.ms", 6000),
    ({"request_timeout": 6000}, "producer", "message.timeout.ms", 12000),
    ({"request_timeout": 6000}, "consumer", "socket.timeout.ms", 6000),
    ({"session_timeout": 6000}, "consumer", "session.timeout.ms", 6000),
    ({"heartbeat_interval": 100}, "consumer", "heartbeat.interval.ms", 100),
    ({"max_bytes_per_partition": 5}, "consumer", "max.partition.fetch.bytes", 5),
    ({"min_bytes": 5}, "consumer", "fetch.min.bytes", 5),
    ({"max_bytes": 20_000_000}, "consumer", "fetch.max.bytes", 20_000_000),
    ({"max_wait_time": 7}, "consumer", "fetch.wait.max.ms", 7),
    ({"transaction_timeout": 7000}, "producer", "transaction.timeout.ms", 7000),
    ({"idempotent": False}, "producer", "enable.idempotence", False),
    ({"max_in_flight_requests": 2}, "producer", "max.in.flight.requests.per.connection", 2),
    ({"log_level": "error"}, "admin", "log_level", 3),
    ({"log_level": "debug"}, "admin", "debug", "broker,topic,msg,security,admin"),
]


def config_of(client: str, kafka: KafkaSettings) -> dict[str, Any]:
    if client == "consumer":
        return consumer_config(kafka, "group")
    return producer_config(kafka) if client == "producer" else admin_config(kafka)


@pytest.mark.covers("S3-3")
@pytest.mark.parametrize(("changes", "client", "key", "value"), EFFECTS, ids=str)
def test_a_setting_reaches_its_client(
    changes: dict[str, Any], client: str, key: str, value: Any
) -> None:
    assert config_of(client, KafkaSettings(**changes))[key] == value


@pytest.mark.parametrize(
    ("ssl", "username", "protocol"),
    [
        (False, "", "PLAINTEXT"),
        (True, "", "SSL"),
        (False, "u", "SASL_PLAINTEXT"),
        (True, "u", "SASL_SSL"),
    ],
)
def test_tls_and_sasl_combine(ssl: bool, username: str, protocol: str) -> None:
    kafka = KafkaSettings(
        ssl=ssl,
        sasl_username=username,
        sasl_password=username,
        sasl_mechanism="scram-sha-512",
    )

    config = admin_config(kafka)

    assert config["security.protocol"] == protocol
    assert config.get("sasl.mechanism") == ("SCRAM-SHA-512" if username else None)


def test_nothing_silences_the_clients_logger() -> None:
    assert logger_of(KafkaSettings(log_level="nothing")).disabled
    assert not logger_of(KafkaSettings(log_level="warn")).disabled


@pytest.mark.parametrize("log_level", ["nothing", "info"])
def test_librdkafka_takes_every_configuration(log_level: str) -> None:
    kafka = KafkaSettings(brokers="127.0.0.1:1", log_level=log_level, idempotent=False,
                          max_in_flight_requests=100, min_bytes=10_000_000)  # fmt: skip

    Producer(producer_config(kafka), logger=logger_of(kafka))
    AdminClient(admin_config(kafka), logger=logger_of(kafka))
    Consumer(consumer_config(kafka, "g"), logger=logger_of(kafka)).close()


def test_delivery_asks_for_all_replicas_and_compresses() -> None:
    config = producer_config(KafkaSettings())

    assert (config["acks"], config["compression.type"]) == ("all", "zstd")
    assert config["enable.idempotence"] is True
