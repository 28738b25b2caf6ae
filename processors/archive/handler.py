"""What the archive does with events: COPY them into the warm tier."""

import threading
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from headrace.postgres import WarmEvents
from headrace.runtime import StageEvent, TopicPartition

BATCHES_IN_STAGING = 50
"""How many batches a lane goes through staging after a duplicate: they come in runs (a replay)."""


class ArchiveHandler:
    """COPY straight in; after a duplicate through a staging table, and that lane for a while."""

    def __init__(self, warm: WarmEvents) -> None:
        self._warm = warm
        self._staging: dict[TopicPartition, int] = {}
        self._lock = threading.Lock()

    def prepare(self, events: Sequence[StageEvent]) -> None:
        self._warm.ensure_days(events)

    def apply(self, events: Sequence[StageEvent], effects: Any) -> Mapping[TopicPartition, int]:
        direct, staged = self._split(events)
        if direct and not self._warm.copy(direct, effects):
            staged = events if not staged else [*direct, *staged]
        duplicates = self._warm.merge(staged, effects) if staged else {}
        self._remember({event.tp for event in staged}, duplicates)
        return duplicates

    def _split(
        self, events: Sequence[StageEvent]
    ) -> tuple[Sequence[StageEvent], Sequence[StageEvent]]:
        if not self._staging:
            return events, []
        staged = [event for event in events if event.tp in self._staging]
        return [event for event in events if event.tp not in self._staging], staged

    def _remember(
        self, staged: set[TopicPartition], duplicates: Mapping[TopicPartition, int]
    ) -> None:
        with self._lock:
            left = Counter(self._staging)
            left.subtract(staged)
            left.update(dict.fromkeys(duplicates, BATCHES_IN_STAGING))
            self._staging = {tp: batches for tp, batches in left.items() if batches > 0}
