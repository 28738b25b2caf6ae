"""Settings from the environment: every variable, its default and its limits in one place.

`load_settings()` reads them once when a process starts; what is missing or wrong becomes one
ConfigurationError that names each variable. docs/configuration.md explains their effects.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import gettempdir
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

import structlog
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    FilePath,
    SecretStr,
    ValidationError,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from headrace.errors import ConfigurationError
from headrace.logs import LogLevel

_REPLACED = {
    "REDIS_URL": "Kafka (KAFKA_BROKERS) and PostgreSQL (DATABASE_URL)",
    "RABBITMQ_URL": "Kafka (KAFKA_BROKERS)",
    "MONGODB_URL": "PostgreSQL (DATABASE_URL)",
}
_LIBPQ = re.compile(r"postgres(?:ql)?://|\s*[a-z_]+\s*=")
_PUBLISH_KEY = re.compile(r"([a-z][a-z0-9-]*):([0-9a-f]{64})")
_TOKEN = re.compile(r"\s*|[\x21-\x7e]+")
_HEADER_NAME = r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$"  # RFC 9110 §5.1
_MAX_IDEMPOTENT_IN_FLIGHT = 5  # librdkafka's limit for enable.idempotence


def _lower(value: Any) -> Any:
    return value.strip().lower() if isinstance(value, str) else value


def _broker_list(value: str) -> str:
    for broker in value.split(","):
        host, colon, port = broker.strip().rpartition(":")
        if not (host and colon and port.isdigit() and 0 < int(port) < 65536):
            raise ValueError(f"{broker.strip()!r} is not host:port")
    return value


def _http_address(value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an http:// or https:// address")
    return value


def _database_address(value: SecretStr) -> SecretStr:
    if not _LIBPQ.match(value.get_secret_value()):
        raise ValueError("must be a postgresql:// address, or host=… dbname=… as libpq takes it")
    return value


def _bearer_token(value: SecretStr) -> SecretStr:
    if not _TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("may hold visible ASCII characters only")
    return value


def _words(value: Any) -> list[str]:
    return [word.strip() for word in str(value).split(",") if word.strip()]


def _publish_keys(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    found = [_PUBLISH_KEY.fullmatch(word) for word in _words(value)]
    keys = {match[1]: match[2] for match in found if match}
    if len(keys) != len(found):
        raise ValueError("must be producer:sha256 pairs with commas between them, one a producer")
    return keys


def _origins(value: Any) -> Any:
    """As a browser sends them: no path, no wildcard."""
    if not isinstance(value, str):
        return value
    for origin in _words(value):
        parts = urlsplit(origin)
        if not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError(f"{origin!r} is no origin such as https://shop.example")
        _http_address(origin)
    return tuple(_words(value))


Milliseconds = Annotated[int, Field(ge=1, le=900_000)]
# librdkafka's own floors: a connection takes at least a second, a socket's limit is 300 s
ConnectionMilliseconds = Annotated[int, Field(ge=1_000, le=900_000)]
RequestMilliseconds = Annotated[int, Field(ge=10, le=300_000)]
Bytes = Annotated[int, Field(ge=1, le=1_000_000_000)]
Brokers = Annotated[str, BeforeValidator(_broker_list)]
HttpAddress = Annotated[str, AfterValidator(_http_address)]
DatabaseAddress = Annotated[SecretStr, AfterValidator(_database_address)]
BearerToken = Annotated[SecretStr, AfterValidator(_bearer_token)]
PublishKeys = Annotated[dict[str, str], NoDecode, BeforeValidator(_publish_keys)]
Origins = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_origins)]
HeaderName = Annotated[str, Field(pattern=_HEADER_NAME)]
KafkaLogLevel = Annotated[
    Literal["nothing", "error", "warn", "info", "debug"], BeforeValidator(_lower)
]
SaslMechanism = Annotated[
    Literal["plain", "scram-sha-256", "scram-sha-512"], BeforeValidator(_lower)
]


@dataclass(frozen=True, slots=True)
class ConsumerOptions:
    """What a consumer of any client library takes from KAFKA_*: bytes and milliseconds."""

    session_timeout_ms: int
    heartbeat_interval_ms: int
    request_timeout_ms: int
    connection_timeout_ms: int
    min_bytes: int
    max_bytes: int
    max_bytes_per_partition: int
    max_wait_ms: int


class KafkaSettings(BaseSettings):
    """The KAFKA_* variables; durations are milliseconds, sizes bytes."""

    model_config = SettingsConfigDict(
        env_prefix="KAFKA_", env_ignore_empty=True, frozen=True, extra="forbid"
    )

    brokers: Brokers = "localhost:9092"
    ssl: bool = False
    ssl_ca_location: FilePath | None = None
    sasl_username: str = ""
    sasl_password: SecretStr = SecretStr("")
    sasl_mechanism: SaslMechanism = "plain"
    connection_timeout: ConnectionMilliseconds = 10_000
    request_timeout: RequestMilliseconds = 30_000
    session_timeout: Milliseconds = 30_000
    heartbeat_interval: Milliseconds = 3_000
    max_bytes_per_partition: Bytes = 1_048_576
    min_bytes: Bytes = 1
    max_bytes: Bytes = 10_485_760
    max_wait_time: Milliseconds = 5_000
    auto_create_topics: bool = True
    transaction_timeout: Annotated[int, Field(ge=1_000, le=900_000)] = 60_000
    idempotent: bool = True
    max_in_flight_requests: Annotated[int, Field(ge=1, le=1_000_000)] = 5
    log_level: KafkaLogLevel = "info"

    @model_validator(mode="after")
    def _agree(self) -> Self:
        for wrong, reason in self._disagreements():
            if wrong:
                raise ValueError(reason)
        return self

    def _disagreements(self) -> tuple[tuple[bool, str], ...]:
        password = bool(self.sasl_password.get_secret_value())
        return (
            (
                self.idempotent and self.max_in_flight_requests > _MAX_IDEMPOTENT_IN_FLIGHT,
                "KAFKA_MAX_IN_FLIGHT_REQUESTS may be at most 5 while KAFKA_IDEMPOTENT is true",
            ),
            (
                bool(self.sasl_username) != password,
                "KAFKA_SASL_USERNAME and KAFKA_SASL_PASSWORD go together: set both or neither",
            ),
            (
                self.ssl_ca_location is not None and not self.ssl,
                "KAFKA_SSL_CA_LOCATION is set but KAFKA_SSL is not true",
            ),
            (
                self.heartbeat_interval >= self.session_timeout,
                "KAFKA_HEARTBEAT_INTERVAL must be less than KAFKA_SESSION_TIMEOUT",
            ),
            (
                self.min_bytes > self.max_bytes,
                "KAFKA_MIN_BYTES may be at most KAFKA_MAX_BYTES",
            ),
            (
                self.max_wait_time >= self.request_timeout,
                "KAFKA_MAX_WAIT_TIME must be less than KAFKA_REQUEST_TIMEOUT",
            ),
        )

    def consumer_options(self) -> ConsumerOptions:
        """The numbers that the stage runtime gives to its own consumer."""
        return ConsumerOptions(
            session_timeout_ms=self.session_timeout,
            heartbeat_interval_ms=self.heartbeat_interval,
            request_timeout_ms=self.request_timeout,
            connection_timeout_ms=self.connection_timeout,
            min_bytes=self.min_bytes,
            max_bytes=self.max_bytes,
            max_bytes_per_partition=self.max_bytes_per_partition,
            max_wait_ms=self.max_wait_time,
        )


def _own_folder() -> Path:
    return Path(gettempdir()) / f"headrace-{os.getuid()}"


class Settings(BaseSettings):
    """Everything that a process of headrace takes from its environment."""

    model_config = SettingsConfigDict(
        env_ignore_empty=True, frozen=True, extra="forbid", populate_by_name=True
    )

    kafka: KafkaSettings = Field(default_factory=KafkaSettings)
    schema_registry_url: str = "http://localhost:8081/apis/ccompat/v7"
    database_url: DatabaseAddress = SecretStr("postgresql://headrace@localhost:5432/headrace")
    store_database_url: DatabaseAddress | None = None
    api_url: HttpAddress = Field("http://localhost:8000", validation_alias="HEADRACE_API_URL")
    token: BearerToken | None = Field(None, validation_alias="HEADRACE_TOKEN")
    publish_keys: PublishKeys = Field(
        default_factory=dict, validation_alias="HEADRACE_PUBLISH_KEYS"
    )
    cors_origins: Origins = Field((), validation_alias="HEADRACE_CORS_ORIGINS")
    columnar: bool = Field(default=True, validation_alias="HEADRACE_COLUMNAR")
    state_dir: Path = Field(default_factory=_own_folder, validation_alias="HEADRACE_STATE_DIR")
    log_level: Annotated[LogLevel, BeforeValidator(_lower)] = "info"
    correlation_id_header: HeaderName = "X-Correlation-ID"

    @property
    def event_store_url(self) -> SecretStr:
        """Where the event store is: STORE_DATABASE_URL, else DATABASE_URL."""
        return self.store_database_url or self.database_url


def load_settings() -> Settings:
    """Read the environment. Raises ConfigurationError naming every variable that is wrong."""
    _warn_of_replaced(os.environ)
    try:
        return Settings(kafka=_load(KafkaSettings, "KAFKA_"))
    except ValidationError as error:
        raise ConfigurationError(_explain(error, "")) from None


def _load(model: type[KafkaSettings], prefix: str) -> KafkaSettings:
    try:
        return model()
    except ValidationError as error:
        raise ConfigurationError(_explain(error, prefix)) from None


def _explain(error: ValidationError, prefix: str) -> str:
    """One line a problem; the refused values themselves stay out, they may be secrets."""
    return "\n".join(
        _line(problem, prefix) for problem in error.errors(include_url=False, include_input=False)
    )


def _line(problem: Mapping[str, Any], prefix: str) -> str:
    reason = str(problem["msg"]).removeprefix("Value error, ")
    return f"{prefix}{problem['loc'][0]}".upper() + f": {reason}" if problem["loc"] else reason


def _warn_of_replaced(environ: Mapping[str, str]) -> None:
    log = structlog.get_logger()
    for variable, replacement in _REPLACED.items():
        if environ.get(variable):
            log.warning("variable has no effect", variable=variable, replaced_by=replacement)
