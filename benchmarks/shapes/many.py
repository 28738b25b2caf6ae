"""A catalog of many busy topics, made in a folder: the real one has fewer, and most are quiet."""

import json
from pathlib import Path
from typing import Any

import yaml

from benchmarks.shapes.samples import SMALL
from headrace.catalog import Catalog, load_catalog
from headrace.catalog.compose import payload_name

DOMAIN = "bench"


def many_topics(root: Path, count: int) -> Catalog:
    """`count` topics of one event type each, all with the small event's payload."""
    names = [f"bench.busy{number:02d}.analyzed" for number in range(count)]
    version = load_catalog().event_type(SMALL).latest
    for name in names:
        folder = root / "schemas" / "avro" / DOMAIN / name
        folder.mkdir(parents=True)
        payload = version.payload | {"name": payload_name(name)}
        (folder / "v1.0.avsc").write_text(json.dumps(payload))
        (folder / "v1.0.example.json").write_text(json.dumps(version.example))
    (root / "topics").mkdir()
    (root / "topics" / f"{DOMAIN}.yaml").write_text(yaml.safe_dump(_document(names)))
    return load_catalog(root)


def _document(names: list[str]) -> dict[str, Any]:
    return {
        "domain": DOMAIN,
        "description": "Busy topics.",
        "defaults": {
            "authority": "log",
            "aggregate_type": "user",
            "key": None,
            "partitions": {"local": 4, "production": 4},
            "replication": 3,
            "retention_days": 7,
            "start": "earliest",
            "producers": ["benchmark"],
            "consumers": {},
        },
        "topics": {name: {"description": "A busy topic.", "events": [name]} for name in names},
    }
