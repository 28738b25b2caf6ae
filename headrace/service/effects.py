"""Where a service's effects go together with its offsets: the port of its database."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from headrace.codec import Record


@dataclass(frozen=True, slots=True)
class Answer:
    """What a statement gave: its rows, and how many rows it returned or changed."""

    rows: Sequence[tuple[Any, ...]] = ()
    count: int = 0

    @property
    def one(self) -> tuple[Any, ...] | None:
        """The first row, if there is one."""
        return self.rows[0] if self.rows else None

    @property
    def value(self) -> Any:
        """The first column of the first row; None where there is no row."""
        return self.rows[0][0] if self.rows else None


class Effects(Protocol):
    """What a service does inside a ledger's transaction `tx` (its `effects`).

    Called from the writer thread that has the transaction; may block. Raises OutageError,
    PoisonError where a value is refused, ConfigurationError where tables or rights are missing.
    """

    def check(self) -> None:
        """Return if all tables are there; raises ConfigurationError naming the migration."""

    def note(self, tx: Any, event_ids: Iterable[UUID]) -> set[UUID]:
        """Enter ids into the inbox; those that were not there before."""

    def forget(self, tx: Any, event_ids: Iterable[UUID]) -> None:
        """Take ids out of the inbox: they were not handled after all."""

    def enqueue(self, tx: Any, records: Sequence[Record]) -> None:
        """Add records to the outbox."""

    def mark(self, tx: Any) -> None:
        """Begin an inner scope."""

    def keep(self, tx: Any) -> None:
        """End the inner scope; raises PoisonError where a statement in it had failed."""

    def undo(self, tx: Any) -> None:
        """End the inner scope and undo what was done in it."""

    def execute(self, tx: Any, query: str, values: Any = None) -> Answer:
        """One statement of a handler."""

    def execute_many(self, tx: Any, query: str, values: Sequence[Any]) -> None:
        """One statement with several sets of values."""

    def ping(self, tx: Any) -> None:
        """Tell the server that the transaction is not idle."""
