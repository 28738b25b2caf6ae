"""A catalog of the game's types, each with a payload of one number and some text."""

from pathlib import Path
from typing import Any
from uuid import UUID

from headrace.catalog import Catalog, EventType, SchemaVersion, Topic
from headrace.store import Stream

GAME = {
    "Joueur": ("JoueurCree", "ExperienceGagnee", "NiveauAtteint"),
    "Combat": ("CombatDemarre", "DegatsInfliges", "CombatTermine"),
}
HERO = Stream("Joueur", UUID("10000000-0000-4000-8000-000000000001"))


def _schema(name: str) -> dict[str, Any]:
    return {
        "type": "record",
        "name": name,
        "fields": [
            {"name": "points", "type": "long"},
            {"name": "note", "type": ["null", "string"], "default": None},
        ],
    }


def _event_type(name: str, topic: str) -> EventType:
    schema = _schema(name)
    version = SchemaVersion(
        version="1.0",
        payload=schema,
        composed=schema,
        composed_json="",
        subject=name,
        example={"points": 1},
        path=Path(name),
        personal_fields=(),
    )
    return EventType(name, topic, "game", (version,))


def _topic(name: str, aggregate_type: str | None, types: tuple[str, ...], authority: Any) -> Topic:
    return Topic(
        name=name,
        domain="game",
        description="",
        authority=authority,
        event_types=types,
        key=None,
        partitions=1,
        production_partitions=1,
        replication=1,
        retention_ms=1,
        config={},
        producers=("*",),
        consumers={},
        start="earliest",
        aggregate_type=aggregate_type,
    )


def game_catalog() -> Catalog:
    """Two aggregate types of the store, and one event type that is not the store's."""
    topics = {
        f"game.{name.lower()}": _topic(f"game.{name.lower()}", name, types, "store")
        for name, types in GAME.items()
    }
    topics["weather"] = _topic("weather", None, ("Rained",), "log")
    found = {
        name: _event_type(name, topic.name)
        for topic in topics.values()
        for name in topic.event_types
    }
    return Catalog(topics, found)
