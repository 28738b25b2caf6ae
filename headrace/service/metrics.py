"""What a service's handlers did, in the words of the metrics' list."""

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterable, Mapping

from headrace.metrics import handled, processed_all
from headrace.runtime.policy import Bury, Park, Stop
from headrace.service.calling import Item
from headrace.service.verdicts import Failed, Handled, Verdict

Verdicts = Mapping[int, Verdict]


def count_ended(service: str, items: Iterable[Item], verdicts: Verdicts) -> None:
    """Count a chunk's events. From any thread."""
    handled(
        service,
        Tally(
            (item.subscription.event_type, outcome_of(verdict))
            for item in items
            if (verdict := verdicts.get(item.offset)) is not None
        ),
    )


def time_calls(
    service: str, items: Iterable[Item], verdicts: Verdicts, seconds: Mapping[int, float]
) -> None:
    """Tell how long each handler took that was called; `seconds` by offset. From any thread."""
    taken = defaultdict[tuple[str, str], list[float]](list)
    for item in items:
        verdict = verdicts.get(item.offset)
        if verdict is not None and item.offset in seconds:
            status = "success" if isinstance(verdict, Handled) else "failure"
            taken[item.subscription.event_type, status].append(seconds[item.offset])
    for (event_type, status), each in taken.items():
        processed_all(event_type, service, status, each)


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
