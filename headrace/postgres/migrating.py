"""Migrations: numbered `.sql` files in `migrations/`, forward only, each applied once.

A file and the note that it was applied commit together, so a run that is killed leaves nothing
half done (docs/decisions/0004-migrations.md says why this is not a library's work).
"""

from importlib.resources import files
from typing import LiteralString

import psycopg

from headrace.postgres.errors import translated
from headrace.postgres.sql import statement

_FOLDER = files("headrace.postgres") / "migrations"
_LOCK = 0x6865616472616365 >> 1  # "headrace": one migration at a time in a database


def migrate(url: str) -> list[str]:
    """Bring the database at `url` up to date, as its owner; returns what was applied, in order.

    Safe to run from several processes at once and after a run that was killed.
    """
    with translated(), psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # ends with the connection
        connection.execute(statement("migrations_table"))
        rows = connection.execute("SELECT name FROM public.headrace_migrations").fetchall()
        pending = sorted(set(available()) - {name for (name,) in rows})
        for name in pending:
            with connection.transaction():
                connection.execute(_text(name))
                connection.execute(statement("migrations_note"), [name])
        return pending


def available() -> list[str]:
    """The names of all migrations, in order."""
    return sorted(
        each.name.removesuffix(".sql") for each in _FOLDER.iterdir() if each.name.endswith(".sql")
    )


def _text(name: str) -> LiteralString:
    return (_FOLDER / f"{name}.sql").read_text()
