"""Kafka's errors, translated once."""

from confluent_kafka import KafkaError, KafkaException

from headrace.errors import ConfigurationError, FieldProblem, HeadraceError, InvalidEventError
from headrace.errors import OutageError as Outage

_MISCONFIGURED = {
    KafkaError.UNKNOWN_TOPIC_OR_PART: "does not exist; run `headrace topics create`",
    KafkaError._UNKNOWN_TOPIC: "does not exist; run `headrace topics create`",
    KafkaError._UNKNOWN_PARTITION: "has no such partition",
    KafkaError.INVALID_REPLICATION_FACTOR: "wants more replicas than there are brokers",
    KafkaError.POLICY_VIOLATION: "breaks a policy of the cluster",
}
_FORBIDDEN = {
    KafkaError.TOPIC_AUTHORIZATION_FAILED,
    KafkaError.GROUP_AUTHORIZATION_FAILED,
    KafkaError.CLUSTER_AUTHORIZATION_FAILED,
    KafkaError.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
}
_PASSWORD = {KafkaError.SASL_AUTHENTICATION_FAILED, KafkaError._AUTHENTICATION}

PUBLISH_AGAIN = "publishing the same event again is safe, its eventId stays"
_REMEDY = (
    "the catalog grants a topic to its producers and consumers, and a group to its service; "
    "`headrace apply` makes the ACLs"
)


class DeliveryError(HeadraceError):
    """Kafka refuses an event for good; the message says why. Publishing again does not help."""


class CancelledPublishError(HeadraceError):
    """Whoever published an event gave up before it was handed to Kafka; it is not there."""


_REASONS: dict[type[HeadraceError], str] = {
    InvalidEventError: "invalid",
    Outage: "outage",
    ConfigurationError: "configuration",
    DeliveryError: "refused",
    CancelledPublishError: "cancelled",
}


def failure_reason(error: HeadraceError) -> str:
    """Why an event was not published, in a word of the metrics' list."""
    return next((word for kind, word in _REASONS.items() if isinstance(error, kind)), "other")


def is_refused_login(error: KafkaError) -> bool:
    """Whether no waiting mends it: a password, or a certificate that is not trusted."""
    return error.code() in _PASSWORD or _is_mistrust(error)


def _is_mistrust(error: KafkaError) -> bool:
    """A broker that goes down during a handshake is no matter of certificates."""
    return error.code() == KafkaError._SSL and "certificate" in error.str().lower()


def forbidden(where: str, principal: str) -> ConfigurationError:
    """The authorizer's no: what was asked for, and who asked."""
    who = f"Kafka user {principal}" if principal else "who has no KAFKA_SASL_USERNAME"
    return ConfigurationError(f"{where} may not be used by {who}: {_REMEDY}")


def refused_login(error: KafkaError, where: str, principal: str) -> ConfigurationError:
    """A user name or its password is wrong (the brokers do not tell which), or a certificate."""
    if _is_mistrust(error):
        return ConfigurationError(
            f"{where}: the brokers' certificate is not trusted, see KAFKA_SSL_CA_LOCATION "
            f"({error.str()})"
        )
    who = principal or "a connection without KAFKA_SASL_USERNAME"
    return ConfigurationError(
        f"{where}: Kafka refuses the login of {who}: look at KAFKA_SASL_USERNAME, "
        f"KAFKA_SASL_PASSWORD and KAFKA_SASL_MECHANISM ({error.str()})"
    )


def translated(
    error: KafkaError, where: str, *, advice: str = "", principal: str = ""
) -> HeadraceError:
    """What a Kafka error means to its caller; `where` names the topic or the operation.

    `advice` is for an outage: what its caller may do. `principal` is who asked.
    """
    code = error.code()
    if code in _MISCONFIGURED:
        return ConfigurationError(f"{where} {_MISCONFIGURED[code]} ({error.str()})")
    if code in _FORBIDDEN:
        return forbidden(where, principal)
    if is_refused_login(error):
        return refused_login(error, where, principal)
    if code == KafkaError.MSG_SIZE_TOO_LARGE:
        return InvalidEventError(FieldProblem("event", f"is too large for {where}"))
    if error.fatal() or code in (KafkaError.INVALID_MSG, KafkaError.INVALID_RECORD):
        return DeliveryError(f"{where}: {error.str()}")
    return Outage(f"{where}: Kafka does not answer ({error.str()}){advice and f'; {advice}'}")


def translated_exception(
    error: KafkaException, where: str, *, advice: str = "", principal: str = ""
) -> HeadraceError:
    """The same for an exception of the client."""
    return translated(error.args[0], where, advice=advice, principal=principal)
