"""A service's metrics, for Prometheus."""

from collections import Counter as Tally
from collections.abc import Iterable, Mapping

from prometheus_client import Counter

from headrace.runtime.policy import Bury, Park, Stop
from headrace.service.calling import Item
from headrace.service.verdicts import Failed, Handled, Verdict

EVENTS = Counter(
    "headrace_service_events",
    "Events that a service's handlers were called for, by what came of it: handled, duplicate, "
    "retried, parked, dead, stopped",
    ("service", "event_type", "outcome"),
)
PUBLISHED = Counter(
    "headrace_service_published",
    "Events that a service published, or put into its outbox",
    ("service", "event_type"),
)


def count_ended(service: str, items: Iterable[Item], verdicts: Mapping[int, Verdict]) -> None:
    """Count a chunk's events. From any thread."""
    tally = Tally(
        (item.subscription.event_type, outcome_of(verdict))
        for item in items
        if (verdict := verdicts.get(item.offset)) is not None
    )
    for (event_type, outcome), count in tally.items():
        EVENTS.labels(service, event_type, outcome).inc(count)


def outcome_of(verdict: Verdict) -> str:
    """One word for the metric."""
    match verdict:
        case Handled(duplicate):
            return "duplicate" if duplicate else "handled"
        case Failed(_, Bury()):
            return "dead"
        case Failed(_, Stop()):
            return "stopped"
        case Failed(_, Park()):
            return "parked"
        case Failed():
            return "retried"
    return "parked"
