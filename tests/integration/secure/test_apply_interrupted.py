"""`headrace apply` that is killed, cut off, or asks."""

import contextlib
import json
import os
import pty
import signal
import subprocess
import sys
import time
from uuid import uuid4

import pytest

from tests.integration.secure.catalog_copy import CatalogCopy
from tests.integration.secure.conftest import SecureStack

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

RUN = "from headrace.cli import main; main()"


def begun(catalog: CatalogCopy, env: dict[str, str]) -> "subprocess.Popen[str]":
    """`headrace apply` as a process of its own that has made its first changes."""
    words = ("--json", "apply", "--yes", "--root", str(catalog.root))
    child = subprocess.Popen(
        (sys.executable, "-c", RUN, *words, "--passwords", str(catalog.root / "passwords.env")),
        env=catalog.environment | env,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    made = [json.loads(child.stdout.readline()) for _ in range(3)]
    assert {each["outcome"] for each in made} == {"made"}
    return child


def test_a_run_that_is_killed_is_finished_by_the_next(catalog: CatalogCopy) -> None:
    catalog.add_topics(45, f"k{uuid4().hex[:6]}-service")
    planned = len(catalog.plan())
    child = begun(catalog, {})
    child.send_signal(signal.SIGKILL)
    child.communicate()
    rest = catalog.plan()
    assert 0 < len(rest) < planned
    assert catalog.apply().exit_code == 0
    assert catalog.plan() == []


def test_a_cluster_that_is_away_is_an_error_within_the_request_timeout(
    catalog: CatalogCopy, secure: SecureStack
) -> None:
    patient = {"KAFKA_REQUEST_TIMEOUT": "6000"}
    secure.servers.pause("kafka")
    try:
        frozen = CatalogCopy(catalog.root / "frozen", {**catalog.env, **patient})
        refused = frozen.run("plan")
    finally:
        secure.servers.resume("kafka")
    assert refused.exit_code == 1
    assert "Kafka does not answer" in str(refused.exception)
    secure.servers.wait_ready("kafka")
    assert catalog.run("plan").exit_code == 0


def on_a_terminal(catalog: CatalogCopy, answer: str) -> tuple[int, str]:
    """`headrace apply` with a terminal of its own: exit code, and what it showed."""
    ours, theirs = pty.openpty()
    words = ("apply", "--only", "topics", "--root", str(catalog.root))
    child = subprocess.Popen(
        (sys.executable, "-c", RUN, *words),
        env=catalog.environment | {"COLUMNS": "200"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    shown, answered = b"", False
    with contextlib.suppress(OSError):  # the terminal ends with its process
        while part := os.read(ours, 4096):
            shown += part
            if shown.endswith(b"[y/N]: ") and not answered:
                answered = os.write(ours, answer.encode() + b"\n") > 0
    os.close(ours)
    return child.wait(), shown.decode()


def test_on_a_terminal_apply_shows_and_asks(catalog: CatalogCopy) -> None:
    (name,) = catalog.add_topics(1, "user-service")
    refused, shown = on_a_terminal(catalog, "n")
    assert refused == 1
    assert name in shown
    assert "Make 1 of 1 changes?" in shown
    assert [each["kind"] for each in catalog.plan("--only", "topics")] == ["create_topic"]
    agreed, shown = on_a_terminal(catalog, "y")
    assert (agreed, "1/1 + topics" in shown) == (0, True)
    assert catalog.plan("--only", "topics") == []


def test_a_cluster_that_goes_away_in_the_middle_stops_the_run_and_the_next_one_ends_it(
    catalog: CatalogCopy, secure: SecureStack
) -> None:
    catalog.add_topics(45, f"m{uuid4().hex[:6]}-service")
    child = begun(catalog, {"KAFKA_REQUEST_TIMEOUT": "6000"})
    secure.servers.pause("kafka")
    try:
        _, said = child.communicate(timeout=60)
    finally:
        secure.servers.resume("kafka")
    assert child.returncode == 1
    assert "they stay. Run `headrace apply` again" in said
    secure.servers.wait_ready("kafka")
    assert _applied_at_last(catalog)
    assert catalog.plan() == []


def _applied_at_last(catalog: CatalogCopy) -> bool:
    """A broker that was frozen gets its leadership anew first; meanwhile a run says so and ends."""
    until = time.monotonic() + 30
    while (code := catalog.apply().exit_code) == 1 and time.monotonic() < until:
        time.sleep(0.5)
    return code == 0
