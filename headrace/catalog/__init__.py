"""The catalog: every topic and event type, as data that was checked before anyone uses it.

`load_catalog()` reads topics/*.yaml and schemas/avro/ (from the repository, or from the wheel's
own copy) and gives a `Catalog` of `Topic` and `EventType`; each `EventType` has its
`SchemaVersion`s, each with the composed schema that is registered for it. Anything wrong in the
files raises `CatalogError`, which lists every problem. `headrace.catalog.planning` compares the
catalog with a cluster. `headrace.catalog.check` stands apart: it also tries the examples, for which
it needs the codec, which itself builds on this package.
"""

from headrace.catalog.compose import ENVELOPE, compose
from headrace.catalog.dead_letters import (
    DEAD_LETTER_CONFIG,
    DEAD_LETTER_PARTITIONS,
    LARGEST_DEAD_LETTER_BYTES,
    dead_letter_topic,
)
from headrace.catalog.errors import CatalogError, CatalogProblem
from headrace.catalog.loader import default_root, load_catalog
from headrace.catalog.model import Catalog, EventType, SchemaVersion, Topic

__all__ = [
    "DEAD_LETTER_CONFIG",
    "DEAD_LETTER_PARTITIONS",
    "ENVELOPE",
    "LARGEST_DEAD_LETTER_BYTES",
    "Catalog",
    "CatalogError",
    "CatalogProblem",
    "EventType",
    "SchemaVersion",
    "Topic",
    "compose",
    "dead_letter_topic",
    "default_root",
    "load_catalog",
]
