"""Logs: one JSON object a line, ours and the libraries'."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
import structlog

from headrace.errors import ConfigurationError
from headrace.logs import configure


@pytest.fixture
def stream() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield io.StringIO()
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_has_time_level_message_service_and_the_bound_ids(stream: io.StringIO) -> None:
    configure("info", "archive", stream)
    with structlog.contextvars.bound_contextvars(correlationId="c-1"):
        structlog.get_logger().warning("lane paused", topic="t")

    (line,) = lines(stream)
    assert datetime.fromisoformat(line.pop("timestamp")).utcoffset() is not None
    assert line == {
        "level": "warn",
        "message": "lane paused",
        "service": "archive",
        "correlationId": "c-1",
        "topic": "t",
    }


def test_lines_below_the_level_are_left_out(stream: io.StringIO) -> None:
    configure("error", "archive", stream)
    structlog.get_logger().info("small talk")
    structlog.get_logger().error("fire")

    assert [line["message"] for line in lines(stream)] == ["fire"]


def test_a_library_logs_in_the_same_form(stream: io.StringIO) -> None:
    configure("info", "api", stream)
    logging.getLogger("some.library").error("lost %s", "it")

    (line,) = lines(stream)
    assert (line["message"], line["level"], line["service"]) == ("lost it", "error", "api")


def test_an_exception_stays_on_its_line(stream: io.StringIO) -> None:
    configure("info", "api", stream)
    try:
        raise ValueError("broken")
    except ValueError:
        structlog.get_logger().exception("failed")

    (line,) = lines(stream)
    assert "ValueError: broken" in line["exception"]
    assert line["level"] == "error"


def test_a_line_that_cannot_be_written_stops_nobody(stream: io.StringIO) -> None:
    configure("info", "api", stream)
    structlog.get_logger().info("one")
    assert len(lines(stream)) == 1
    stream.close()

    structlog.get_logger().error("two")
    logging.getLogger("kafka").error("three")


def test_an_unknown_level_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="LOG_LEVEL"):
        configure("loud", "api")
