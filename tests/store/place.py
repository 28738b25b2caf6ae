"""Where a test's event store is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal
from uuid import uuid4

import psycopg
from psycopg import Connection, sql

from deploy.local.direct import DirectStack
from headrace.catalog import Catalog
from headrace.postgres import migrate
from headrace.store import EventStore
from tests.store.catalog import game_catalog


class Place:
    """One store's database: its URLs by role."""

    def __init__(self, stack: DirectStack, name: str) -> None:
        self.app = _on(stack.store_database_url, name)
        self.api = _on(stack.api_database_url, name)
        self.owner = _on(stack.database_url, name)
        self.admin = _on(stack.admin_url, name)
        self.relay = _on(stack.relay_database_url, name)
        self.projector = _on(stack.projector_database_url, name)
        self.name = name

    def connect(self, role: Literal["app", "api", "owner", "admin"]) -> Connection[Any]:
        """A connection in autocommit."""
        return psycopg.connect(getattr(self, role), autocommit=True)

    def store(self, catalog: Catalog | None = None) -> EventStore:
        """With the small catalog of `tests.store.catalog`, or another."""
        catalog = catalog or game_catalog()
        return EventStore(self.app, source="tests", catalog=catalog, connections=8)


@contextmanager
def new_place(stack: DirectStack) -> Iterator[Place]:
    """An event store in a database of its own; gone after the block."""
    name = f"store_{uuid4().hex[:8]}"
    with psycopg.connect(stack.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER headrace").format(sql.Identifier(name)))
    place = Place(stack, name)
    migrate(place.owner)
    yield place
    with psycopg.connect(stack.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _on(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"
