"""UUIDv7: its time, its order."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.clock import ManualClock, SystemClock
from headrace.ids import uuid7, uuid7_texts, uuid7_time

NOW = datetime(2026, 3, 14, 15, 9, 26, 535897, tzinfo=UTC)


@given(st.datetimes(datetime(1970, 1, 2), datetime(9999, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_an_id_carries_its_time_to_the_millisecond(moment: datetime) -> None:
    uuid7(ManualClock(moment - timedelta(minutes=1)))  # or ids of an example just after it lead
    made = uuid7(ManualClock(moment))

    assert made.version == 7
    assert made.variant == "specified in RFC 4122"
    assert abs(uuid7_time(made) - moment) <= timedelta(milliseconds=2)


def test_ids_rise_while_the_clock_stands_still_or_steps_back() -> None:
    clock = ManualClock(NOW)
    made = []
    for step in (0, 0, -0.5, 0, 0.1):
        clock.advance(step)
        made += [uuid7(clock) for _ in range(100)]

    assert made == sorted(set(made))


@pytest.mark.parametrize("most", [1, 3, 1000])
def test_ids_drawn_together_are_like_those_drawn_one_by_one(most: int) -> None:
    clock = ManualClock(NOW)
    before = uuid7(clock)
    made = [UUID(text) for text in islice(uuid7_texts(clock, most), 200)]

    assert [before, *made] == sorted({before, *made})
    assert {(one.version, one.variant) for one in made} == {(7, before.variant)}
    assert all(abs(uuid7_time(one) - NOW) <= timedelta(milliseconds=2) for one in made)
    assert len({one.int & 0xFFFF_FFFF for one in made}) == 200
    assert made[-1] < uuid7(clock)


def test_ids_of_several_threads_are_distinct() -> None:
    clock = SystemClock()
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda _: uuid7(clock), range(4000)))

    assert len(set(made)) == 4000


def test_a_clock_set_far_back_starts_over() -> None:
    uuid7(ManualClock(NOW))

    earlier = uuid7(ManualClock(NOW - timedelta(days=1)))

    assert uuid7_time(earlier) < NOW - timedelta(hours=23)


def test_another_version_carries_no_time() -> None:
    with pytest.raises(ValueError, match="UUIDv7"):
        uuid7_time(uuid4())


def test_the_time_of_the_standards_example() -> None:
    example = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")  # RFC 9562, appendix A.6

    assert uuid7_time(example) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_a_forked_process_draws_bits_of_its_own() -> None:
    """Two processes that shared them would make the same ids within a millisecond."""
    uuid7()  # some are in store now
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, b"".join(uuid7().bytes[8:] for _ in range(50)))
        os._exit(0)
    os.waitpid(child, 0)
    theirs = os.read(reading, 8 * 50)
    ours = b"".join(uuid7().bytes[8:] for _ in range(50))
    parts = [each[at : at + 8] for each in (ours, theirs) for at in range(0, 400, 8)]
    assert len(set(parts)) == 100
