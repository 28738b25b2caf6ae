"""An event store of its own for each test, on a PostgreSQL that nobody else uses.

The horizon of the total order is the whole cluster's: a transaction that another test left open
would hold it back.
"""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from deploy.local.direct import DirectStack
from headrace.postgres import migrate
from headrace.store import EventStore
from tests.store.place import Place


@pytest.fixture(scope="session")
def stack() -> Iterator[DirectStack]:
    with DirectStack(names=("postgres",)) as servers:
        yield servers


@pytest.fixture
def place(stack: DirectStack) -> Iterator[Place]:
    name = f"store_{uuid4().hex[:8]}"
    with psycopg.connect(stack.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER headrace").format(sql.Identifier(name)))
    place = Place(stack, name)
    migrate(place.owner)
    yield place
    with psycopg.connect(stack.admin_url, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    with place.store() as store:
        yield store
