"""Topics of these tests' own: what others leave in the catalog's does not come here."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from headrace.catalog import default_root, load_catalog
from headrace.kafka import create_topics
from tests.conftest import Servers

OwnCatalog = Callable[[int, list[list[str]]], Path]


@pytest.fixture(scope="module")
def own_catalog(stack: Servers, tmp_path_factory: pytest.TempPathFactory) -> OwnCatalog:
    """Makes the root of a catalog in which each of some lists of payments' event types has a topic
    of its own, with so many partitions; the topics are in the broker.
    """

    def made(partitions: int, owning: list[list[str]]) -> Path:
        root = tmp_path_factory.mktemp("catalog")
        for folder in ("topics", "schemas/avro"):
            shutil.copytree(default_root() / folder, root / folder)
        file = root / "topics" / "payment.yaml"
        document = yaml.safe_load(file.read_text())
        for events in owning:
            _own(document["topics"], events, partitions)
        file.write_text(yaml.safe_dump(document, sort_keys=False))
        catalog = load_catalog(root)
        topics = {catalog.event_type(event).topic for events in owning for event in events}
        create_topics(catalog, stack.description.settings().kafka, sorted(topics))
        return root

    return made


def _own(topics: dict[str, Any], events: list[str], partitions: int) -> None:
    first, *others = [topics.pop(f"dreamscape.{event}") for event in events]
    consumers = first["consumers"]
    for other in others:
        for group, types in other["consumers"].items():
            consumers[group] = [*consumers.get(group, []), *types]
    topics[f"dreamscape.{events[0]}.{uuid4().hex[:8]}"] = first | {
        "events": events,
        "partitions": {"local": partitions, "production": partitions},
    }
