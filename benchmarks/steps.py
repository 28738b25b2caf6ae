"""CPU time of the steps of `POST /api/events`, in one process and without servers."""

import asyncio
import gc
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, NamedTuple
from unittest.mock import patch

import orjson
import uvloop
from fastapi import FastAPI
from pydantic import SecretStr
from starlette.types import ASGIApp

from api.app import build
from benchmarks.options import Options
from benchmarks.programs.http_load import event
from benchmarks.report import Result, Table
from headrace.catalog import load_catalog
from headrace.clock import SystemClock
from headrace.codec import EventEncoder, MemoryRegistry, parse_json
from headrace.codec.quick import Given
from headrace.event_json import event_from_json
from headrace.ids import uuid7, uuid7_texts
from headrace.logs import configure
from headrace.settings import Settings

EVENTS, ROUNDS = 500, 30
AT_ONCE = 8
BEARER = "a-long-random-string"
HEAD = [
    (b"host", b"127.0.0.1"),
    (b"authorization", b"Bearer " + BEARER.encode()),
    (b"content-type", b"application/json"),
]


def run(options: Options) -> Result:
    """The least of all rounds: what disturbs them only ever adds."""
    rounds = options.rounds or ROUNDS
    steps = [(name, f"{best(step, rounds):.2f}") for name, step in _steps()]
    requests = [(name, f"{cost:.1f}") for name, cost in uvloop.run(_requests(rounds))]
    return Result(
        [
            Table("Steps, in batches of 500 small events", ("", "CPU µs an event"), steps),
            Table("Whole requests, Kafka in memory, no sockets", ("", "CPU µs"), requests),
        ]
    )


def best(step: Callable[[], Any], rounds: int) -> float:
    """CPU microseconds an event."""
    least = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        step()
        least = min(least, time.process_time() - began)
    return least / EVENTS * 1e6


def _steps() -> list[tuple[str, Callable[[], Any]]]:
    catalog, clock = load_catalog(), SystemClock()
    encoder = EventEncoder(catalog, MemoryRegistry(), clock)
    body = json.dumps([event()] * EVENTS).encode()
    values = orjson.loads(body)
    first = event_from_json(values[0], catalog, clock)
    write = encoder.posted_writers(first)[first.event_type, None]

    def quickly() -> None:
        given = Given(clock, EVENTS)
        for value in values:
            write(value, given)

    def by_way_of_events() -> None:
        for value in values:
            encoder.record(event_from_json(value, catalog, clock))

    return [
        ("orjson alone", lambda: orjson.loads(body)),
        ("parse_json", lambda: parse_json(body)),
        ("parse_json, depth left to the writer", lambda: parse_json(body, any_depth=True)),
        ("JSON to Event to record", by_way_of_events),
        ("JSON to record", quickly),
        ("ids one by one", lambda: [str(uuid7(clock)) for _ in range(EVENTS)]),
        ("ids drawn together", lambda: list(islice(uuid7_texts(clock, EVENTS), EVENTS))),
    ]


async def _requests(rounds: int) -> list[tuple[str, float]]:
    one, many = json.dumps(event()).encode(), json.dumps([event()] * EVENTS).encode()
    with _without_servers() as app:
        async with app.state.services.producer:

            async def framework(scope: Any, receive: Any, send: Any) -> None:
                await FastAPI.__call__(app, scope, receive, send)

            await _call(app, many)
            gc.collect()
            gc.freeze()  # as `headrace api` does
            try:
                return [
                    ("one event", await _least(app, one, AT_ONCE, rounds * 5)),
                    (
                        "one event through FastAPI",
                        await _least(framework, one, AT_ONCE, rounds * 5),
                    ),
                    ("a batch of 500", await _least(app, many, 1, rounds)),
                ]
            finally:
                gc.unfreeze()


@contextmanager
def _without_servers() -> Iterator[FastAPI]:
    """The API as it is, its log written to nowhere."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    with (
        open(os.devnull, "w") as nowhere,
        patch("headrace.kafka.producer.Producer", _Kafka),
        patch("headrace.kafka.producer.Registry", lambda _: MemoryRegistry()),
        patch("headrace.kafka.producer.AsyncProducer._ensure_topic", lambda *_: None),
    ):
        configure("info", "api", nowhere)
        try:
            yield build(Settings(token=SecretStr(BEARER)))
        finally:
            root.handlers[:], root.level = handlers, level


async def _least(app: ASGIApp, body: bytes, at_once: int, rounds: int) -> float:
    """CPU microseconds a request, of so many that run at once."""
    least = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        await asyncio.gather(*(_call(app, body) for _ in range(at_once)))
        least = min(least, time.process_time() - began)
    return least / at_once * 1e6


async def _call(app: ASGIApp, body: bytes) -> None:
    statuses = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    scope = {
        **{"type": "http", "http_version": "1.1", "scheme": "http", "method": "POST"},
        **{"path": "/api/events", "raw_path": b"/api/events", "query_string": b""},
        **{"root_path": "", "headers": list(HEAD), "client": None, "server": None},
    }
    await app(scope, receive, send)
    assert statuses[0] == 202, statuses


class _Delivered(NamedTuple):
    at: int

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return self.at


class _Kafka:
    """A producer that delivers when it is next asked."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self._reports: list[Callable[[Any, Any], None]] = []

    def produce(self, *_: Any, on_delivery: Callable[[Any, Any], None], **__: Any) -> None:
        self._reports.append(on_delivery)

    def poll(self, _: float) -> int:
        reports, self._reports = self._reports, []
        for at, report in enumerate(reports):
            report(None, _Delivered(at))
        return len(reports)

    def flush(self, _: float) -> int:
        return 0

    def __len__(self) -> int:
        return len(self._reports)
