"""The list as objects of prometheus-client, in a registry of their own."""

import threading
from bisect import bisect_left
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from headrace.metrics.definitions import METRICS, QUICK, Metric

Sample = tuple[Metric, tuple[str, ...], float]
"""A metric of the list, the values of its labels in their order, and what it is now."""

Source = Callable[[], Iterable[Sample]]
"""Asked at each scrape, in the thread that serves it: must be quick and must not raise."""


class Live(Collector):
    """The metrics that are asked for at each scrape; what two sources say of one is added up."""

    def __init__(self) -> None:
        self._sources: list[Source] = []
        self._lock = threading.Lock()

    def add(self, source: Source) -> None:
        with self._lock:
            self._sources.append(source)

    def remove(self, source: Source) -> None:
        """No error if it was never added."""
        with self._lock:
            if source in self._sources:
                self._sources.remove(source)

    def describe(self) -> Iterable[Family]:
        return [_family(metric) for metric in METRICS if metric.live]

    def collect(self) -> Iterator[Family]:
        with self._lock:
            sources = list(self._sources)
        found: dict[Metric, dict[tuple[str, ...], float]] = {}
        for source in sources:
            for metric, labels, value in source():
                values = found.setdefault(metric, defaultdict(float))
                values[labels] += value
        for metric in METRICS:
            if metric in found:
                yield _family(metric, found[metric])


def _family(
    metric: Metric, values: dict[tuple[str, ...], float] | None = None
) -> CounterMetricFamily | GaugeMetricFamily:
    make = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family: CounterMetricFamily | GaugeMetricFamily
    family = make(metric.name, metric.meaning, labels=metric.labels)
    for labels, value in (values or {}).items():
        family.add_metric(labels, value)
    return family


disable_created_metrics()  # type: ignore[no-untyped-call] # a second series for each counter
REGISTRY = CollectorRegistry()
"""All metrics of this process."""

LIVE = Live()
REGISTRY.register(LIVE)
ProcessCollector(registry=REGISTRY)


def counter(metric: Metric) -> Counter:
    return Counter(metric.name, metric.meaning, metric.labels, registry=REGISTRY)


def histogram(metric: Metric) -> Histogram:
    return Histogram(metric.name, metric.meaning, metric.labels, registry=REGISTRY, buckets=QUICK)


def observe_all(child: Any, values: Sequence[float]) -> None:
    """Like `child.observe` for each, for a quarter of its price: locks are taken once a bucket.

    By prometheus-client's own parts: it has no call for many.
    """
    for bucket, count in Tally(bisect_left(QUICK, value) for value in values).items():
        child._buckets[bucket].inc(count)
    child._sum.inc(sum(values))
