"""Every variable: its default, its limits, and an error that names it."""

from pathlib import Path

import pytest
from structlog.testing import capture_logs

from headrace.errors import ConfigurationError
from headrace.settings import KafkaSettings, Settings, load_settings

DEFAULTS = {
    "brokers": "localhost:9092",
    "ssl": False,
    "ssl_ca_location": None,
    "sasl_username": "",
    "sasl_mechanism": "plain",
    "connection_timeout": 10000,
    "request_timeout": 30000,
    "session_timeout": 30000,
    "heartbeat_interval": 3000,
    "max_bytes_per_partition": 1048576,
    "min_bytes": 1,
    "max_bytes": 10485760,
    "max_wait_time": 5000,
    "auto_create_topics": True,
    "transaction_timeout": 60000,
    "idempotent": True,
    "max_in_flight_requests": 5,
    "log_level": "info",
}


@pytest.fixture(autouse=True)
def _empty(monkeypatch: pytest.MonkeyPatch) -> None:
    for field in [*DEFAULTS, "sasl_password"]:
        monkeypatch.delenv(f"KAFKA_{field.upper()}", raising=False)
    for name in ("SCHEMA_REGISTRY_URL", "DATABASE_URL", "HEADRACE_API_URL", "HEADRACE_TOKEN",
                 "LOG_LEVEL", "REDIS_URL"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)


@pytest.mark.covers("S3-3")
def test_the_defaults_are_the_documented_ones() -> None:
    settings = load_settings()

    assert settings.kafka.model_dump(exclude={"sasl_password"}) == DEFAULTS
    assert settings.kafka.sasl_password.get_secret_value() == ""
    assert settings.schema_registry_url == "http://localhost:8081/apis/ccompat/v7"
    assert settings.token is None


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BROKERS", "")
    monkeypatch.setenv("KAFKA_SASL_MECHANISM", "")

    assert load_settings().kafka.brokers == "localhost:9092"


def test_words_are_taken_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_SASL_MECHANISM", "SCRAM-SHA-512")
    monkeypatch.setenv("KAFKA_LOG_LEVEL", "WARN")
    monkeypatch.setenv("LOG_LEVEL", "Debug")

    settings = load_settings()

    assert settings.kafka.sasl_mechanism == "scram-sha-512"
    assert settings.kafka.log_level == "warn"
    assert settings.log_level == "debug"


@pytest.mark.parametrize(
    ("variables", "named"),
    [
        ({"KAFKA_BROKERS": "localhost"}, "KAFKA_BROKERS"),
        ({"KAFKA_BROKERS": "a:1,b:99999"}, "KAFKA_BROKERS"),
        ({"KAFKA_SSL": "perhaps"}, "KAFKA_SSL"),
        ({"KAFKA_MAX_BYTES": "many"}, "KAFKA_MAX_BYTES"),
        ({"KAFKA_SASL_MECHANISM": "gssapi"}, "KAFKA_SASL_MECHANISM"),
        ({"KAFKA_MAX_IN_FLIGHT_REQUESTS": "6"}, "KAFKA_MAX_IN_FLIGHT_REQUESTS"),
        ({"KAFKA_SASL_USERNAME": "u"}, "KAFKA_SASL_PASSWORD"),
        ({"KAFKA_HEARTBEAT_INTERVAL": "30000"}, "KAFKA_HEARTBEAT_INTERVAL"),
        ({"KAFKA_MAX_WAIT_TIME": "30000"}, "KAFKA_MAX_WAIT_TIME"),
        ({"KAFKA_MIN_BYTES": "10485761"}, "KAFKA_MIN_BYTES"),
        ({"LOG_LEVEL": "loud"}, "LOG_LEVEL"),
        ({"DATABASE_URL": "garbage"}, "^DATABASE_URL: must be a postgresql"),
        ({"HEADRACE_API_URL": "localhost:8000"}, "^HEADRACE_API_URL: must be an http"),
        ({"HEADRACE_TOKEN": "é"}, "^HEADRACE_TOKEN: may hold"),
        ({"HEADRACE_TOKEN": "a\nb"}, "^HEADRACE_TOKEN: may hold"),
        ({"CORRELATION_ID_HEADER": "a b"}, "^CORRELATION_ID_HEADER: "),
    ],
    ids=str,
)
def test_a_wrong_value_is_an_error_that_names_its_variable(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], named: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)

    with pytest.raises(ConfigurationError, match=named):
        load_settings()


def test_more_requests_in_flight_are_allowed_without_idempotence() -> None:
    assert KafkaSettings(idempotent=False, max_in_flight_requests=50).max_in_flight_requests == 50


def test_secrets_show_neither_in_errors_nor_in_representations(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KAFKA_SASL_PASSWORD", "hunter2")
    with pytest.raises(ConfigurationError) as refused:
        load_settings()

    shown = repr(Settings(kafka=KafkaSettings(sasl_username="u", sasl_password="hunter2")))
    assert "hunter2" not in str(refused.value) + shown


def test_a_variable_of_a_replaced_system_is_named_in_a_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://localhost")

    with capture_logs() as logs:
        load_settings()

    assert logs[0]["variable"] == "REDIS_URL"
    assert "KAFKA_BROKERS" in logs[0]["replaced_by"]


def test_the_consumers_numbers_are_the_settings() -> None:
    options = KafkaSettings(max_wait_time=7, min_bytes=2).consumer_options()

    assert options.max_wait_ms == 7
    assert options.min_bytes == 2
    assert options.session_timeout_ms == 30000


def test_a_ca_file_must_be_there_and_be_of_use(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KAFKA_SSL", "true")
    monkeypatch.setenv("KAFKA_SSL_CA_LOCATION", str(tmp_path / "missing.pem"))
    with pytest.raises(ConfigurationError, match="KAFKA_SSL_CA_LOCATION"):
        load_settings()
    (tmp_path / "ca.pem").write_text("")
    monkeypatch.setenv("KAFKA_SSL_CA_LOCATION", str(tmp_path / "ca.pem"))
    assert load_settings().kafka.ssl_ca_location == tmp_path / "ca.pem"
    monkeypatch.setenv("KAFKA_SSL", "false")
    with pytest.raises(ConfigurationError, match="KAFKA_SSL is not true"):
        load_settings()
