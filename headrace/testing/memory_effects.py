"""A service's database in memory: inbox, outbox, and the statements of handlers as a list."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from headrace.codec import Record
from headrace.runtime import MemoryLedger
from headrace.service.effects import Answer


@dataclass(frozen=True, slots=True)
class Noted:
    """An event id in the inbox."""

    event_id: UUID


@dataclass(frozen=True, slots=True)
class Statement:
    """What a handler asked its transaction to execute."""

    query: str
    values: Any


Answers = Callable[[str, Any], Answer]


class MemoryEffects:
    """The `Effects` on a `MemoryLedger`, whose effects are a list that rolls back with it."""

    def __init__(self, answer: Answers) -> None:
        self._answer = answer
        self._marks: dict[int, int] = {}

    def check(self) -> None:
        return

    def note(self, tx: list[Any], event_ids: Iterable[UUID]) -> set[UUID]:
        known = {each.event_id for each in tx if isinstance(each, Noted)}
        new = set(event_ids) - known
        tx.extend(map(Noted, new))
        return new

    def forget(self, tx: list[Any], event_ids: Iterable[UUID]) -> None:
        gone = set(event_ids)
        tx[:] = [each for each in tx if not (isinstance(each, Noted) and each.event_id in gone)]

    def enqueue(self, tx: list[Any], records: Sequence[Record]) -> None:
        tx.extend(records)

    def mark(self, tx: list[Any]) -> None:
        self._marks[id(tx)] = len(tx)

    def keep(self, tx: list[Any]) -> None:
        del self._marks[id(tx)]

    def undo(self, tx: list[Any]) -> None:
        del tx[self._marks.pop(id(tx)) :]

    def execute(self, tx: list[Any], query: str, values: Any = None) -> Answer:
        tx.append(Statement(query, values))
        return self._answer(query, values)

    def execute_many(self, tx: list[Any], query: str, values: Sequence[Any]) -> None:
        tx.extend(Statement(query, each) for each in values)

    def ping(self, tx: list[Any]) -> None:
        del tx


class MemoryOutbox:
    """The records among a ledger's effects that were not sent yet."""

    def __init__(self, ledger: MemoryLedger) -> None:
        self._ledger = ledger
        self._sent = 0

    def _records(self) -> list[Record]:
        return [each for each in self._ledger.effects if isinstance(each, Record)]

    def next(self, limit: int = 500) -> list[tuple[int, Record]]:
        rows = list(enumerate(self._records()))
        return rows[self._sent : self._sent + limit]

    def sent(self, numbers: Sequence[int]) -> None:
        self._sent += len(numbers)

    @property
    def empty(self) -> bool:
        return len(self._records()) == self._sent
