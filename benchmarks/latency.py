"""Percentiles of latencies."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest-rank percentile: the smallest value that `share` of all are no greater than."""
    ordered = sorted(values)
    rank = max(1, -(-len(ordered) * round(share * 1_000_000) // 1_000_000))
    return ordered[min(rank, len(ordered)) - 1]


@dataclass(frozen=True, slots=True)
class Latency:
    """Milliseconds."""

    p50: float
    p95: float
    p99: float

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Self:
        return cls(*(1000 * percentile(seconds, share) for share in (0.5, 0.95, 0.99)))

    def columns(self) -> tuple[str, str, str]:
        return f"{self.p50:.1f}", f"{self.p95:.1f}", f"{self.p99:.1f}"
