"""The servers that benchmarks measure on: the same memory for everything compared in one run."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, LiteralString

import psycopg

from benchmarks.progress import say
from deploy.local.direct import DirectStack
from deploy.local.postgres import PostgresSizes
from deploy.local.stack import Sizes
from headrace.settings import Settings

BENCH_SIZES = Sizes(
    kafka_heap="768m",
    registry_heap="192m",
    postgres=PostgresSizes(shared_buffers="1GB", max_wal_size="8GB", fsync=True),
)
SHOWN = (
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
    "synchronous_commit",
    "fsync",
    "full_page_writes",
    "wal_compression",
)


class Servers:
    """A running stack, with what every benchmark asks of it."""

    def __init__(self, stack: DirectStack) -> None:
        self.stack = stack
        self.settings: Settings = stack.description.settings()
        self.admin_url = stack.admin_url.rpartition("/")[0] + "/headrace"
        self._connection: psycopg.Connection[Any] | None = None

    @property
    def trees(self) -> dict[str, int]:
        """The servers' process ids, by the names that tables show."""
        return {"PostgreSQL": self.stack.pid("postgres"), "broker": self.stack.pid("kafka")}

    def worker_environment(self) -> dict[str, str]:
        """What a stage's process needs; what it notes of slow schemas ends with these servers."""
        return {
            **self.stack.env,
            "DATABASE_URL": self.stack.archive_database_url,
            "KAFKA_SESSION_TIMEOUT": "10000",
            "HEADRACE_STATE_DIR": str(self.stack.logs.parent / "state"),
        }

    def connect(self) -> psycopg.Connection[Any]:
        """The superuser's, in autocommit, in UTC."""
        return psycopg.connect(self.admin_url, autocommit=True, options="-c timezone=UTC")

    def ask(self, query: LiteralString, *arguments: Any) -> Any:
        """The first row of a query's answer, asked over one kept connection."""
        if self._connection is None or self._connection.closed:
            self._connection = self.connect()
        return self._connection.execute(query, arguments or None).fetchone()

    def empty(self) -> None:
        """No events and no offsets, and nothing left to write by the next checkpoint."""
        with self.connect() as connection:
            connection.execute("TRUNCATE warm.events")
            connection.execute("TRUNCATE stage.stage_offsets, stage.dead_letters")
        self.settle()

    def forget_offsets(self) -> None:
        """As if no stage had run; events stay."""
        with self.connect() as connection:
            connection.execute("TRUNCATE stage.stage_offsets, stage.dead_letters")

    def settle(self) -> None:
        """Write out what is dirty, so that no measurement pays for the one before it."""
        with self.connect() as connection:
            connection.execute("CHECKPOINT")
        time.sleep(0.5)

    def profile(self) -> str:
        """How PostgreSQL is set, as one line."""
        with self.connect() as connection:
            found = connection.execute(
                "SELECT name, current_setting(name) FROM unnest(%s::text[]) name", [list(SHOWN)]
            ).fetchall()
            version = connection.execute("SHOW server_version").fetchone()
        shown = ", ".join(f"{name} {value}" for name, value in found)
        return f"PostgreSQL {version[0] if version else ''}: {shown}"

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()


@contextmanager
def servers(names: tuple[str, ...] = ("postgres", "kafka", "registry")) -> Iterator[Servers]:
    """Servers of their own with the benchmarks' memory, ended with the block."""
    say(f"starting {', '.join(names)}")
    with DirectStack(names, BENCH_SIZES) as stack:
        running = Servers(stack)
        try:
            yield running
        finally:
            running.close()
