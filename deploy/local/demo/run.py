"""One demo run: publish, wait until all of it is queryable, tell what happened."""

import time
from dataclasses import dataclass

import orjson

from deploy.local.demo.datasets import DATASETS, FLIGHTS, Dataset
from deploy.local.demo.journal import Journal
from deploy.local.demo.publishing import publish
from deploy.local.demo.results import Results, ask
from deploy.local.progress import Progress
from deploy.local.stack import Stack
from headrace.clock import Clock, SystemClock
from headrace.errors import HeadraceError

_STALL_SECONDS = 90
_SHORTEST_PAUSE = 0.5
_PAUSE_FACTOR = 8  # a count of every row may take a ninth of the time, the archive needs the rest
_TYPES = tuple(dataset.event_type for dataset in DATASETS)


class DemoStalledError(HeadraceError):
    """Published events do not become queryable. `headrace status` and `headrace logs` say more."""


@dataclass(frozen=True, slots=True)
class DemoReport:
    """What became of one dataset; latency from publishing to the row's transaction."""

    event_type: str
    published: int
    archived: int
    published_per_second: int
    archived_per_second: int
    latency_p50_ms: int
    latency_p95_ms: int

    def __str__(self) -> str:
        return (
            f"{self.event_type}: {self.published:,} published at {self.published_per_second:,}/s, "
            f"{self.archived:,} archived at {self.archived_per_second:,}/s, published to queryable "
            f"in {self.latency_p50_ms:,} ms (median), {self.latency_p95_ms:,} ms (p95)"
        )


def run_demo(
    stack: Stack, progress: Progress, *, again: bool = False, clock: Clock | None = None
) -> list[DemoReport]:
    """Publish what this run has not published yet and return when all of it is queryable.

    `again` begins a new run. Raises DemoStalledError when nothing arrives any more.
    """
    clock = clock or SystemClock()
    journal = Journal(stack.layout.root / "demo.json", clock)
    if again:
        journal.start_again()
    _publish_the_rest(stack, journal, progress, clock)
    results = Results(stack.api_database_url, journal.run, journal.started)
    try:
        counts = {dataset.name: dataset.count() for dataset in DATASETS}
        _wait_for_all(results, sum(counts.values()), progress, clock)
        return [_report(results, each, journal, counts[each.name]) for each in DATASETS]
    finally:
        results.close()


def sample_query(stack: Stack) -> tuple[str, str]:
    """A query as a user would send it, and the REST API's answer (both JSON texts)."""
    query = {"types": [FLIGHTS.event_type], "limit": 1}
    answer = ask(stack.api_url, stack.credentials.token, query)
    return orjson.dumps(query).decode(), orjson.dumps(answer, option=orjson.OPT_INDENT_2).decode()


def _publish_the_rest(stack: Stack, journal: Journal, progress: Progress, clock: Clock) -> None:
    missing = [dataset for dataset in DATASETS if not journal.part(dataset.name).complete]
    if not missing:
        progress.line("demo: already published; `headrace demo --again` publishes all of it anew")
    for dataset in missing:
        publish(stack, dataset, journal, progress, clock)


def _wait_for_all(results: Results, expected: int, progress: Progress, clock: Clock) -> None:
    arrived, last_change = -1, clock.monotonic()
    with progress.bar("archived", expected) as moved:
        while arrived < expected:
            asked = clock.monotonic()
            found = results.arrived(_TYPES)
            if found > arrived:
                arrived, last_change = found, asked
                moved(found)
            elif asked - last_change > _STALL_SECONDS:
                raise DemoStalledError(
                    f"{found:,} of {expected:,} published events are queryable, and none came in "
                    f"{_STALL_SECONDS} s; see `headrace status` and `headrace logs archive`"
                )
            if arrived < expected:
                time.sleep(max(_SHORTEST_PAUSE, _PAUSE_FACTOR * (clock.monotonic() - asked)))


def _report(results: Results, dataset: Dataset, journal: Journal, published: int) -> DemoReport:
    summary = results.summary(dataset.event_type)
    return DemoReport(
        event_type=dataset.event_type,
        published=published,
        archived=summary.distinct,
        published_per_second=_rate(published, journal.part(dataset.name).seconds),
        archived_per_second=_rate(summary.rows, summary.seconds),
        latency_p50_ms=round(summary.p50 * 1000),
        latency_p95_ms=round(summary.p95 * 1000),
    )


def _rate(count: int, seconds: float) -> int:
    return round(count / seconds) if seconds else 0
