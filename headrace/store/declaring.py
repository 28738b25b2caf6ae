"""What the store's database takes: the event types of the catalog, declared by the owner."""

import psycopg

from headrace.catalog import Catalog
from headrace.postgres.errors import translated


def declare_types(url: str, catalog: Catalog) -> int:
    """Let the store take every type of the catalog's topics of authority `store`, as its owner.

    Safe to repeat; types that left the catalog stay, their events are there. Returns how many the
    catalog has. Raises what connecting to PostgreSQL raises.
    """
    declared = [
        (topic.domain, topic.aggregate_type, list(topic.event_types))
        for topic in catalog.topics.values()
        if topic.authority == "store" and topic.aggregate_type
    ]
    with translated(), psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.executemany("SELECT store.declare_types(%s, %s, %s)", declared)
    return sum(len(event_types) for _, _, event_types in declared)
