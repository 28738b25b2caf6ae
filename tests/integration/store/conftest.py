"""An event store of its own for each test, on a PostgreSQL that nobody else uses.

The horizon of the total order is the whole cluster's: a transaction that another test left open
would hold it back.
"""

from collections.abc import Iterator

import pytest

from deploy.local.direct import DirectStack
from headrace.catalog import load_catalog
from headrace.store import EventStore
from tests.store.place import Place, new_place


@pytest.fixture(scope="session")
def stack() -> Iterator[DirectStack]:
    with DirectStack(names=("postgres",)) as servers:
        yield servers


@pytest.fixture
def place(stack: DirectStack) -> Iterator[Place]:
    with new_place(stack) as place:
        yield place


@pytest.fixture
def store(place: Place) -> Iterator[EventStore]:
    with place.store() as store:
        yield store


@pytest.fixture
def game(place: Place) -> Iterator[EventStore]:
    """With the whole catalog, so with the game's own types."""
    with place.store(load_catalog()) as store:
        yield store
