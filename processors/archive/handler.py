"""What the archive does with events: COPY them into the warm tier."""

import threading
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from headrace.postgres import WarmEvents
from headrace.runtime import EventList, Events, TopicPartition

BATCHES_IN_STAGING = 50
"""How many batches a lane goes through staging after a duplicate: they come in runs (a replay)."""


class ArchiveHandler:
    """COPY straight in; after a duplicate through a staging table, and that lane for a while."""

    def __init__(self, warm: WarmEvents) -> None:
        self._warm = warm
        self._staging: dict[TopicPartition, int] = {}
        self._lock = threading.Lock()

    def prepare(self, events: Events) -> None:
        self._warm.ensure_days(events)

    def apply(self, events: Events, effects: Any) -> Mapping[TopicPartition, int]:
        direct, staged = self._split(events)
        if direct and not self._warm.copy(direct, effects):
            direct, staged = EventList(()), events
        duplicates = self._warm.merge(staged, effects) if staged else {}
        self._remember(staged.partitions(), duplicates)
        return duplicates

    def _split(self, events: Events) -> tuple[Events, Events]:
        staging = self._staging
        if not staging:
            return events, EventList(())
        return events.where(lambda tp: tp not in staging), events.where(staging.__contains__)

    def _remember(
        self, staged: Iterable[TopicPartition], duplicates: Mapping[TopicPartition, int]
    ) -> None:
        with self._lock:
            left = Counter(self._staging)
            left.subtract(set(staged))
            left.update(dict.fromkeys(duplicates, BATCHES_IN_STAGING))
            self._staging = {tp: batches for tp, batches in left.items() if batches > 0}
