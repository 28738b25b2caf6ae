"""The texts that typed events hold."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from headrace.events import timestamp


def test_a_time_becomes_its_canonical_text() -> None:
    east = timezone(timedelta(hours=2))
    assert timestamp(datetime(2026, 3, 14, 17, 9, 26, tzinfo=east)) == "2026-03-14T15:09:26.000000Z"
    assert timestamp(datetime(2026, 3, 14, 15, 9, 26, 5, UTC)) == "2026-03-14T15:09:26.000005Z"


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="no zone"):
        timestamp(datetime(2026, 3, 14))  # noqa: DTZ001
