"""`headrace api` as a process, and `headrace query` asking it."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.local.direct import DirectStack
from headrace.clock import SystemClock
from headrace.settings import Settings
from tests.integration.api.support import TOKEN

pytestmark = pytest.mark.integration

HEADRACE = str(Path(sys.executable).with_name("headrace"))


@dataclass(frozen=True, slots=True)
class ApiProcess:
    """A running `headrace api`, and the variables by which the command line finds it."""

    process: subprocess.Popen[bytes]
    log: Path
    env: dict[str, str]

    def run(self, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (HEADRACE, *arguments),
            env=self.env | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )


@pytest.fixture
def api(stack: DirectStack, settings: Settings, tmp_path: Path) -> Iterator[ApiProcess]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    env = {**os.environ, **stack.env, "HEADRACE_API_URL": url, "HEADRACE_TOKEN": TOKEN}
    log = tmp_path / "api.log"
    with log.open("wb") as stderr:
        process = subprocess.Popen(
            (HEADRACE, "api", "--port", str(port)),
            env=env | {"DATABASE_URL": stack.api_database_url},
            stdout=stderr,
            stderr=stderr,
        )
    try:
        _wait_ready(url, process)
        yield ApiProcess(process, log, env)
    finally:
        process.kill()
        process.wait()


def _wait_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    clock = SystemClock()
    deadline = clock.monotonic() + 30
    with httpx.Client(transport=httpx.HTTPTransport(retries=3), timeout=5) as client:
        while clock.monotonic() < deadline and process.poll() is None:
            try:
                if client.get(f"{url}/health/ready").status_code == 200:
                    return
            except httpx.TransportError:
                continue
    raise AssertionError("the API did not become ready")


def test_the_command_line_follows_the_pages_to_the_end(api: ApiProcess, correlation: str) -> None:
    asked = ("query", "--correlation", correlation, "--limit", "4")
    every = api.run("--json", *asked, "--all")
    assert every.returncode == 0, every.stderr
    assert [json.loads(line)["payload"]["n"] for line in every.stdout.splitlines()] == list(
        range(1, 11)
    )
    first = api.run(*asked)
    assert len(first.stdout.splitlines()) == 4
    (cursor,) = re.findall(r"^more: --cursor (\S+)$", first.stderr, re.MULTILINE)
    second = api.run("--json", *asked, "--cursor", cursor)
    assert second.returncode == 0, second.stderr
    assert [json.loads(line)["payload"]["n"] for line in second.stdout.splitlines()] == [5, 6, 7, 8]


@pytest.mark.parametrize(
    ("arguments", "env", "told"),
    [
        (("--limit", "5000"), {}, "limit: "),
        (("--type", "user.createt"), {}, "did you mean user.created?"),
        ((), {"HEADRACE_TOKEN": "wrong"}, "refuses HEADRACE_TOKEN"),
        ((), {"HEADRACE_TOKEN": ""}, "HEADRACE_TOKEN is not set"),
        ((), {"HEADRACE_API_URL": "http://127.0.0.1:1"}, "cannot be reached"),
    ],
)
def test_the_command_line_tells_what_is_wrong_in_a_line(
    api: ApiProcess, arguments: tuple[str, ...], env: dict[str, str], told: str
) -> None:
    answer = api.run("query", *arguments, **env)
    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr.startswith("error: ")
    assert told in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_body_without_length_is_cut_off_at_the_limit(api: ApiProcess) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(200):
            yield b" " * 65_536

    answer = httpx.post(
        f"{api.env['HEADRACE_API_URL']}/api/events",
        content=endless(),
        headers={"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/json"},
    )
    assert answer.status_code == 413


def test_sigterm_ends_it_cleanly_and_its_log_is_json_with_the_correlation_id(
    api: ApiProcess,
) -> None:
    httpx.post(f"{api.env['HEADRACE_API_URL']}/api/events", headers={"X-Correlation-ID": "find-me"})
    api.process.send_signal(signal.SIGTERM)
    assert api.process.wait(30) in (0, -signal.SIGTERM)
    lines = [json.loads(line) for line in api.log.read_text().splitlines()]
    assert all({"timestamp", "level", "message", "service"} <= set(line) for line in lines)
    (served,) = [line for line in lines if line.get("correlationId") == "find-me"]
    assert (served["status"], served["path"]) == (401, "/api/events")
    assert TOKEN not in api.log.read_text()


def test_it_does_not_start_without_a_token(stack: DirectStack) -> None:
    env = {**os.environ, **stack.env, "HEADRACE_TOKEN": ""}
    answer = subprocess.run(
        (HEADRACE, "api", "--port", "0"), env=env, capture_output=True, text=True, check=False
    )
    assert answer.returncode == 1
    assert "error: HEADRACE_TOKEN is not set" in answer.stderr
