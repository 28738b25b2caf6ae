"""Migrations: numbered `.sql` files, forward only, applied by yoyo under an advisory lock."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import as_file, files
from pathlib import Path

import psycopg
from yoyo import get_backend, read_migrations

from headrace.postgres.errors import translated

_FOLDER = files("headrace.postgres") / "migrations"
_LOCK = 0x6865616472616365 >> 1  # "headrace": one migration at a time in a database


def migrate(url: str) -> list[str]:
    """Bring the database at `url` up to date, as its owner; returns what was applied, in order.

    Safe to run from several processes at once and after a run that was killed.
    """
    with translated(), _locked(url), as_file(_FOLDER) as folder:
        return _apply(url, folder)


@contextmanager
def _locked(url: str) -> Iterator[None]:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        yield


def _apply(url: str, folder: Path) -> list[str]:
    backend = get_backend(url.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        # yoyo's own lock is a row that a killed run leaves behind; ours ends with its connection.
        backend.break_lock()
        todo = backend.to_apply(read_migrations(str(folder)))
        backend.apply_migrations(todo)
        return [migration.id for migration in todo]
    finally:
        backend.connection.close()
