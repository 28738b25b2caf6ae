"""One process at a time: a lock that ends with its holder, and is taken from one that froze.

The lock decides who works, and nothing about what is right: who lost it may not know that yet. So
whatever its holder writes must be fenced by something else.
"""

import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import structlog

from headrace.clock import Clock, SystemClock
from headrace.errors import OutageError
from headrace.postgres.database import KEEPALIVES
from headrace.postgres.errors import translated
from headrace.postgres.sql import statement

log = structlog.get_logger(__name__)

BEAT_SECONDS = 2.0
SILENT_SECONDS = 10.0
TRY_SECONDS = 0.5
_LOCKS = 0x6864  # headrace's advisory locks of two numbers


class Tenure:
    """The right to work under a name, in a database. `url` holds a password, it is never logged.

    A holder that was killed is followed at once, one that froze after `silent` seconds: whoever
    waits ends its session. Both need the same database role. Waiting takes no snapshot, so it holds
    up no reader of the event store.
    """

    def __init__(
        self,
        url: str,
        name: str,
        *,
        clock: Clock | None = None,
        beat: float = BEAT_SECONDS,
        silent: float = SILENT_SECONDS,
    ) -> None:
        self.name = name
        self._url, self._clock = url, clock or SystemClock()
        self._beat_seconds, self._silent = beat, silent
        self._values = {"locks": _LOCKS, "name": _number(name), "silent": silent}

    @contextmanager
    def held(self, stop: threading.Event) -> Iterator["Held | None"]:
        """Wait for the right, and have it inside the block; None where `stop` ended the wait.

        Raises OutageError where PostgreSQL cannot be reached.
        """
        with self._connection() as connection:
            if not self._taken(connection, stop):
                yield None
                return
            held = Held(connection, self._clock, self._beat_seconds, self._silent)
            try:
                yield held
            finally:
                held.end()

    def is_held(self) -> bool:
        """Whether anybody has it now."""
        with self._connection() as connection:
            row = connection.execute(statement("tenure_is_held"), self._values).fetchone()
        return bool(row and row[0])

    def _taken(self, connection: psycopg.Connection[Any], stop: threading.Event) -> bool:
        told = False
        while not stop.is_set():
            with translated():
                row = connection.execute(statement("tenure_take"), self._values).fetchone()
            if row and row[0]:
                log.info("at work", tenure=self.name)
                return True
            if row and row[1]:
                log.warning("ended the session of one that froze", tenure=self.name)
            elif not told:
                log.info("stands by, another process is at work", tenure=self.name)
                told = True
            stop.wait(TRY_SECONDS)
        return False

    @contextmanager
    def _connection(self) -> Iterator[psycopg.Connection[Any]]:
        options = "-c statement_timeout=5s -c timezone=UTC"
        with translated():
            connection = psycopg.connect(
                self._url,
                autocommit=True,
                application_name=self.name,
                options=options,
                **KEEPALIVES,
            )
        try:
            yield connection
        finally:
            connection.close()


class Held:
    """The right as long as it lasts; a thread shows PostgreSQL that this process lives."""

    def __init__(
        self, connection: psycopg.Connection[Any], clock: Clock, beat: float, silent: float
    ) -> None:
        self._connection, self._clock = connection, clock
        self._beat_seconds, self._silent = beat, silent
        self._ended = threading.Event()
        self._lost = False
        self._last = clock.monotonic()
        self._thread = threading.Thread(target=self._beat, name="tenure", daemon=True)
        self._thread.start()

    @property
    def lasts(self) -> bool:
        """Whether the right is still ours, as far as this process can know."""
        return not self._lost and self._clock.monotonic() - self._last < self._silent

    def check(self) -> None:
        """Raises OutageError when it is not."""
        if not self.lasts:
            raise OutageError("PostgreSQL has ended this process's session, another may be at work")

    def end(self) -> None:
        self._ended.set()
        self._thread.join(self._silent)

    def _beat(self) -> None:
        while not self._ended.wait(self._beat_seconds):
            asked = self._clock.monotonic()
            try:
                self._connection.execute("SELECT")
            except psycopg.Error:
                self._lost = True
                return
            self._last = asked


def _number(name: str) -> int:
    """The name as the signed 32 bits that a lock takes."""
    return zlib.crc32(name.encode()) - (1 << 31)
