"""What a process tells of itself, for Prometheus: one closed list of metrics, and who writes them.

`definitions` is the list; docs/metrics.md is written from it. A producer has a `Publishing`, a
stage a `StageMetrics`, a service calls `handled` and `processed_all` for its handlers. What is only
worth asking for at a scrape comes from a source added to `LIVE`. `serving` answers `GET /metrics`
from `REGISTRY`.
"""

from headrace.metrics.definitions import METRICS, Metric
from headrace.metrics.document import page
from headrace.metrics.publishing import STATISTICS_MS, Connections, Publishing
from headrace.metrics.registry import LIVE, REGISTRY, Sample
from headrace.metrics.serving import serving
from headrace.metrics.stages import StageMetrics, handled, processed, processed_all

__all__ = [
    "LIVE",
    "METRICS",
    "REGISTRY",
    "STATISTICS_MS",
    "Connections",
    "Metric",
    "Publishing",
    "Sample",
    "StageMetrics",
    "handled",
    "page",
    "processed",
    "processed_all",
    "serving",
]
