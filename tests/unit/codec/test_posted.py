"""From JSON straight to a record: what the long way makes of it, or no word at all."""

from dataclasses import replace
from datetime import timedelta
from itertools import repeat
from typing import Any
from unittest.mock import patch
from uuid import UUID

import orjson
import pytest
from hypothesis import example, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from headrace.catalog import Catalog, SchemaVersion, load_catalog
from headrace.clock import ManualClock
from headrace.codec import EventEncoder, MemoryRegistry, Record
from headrace.codec.json_form.refused import Refused
from headrace.codec.quick import Doubt, Given, WritePosted
from headrace.errors import InvalidEventError
from headrace.event_json import event_from_json
from headrace.kafka import correlated, current
from headrace.kafka.correlation import with_correlation
from tests.unit.codec.conftest import NOW
from tests.unit.codec.odd_values import odd, right_values, spoilt
from tests.unit.codec.test_quick import VERSIONS as ALL_VERSIONS
from tests.unit.codec.test_quick import ids

CATALOG = load_catalog()
VERSIONS = [
    (name, version)
    for name, version in ALL_VERSIONS
    if CATALOG.topic(CATALOG.event_type(name).topic).authority == "log"
]
"""What may be posted: the event store alone takes the others."""
CLOCK = ManualClock(NOW)
SOME_ID = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
TRACE = f"00-{'a' * 32}-{'b' * 16}-01"
KEYS = (None, "aggregateId", "accountId", "eventId")


def an_event(name: str, version: SchemaVersion) -> dict[str, Any]:
    return {
        "eventType": name,
        "eventId": str(SOME_ID),
        "timestamp": "2026-03-14T15:09:26.535897Z",
        "version": version.version,
        "source": "test",
        "correlationId": "c-1",
        "aggregateId": "a-1",
        "accountId": "acc-1",
        "payload": version.example,
    }


def the_long_way(value: Any, catalog: Catalog, clock: ManualClock = CLOCK) -> Any:
    """The record by the full checks alone, or the problems in their order."""
    encoder = EventEncoder(catalog, registry_for(value, catalog), clock)
    try:
        with (
            patch("headrace.event_json.uuid7", lambda _: SOME_ID),
            patch("headrace.event_json.read_event", side_effect=Doubt),
            patch("headrace.codec.encoder.event_writer", lambda *_: _raise_doubt),
        ):
            event = event_from_json(value, catalog, clock)
            return encoder.record(with_correlation(event), current().traceparent)
    except InvalidEventError as refused:
        return list(refused.problems)


def registry_for(value: Any, catalog: Catalog) -> MemoryRegistry:
    """One that gives every version of the event's type the same id both ways."""
    registry = MemoryRegistry()
    name = value.get("eventType") if isinstance(value, dict) else None
    found = catalog.event_types.get(name) if isinstance(name, str) else None
    for version in found.versions if found else ():
        registry.register(version.subject, version.composed_json)
    return registry


def _raise_doubt(*_: Any) -> bytes:
    raise Doubt


def the_short_way(value: Any, catalog: Catalog, clock: ManualClock = CLOCK) -> Record | None:
    """The record, or None where it is for the long way to say."""
    found = catalog.event_types[value["eventType"]]
    encoder = EventEncoder(catalog, registry_for(value, catalog), clock)
    writers: dict[tuple[str, str | None], WritePosted] = {}
    for version in found.versions:
        event = event_from_json(an_event(found.name, version), catalog, CLOCK)
        writers |= encoder.posted_writers(event)
    flow = current()
    taken = Given(clock, 1, flow.correlation_id, flow.causation_id, flow.traceparent)
    taken.ids = repeat(str(SOME_ID))
    try:
        return writers[found.name, value.get("version")](value, taken)
    except (Doubt, Refused, ValueError, OverflowError, KeyError, TypeError):
        return None


@pytest.mark.parametrize(("name", "version"), VERSIONS, ids=ids)
def test_every_example_of_the_catalog_goes_the_short_way(name: str, version: SchemaVersion) -> None:
    value = an_event(name, version)

    assert the_short_way(value, CATALOG) == the_long_way(value, CATALOG)


@pytest.mark.parametrize(("name", "version"), VERSIONS, ids=ids)
def test_both_ways_agree_on_any_payload_of_the_catalog(name: str, version: SchemaVersion) -> None:
    @effort(max_examples=8, deadline=None)
    @given(payload=spoilt(right_values(version.payload)))
    def check(payload: Any) -> None:
        value = an_event(name, version) | {"payload": payload}
        found = the_short_way(value, CATALOG)
        assert found is None or found == the_long_way(value, CATALOG)

    check()


