"""What a projection is, and what its handler works with."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from headrace.errors import ConfigurationError
from headrace.postgres.errors import translated
from headrace.store.model import Recorded

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")


class View:
    """A projection's tables inside of the transaction that also moves its cursor.

    Table names without a schema are the build's own.
    """

    def __init__(self, connection: Connection[Any]) -> None:
        self._connection = connection

    def execute(self, sql: Any, values: Any = None) -> list[Any]:
        """A statement; its rows, none where it gives none."""
        with translated():
            cursor = self._connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def execute_many(self, sql: Any, values: Sequence[Any]) -> None:
        """A statement once for each of the values, in their order."""
        with translated(), self._connection.cursor() as cursor:
            cursor.executemany(sql, values)


Handler = Callable[[View, Sequence[Recorded]], None]


@dataclass(frozen=True, slots=True)
class Projection:
    """`tables` is the SQL that makes them, `views` the ones that readers see as `projections.…`.

    `handle` gets events in the total order, those of `categories` (aggregate types; None: all),
    each once, and changes nothing but the tables. What it does must follow from the events alone.
    Raise `version` with any change of tables or handler: the new version is built beside.
    """

    name: str
    version: int
    tables: str
    views: tuple[str, ...]
    handle: Handler
    categories: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if wrong := [each for each in (self.name, *self.views) if not _NAME.fullmatch(each)]:
            raise ConfigurationError(
                f"{wrong[0]!r} names no projection: a-z, 0-9 and _, 40 at most, a letter first"
            )
