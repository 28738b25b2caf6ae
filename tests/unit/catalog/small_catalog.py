"""A small, sound catalog in a temporary folder, for tests to damage."""

import json
from pathlib import Path
from typing import Any

import yaml

from headrace.catalog import CatalogError, load_catalog


def payload_schema(name: str = "OrderPlacedPayload") -> dict[str, Any]:
    return {
        "type": "record",
        "name": name,
        "doc": "An order.",
        "fields": [
            {"name": "orderId", "type": "string", "doc": "Which."},
            {"name": "note", "type": ["null", "string"], "default": None, "doc": "Why."},
        ],
    }


def domain_document() -> dict[str, Any]:
    return {
        "domain": "shop",
        "description": "A shop.",
        "defaults": {
            "authority": "log",
            "aggregate_type": "order",
            "key": None,
            "partitions": {"local": 1, "production": 6},
            "replication": 3,
            "retention_days": 7,
            "start": "earliest",
            "producers": ["shop"],
        },
        "topics": {
            "shop.orders": {
                "description": "Orders.",
                "events": ["order.placed"],
                "consumers": {"stock-group": ["order.placed"]},
            }
        },
    }


class Files:
    """The files of one catalog. `topics` is written out by `problems` and `save`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.document = domain_document()
        self.topic = self.document["topics"]["shop.orders"]
        self.write_event("order.placed", payload_schema())

    def write_event(
        self, event_type: str, schema: dict[str, Any], version: str = "1.0", domain: str = "shop"
    ) -> Path:
        """An .avsc and an example of two fields; returns the schema's path."""
        folder = self.root / "schemas" / "avro" / domain / event_type
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"v{version}.avsc"
        path.write_text(json.dumps(schema))
        path.with_name(f"v{version}.example.json").write_text('{"orderId": "1", "note": null}')
        return path

    def save(self) -> Path:
        """Writes topics/shop.yaml and returns it."""
        path = self.root / "topics" / "shop.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(yaml.safe_dump(self.document))
        return path

    def problems(self) -> list[str]:
        """What the loader finds wrong."""
        self.save()
        return self.problems_as_saved()

    def problems_as_saved(self) -> list[str]:
        """What the loader finds wrong in the files as they stand."""
        try:
            load_catalog(self.root)
        except CatalogError as error:
            return [str(problem) for problem in error.problems]
        return []
