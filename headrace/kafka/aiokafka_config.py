"""How aiokafka's clients log in: the same settings in their words."""

import ssl
from typing import Any

from headrace.settings import KafkaSettings


def tls_context(kafka: KafkaSettings) -> ssl.SSLContext | None:
    """None without KAFKA_SSL."""
    if not kafka.ssl:
        return None
    return ssl.create_default_context(cafile=kafka.ssl_ca_location)


def security_arguments(kafka: KafkaSettings) -> dict[str, Any]:
    """Arguments of any of its clients; they hold the password."""
    protocol = ("SASL_" if kafka.sasl_username else "") + ("SSL" if kafka.ssl else "PLAINTEXT")
    security: dict[str, Any] = {"security_protocol": protocol}
    if (context := tls_context(kafka)) is not None:
        security["ssl_context"] = context
    if kafka.sasl_username:
        security |= {
            "sasl_mechanism": kafka.sasl_mechanism.upper(),
            "sasl_plain_username": kafka.sasl_username,
            "sasl_plain_password": kafka.sasl_password.get_secret_value(),
        }
    return security
