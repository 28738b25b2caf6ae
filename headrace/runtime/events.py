"""The decoded events of a transaction, as rows, as columns, or as both."""

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date
from typing import overload

import polars as pl

from headrace.runtime.frame_rows import FrameRows
from headrace.runtime.records import StageEvent, TopicPartition

PLACE_COLUMNS = ("topic", "partition", "record_offset", "schema_id")


class Events(Sequence[StageEvent]):
    """Events that a handler gets. To go through them one by one, iterate: the events of a partition
    come in the order of their offsets. To take many at once, ask for `parts`.
    """

    @property
    @abstractmethod
    def parts(self) -> Sequence["EventList | EventFrame"]:
        """Rows and frames that hold these events, a partition's in no particular order."""

    @abstractmethod
    def partitions(self) -> Counter[TopicPartition]:
        """How many events each partition has."""

    @abstractmethod
    def days(self) -> set[date]:
        """The days in UTC that their timestamps fall on."""

    @abstractmethod
    def without(self, offsets: Mapping[TopicPartition, frozenset[int]]) -> "Events":
        """The events that are not at these places."""

    @abstractmethod
    def where(self, wanted: Callable[[TopicPartition], bool]) -> "Events":
        """The events of some partitions."""


class EventList(Events):
    """Events as objects, in order."""

    def __init__(self, events: Sequence[StageEvent]) -> None:
        self._events = events

    def __len__(self) -> int:
        return len(self._events)

    @overload
    def __getitem__(self, index: int) -> StageEvent: ...
    @overload
    def __getitem__(self, index: slice) -> "EventList": ...
    def __getitem__(self, index: int | slice) -> "StageEvent | EventList":
        if isinstance(index, slice):
            return EventList(self._events[index])
        return self._events[index]

    def __iter__(self) -> Iterator[StageEvent]:
        return iter(self._events)

    @property
    def parts(self) -> Sequence["EventList | EventFrame"]:
        return (self,)

    def partitions(self) -> Counter[TopicPartition]:
        return Counter(event.tp for event in self._events)

    def days(self) -> set[date]:
        return {event.event.timestamp.astimezone(UTC).date() for event in self._events}

    def without(self, offsets: Mapping[TopicPartition, frozenset[int]]) -> "EventList":
        nowhere = frozenset[int]()
        return EventList(
            [each for each in self._events if each.offset not in offsets.get(each.tp, nowhere)]
        )

    def where(self, wanted: Callable[[TopicPartition], bool]) -> "EventList":
        return EventList([event for event in self._events if wanted(event.tp)])


class EventFrame(Events):
    """Events as columns: those of `headrace.codec.columnar.ENVELOPE_COLUMNS`, `payload` as JSON
    text, and PLACE_COLUMNS. Their partition is one.
    """

    def __init__(self, tp: TopicPartition, frame: pl.DataFrame) -> None:
        self.tp = tp
        self.frame = frame

    def __len__(self) -> int:
        return self.frame.height

    @overload
    def __getitem__(self, index: int) -> StageEvent: ...
    @overload
    def __getitem__(self, index: slice) -> "EventFrame": ...
    def __getitem__(self, index: int | slice) -> "StageEvent | EventFrame":
        if isinstance(index, slice):
            return EventFrame(self.tp, self.frame[index])
        [event] = EventFrame(self.tp, self.frame[[index]])
        return event

    def __iter__(self) -> Iterator[StageEvent]:
        return (row.whole for row in self.rows())

    def rows(self) -> FrameRows:
        """The same events, made when asked for."""
        return FrameRows(self.tp, self.frame)

    @property
    def parts(self) -> Sequence["EventList | EventFrame"]:
        return (self,)

    def partitions(self) -> Counter[TopicPartition]:
        return Counter({self.tp: len(self)} if len(self) else {})

    def days(self) -> set[date]:
        days = self.frame["timestamp"].dt.date()
        alike = len(days) > 0 and days.min() == days.max()
        return {days[0]} if alike else set(days.unique())

    def without(self, offsets: Mapping[TopicPartition, frozenset[int]]) -> "EventFrame":
        at = offsets.get(self.tp)
        if not at:
            return self
        return EventFrame(self.tp, self.frame.filter(~pl.col("record_offset").is_in(list(at))))

    def where(self, wanted: Callable[[TopicPartition], bool]) -> "EventFrame":
        return self if wanted(self.tp) else EventFrame(self.tp, self.frame.clear())


class MixedEvents(Events):
    """Several of the others, of one or more partitions."""

    def __init__(self, events: Iterable[Events]) -> None:
        self._parts = tuple(part for each in events for part in each.parts if len(part))

    def __len__(self) -> int:
        return sum(len(part) for part in self._parts)

    @overload
    def __getitem__(self, index: int) -> StageEvent: ...
    @overload
    def __getitem__(self, index: slice) -> "EventList": ...
    def __getitem__(self, index: int | slice) -> "StageEvent | EventList":
        return EventList(list(self))[index]

    def __iter__(self) -> Iterator[StageEvent]:
        if len(self._parts) == 1:
            return iter(self._parts[0])
        events = [event for part in self._parts for event in part]
        return iter(sorted(events, key=lambda event: (event.tp, event.offset)))

    @property
    def parts(self) -> Sequence["EventList | EventFrame"]:
        return self._parts

    def partitions(self) -> Counter[TopicPartition]:
        return sum((part.partitions() for part in self._parts), Counter())

    def days(self) -> set[date]:
        return set().union(*(part.days() for part in self._parts))

    def without(self, offsets: Mapping[TopicPartition, frozenset[int]]) -> "MixedEvents":
        return MixedEvents(part.without(offsets) for part in self._parts)

    def where(self, wanted: Callable[[TopicPartition], bool]) -> "MixedEvents":
        return MixedEvents(part.where(wanted) for part in self._parts)


def events_of(events: Sequence[StageEvent]) -> Events:
    """Whatever sequence, as Events."""
    return events if isinstance(events, Events) else EventList(events)
