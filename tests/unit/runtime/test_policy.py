"""What is done about which error."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.errors import (
    ConfigurationError,
    FieldProblem,
    InvalidEventError,
    OutageError,
    PoisonError,
    TransientError,
    UnknownSchemaError,
)
from headrace.runtime import BusinessError, DeadLetterLimit, FailurePolicy
from headrace.runtime.dead_letters import DeadLetter, DeadLetterMeter, connect_headers
from headrace.runtime.policy import (
    Bury,
    Park,
    Stop,
    Wait,
    backoff,
    decide,
    decide_parked,
    is_foreseen,
)
from headrace.runtime.records import TopicPartition

POLICY = FailurePolicy()


@given(st.integers(0, 10_000))
def test_an_outage_waits_however_long_it_lasts(attempt: int) -> None:
    for error in (OutageError("x"), TransientError("x"), UnknownSchemaError(3)):
        assert isinstance(decide(error, attempt, POLICY), Wait)


@given(st.integers(0, 10_000))
def test_a_wait_stays_within_the_policy(attempt: int) -> None:
    assert 0 < backoff(attempt, POLICY) <= POLICY.longest_wait


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (PoisonError("not_avro", "x"), Bury("poison", "not_avro")),
        (InvalidEventError(FieldProblem("a", "b")), Bury("poison", "invalid_event")),
        (BusinessError("x"), Bury("business", "BusinessError")),
        (ConfigurationError("x"), Stop()),
    ],
)
def test_poison_and_business_errors_are_buried_at_once(
    error: Exception, decision: Bury | Stop
) -> None:
    assert decide(error, 0, POLICY) == decision


def test_an_unforeseen_error_is_tried_three_times() -> None:
    decisions = [decide(KeyError("x"), attempt, POLICY) for attempt in range(3)]
    assert [type(decision) for decision in decisions] == [Wait, Wait, Bury]


def test_the_meter_looks_at_count_and_share_of_a_window() -> None:
    meter = DeadLetterMeter(DeadLetterLimit(count=10, share=0.5, window=60.0))
    assert not meter.add(0.0, records=1000, dead=100)  # many, but a small share
    assert not meter.add(70.0, records=10, dead=10)  # a large share, but few
    assert meter.add(71.0, records=10, dead=10)


def test_a_dead_letter_carries_the_headers_of_kafka_connect() -> None:
    now = int(datetime(2026, 1, 1, tzinfo=UTC).timestamp() * 1000)
    letter = DeadLetter(
        TopicPartition("orders", 3), 42, now, None, b"raw", (), "poison", "not_avro", "no magic"
    )
    headers = dict(connect_headers("headrace-archive", letter))
    assert headers["__connect.errors.topic"] == b"orders"
    assert headers["__connect.errors.offset"] == b"42"
    assert headers["headrace.deadletter.id"] == b"orders-3-42"


def test_an_outage_spends_no_attempt_of_an_unforeseen_error() -> None:
    assert is_foreseen(OutageError("away"))
    assert not is_foreseen(KeyError("bug"))


@pytest.mark.covers("S1-8")
def test_retries_back_off_from_a_second_to_a_minute_and_the_fifth_attempt_is_the_last() -> None:
    parking = POLICY.parking
    assert parking is not None
    error = TransientError("the provider says: later")
    waits = [decide_parked(error, attempt, parking) for attempt in range(1, 6)]
    assert waits == [*(Wait(2.0**n) for n in range(4)), Bury("transient", "attempts_exhausted")]
    assert parking.wait(100) == 60.0


@pytest.mark.parametrize(
    ("error", "decision"),
    [
        (OutageError("x"), Stop()),  # not the record's fault: the visit waits
        (UnknownSchemaError(3), Stop()),
        (ConfigurationError("x"), Stop()),
        (PoisonError("not_avro", "x"), Bury("poison", "not_avro")),
        (BusinessError("x"), Bury("business", "BusinessError")),
        (KeyError("x"), Wait(1.0)),
    ],
)
def test_a_parked_record_spends_attempts_on_troubles_of_its_own_only(
    error: Exception, decision: object
) -> None:
    parking = POLICY.parking
    assert parking is not None
    assert decide_parked(error, 1, parking) == decision


def test_a_passing_trouble_is_parked_after_a_short_wait_only() -> None:
    error = TransientError("x")
    assert isinstance(decide(error, 0, POLICY, waited=4.9), Wait)
    assert decide(error, 0, POLICY, waited=5.0) == Park("TransientError")
    assert isinstance(decide(error, 0, replace(POLICY, parking=None), waited=99.0), Wait)
    assert isinstance(decide(OutageError("x"), 0, POLICY, waited=99.0), Wait)
