"""What the benchmarks of the event store share: databases of their own, and a catalog."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from uuid import uuid4

import psycopg
from psycopg import sql

from benchmarks.servers import Servers
from headrace.catalog import Catalog, load_catalog
from headrace.codec import dump_json
from headrace.postgres import migrate
from headrace.store import EventStore

EVENT_TYPE, AGGREGATE_TYPE = "user.created", "user"


def store_catalog() -> Catalog:
    """The catalog, with one more topic of authority `store`."""
    catalog = load_catalog()
    name = catalog.event_type(EVENT_TYPE).topic
    topic = replace(catalog.topic(name), authority="store", aggregate_type=AGGREGATE_TYPE)
    return replace(catalog, topics={**catalog.topics, name: topic})


def payload_json() -> str:
    """The payload that is appended, as JSON."""
    return dump_json(load_catalog().event_type(EVENT_TYPE).latest.example).decode()


@contextmanager
def new_database(running: Servers) -> Iterator[str]:
    """The name of a new, empty database of the owner's."""
    name = f"bench_{uuid4().hex[:8]}"
    with running.connect() as admin:
        admin.execute(sql.SQL("CREATE DATABASE {} OWNER headrace").format(sql.Identifier(name)))
        yield name
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
    running.settle()


@contextmanager
def new_store(running: Servers, *, gin: bool = True) -> Iterator[EventStore]:
    """A store in a database of its own; without the index of payloads if not `gin`."""
    with new_database(running) as name:
        migrate(at(running.stack.database_url, name))
        with psycopg.connect(at(running.admin_url, name)) as admin:
            types = [EVENT_TYPE]
            admin.execute("SELECT store.declare_types('user', %s, %s)", [AGGREGATE_TYPE, types])
            if not gin:
                admin.execute("DROP INDEX store.idx_evenements_payload")
        url = at(running.stack.store_database_url, name)
        with EventStore(url, source="benchmark", catalog=store_catalog()) as store:
            yield store


def at(url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return f"{url.rpartition('/')[0]}/{name}"
