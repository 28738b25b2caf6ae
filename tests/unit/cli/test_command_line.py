"""The command line: help, output forms, errors without tracebacks."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import structlog

from headrace.catalog import load_catalog
from headrace.cli import build_app, main
from headrace.cli.app import _add_room
from headrace.cli.output import emit
from headrace.cli.progress import progress_of
from headrace.cli.tail_command import Filter
from headrace.clock import ManualClock, SystemClock
from headrace.envelope import Event
from headrace.ids import uuid7
from headrace.kafka import Record

HEADRACE = str(Path(sys.executable).with_name("headrace"))


@pytest.fixture(autouse=True)
def _logs() -> Iterator[None]:
    import logging

    handlers = logging.getLogger().handlers[:]
    yield
    logging.getLogger().handlers[:] = handlers
    structlog.reset_defaults()


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    return int(ended.value.code or 0)


@pytest.mark.parametrize("command", [(), ("publish",), ("tail",), ("topics", "create")])
def test_help_teaches_with_an_example(
    command: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*command, "--help") == 0
    assert "Example: headrace" in capsys.readouterr().out


def test_wrong_use_is_exit_code_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("no-such-command") == 2
    assert run("tail", "--limit", "0") == 2
    assert "Traceback" not in capsys.readouterr().err


def test_an_expected_error_is_one_line_and_exit_code_one(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAFKA_BROKERS", "nowhere")

    assert run("tail") == 1

    err = capsys.readouterr().err
    assert err.startswith("error: KAFKA_BROKERS:")
    assert "Traceback" not in err


def test_a_type_that_the_catalog_lacks_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("tail", "--type", "nothing.*") == 1
    assert "nothing.*" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("--map", "a=b"),
        ("--type", "user.created"),
        ("--type", "no.such", "--source", "s"),
        ("--type", "user.created", "--source", "s", "--map", "a"),
    ],
)
def test_publish_explains_options_that_do_not_go_together(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text("a\n1\n")

    assert run("publish", str(file), *arguments) == 1
    assert capsys.readouterr().err.startswith("error: ")


def test_rows_are_tab_separated_in_a_pipe_and_json_when_asked(
    capsys: pytest.CaptureFixture[str],
) -> None:
    rows: list[dict[str, Any]] = [{"a": "x\ty\n", "b": None, "c": {"d": 1}}]

    emit(rows, ("a", "b", "c"), False)
    emit(rows, ("a",), True)

    text, as_json = capsys.readouterr().out.splitlines()
    assert text == 'x\\ty\\n\t\t{"d":1}'
    assert json.loads(as_json) == rows[0]


def test_rows_are_a_table_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)

    emit([{"name": "a[b]\x1b[31m"}], ("name",), False)

    out = capsys.readouterr().out
    assert "name" in out
    assert "a[b]" in out
    assert "\x1b[31m" not in out


def test_a_room_that_is_not_there_is_left_out() -> None:
    app = build_app()
    before = len(app.registered_commands)

    _add_room(app, EntryPoint("x", "no_such_room.cli:register", "headrace.commands"))

    assert len(app.registered_commands) == before


def test_progress_is_a_line_now_and_then_off_a_terminal(
    capsys: pytest.CaptureFixture[str],
) -> None:
    clock = ManualClock(SystemClock().now())
    with progress_of(0, clock) as report:
        for events in range(1, 2001):
            clock.advance(1 / 128)
            report(0, events)

    assert capsys.readouterr().err.splitlines() == [
        "published 1,000 (128/s)",
        "published 2,000 (128/s)",
    ]


def event(**changes: Any) -> Event:
    values: dict[str, Any] = {
        "event_id": uuid7(),
        "event_type": "user.created",
        "timestamp": SystemClock().now(),
        "version": "1.0",
        "source": "user-service",
        "payload": {},
        "aggregate_id": "u-1",
        "correlation_id": "c-1",
    }
    return Event(**values | changes)


def record(**headers: bytes) -> Record:
    return Record("t", 0, 0, 0, None, b"", tuple(headers.items()))


def test_tail_reads_only_topics_that_can_carry_what_is_asked_for() -> None:
    catalog = load_catalog()

    assert Filter(("user.created", "auth.log*")).topics(catalog) == [
        "dreamscape.auth.login",
        "dreamscape.auth.logout",
        "dreamscape.user.created",
    ]
    assert len(Filter().topics(catalog)) == len(catalog.topics)


def test_tail_takes_what_meets_every_condition() -> None:
    wanted = Filter(("user.*",), "user-service", "u-1", "c-1")

    assert wanted.takes(event())
    for name in ("source", "aggregate_id", "correlation_id", "event_type"):
        assert not wanted.takes(event(**{name: "other"}))


def test_headers_spare_the_decoding_of_other_events() -> None:
    wanted = Filter(("user.*",), correlation="c-1")

    assert wanted.may_take(record())
    assert wanted.may_take(record(eventType=b"user.created", correlationId=b"c-1"))
    assert not wanted.may_take(record(eventType=b"auth.login"))
    assert not wanted.may_take(record(eventType=b"user.created", correlationId=b"c-2"))


def test_json_may_stand_anywhere_on_the_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--json", "topics", "list") == 0
    first = capsys.readouterr().out

    assert run("topics", "list", "--json") == 0

    assert capsys.readouterr().out == first
    assert json.loads(first.splitlines()[0])["name"].startswith("dreamscape.")


@pytest.mark.parametrize("command", ["topics list", "schemas show user.created", "--help"])
def test_a_reader_that_has_gone_is_no_failure(command: str) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            (HEADRACE, *command.split()), stdout=closed, stderr=subprocess.PIPE, check=False
        )

    assert (done.returncode, done.stderr) == (0, b"")


def test_importing_the_registrys_client_warns_of_nothing() -> None:
    command = (sys.executable, "-W", "error", "-c", "import headrace.codec.registry")
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_a_limit_of_nothing_reaches_the_api(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[dict[str, Any]] = []

    def pages(body: dict[str, Any], _: bool) -> Iterator[dict[str, Any]]:
        asked.append(body)
        yield {"events": [], "nextCursor": None}

    monkeypatch.setattr("headrace.cli.query_command._pages", pages)

    assert run("query", "--limit", "0") == 0
    assert asked[0]["limit"] == 0
