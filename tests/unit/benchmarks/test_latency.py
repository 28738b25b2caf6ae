"""Percentiles are values that were measured."""

import pytest

from benchmarks.latency import Latency, percentile


@pytest.mark.parametrize(
    ("share", "expected"), [(0.0, 1), (0.5, 50), (0.95, 95), (0.99, 99), (1.0, 100)]
)
def test_a_percentile_is_the_nearest_rank(share: float, expected: float) -> None:
    assert percentile(list(range(100, 0, -1)), share) == expected


def test_one_value_is_every_percentile() -> None:
    assert Latency.of([0.002]) == Latency(2.0, 2.0, 2.0)


def test_a_share_between_two_ranks_takes_the_higher() -> None:
    assert percentile([1, 2, 3], 0.5) == 2
    assert percentile([1, 2, 3, 4], 0.95) == 4
