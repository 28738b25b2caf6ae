"""The stack's passwords and its development token: random, made once, readable by their user."""

import json
import secrets
from dataclasses import dataclass, fields
from pathlib import Path

from deploy.local.files import PRIVATE, write_atomically


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """One password for each PostgreSQL role, for each Kafka user of a secure stack, and the bearer
    token of the REST API.
    """

    admin: str
    owner: str
    archive: str
    api: str
    store: str
    relay: str
    projector: str
    registry: str
    token: str
    kafka_broker: str
    kafka_admin: str
    kafka_archive: str
    kafka_relay: str
    kafka_api: str
    kafka_exporter: str


def credentials(path: Path) -> Credentials:
    """Read `path`; what it lacks is made and written there (mode 0600)."""
    known = _read(path)
    values = {each.name: known.get(each.name) or _random() for each in fields(Credentials)}
    if values != known:
        write_atomically(path, json.dumps(values, indent=2) + "\n", PRIVATE)
    return Credentials(**values)


def _random() -> str:
    return secrets.token_urlsafe(24)


def _read(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}
