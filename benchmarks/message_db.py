"""message-db: its own SQL from its npm package, asked through psycopg with prepared statements."""

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString
from uuid import uuid4

import psycopg

from benchmarks.environments import LOCKS, ROOT, digest, run_quietly
from benchmarks.progress import say
from benchmarks.servers import Servers
from benchmarks.store_database import at, new_database
from deploy.local.files import locked

_LOCK = LOCKS / "message-db" / "package-lock.json"
_CATEGORY = "user"
_PAGE = 1_000
_INSTALL = (
    *("schema/message-store", "tables/messages", "types/message"),
    *("functions/hash-64", "functions/acquire-lock", "functions/category", "functions/is-category"),
    *("functions/id", "functions/cardinal-id", "functions/stream-version"),
    *("functions/write-message", "functions/get-category-messages"),
    *("indexes/messages-id", "indexes/messages-stream", "indexes/messages-category"),
)
"""What its install.sh runs, but for roles, views and reads of single streams."""
_WRITE = "SELECT write_message(%s, %s, %s, %s::jsonb, %s::jsonb, %s)"
_READ = "SELECT * FROM get_category_messages(%s, %s, %s)"


def folder() -> Path:
    """Where its SQL is; fetched by npm once."""
    made = ROOT / f"message-db-{digest(_LOCK)}"
    with locked(ROOT / "lock"):
        if not (made / "complete").exists():
            say("fetching message-db")
            shutil.rmtree(made, ignore_errors=True)
            shutil.copytree(_LOCK.parent, made)
            run_quietly("npm", "ci", "--ignore-scripts", "--silent", "--prefix", str(made))
            (made / "complete").touch()
    return made / "node_modules" / "@eventide" / "message-db" / "database"


@contextmanager
def connected(running: Servers) -> Iterator[psycopg.Connection[Any]]:
    """A connection to a database that holds nothing but message-db."""
    options = "-c search_path=message_store,public -c timezone=UTC"
    with new_database(running) as name:
        url = at(running.stack.database_url, name)
        with psycopg.connect(url, autocommit=True, options=options) as connection:
            for each in _INSTALL:
                connection.execute(_text(each))
            connection.execute("SELECT set_config('enable_seqscan', 'off', false)")
            yield connection


def _text(name: str) -> LiteralString:
    """A statement file of the pinned package."""
    return (folder() / f"{name}.sql").read_text()


def append(
    connection: psycopg.Connection[Any], payload: str, events: int, batch: int, streams: int
) -> float:
    """Events a second, each with its expected version; a batch is one pipelined transaction."""
    names = [f"{_CATEGORY}-{uuid4()}" for _ in range(streams)]
    metadata = f'{{"correlationId":"{uuid4()}"}}'
    batches = [
        [
            (str(uuid4()), names[number % streams], "user.created", payload, metadata, version - 1)
            for version in range(number // streams * batch, (number // streams + 1) * batch)
        ]
        for number in range(events // batch)
    ]
    began = time.perf_counter()
    for rows in batches:
        _write(connection, rows)
    return len(batches) * batch / (time.perf_counter() - began)


def _write(connection: psycopg.Connection[Any], rows: Sequence[tuple[Any, ...]]) -> None:
    if len(rows) == 1:
        connection.execute(_WRITE, rows[0], prepare=True)
        return
    with connection.transaction():
        connection.cursor().executemany(_WRITE, rows)


def read(connection: psycopg.Connection[Any]) -> float:
    """Rows a second of the category, which holds everything, in its order."""
    began, number, position = time.perf_counter(), 0, 1
    while rows := connection.execute(_READ, [_CATEGORY, position, _PAGE], prepare=True).fetchall():
        number, position = number + len(rows), rows[-1][4] + 1
    return number / (time.perf_counter() - began)
