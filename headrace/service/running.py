"""Handlers on the event loop, for writer threads that wait for them."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from headrace.clock import Clock
from headrace.codec import Record
from headrace.errors import OutageError
from headrace.runtime import ParkingPolicy, StageEvent
from headrace.runtime.parking import Parked
from headrace.service.calling import Calling, Item
from headrace.service.chunk import chains
from headrace.service.effects import Effects
from headrace.service.metrics import count_ended, time_calls
from headrace.service.picking import Picking
from headrace.service.statements import Statements
from headrace.service.turn import Turn
from headrace.service.verdicts import Failed, Handled, Verdict, judged

Waited = Callable[[Item], float]


class Running:
    """Runs events through their handlers. `effects` is the service's database, if it has one.

    `run` and what the runtime's visits call (`headrace.runtime.visiting.Trying`) belong to writer
    threads, the rest to the event loop.
    """

    def __init__(
        self,
        service: str,
        group: str,
        picking: Picking,
        effects: Effects | None,
        *,
        clock: Clock,
        concurrency: int,
        seconds: float,
        parks: bool,
        loop: asyncio.AbstractEventLoop,
        enqueued: Callable[[], None] = lambda: None,
    ) -> None:
        self._service, self._group, self._picking, self._effects = service, group, picking, effects
        self._clock, self._concurrency, self._seconds = clock, concurrency, seconds
        self._parks, self._loop, self._enqueued = parks, loop, enqueued
        self._turns: set[Turn] = set()
        self.draining = False
        self.held: frozenset[str] = frozenset()

    # on the loop

    def drain(self) -> None:
        """Begin no further event; those that run go on."""
        self.draining = True

    def give_up(self) -> None:
        """Cancel the handlers that still run: their events count as not begun."""
        for turn in list(self._turns):
            turn.give_up()

    def at(self, task: "asyncio.Task[Any]") -> dict[str, object]:
        """The handler and the event that a task is at, for the log. From any thread."""
        found = (turn.at(task) for turn in list(self._turns))
        return next((each for each in found if each), {})

    # in writer threads

    def run(
        self, items: Sequence[Item], verdicts: dict[int, Verdict], tx: Any, waited: Waited
    ) -> None:
        """Fill in `verdicts` by offset: what became of those events that began."""
        topic = items[0].event.tp.topic
        if self._effects is None:
            self._turn(items, verdicts, None, topic, waited)
        else:
            self._in_transaction(items, verdicts, self._effects, tx, topic, waited)
        count_ended(self._service, items, verdicts)

    def committed(self) -> None:
        """The transaction is durable: what it put into the outbox may go out."""
        if self._effects is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._enqueued)

    def _in_transaction(  # noqa: PLR0917
        self,
        items: Sequence[Item],
        verdicts: dict[int, Verdict],
        effects: Effects,
        tx: Any,
        topic: str,
        waited: Waited,
    ) -> None:
        fresh, copies = _by_first(items)
        new = effects.note(tx, [item.event_id for item in fresh])
        verdicts |= {item.offset: Handled(True) for item in fresh if item.event_id not in new}
        todo = [item for item in fresh if item.event_id in new]
        if todo:
            self._turn(todo, verdicts, Statements(effects, tx, self._loop), topic, waited)
        done = {item.event_id for item in fresh if isinstance(verdicts.get(item.offset), Handled)}
        verdicts |= {item.offset: Handled(True) for item in copies if item.event_id in done}
        effects.forget(tx, [item.event_id for item in todo if item.event_id not in done])
        records = _outbox(item for item in todo if item.event_id in done)
        if records:
            effects.enqueue(tx, records)

    def _turn(
        self,
        items: Sequence[Item],
        verdicts: dict[int, Verdict],
        statements: Statements | None,
        topic: str,
        waited: Waited,
    ) -> None:
        def judge(item: Item, error: Exception) -> Failed:
            policy = item.subscription.policy
            return judged(error, item.attempt, policy, parks=self._parks, waited=waited(item))

        turn = Turn(
            chains(items),
            Calling(self._group, statements).call,
            judge,
            clock=self._clock,
            concurrency=self._concurrency,
            until=self._clock.monotonic() + self._seconds,
            halted=lambda: self.draining or topic in self.held,
        )
        future = asyncio.run_coroutine_threadsafe(self._on_the_loop(turn, statements), self._loop)
        if statements is not None:
            statements.serve()
        future.result()
        verdicts |= turn.verdicts
        time_calls(self._service, items, turn.verdicts, turn.seconds)

    async def _on_the_loop(self, turn: Turn, statements: Statements | None) -> None:
        self._turns.add(turn)
        try:
            await turn.run()
        finally:
            self._turns.discard(turn)
            if statements is not None:
                statements.end()

    # what visits call

    def prepare(self, event: StageEvent) -> None:
        del event

    def policy(self, event: StageEvent) -> ParkingPolicy:
        subscription, _ = self._picking.route(event)
        return subscription.retries

    def begin(self) -> Callable[[], bool]:
        until = self._clock.monotonic() + self._seconds
        return lambda: self.draining or self._clock.monotonic() >= until

    def apply(self, event: StageEvent, record: Parked, effects: Any) -> int:
        """One parked event; raises what its handler raises."""
        item = self._picking.item(event, record, record.attempts)
        verdicts: dict[int, Verdict] = {}
        self.run([item], verdicts, effects, lambda _: 0.0)
        match verdicts.get(item.offset):
            case Handled(duplicate):
                return int(duplicate)
            case Failed(error):
                raise error
        raise OutageError("the service is ending")


def _by_first(items: Iterable[Item]) -> tuple[list[Item], list[Item]]:
    """The first of each event id, and the others."""
    seen: set[Any] = set()
    fresh: list[Item] = []
    copies: list[Item] = []
    for item in items:
        (copies if item.event_id in seen else fresh).append(item)
        seen.add(item.event_id)
    return fresh, copies


def _outbox(items: Iterable[Item]) -> list[Record]:
    return [record for item in items if item.handling for record in (item.handling.outbox or ())]
