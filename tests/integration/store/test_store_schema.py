"""The store's tables as the database holds them, and what it refuses."""

import psycopg
import pytest
from psycopg import errors

from headrace.store import EventStore
from tests.store.catalog import HERO
from tests.store.place import Place

pytestmark = pytest.mark.integration

DOCUMENTED = [
    ("event_id", "uuid", None),
    ("event_type", "character varying", 100),
    ("event_sequence", "bigint", None),
    ("timestamp", "timestamp without time zone", None),
    ("aggregate_id", "uuid", None),
    ("aggregate_type", "character varying", 50),
    ("aggregate_version", "integer", None),
    ("payload", "jsonb", None),
    ("metadata", "jsonb", None),
    ("created_at", "timestamp without time zone", None),
]


def _rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


@pytest.mark.covers("S4-1")
def test_the_events_have_the_documents_columns_types_and_lengths(place: Place) -> None:
    columns = (
        "SELECT column_name, data_type, character_maximum_length FROM information_schema.columns "
        "WHERE table_name = '{}' AND table_schema = '{}' ORDER BY ordinal_position"
    )
    assert _rows(place.admin, columns.format("evenements", "public")) == DOCUMENTED
    assert set(DOCUMENTED) < set(_rows(place.admin, columns.format("events", "store")))
    nullable = (
        "SELECT FROM information_schema.columns WHERE table_schema = 'store' "
        "AND table_name = 'events' AND is_nullable = 'YES'"
    )
    assert _rows(place.admin, nullable) == []


QUESTIONS = {
    "aggregate_version": f"aggregate_id = '{HERO.aggregate_id}' ORDER BY aggregate_version",
    "timestamp": "timestamp BETWEEN '2026-01-01' AND '2026-01-02' ORDER BY timestamp",
    "type": "event_type = 'JoueurCree'",
    "sequence": "event_sequence > 5 ORDER BY event_sequence LIMIT 1000",
    "payload": """payload @> '{"points": 1}'""",
    "correlation": "metadata ->> 'correlationId' = 'c'",
    "causation": "metadata ->> 'causationId' = 'c'",
}


@pytest.mark.covers("S4-2")
def test_each_question_of_the_document_has_its_index(place: Place, store: EventStore) -> None:
    first = store.event("JoueurCree", {"points": 0})
    events = [store.event("ExperienceGagnee", {"points": n}, cause=first) for n in range(5_000)]
    store.append(HERO, [first, *events])
    with psycopg.connect(place.admin, autocommit=True) as admin:
        admin.execute("ANALYZE store.events")
    for index, condition in QUESTIONS.items():
        assert f"idx_evenements_{index}" in _plan(place.admin, condition)


def _plan(url: str, condition: str) -> str:
    with psycopg.connect(url) as connection:
        connection.execute("SET enable_seqscan = off")
        question = ["EXPLAIN SELECT * FROM evenements WHERE", condition]
        return str(connection.execute(" ".join(question)).fetchall())


def test_the_view_shows_the_games_events_alone(place: Place, store: EventStore) -> None:
    with psycopg.connect(place.owner) as owner:
        owner.execute("SELECT store.declare_types('shop', 'Order', ARRAY['Placed'])")
    store.append(HERO, [store.event("JoueurCree", {"points": 1})])
    _append_directly(place, "Order", "Placed")
    assert _rows(place.api, "SELECT aggregate_type FROM evenements") == [("Joueur",)]
    assert len(_rows(place.api, "SELECT FROM store.events")) == 2


def _append_directly(place: Place, aggregate_type: str, event_type: str) -> None:
    with psycopg.connect(place.app) as connection:
        connection.execute(
            "SELECT store.append(ARRAY[gen_random_uuid()], ARRAY[%s], ARRAY[0], ARRAY[1], "
            "ARRAY[gen_random_uuid()], ARRAY[%s], ARRAY[now()::timestamp], ARRAY['s'], "
            "ARRAY['1.0'], ARRAY['{}'::jsonb], ARRAY['{}'::jsonb])",
            [aggregate_type, event_type],
        )


def test_the_database_knows_the_games_types_and_no_others(place: Place) -> None:
    known = _rows(place.admin, "SELECT aggregate_type, event_type FROM store.event_types")
    assert len(known) == 52
    assert len({aggregate_type for aggregate_type, _ in known}) == 10
    for aggregate_type, event_type in (("Joueur", "Placed"), ("Order", "JoueurCree")):
        with pytest.raises(psycopg.DatabaseError, match="no such event type") as refused:
            _append_directly(place, aggregate_type, event_type)
        assert refused.value.sqlstate == "HR004"


CHANGES = [
    "UPDATE store.events SET payload = '{}'",
    "DELETE FROM store.events",
    "TRUNCATE store.events",
]


@pytest.mark.covers("S4-7")
@pytest.mark.parametrize("change", CHANGES)
def test_events_are_immutable_for_everybody(place: Place, store: EventStore, change: str) -> None:
    """By privileges for every login; by triggers for the owner and for superusers, even where
    replication silences ordinary triggers.
    """
    store.append(HERO, [store.event("JoueurCree", {"points": 1})])
    for url in (place.app, place.api, place.owner):
        with psycopg.connect(url) as connection, pytest.raises(errors.InsufficientPrivilege):
            connection.execute(change)
    for role in ("headrace_store", "headrace_admin"):
        with psycopg.connect(place.admin) as connection:
            connection.execute("SET session_replication_role = replica")
            connection.execute(f"SET ROLE {role}")
            with pytest.raises(psycopg.DatabaseError, match="events are immutable"):
                connection.execute(change)
    assert len(_rows(place.admin, "SELECT FROM store.events WHERE payload <> '{}'")) == 1


@pytest.mark.parametrize("url", ["app", "api", "owner"])
@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO store.events (event_id) VALUES (gen_random_uuid())",
        "INSERT INTO evenements (event_id) VALUES (gen_random_uuid())",
        "UPDATE store.streams SET version = 0",
        "UPDATE store.identity SET epoch = 9",
        "DELETE FROM store.event_types",
        "ALTER TABLE store.events DISABLE TRIGGER ALL",
        "SELECT store.fail('HR001', '', '{}')",
    ],
)
def test_a_login_may_append_by_the_function_only(place: Place, url: str, statement: str) -> None:
    refused = pytest.raises(errors.InsufficientPrivilege)
    with psycopg.connect(getattr(place, url)) as connection, refused:
        connection.execute(statement)


def test_a_reader_may_not_append(place: Place) -> None:
    with psycopg.connect(place.admin) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("SET ROLE headrace_store_reader")
        connection.execute(
            "SELECT store.append(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", [None] * 11
        )
    with psycopg.connect(place.admin) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute("SET ROLE headrace_store_reader")
        connection.execute(
            "SELECT store.append_one(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", [None] * 10
        )
