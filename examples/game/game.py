"""The table that the game is played at: a repository a kind of aggregate, and what happened."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid4

from domains.game import AGGREGATES
from headrace.aggregate import Aggregate
from headrace.errors import RuleBrokenError
from headrace.events import TypedEvent
from headrace.store import AsyncEventStore, AsyncRepository, Loaded

S = TypeVar("S")
ATTEMPTS = 100
"""Everybody wants to trade at once; each attempt decides anew on what the others did."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A line of the final table."""

    name: str
    aggregates: int
    events: int
    conflicts: int
    refused: int
    from_snapshots: int
    consistent: int


@dataclass
class Game:
    """`conflicts` are decisions made anew because somebody was quicker, `refused` rules broken."""

    store: AsyncEventStore
    ids: defaultdict[str, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    conflicts: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    rules: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._repositories: dict[str, AsyncRepository[Any]] = {
            name: AsyncRepository(self.store, aggregate) for name, aggregate in AGGREGATES.items()
        }

    async def act(
        self, aggregate: Aggregate[S], aggregate_id: UUID, command: Any, **envelope: Any
    ) -> Loaded[S] | None:
        """The aggregate after a command; None where a rule refuses it."""
        decisions = 0

        def decide(state: S) -> Iterable[TypedEvent]:
            nonlocal decisions
            decisions += 1
            return aggregate.decide(state, command)

        self.ids[aggregate.name].add(aggregate_id)
        try:
            return await self._repositories[aggregate.name].save(
                aggregate_id, decide, attempts=ATTEMPTS, **envelope
            )
        except RuleBrokenError as error:
            self.refused[aggregate.name] += 1
            self.rules[error.rule] += 1
            return None
        finally:
            self.conflicts[aggregate.name] += max(0, decisions - 1)

    async def made(self, aggregate: Aggregate[S], command: Any, **envelope: Any) -> UUID:
        """A new aggregate's id."""
        aggregate_id = uuid4()
        await self.act(aggregate, aggregate_id, command, **envelope)
        return aggregate_id

    async def state(self, aggregate: Aggregate[S], aggregate_id: UUID) -> S:
        loaded: Loaded[S] = await self._repositories[aggregate.name].load(aggregate_id)
        return loaded.state

    async def checked(self, name: str) -> Kind:
        """What became of one kind: each rebuilt from its snapshot, and from its first event."""
        checks = [await self._repositories[name].check(each) for each in self.ids[name]]
        return Kind(
            name=name,
            aggregates=len(checks),
            events=sum(each.loaded.version for each in checks),
            conflicts=self.conflicts[name],
            refused=self.refused[name],
            from_snapshots=sum(each.loaded.snapshot_version is not None for each in checks),
            consistent=sum(each.agrees for each in checks),
        )
