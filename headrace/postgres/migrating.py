"""Migrations: numbered `.sql` files in a folder, forward only, each applied once.

A file and the note that it was applied commit together, so a run that is killed leaves nothing
half done (docs/decisions/0004-migrations.md says why this is not a library's work).
"""

from importlib.resources import files
from typing import LiteralString

import psycopg

from headrace.postgres.errors import translated
from headrace.postgres.sql import statement

_PACKAGE = files("headrace.postgres")
_LOCK = 0x6865616472616365 >> 1  # "headrace": one migration at a time in a database
STAGES, SERVICE = "migrations", "service_migrations"
_PREFIX = {STAGES: "", SERVICE: "service/"}


def migrate(url: str, folder: str = STAGES) -> list[str]:
    """Bring the database at `url` up to date, as its owner; returns what was applied, in order.

    `folder` SERVICE is for a service's own database. Safe to run from several processes at once
    and after a run that was killed.
    """
    with translated(), psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [_LOCK])  # ends with the connection
        connection.execute(statement("migrations_table"))
        rows = connection.execute("SELECT name FROM public.headrace_migrations").fetchall()
        known = {name for (name,) in rows}
        pending = [name for name in available(folder) if _PREFIX[folder] + name not in known]
        for name in pending:
            with connection.transaction():
                connection.execute(_text(folder, name))
                connection.execute(statement("migrations_note"), [_PREFIX[folder] + name])
        return pending


def available(folder: str = STAGES) -> list[str]:
    """The names of a folder's migrations, in order."""
    return sorted(
        each.name.removesuffix(".sql")
        for each in (_PACKAGE / folder).iterdir()
        if each.name.endswith(".sql")
    )


def _text(folder: str, name: str) -> LiteralString:
    return (_PACKAGE / folder / f"{name}.sql").read_text()
