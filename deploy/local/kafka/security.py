"""Kafka with SASL_SSL and ACLs: what brokers and their clients take for it.

Clients and brokers log in with SCRAM-SHA-512 over TLS; controllers know each other by their
certificate. Only the brokers and the administrator are super users; everybody else has what ACLs
grant, and there is no way in without a password or the brokers' key.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from deploy.local.tls import BROKER, broker_file, ca_file
from headrace.settings import KafkaSettings

ADMIN = "headrace-admin"
MECHANISM = "SCRAM-SHA-512"
_LOGIN = "org.apache.kafka.common.security.scram.ScramLoginModule"
_QUIET = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, repr=False)
class KafkaSecurity:
    """The certificates' folder, and the passwords of the two users that a new cluster has."""

    certificates: Path
    broker_password: str
    admin_password: str

    def broker_properties(self) -> Mapping[str, object]:
        """On top of a broker's other properties; they hold its password."""
        return {
            "listener.security.protocol.map": "SASL_SSL:SASL_SSL,CONTROLLER:SSL",
            "inter.broker.listener.name": "SASL_SSL",
            "sasl.enabled.mechanisms": MECHANISM,
            "sasl.mechanism.inter.broker.protocol": MECHANISM,
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": login(
                BROKER, self.broker_password
            ),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": broker_file(self.certificates),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": ca_file(self.certificates),
            "listener.name.controller.ssl.client.auth": "required",
            "ssl.principal.mapping.rules": "RULE:^.*CN=([^,]+).*$/$1/",
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:{BROKER};User:{ADMIN}",
            "allow.everyone.if.no.acl.found": "false",
        }

    def first_users(self) -> tuple[str, ...]:
        """Arguments of the storage tool; they hold passwords."""
        users = {BROKER: self.broker_password, ADMIN: self.admin_password}
        return tuple(
            word
            for name, password in users.items()
            for word in ("--add-scram", f"{MECHANISM}=[name={name},password={password}]")
        )

    def environment(self, principal: str, password: str) -> dict[str, str]:
        """The variables by which a process logs in as this principal."""
        return {
            "KAFKA_SSL": "true",
            "KAFKA_SSL_CA_LOCATION": str(ca_file(self.certificates)),
            "KAFKA_SASL_USERNAME": principal,
            "KAFKA_SASL_PASSWORD": password,
            "KAFKA_SASL_MECHANISM": MECHANISM.lower(),
        }

    def tool_properties(self) -> str:
        """Kafka's own tools as the administrator; holds the password."""
        settings = {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": MECHANISM,
            "sasl.jaas.config": login(ADMIN, self.admin_password),
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": ca_file(self.certificates),
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())


def login(user: str, password: str) -> str:
    """A JAAS configuration."""
    return f'{_LOGIN} required username="{user}" password="{password}";'


def client_settings(
    brokers: str, security: KafkaSecurity | None, principal: str = ADMIN, password: str = ""
) -> KafkaSettings:
    """For a client in this process; without security nobody logs in. The environment is not asked.

    The administrator's password is known; another principal brings its own.
    """
    if security is None:
        return KafkaSettings(
            brokers=brokers,
            ssl=False,
            ssl_ca_location=None,
            sasl_username="",
            sasl_password=SecretStr(""),
        )
    return KafkaSettings(
        brokers=brokers,
        ssl=True,
        ssl_ca_location=ca_file(security.certificates),
        sasl_username=principal,
        sasl_password=SecretStr(password or security.admin_password),
        sasl_mechanism="scram-sha-512",
    )