TEXTS = odd | st.sampled_from(["x" * 255, "x" * 256, "é" * 255])
FIELDS: dict[str, st.SearchStrategy[Any]] = dict.fromkeys(
    ("source", "correlationId", "causationId", "aggregateType", "aggregateId", "aggregateVersion",
     "accountId", "userId", "metadata", "payload", "colour"), TEXTS
) | {
    "eventId": odd | st.just(str(SOME_ID).upper()) | st.uuids().map(str)
    | st.sampled_from(["ffffffff-ffff-7fff-bfff-ffffffffffff", f"{str(SOME_ID)[:19]}7{'0' * 16}"]),
    "timestamp": odd | st.sampled_from(
        ["2026-03-15T15:09:26.535000Z", "2026-03-15T15:09:26.535001Z", "2026-03-15T15:09:27Z",
         "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:59.999999Z"]),
    "version": odd | st.sampled_from(["1.0", "9.0"]),
    "metadata": TEXTS | st.sampled_from([{"n": [1.5, None]}, {"n": 2**70}, {"a": "\0"}, {"a": 1e99},
                                         {"a": {"b": {}}}, {"é": "\ud800"}, {"a": "x" * 66_000}]),
}  # fmt: skip


@effort(max_examples=400, deadline=None)
@given(
    which=st.sampled_from(VERSIONS),
    left_out=st.sets(st.sampled_from(sorted(an_event(*VERSIONS[0]))), max_size=4),
    changes=st.fixed_dictionaries({}, optional=FIELDS),
    flow=st.sampled_from([(), ("c-2",), ("c-2", "e-2", TRACE), ("\0",), ("", "", "")]),
    key=st.sampled_from(KEYS),
    aggregate_type=st.sampled_from([None, "a"]),
)
@example(VERSIONS[0], {"eventId", "timestamp", "version"}, {}, (), None, None)
@example(VERSIONS[0], {"accountId"}, {}, (), "accountId", None)
def test_both_ways_agree_on_any_envelope(
    which: tuple[str, SchemaVersion],
    left_out: set[str],
    changes: dict[str, Any],
    flow: tuple[str, ...],
    key: Any,
    aggregate_type: str | None,
) -> None:
    name, version = which
    kept = {field: item for field, item in an_event(name, version).items() if field not in left_out}
    value = kept | changes | {"eventType": name}
    catalog = with_topic(name, key=key, aggregate_type=aggregate_type)

    with correlated(*flow):
        found = the_short_way(value, catalog)
        assert found is None or found == the_long_way(value, catalog)


def with_topic(event_type: str, **changes: Any) -> Catalog:
    """The catalog, with another topic for this type."""
    topic = CATALOG.topic(CATALOG.event_type(event_type).topic)
    return Catalog({**CATALOG.topics, topic.name: replace(topic, **changes)}, CATALOG.event_types)


def doubts(**changes: Any) -> bool:
    return the_short_way(an_event(*VERSIONS[0]) | changes, CATALOG) is None


def test_metadata_that_may_be_too_deep_is_left_to_the_long_way() -> None:
    def nested(levels: int) -> Any:
        return orjson.loads('{"a":' * levels + "1" + "}" * levels)

    assert not doubts(metadata=nested(48))
    assert doubts(metadata=nested(49))


def test_a_topic_of_the_event_store_is_left_to_the_long_way() -> None:
    name, version = VERSIONS[0]

    assert the_short_way(an_event(name, version), with_topic(name, authority="store")) is None


def test_an_event_too_large_for_kafka_is_left_to_the_long_way() -> None:
    found = CATALOG.event_type("analytics.event.tracked").latest
    payload = {**found.example, "properties": {"a": "x" * 1_000_000}}
    value = an_event("analytics.event.tracked", found) | {"payload": payload}

    assert the_short_way(value, CATALOG) is None


@pytest.mark.parametrize("ahead", [0, 1])
def test_a_time_in_an_id_may_be_a_day_ahead_like_any_other(ahead: int) -> None:
    value = an_event(*VERSIONS[0])
    value["eventId"] = _id_of_time(ahead)
    del value["timestamp"]
    clock = ManualClock(NOW.replace(microsecond=0) - timedelta(days=1))

    assert (the_short_way(value, CATALOG, clock) is None) == bool(ahead)


def _id_of_time(ahead: int) -> str:
    millis = int(NOW.replace(microsecond=0).timestamp() * 1000) + ahead
    digits = f"{millis:012x}"
    return f"{digits[:8]}-{digits[8:]}-7000-8000-000000000000"
