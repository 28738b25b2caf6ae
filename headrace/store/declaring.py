"""What the store's database takes: the event types of the catalog, declared by the owner."""

import psycopg

from headrace.catalog import Catalog
from headrace.postgres.database import KEEPALIVES
from headrace.postgres.errors import translated

_Declared = tuple[str, str, list[str]]


def declare_types(url: str, catalog: Catalog) -> int:
    """Let the store take every type of the catalog's topics of authority `store`, as its owner.

    Safe to repeat; types that left the catalog stay, their events are there. Returns how many the
    catalog has. Raises what connecting to PostgreSQL raises.
    """
    declared = _of_store(catalog)
    with (
        translated(),
        psycopg.connect(url, **KEEPALIVES) as connection,
        connection.cursor() as cursor,
    ):
        cursor.executemany("SELECT store.declare_types(%s, %s, %s)", declared)
    return sum(len(event_types) for _, _, event_types in declared)


def undeclared_types(url: str, catalog: Catalog) -> list[str]:
    """The catalog's types that the store does not take, as `aggregate type/event type`.

    Raises ConfigurationError where the store, or the right to read it, is missing; OutageError.
    """
    question = "SELECT aggregate_type, event_type FROM store.event_types"
    with translated(), psycopg.connect(url, **KEEPALIVES) as connection:
        known = {(row[0], row[1]) for row in connection.execute(question)}
    return [
        f"{aggregate_type}/{name}"
        for _, aggregate_type, event_types in _of_store(catalog)
        for name in event_types
        if (aggregate_type, name) not in known
    ]


def _of_store(catalog: Catalog) -> list[_Declared]:
    """Domain, aggregate type and event types of each topic of the store's."""
    return [
        (topic.domain, topic.aggregate_type, list(topic.event_types))
        for topic in catalog.topics.values()
        if topic.authority == "store" and topic.aggregate_type
    ]
