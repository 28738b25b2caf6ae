"""The seven services as processes, each with a database of its own if it wants one, and the API."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from headrace.postgres.migrating import SERVICE, migrate

SERVICES = ("auth", "user", "voyage", "payment", "ai", "notification", "analytics")
READY_SECONDS = 90
STOP_SECONDS = 40


def tables_of(service: str) -> str | None:
    """What a service keeps; None for one without a database."""
    tables: str | None = getattr(import_module(f"examples.dreamscape.{service}"), "TABLES", None)
    return tables


@dataclass
class Running:
    """A context manager. `environment` finds Kafka and the registry, `admin_url` PostgreSQL's
    administrator, who makes the databases; `folder` takes the logs.
    """

    environment: Mapping[str, str]
    admin_url: str
    folder: Path
    _children: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _ports: dict[str, int] = field(default_factory=dict)

    def __enter__(self) -> "Running":
        self.databases = {
            service: _database(self.admin_url, f"dreamscape_{service}", tables)
            for service in SERVICES
            if (tables := tables_of(service)) is not None
        }
        try:
            for service in SERVICES:
                self.start(service)
            for service in SERVICES:
                self.wait_ready(service)
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def start(self, service: str) -> None:
        """Begin a service's process."""
        self._ports[service] = _free_port()
        run = (
            f"from examples.dreamscape import {service} as it; "
            f"it.service.run(health_port={self._ports[service]})"
        )
        self._begin(service, [sys.executable, "-c", run], self.environment_of(service))

    def start_api(self, key_setting: str, origin: str, token: str) -> str:
        """Begin a REST API that lets the page in; returns its address."""
        port = _free_port()
        name, _, value = key_setting.partition("=")
        own = {name: value, "HEADRACE_CORS_ORIGINS": origin, "HEADRACE_TOKEN": token}
        command = [str(Path(sys.executable).with_name("headrace")), "api", "--port", str(port)]
        self._begin("api", command, {**self.environment, **own})
        self._until("api", f"http://127.0.0.1:{port}/health/live")
        return f"http://127.0.0.1:{port}"

    def environment_of(self, service: str) -> dict[str, str]:
        """What a service's process, or a command of its, is started with."""
        own = {"DATABASE_URL": self.databases[service]} if service in self.databases else {}
        return {**self.environment, "LOG_LEVEL": "info", **own}

    def wait_ready(self, service: str) -> None:
        """Return when the service says that it is healthy; RuntimeError if it ends instead."""
        self._until(service, f"http://127.0.0.1:{self._ports[service]}/health")

    def kill(self, service: str) -> None:
        """SIGKILL."""
        child = self._children.pop(service)
        child.kill()
        child.wait()

    def command(self, service: str, *arguments: str) -> str:
        """A service's own command, such as `book 5`; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", f"examples.dreamscape.{service}", *arguments],
            env={**os.environ, **self.environment_of(service)},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{service} {' '.join(arguments)}: {done.stderr[-2000:]}")
        return done.stdout

    def rows(self, service: str, query: str) -> list[tuple[Any, ...]]:
        """What a service's database answers."""
        with psycopg.connect(self.databases[service], autocommit=True) as connection:
            return connection.execute(query).fetchall()

    def handled(self) -> list[tuple[str, str, str]]:
        """Service, event type and event id, of every handled event, from the services' logs."""
        return [
            (service, line["eventType"], line["eventId"])
            for service in SERVICES
            for line in self.lines(service)
            if line.get("message") == "handled"
        ]

    def lines(self, service: str) -> Iterator[dict[str, Any]]:
        """A service's log; what is no JSON object is left out."""
        for line in (self.folder / f"{service}.log").read_text().splitlines():
            with contextlib.suppress(ValueError):
                found = json.loads(line)
                if isinstance(found, dict):
                    yield found

    def close(self) -> None:
        """Let every process end what it is at."""
        for child in self._children.values():
            child.send_signal(signal.SIGTERM)
        for child in self._children.values():
            try:
                child.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()
        self._children.clear()

    def _begin(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._children[name] = subprocess.Popen(
                command, env={**os.environ, **environment}, stdout=log, stderr=log
            )

    def _until(self, name: str, address: str) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while True:
            with contextlib.suppress(httpx.HTTPError):
                if httpx.get(address, timeout=10, trust_env=False).status_code == 200:
                    return
            if self._children[name].poll() is not None or time.monotonic() > deadline:
                log = (self.folder / f"{name}.log").read_text()[-3000:]
                raise RuntimeError(f"{name} is not ready:\n{log}")
            time.sleep(0.2)


def _database(admin_url: str, name: str, tables: str) -> str:
    """Its address; made, and brought up to date, if need be."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        there = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if there.fetchone() is None:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    parts: dict[str, Any] = {**conninfo_to_dict(admin_url), "dbname": name}
    url = make_conninfo(**parts)
    migrate(url, SERVICE)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(tables)
    return url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
