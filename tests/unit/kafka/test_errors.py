"""What Kafka's errors mean to whoever meets them."""

import pytest
from confluent_kafka import KafkaError

from headrace.errors import ConfigurationError, OutageError
from headrace.kafka.errors import is_refused_login, translated

UNTRUSTED = "SSL handshake failed: certificate verify failed: broker certificate"


@pytest.mark.parametrize(
    ("code", "where"),
    [
        (KafkaError.TOPIC_AUTHORIZATION_FAILED, "topic t"),
        (KafkaError.GROUP_AUTHORIZATION_FAILED, "group g"),
        (KafkaError.CLUSTER_AUTHORIZATION_FAILED, "the cluster"),
    ],
)
def test_a_refusal_names_what_and_who(code: int, where: str) -> None:
    error = translated(KafkaError(code), where, principal="user-service")
    assert isinstance(error, ConfigurationError)
    assert str(error).startswith(f"{where} may not be used by Kafka user user-service: ")


def test_a_refusal_without_a_login_says_so() -> None:
    error = translated(KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED), "topic t")
    assert "KAFKA_SASL_USERNAME" in str(error)


@pytest.mark.parametrize(
    ("code", "reason", "refused"),
    [
        (KafkaError._AUTHENTICATION, "Authentication failed", True),
        (KafkaError.SASL_AUTHENTICATION_FAILED, "", True),
        (KafkaError._SSL, UNTRUSTED, True),
        (KafkaError._SSL, "SSL handshake failed: Disconnected: connecting to a PLAINTEXT", False),
        (KafkaError._TRANSPORT, "Connection refused", False),
    ],
)
def test_waiting_mends_no_refused_login(code: int, reason: str, refused: bool) -> None:
    error = KafkaError(code, reason)
    assert is_refused_login(error) is refused
    meaning = translated(error, "the cluster", principal="user-service")
    assert isinstance(meaning, ConfigurationError if refused else OutageError)
