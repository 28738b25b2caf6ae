"""Kafka's errors, translated once."""

from confluent_kafka import KafkaError, KafkaException

from headrace.errors import ConfigurationError, FieldProblem, HeadraceError, InvalidEventError
from headrace.errors import OutageError as Outage

_MISCONFIGURED = {
    KafkaError.UNKNOWN_TOPIC_OR_PART: "does not exist; run `headrace topics create`",
    KafkaError._UNKNOWN_TOPIC: "does not exist; run `headrace topics create`",
    KafkaError._UNKNOWN_PARTITION: "has no such partition",
    KafkaError.TOPIC_AUTHORIZATION_FAILED: "may not be used with these credentials",
    KafkaError.CLUSTER_AUTHORIZATION_FAILED: "may not be used with these credentials",
    KafkaError.INVALID_REPLICATION_FACTOR: "wants more replicas than there are brokers",
    KafkaError.POLICY_VIOLATION: "breaks a policy of the cluster",
}
_AUTHENTICATION = {KafkaError.SASL_AUTHENTICATION_FAILED, KafkaError._AUTHENTICATION}


PUBLISH_AGAIN = "publishing the same event again is safe, its eventId stays"


class DeliveryError(HeadraceError):
    """Kafka refuses an event for good; the message says why. Publishing again does not help."""


def translated(error: KafkaError, where: str, *, advice: str = "") -> HeadraceError:
    """What a Kafka error means to its caller; `where` names the topic or the operation.

    `advice` is for an outage: what its caller may do.
    """
    code = error.code()
    if code in _MISCONFIGURED:
        return ConfigurationError(f"{where} {_MISCONFIGURED[code]} ({error.str()})")
    if code in _AUTHENTICATION:
        return ConfigurationError(
            f"{where}: Kafka refuses KAFKA_SASL_USERNAME and its password ({error.str()})"
        )
    if code == KafkaError.MSG_SIZE_TOO_LARGE:
        return InvalidEventError(FieldProblem("event", f"is too large for {where}"))
    if error.fatal() or code in (KafkaError.INVALID_MSG, KafkaError.INVALID_RECORD):
        return DeliveryError(f"{where}: {error.str()}")
    return Outage(f"{where}: Kafka does not answer ({error.str()}){advice and f'; {advice}'}")


def translated_exception(error: KafkaException, where: str, *, advice: str = "") -> HeadraceError:
    """The same for an exception of the client."""
    return translated(error.args[0], where, advice=advice)
