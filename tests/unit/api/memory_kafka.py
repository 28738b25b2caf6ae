"""A producer that delivers at once, into a list."""

from collections.abc import Callable
from typing import Any, ClassVar, NamedTuple


class Delivered(NamedTuple):
    """What a delivery report tells of a record."""

    at: int

    def partition(self) -> int:
        return 0

    def offset(self) -> int:
        return self.at

    def latency(self) -> float:
        return 0.001


class MemoryProducer:
    """Stands in for confluent-kafka's; `taken` is what the latest of them was given."""

    taken: ClassVar[list[tuple[Any, ...]]] = []

    def __init__(self, *_: Any, **__: Any) -> None:
        self.taken.clear()
        self._reports: list[Callable[[Any, Any], None]] = []
        self._next = 0

    def produce(self, *record: Any, headers: Any, on_delivery: Callable[[Any, Any], None]) -> None:
        self.taken.append((*record, headers))
        self._reports.append(on_delivery)

    def poll(self, _: float) -> int:
        reports, self._reports = self._reports, []
        for report in reports:
            report(None, Delivered(self._next))
            self._next += 1
        return len(reports)

    def flush(self, _: float) -> int:
        return self.poll(0) and 0

    def __len__(self) -> int:
        return len(self._reports)
