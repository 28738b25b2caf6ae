"""The relay's loop: wait for the right to work, fence who was there, follow the store."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal, Protocol

import structlog

from headrace.clock import Clock, SystemClock
from headrace.codec import Record
from headrace.errors import InvalidEventError, OutageError
from headrace.kafka import FencedError
from headrace.metrics import Sample
from headrace.metrics.definitions import RELAY_EVENTS, RELAY_LAG, RELAY_LAG_SECONDS
from headrace.pace import Pace
from headrace.postgres import Held, Tenure
from headrace.store import Behind, InvalidCursorError, Page, Position, Recorded
from processors.relay.outlet import Outlet, RelayStoppedError
from processors.relay.page_size import PAGE_BYTES, PageSize

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 0.5
LONGEST_AGAIN_SECONDS = 5.0
LOOK_SECONDS = 5.0
REPORT_SECONDS = 10.0

Role = Literal["standing by", "at work", "waiting", "ended"]


class Tail(Protocol):
    """The store's total order, as `EventStore` gives it."""

    def read_within(self, after: str | None, limit: int, size: int) -> Page: ...

    def behind(self, after: str | None) -> Behind: ...

    def cursor_of(self, position: Position) -> str: ...


@dataclass(frozen=True, slots=True)
class Status:
    """What the relay does (`waiting`: for PostgreSQL, Kafka or the registry), and what it did since
    it was started. `behind` is what the store holds beyond it, as of its last look.
    """

    role: Role
    events: int
    transactions: int
    cursor: str | None
    behind: Behind | None


class Relay:
    """`run` blocks until `stop` is set; `status` may be asked from any thread.

    Outages are waited out. Raises RelayStoppedError and ConfigurationError: then nothing goes on
    by itself, and nothing was left out.
    """

    def __init__(
        self,
        tail: Tail,
        outlet: Outlet,
        tenure: Tenure,
        *,
        stop: threading.Event,
        clock: Clock | None = None,
        pace: Pace | None = None,
    ) -> None:
        self._tail, self._outlet, self._tenure = tail, outlet, tenure
        self._stop, self._clock = stop, clock or SystemClock()
        self._pace, self._size = pace or Pace(), PageSize()
        self._again = AGAIN_SECONDS
        self._role: Role = "standing by"
        self._events = self._transactions = self._told = 0
        self._told_at = self._clock.monotonic()
        self._looked_at = self._told_at - LOOK_SECONDS
        self._cursor: str | None = None
        self._behind: Behind | None = None

    def status(self) -> Status:
        return Status(self._role, self._events, self._transactions, self._cursor, self._behind)

    def metrics(self) -> Iterator[Sample]:
        """What the process tells at a scrape."""
        yield RELAY_EVENTS, (), self._events
        behind = self._behind
        if behind is not None:
            yield RELAY_LAG, (), behind.events
            yield RELAY_LAG_SECONDS, (), behind.seconds

    def run(self) -> None:
        try:
            while not self._stop.is_set():
                self._try()
        except InvalidCursorError as error:
            raise RelayStoppedError(str(error)) from error
        finally:
            self._role = "ended"
            log.info("the relay ended", events=self._events, cursor=self._cursor)

    def _try(self) -> None:
        try:
            self._term()
        except FencedError as error:
            self._wait("the relay was fenced", error)
        except OutageError as error:
            if not self._stop.is_set():
                self._wait("the relay waits", error)
        finally:
            self._outlet.close()

    def _term(self) -> None:
        """From becoming the one relay to the end of that."""
        with self._tenure.held(self._stop) as held:
            if held is None:
                self._behind = None  # another relay tells it
                return
            self._cursor = self._opened()
            log.info("the relay is at work", cursor=self._cursor)
            self._role, self._again = "at work", AGAIN_SECONDS
            while not self._stop.is_set():
                held.check()
                self._step(held)
                self._report()

    def _opened(self) -> str:
        """Only now is it certain how far other relays came."""
        cursor = self._outlet.open()
        if cursor is None:
            cursor = self._tail.cursor_of(Position(0, 0))
            self._outlet.publish([], cursor)
        return cursor

    def _step(self, held: Held) -> None:
        page = self._tail.read_within(self._cursor, self._size.events, PAGE_BYTES)
        if not page.events:
            self._stop.wait(self._pace.idle())
            return
        records, refused = self._records(page.events)
        if records:
            last = page.events[len(records) - 1]
            cursor = self._tail.cursor_of(last.position) if refused else page.cursor
            held.check()
            self._publish(records, cursor)
        if refused:
            raise refused
        self._pace.busy()

    def _publish(self, records: Sequence[Record], cursor: str) -> None:
        self._outlet.publish(records, cursor)
        self._cursor = cursor
        self._events += len(records)
        self._transactions += 1
        self._size.note(len(records), sum(len(record.value) for record in records))

    def _records(self, events: Sequence[Recorded]) -> tuple[list[Record], RelayStoppedError | None]:
        """The records up to the first event that cannot be one."""
        records: list[Record] = []
        for recorded in events:
            try:
                records.append(self._outlet.record(recorded))
            except InvalidEventError as error:
                return records, _refused(recorded, error)
        return records, None

    def _wait(self, what: str, error: Exception) -> None:
        self._role = "waiting"
        log.warning(what, error=str(error), again_in_s=self._again)
        if self._behind is not None:
            with suppress(OutageError, InvalidCursorError):
                self._behind = self._tail.behind(self._cursor)
        self._stop.wait(self._again)
        self._again = min(2 * self._again, LONGEST_AGAIN_SECONDS)

    def _report(self) -> None:
        """How far behind it is, now and then; a line of progress while there is some."""
        now = self._clock.monotonic()
        if now - self._looked_at >= LOOK_SECONDS:
            self._behind, self._looked_at = self._tail.behind(self._cursor), now
        if now - self._told_at < REPORT_SECONDS or self._behind is None:
            return
        if self._events != self._told or self._behind.events:
            log.info(
                "progress",
                events=self._events,
                per_second=round((self._events - self._told) / (now - self._told_at)),
                transactions=self._transactions,
                behind=self._behind.events,
                behind_s=round(self._behind.seconds, 3),
            )
        self._told, self._told_at = self._events, now


def _refused(recorded: Recorded, error: InvalidEventError) -> RelayStoppedError:
    return RelayStoppedError(
        f"the {recorded.event_type} {recorded.event_id_text} (version "
        f"{recorded.aggregate_version} of {recorded.stream}) cannot be published, and what follows "
        f"it waits: {error}; mend the catalog or the schema, or leave the event out"
    )
