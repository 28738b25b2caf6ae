"""Sample events of the catalog's real types, with marks where each event's own values go."""

from collections.abc import Mapping
from itertools import islice
from typing import Any

from benchmarks.shapes.shape import MARK_AGGREGATE, MARK_CORRELATION, MARK_ID, MARK_TIME
from deploy.local.demo.datasets import FLIGHTS
from headrace.catalog import Catalog
from headrace.envelope import Event

SMALL = "ai.user.behavior.analyzed"
FLIGHT = "voyage.flight.selected"
TRACKED = "analytics.event.tracked"
MIXED = (
    "gs.shooting.planned",
    "gs.shooting.started",
    "gs.picture.taken",
    "gs.picture.validated",
    "gs.picture.rejected",
)
VARIANTS = 50
_SEGMENTS = ("weekend", "early", "family", "commuter", "explorer")
_MODELS = ("visits", "habits")
_WORDS = ("amber", "basin", "canal", "delta", "estuary", "flume", "gauge", "harbour", "inlet")


def small(event_type: str = SMALL) -> list[Event]:
    """About 241 bytes: eleven fields of the envelope, a map, an array of records."""
    return [
        _event(
            event_type,
            _behaviour(number),
            source="ai",
            correlation_id=MARK_CORRELATION,
            aggregate_id=f"u-{MARK_AGGREGATE}",
            aggregate_version=1 + number,
            account_id=f"a-{number:03d}",
            user_id=f"u-{MARK_AGGREGATE}",
        )
        for number in range(VARIANTS)
    ]


def _behaviour(number: int) -> Mapping[str, Any]:
    return {
        "analysisId": f"{number:03d}",
        "userId": f"u-{MARK_AGGREGATE}",
        "windowStart": "2025-01-10T00:00:00.000000Z",
        "windowEnd": "2025-02-10T00:00:00.000000Z",
        "eventCount": 100 + number,
        "segments": [{"segment": _SEGMENTS[number % 5], "score": number / VARIANTS}],
        "traits": {"leadDays": number / 7},
        "churnProbability": None,
        "model": _MODELS[number % 2],
        "modelVersion": "1.4",
        "analyzedAt": "2025-02-10T03:10:00.000000Z",
    }


def flights(count: int = 5_000) -> list[Event]:
    """Real flights: 26 payload fields, about 300 bytes."""
    return [
        _event(FLIGHT, record.payload, aggregate_id=record.aggregate_id)
        for record in islice(FLIGHTS.records(), count)
    ]


def mixed(catalog: Catalog) -> list[Event]:
    """Five types of one topic, taking turns; their payloads are the catalog's examples."""
    return [
        _event(
            name,
            catalog.event_type(name).latest.example,
            correlation_id=MARK_CORRELATION,
            aggregate_id=f"shooting-{MARK_AGGREGATE}",
            account_id="acct-001",
        )
        for name in MIXED
    ]


def every_type(catalog: Catalog) -> list[Event]:
    """One sample of each type of the catalog, its payload the catalog's example."""
    return [
        _event(
            name,
            found.latest.example,
            version=found.latest.version,
            correlation_id=MARK_CORRELATION,
            aggregate_id=f"about-{MARK_AGGREGATE}",
            account_id="a-001",
        )
        for name, found in catalog.event_types.items()
    ]


def sized(size: int) -> list[Event]:
    """Records of about `size` bytes: texts of a map, in five-word sentences."""
    return [
        _event(
            TRACKED,
            _tracked(number, size),
            source="web",
            correlation_id=MARK_CORRELATION,
            aggregate_id=f"user-{MARK_AGGREGATE}",
        )
        for number in range(VARIANTS)
    ]


def _tracked(number: int, size: int) -> Mapping[str, Any]:
    room = max(size - 176, 0)  # what envelope and the fixed fields leave
    texts = {}
    for place in range(room // 40):
        words = (_WORDS[(number * 31 + place * step) % len(_WORDS)] for step in range(1, 7))
        texts[f"text{place:03d}"] = f"{number * 7919 + place:05d} {' '.join(words)}"[:31]
    return {
        "name": "cart.opened",
        "category": "commerce",
        "userId": None,
        "sessionId": "s" * (room % 40),
        "measurements": {},
        "properties": texts,
        "occurredAt": "2025-02-10T03:10:00.000000Z",
    }


def _event(event_type: str, payload: Mapping[str, Any], **envelope: Any) -> Event:
    return Event(
        event_id=MARK_ID,
        event_type=event_type,
        timestamp=MARK_TIME,
        payload=payload,
        **{"version": "1.0", "source": "benchmark", **envelope},
    )
