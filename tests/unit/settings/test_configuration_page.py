"""env.example and docs/configuration.md tell the truth about every variable."""

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest

from api.cli import serve
from headrace.cli.exporter_command import exporter
from headrace.settings import KafkaSettings, Settings, load_settings

ROOT = Path(__file__).parents[3]
LISTED = dict(
    line.partition("=")[::2]
    for line in (ROOT / "env.example").read_text().splitlines()
    if line and not line.startswith("#")
)
OPTIONS: dict[str, tuple[Callable[..., None], str]] = {
    "HEADRACE_API_HOST": (serve, "host"),
    "HEADRACE_API_PORT": (serve, "port"),
    "HEADRACE_METRICS_HOST": (serve, "metrics_host"),
    "HEADRACE_METRICS_PORT": (serve, "metrics_port"),
    "HEADRACE_EXPORTER_PORT": (exporter, "port"),
}


def _variables() -> set[str]:
    own = {
        str(field.validation_alias or name).upper()
        for name, field in Settings.model_fields.items()
        if name != "kafka"
    }
    kafka = {f"KAFKA_{name}".upper() for name in KafkaSettings.model_fields}
    return own | kafka | OPTIONS.keys()


def test_the_example_lists_every_variable() -> None:
    assert set(LISTED) == _variables()


def test_the_page_explains_every_variable() -> None:
    page = (ROOT / "docs" / "configuration.md").read_text()
    assert [name for name in _variables() if f"`{name}`" not in page] == []


def test_the_example_holds_the_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in LISTED:
        monkeypatch.delenv(name, raising=False)
    defaults = load_settings()

    for name, value in LISTED.items():
        monkeypatch.setenv(name, value)

    assert load_settings() == defaults
    for name, (command, option) in OPTIONS.items():
        default = inspect.signature(command).parameters[option].default
        assert LISTED[name] == ("" if default is None else str(default))
