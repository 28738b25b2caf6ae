"""A copy of the catalog to change, and the command line on it."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import uuid4

import yaml
from typer.testing import CliRunner, Result

from headrace.catalog import default_root
from headrace.cli import build_app


class CatalogCopy:
    """topics/ and schemas/avro/ in a folder of their own; commands run with `env` on top."""

    def __init__(self, root: Path, env: dict[str, str], origin: Path | None = None) -> None:
        self.root = root
        self.env = env
        for folder in ("topics", "schemas/avro"):
            shutil.copytree((origin or default_root()) / folder, root / folder)

    def edit(self, domain: str, change: Callable[[dict[str, Any]], Any]) -> None:
        """Change the document of topics/<domain>.yaml."""
        path = self.root / "topics" / f"{domain}.yaml"
        document = yaml.safe_load(path.read_text())
        change(document)
        path.write_text(yaml.safe_dump(document, sort_keys=False))

    def add_version(self, event_type: str, version: str, **field: Any) -> None:
        """v1.0 with one field more, and an example of it."""
        (folder,) = (self.root / "schemas" / "avro").glob(f"*/{event_type}")
        schema = json.loads((folder / "v1.0.avsc").read_text())
        schema["fields"].append(field)
        (folder / f"v{version}.avsc").write_text(json.dumps(schema))
        example = json.loads((folder / "v1.0.example.json").read_text())
        example[field["name"]] = field.get("default", 0)
        (folder / f"v{version}.example.json").write_text(json.dumps(example))

    def add_topics(self, count: int, service: str) -> list[str]:
        """New topics, each with an event type, all written by this service; their names."""
        names = [f"t{uuid4().hex[:8]}.happened" for _ in range(count)]
        self.edit("user", lambda d: d["topics"].update({n: _topic(n, service) for n in names}))
        for name in names:
            folder = self.root / "schemas" / "avro" / "user" / name
            folder.mkdir(parents=True)
            (folder / "v1.0.avsc").write_text(json.dumps(_record(name)))
            (folder / "v1.0.example.json").write_text('{"orderId": "1"}')
        return names

    def run(self, *words: str) -> Result:
        """A command; what it raised is in the result."""
        arguments = ["--json", words[0], "--root", str(self.root), *words[1:]]
        return CliRunner().invoke(build_app(), arguments, env=self.env)

    def plan(self, *words: str) -> list[dict[str, Any]]:
        return lines(self.run("plan", *words))

    def apply(self, *words: str) -> Result:
        passwords = str(self.root / "passwords.env")
        return self.run("apply", "--yes", "--passwords", passwords, *words)

    @property
    def environment(self) -> dict[str, str]:
        """For a process of its own."""
        return {**os.environ, **self.env}


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def _topic(name: str, service: str) -> dict[str, Any]:
    return {
        "description": "A topic.",
        "events": [name],
        "aggregate_id": "orderId",
        "producers": [service],
        "partitions": {"local": 1, "production": 1},
        "consumers": {},
    }


def _record(name: str) -> dict[str, Any]:
    return {
        "type": "record",
        "name": f"{name.partition('.')[0].capitalize()}HappenedPayload",
        "doc": "What happened.",
        "fields": [{"name": "orderId", "type": "string", "doc": "Which."}],
    }
