from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deploy.local.demo.journal import Journal, event_id
from headrace.clock import ManualClock
from headrace.ids import uuid7_time

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


def test_a_chunk_that_is_published_again_keeps_its_time(tmp_path: Path, clock: ManualClock) -> None:
    killed = Journal(tmp_path / "demo.json", clock)
    first = killed.begin("flights")
    clock.advance(60)
    resumed = Journal(tmp_path / "demo.json", clock)
    assert resumed.run == killed.run
    assert resumed.part("flights").done == 0
    assert resumed.begin("flights") == first


def test_a_finished_chunk_is_not_published_again(tmp_path: Path, clock: ManualClock) -> None:
    journal = Journal(tmp_path / "demo.json", clock)
    first = journal.begin("flights")
    journal.finish_chunk("flights", 0.5)
    clock.advance(1)
    assert journal.begin("flights") > first
    assert Journal(tmp_path / "demo.json", clock).part("flights").done == 1


def test_a_finished_dataset_stays_finished(tmp_path: Path, clock: ManualClock) -> None:
    journal = Journal(tmp_path / "demo.json", clock)
    journal.begin("weather")
    journal.finish_chunk("weather", 0.5)
    journal.finish("weather")
    reopened = Journal(tmp_path / "demo.json", clock)
    assert reopened.part("weather").complete
    assert not reopened.part("flights").complete


def test_starting_again_is_another_run(tmp_path: Path, clock: ManualClock) -> None:
    journal = Journal(tmp_path / "demo.json", clock)
    journal.begin("flights")
    before = journal.run
    journal.start_again()
    assert journal.run != before
    assert Journal(tmp_path / "demo.json", clock).run == journal.run
    assert journal.part("flights").done == 0


@pytest.mark.parametrize("content", ["", "{", "[]", '{"run": "x"}'])
def test_a_damaged_journal_begins_a_new_run(
    content: str, tmp_path: Path, clock: ManualClock
) -> None:
    (tmp_path / "demo.json").write_text(content)
    assert Journal(tmp_path / "demo.json", clock).part("flights").done == 0


_ROWS = st.integers(0, 4095)


@given(st.text(min_size=1), st.integers(0, 10_000), _ROWS)
def test_an_event_id_follows_from_run_chunk_and_row(run: str, chunk: int, row: int) -> None:
    made = event_id(run, "flights", chunk, row, NOW)
    assert made == event_id(run, "flights", chunk, row, NOW)
    assert uuid7_time(made) == NOW


@given(_ROWS, _ROWS)
def test_event_ids_of_a_chunk_rise_with_the_row(one: int, other: int) -> None:
    ids = [event_id("run", "flights", 0, row, NOW) for row in (one, other)]
    assert (ids[0] < ids[1]) == (one < other)
