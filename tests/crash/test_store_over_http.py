"""The event store over HTTP while the API is killed, and while the database goes away."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from deploy.local.direct import DirectStack
from deploy.local.orphans import owner_mark

pytestmark = pytest.mark.crash
CLIENTS, EVENTS, KILLS = 6, 60, 4
LINES = {"Accept": "application/x-ndjson"}
SECONDS = 60


class Served:
    """`headrace api` as a process on the servers' PostgreSQL, at one address through all kills."""

    def __init__(self, stack: DirectStack, log: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self._port = free.getsockname()[1]
        mark = owner_mark(stack.description.layout.root)
        self._environment = (
            os.environ
            | mark
            | {
                "DATABASE_URL": stack.api_database_url,
                "STORE_DATABASE_URL": stack.api_database_url,
                "HEADRACE_TOKEN": "token",
                "KAFKA_BROKERS": "127.0.0.1:1",
            }
        )
        self._log = log
        self.start()

    def client(self) -> httpx.Client:
        return httpx.Client(
            base_url=f"http://127.0.0.1:{self._port}",
            headers={"Authorization": "Bearer token"},
            timeout=20,
        )

    def start(self) -> None:
        command = [str(Path(sys.executable).with_name("headrace")), "api"]
        with self._log.open("ab") as log:
            self._child = subprocess.Popen(
                [*command, "--port", str(self._port)],
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + SECONDS
        while not self._answers():
            assert time.monotonic() < until, self._log.read_text()[-2_000:]
            time.sleep(0.05)

    def kill(self) -> None:
        self._child.kill()
        self._child.wait()

    def _answers(self) -> bool:
        try:
            with self.client() as client:
                return client.get("/health/live").status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture
def servers() -> Iterator[DirectStack]:
    with DirectStack(names=("postgres",)) as stack:
        yield stack


@pytest.fixture
def api(servers: DirectStack, tmp_path: Path) -> Iterator[Served]:
    made = Served(servers, tmp_path / "api.log")
    yield made
    made.kill()


def _event(number: int, **fields: Any) -> dict[str, Any]:
    return {
        "eventType": "NiveauAtteint",
        "eventData": {"level": number % 100 + 1, "statPoints": 5},
        "metadata": {"correlationId": "c", "timestamp": "2024-01-15T14:30:00Z", "note": "x" * 200},
        **fields,
    }


def _append(api: Served, stream: str, stored: list[str]) -> None:
    """A client that repeats what it had no answer to, under the same id."""
    with api.client() as client:
        for number in range(EVENTS):
            event = _event(number, eventId=str(uuid4()))
            while not _is_stored(client, stream, event):
                time.sleep(0.02)
            stored.append(event["eventId"])


def _is_stored(client: httpx.Client, stream: str, event: dict[str, Any]) -> bool:
    try:
        answer = client.post(f"/api/streams/{stream}?expected=any", json=event)
    except httpx.TransportError:
        return False
    assert answer.status_code in (200, 201, 503), answer.text
    return answer.status_code < 300


def _read(api: Served, stream: str) -> list[dict[str, Any]]:
    with api.client() as client:
        answer = client.get(f"/api/events/stream/{stream}", headers=LINES)
    return [json.loads(line) for line in answer.text.splitlines()]


def test_an_api_that_is_killed_loses_no_append_and_stores_none_twice(api: Served) -> None:
    stream, stored = f"Joueur-{uuid4()}", list[str]()
    clients = [threading.Thread(target=_append, args=(api, stream, stored)) for _ in range(CLIENTS)]
    for client in clients:
        client.start()
    for number in range(1, KILLS + 1):
        until = time.monotonic() + SECONDS
        while len(stored) < number * CLIENTS * EVENTS // (KILLS + 2):
            assert time.monotonic() < until
            time.sleep(0.005)
        api.kill()
        api.start()
    for client in clients:
        client.join()
    events = _read(api, stream)
    assert len(stored) == CLIENTS * EVENTS
    assert sorted(each["eventId"] for each in events) == sorted(stored)
    assert [each["metadata"]["version"] for each in events] == list(range(1, len(events) + 1))


def test_a_long_answer_whose_database_goes_away_breaks_off_and_does_not_look_whole(
    api: Served, servers: DirectStack
) -> None:
    stream = f"Joueur-{uuid4()}"
    with api.client() as client:
        for _ in range(30):
            batch = [_event(number) for number in range(1_000)]
            made = client.post(f"/api/streams/{stream}?expected=any", json=batch)
            assert made.status_code == 201
        lines = 0
        with (
            pytest.raises(httpx.RemoteProtocolError),
            client.stream("GET", f"/api/events/stream/{stream}", headers=LINES) as answer,
        ):
            for part in answer.iter_raw(65_536):
                if not lines:
                    servers.kill("postgres")
                lines += part.count(b"\n")
    assert 0 < lines < 30_000
    servers.start("postgres")
    until = time.monotonic() + SECONDS
    while len(_read(api, stream)) != 30_000:
        assert time.monotonic() < until
