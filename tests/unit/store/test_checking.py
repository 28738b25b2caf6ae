"""What may be appended: every refusal names its field, nothing reaches the database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from headrace.clock import ManualClock
from headrace.envelope import Event
from headrace.errors import InvalidEventError, UnknownEventTypeError
from headrace.store import Append, DuplicateEventError, Expected, Stream
from headrace.store.checking import Batch, Checker
from tests.store.catalog import HERO, game_catalog

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
CHECKER = Checker(game_catalog(), "tests", ManualClock(NOW))


def made(payload: Any = None, **envelope: Any) -> Event:
    return CHECKER.event("JoueurCree", payload or {"points": 1}, **envelope)


def batch(*events: Event, stream: Stream = HERO, expected: int = Expected.ANY) -> Batch:
    return CHECKER.batch([Append(stream, events, expected)])


def test_an_event_gets_its_envelope_and_its_cause() -> None:
    first = made(user_id="u")
    then = made(cause=first)
    assert (first.version, first.source, first.timestamp) == ("1.0", "tests", NOW)
    assert first.correlation_id == str(first.event_id)
    assert (then.correlation_id, then.causation_id) == (first.correlation_id, str(first.event_id))


def test_the_envelopes_ids_are_kept_in_the_metadata() -> None:
    event = made(correlation_id="c", user_id="u", metadata_json='{"sessionId":"s"}')
    values = batch(event).values
    assert values["metadata"] == '{"sessionId":"s","correlationId":"c","userId":"u"}'
    assert values["payload"] == '{"points":1}'


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({}, "payload.points: is missing"),
        ({"points": "1"}, "payload.points: must be"),
        ({"points": 1, "more": 2}, "payload.more: is not a field"),
        ({"points": 1, "note": "a\0b"}, "payload.note: must not contain the character NUL"),
        ({"points": 1, "note": "\ud800"}, "payload.note: must not contain a lone surrogate"),
        ({"points": 2**63}, "payload.points"),
        ({"points": 1, "note": "x" * 1_000_001}, "event: takes 10000"),
    ],
)
def test_a_payload_is_held_against_its_schema(payload: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidEventError, match=field):
        batch(replace(made(), payload=payload))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"aggregate_id": str(uuid4())}, "aggregateId: is not 10000000"),
        ({"aggregate_type": "Combat"}, "aggregateType: is not Joueur"),
        ({"aggregate_version": 4}, "aggregateVersion: is the store's to give"),
        ({"timestamp": NOW + timedelta(days=2)}, "timestamp: is more than a day ahead"),
        ({"source": ""}, "source: must not be empty"),
        ({"user_id": "a\0"}, "userId: must not contain"),
        ({"metadata_json": "[]"}, "metadata: must be a JSON object"),
        ({"metadata_json": '{"userId": "else"}'}, "metadata.userId: differs"),
        ({"metadata_json": '{"a": "\\u0000"}'}, "metadata: must not contain"),
    ],
)
def test_an_envelope_is_held_against_its_rules(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidEventError, match=field):
        batch(replace(made(), **changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"event_type": "Unheard"}, "the catalog has no event type 'Unheard'"),
        ({"version": "9.0"}, "JoueurCree has no version '9.0'; it has 1.0"),
        ({"event_type": "Rained"}, "is not the event store's: publish it to weather"),
    ],
)
def test_an_unknown_type_or_version_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(UnknownEventTypeError, match=reason):
        batch(replace(made(), **changes))


def test_a_type_of_another_aggregate_is_refused() -> None:
    with pytest.raises(InvalidEventError, match="JoueurCree is of Joueur"):
        batch(made(), stream=Stream("Combat", uuid4()))


def test_an_id_twice_in_a_batch_is_refused() -> None:
    event = made()
    with pytest.raises(DuplicateEventError, match="is in this batch 2 times"):
        batch(event, event)


@pytest.mark.parametrize(
    ("appends", "reason"),
    [
        ([], "streams: none given"),
        ([Append(HERO, [])], "events: none for Joueur"),
        ([Append(HERO, [made()]), Append(HERO, [made()])], "is given twice"),
        ([Append(HERO, [made()], -3)], "expected: must be"),
        ([Append(HERO, [made()], 2**31)], "expected: must be"),
        ([Append(Stream("", UUID(int=1)), [made()])], "aggregateId"),
        ([Append(Stream("Joueur", "no uuid"), [made()])], "aggregateId"),  # type: ignore[arg-type]
        ([Append(HERO, [made()] * 10_001)], "events: 10001 in one call"),
    ],
)
def test_an_append_has_a_shape(appends: list[Append], reason: str) -> None:
    with pytest.raises(InvalidEventError, match=reason):
        CHECKER.batch(appends)
