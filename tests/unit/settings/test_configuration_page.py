"""env.example and docs/configuration.md tell the truth about every variable."""

import inspect
from pathlib import Path

import pytest

from api.cli import serve
from headrace.settings import KafkaSettings, Settings, load_settings

ROOT = Path(__file__).parents[3]
LISTED = dict(
    line.partition("=")[::2]
    for line in (ROOT / "env.example").read_text().splitlines()
    if line and not line.startswith("#")
)
OF_THE_API = {"HEADRACE_API_HOST": "host", "HEADRACE_API_PORT": "port"}


def _variables() -> set[str]:
    own = {
        str(field.validation_alias or name).upper()
        for name, field in Settings.model_fields.items()
        if name != "kafka"
    }
    kafka = {f"KAFKA_{name}".upper() for name in KafkaSettings.model_fields}
    return own | kafka | OF_THE_API.keys()


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
    given = inspect.signature(serve).parameters
    for name, option in OF_THE_API.items():
        assert LISTED[name] == str(given[option].default)
