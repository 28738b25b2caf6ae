"""The catalog's types are what the database takes, domain by domain."""

from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from pydantic import SecretStr
from typer.testing import CliRunner

from headrace.catalog import Catalog, load_catalog
from headrace.cli import build_app
from headrace.doctor import event_store
from headrace.doctor.finding import Finding
from headrace.errors import UnknownEventTypeError
from headrace.settings import Settings
from headrace.store import EventStore, Stream, declare_types, undeclared_types
from tests.store.place import Place

pytestmark = pytest.mark.integration
CATALOG = load_catalog()


def _store(place: Place, catalog: Catalog) -> EventStore:
    return EventStore(place.app, source="tests", catalog=catalog)


def _with_a_shop() -> Catalog:
    """The catalog, and a domain whose type is the player's under another name."""
    topic, born = CATALOG.topic("game.joueur"), CATALOG.event_type("JoueurCree")
    order = replace(
        topic, name="shop.order", domain="shop", aggregate_type="Order", event_types=("Placed",)
    )
    placed = replace(born, name="Placed", topic="shop.order", domain="shop")
    return replace(
        CATALOG,
        topics={**CATALOG.topics, "shop.order": order},
        event_types={**CATALOG.event_types, "Placed": placed},
    )


def _finding(url: str, catalog: Catalog) -> Finding:
    """The doctor's."""
    return event_store.types(Settings(store_database_url=SecretStr(url)), catalog)


def _seen(place: Place, table: str) -> set[tuple[str, str]]:
    question = ["SELECT aggregate_type, event_type FROM", table]
    with psycopg.connect(place.api) as connection:
        rows = connection.execute(" ".join(question)).fetchall()
    return {(row[0], row[1]) for row in rows}


@pytest.mark.covers("S4-4")
def test_the_database_takes_the_game_s_52_types_and_evenements_shows_them_alone(
    place: Place,
) -> None:
    catalog = _with_a_shop()
    game = {
        (topic.aggregate_type or "", name)
        for topic in CATALOG.topics.values()
        if topic.domain == "game"
        for name in topic.event_types
    }
    declare_types(place.owner, catalog)
    with _store(place, catalog) as store:
        for aggregate_type, name in (*game, ("Order", "Placed")):
            example = catalog.event_type(name).latest.example
            store.append(Stream(aggregate_type, uuid4()), [store.event(name, dict(example))])
    assert len(game) == 52
    assert _seen(place, "evenements") == game
    assert _seen(place, "store.events") == game | {("Order", "Placed")}


@pytest.mark.covers("S4-1")
def test_evenements_has_the_documents_metadata(place: Place) -> None:
    metadata = {
        "userId": "user-123",
        "sessionId": "session-456",
        "correlationId": "corr-789",
        "causationId": "cause-012",
        "ipAddress": "192.168.1.1",
    }
    with _store(place, CATALOG) as store:
        born = store.event(
            "JoueurCree",
            dict(CATALOG.event_type("JoueurCree").latest.example),
            user_id="user-123",
            correlation_id="corr-789",
            causation_id="cause-012",
            metadata_json='{"sessionId": "session-456", "ipAddress": "192.168.1.1"}',
        )
        store.append(Stream("Joueur", uuid4()), [born])
    with psycopg.connect(place.api) as connection:
        assert connection.execute("SELECT metadata FROM evenements").fetchall() == [(metadata,)]


def test_a_type_is_refused_until_the_owner_has_declared_the_catalog(place: Place) -> None:
    catalog = _with_a_shop()
    order = Stream("Order", uuid4())
    with _store(place, catalog) as store:
        placed = store.event("Placed", dict(catalog.event_type("Placed").latest.example))
        with pytest.raises(UnknownEventTypeError, match="headrace migrate"):
            store.append(order, [placed])
        assert undeclared_types(place.api, catalog) == ["Order/Placed"]
        assert _finding(place.api, catalog).state == "problem"
        for _ in range(2):
            assert declare_types(place.owner, catalog) == 53
        assert _finding(place.api, catalog).state == "ok"
        assert store.append(order, [placed]).version == 1


def test_migrate_declares_the_types_of_the_catalog(
    place: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also of a catalog elsewhere: here one domain of one topic."""
    (tmp_path / "topics").mkdir()
    _write_a_shop(tmp_path)
    monkeypatch.setenv("DATABASE_URL", place.owner)
    done = CliRunner().invoke(build_app(), ["migrate", "--root", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert ("Order", "Placed") in _seen(place, "store.event_types")


def _write_a_shop(root: Path) -> None:
    (root / "topics" / "shop.yaml").write_text(
        """domain: shop
description: "Orders."
defaults: {authority: store, aggregate_id: null, key: aggregateId, replication: 1,
  partitions: {local: 1, production: 1}, retention_days: 7, start: earliest,
  producers: [headrace-relay], consumers: {}}
topics:
  shop.order: {description: "Orders.", aggregate_type: Order, events: [Placed]}
"""
    )
    folder = root / "schemas" / "avro" / "shop" / "Placed"
    folder.mkdir(parents=True)
    (folder / "v1.0.avsc").write_text(
        '{"type": "record", "name": "PlacedPayload", "doc": "An order was placed.", '
        '"fields": [{"name": "total", "type": "long", "doc": "Cents."}]}'
    )
    (folder / "v1.0.example.json").write_text('{"total": 100}')


def test_a_store_that_is_not_there_or_away_is_told(place: Place) -> None:
    elsewhere = place.admin.replace(f"/{place.name}", "/postgres")
    assert _finding(elsewhere, CATALOG).state == "warning"
    away = "postgresql://nobody@127.0.0.1:1/headrace"
    assert _finding(away, CATALOG).state == "problem"
