"""How long an aggregate takes to load: from its snapshot, and from its first event."""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any
from uuid import UUID, uuid4

from benchmarks.latency import Latency
from benchmarks.progress import say
from benchmarks.report import Table, count
from benchmarks.servers import Servers
from benchmarks.store_database import new_store
from domains.game import PLAYER
from domains.game.player import CreatePlayer, GainExperience
from headrace.events import TypedEvent
from headrace.store import EventStore, Repository, Snapshots, Stream

AGGREGATES, EVENTS, TAIL = 100, 1_000, 49
LOADS = 2_000
GOAL_MS = 2.0
COLUMNS = ("rebuilt from", "events applied", "p50 ms", "p95 ms", "p99 ms")


def table(running: Servers) -> Table:
    """Latencies of loads, round robin over aggregates, from one thread."""
    with new_store(running) as store:
        ids = [_made(store) for _ in range(AGGREGATES)]
        fast, slow = Repository(store, PLAYER), Repository(store, PLAYER, snapshots=None)
        found = {
            ("snapshot", TAIL): _latency(fast, ids, LOADS),
            ("first event", EVENTS + TAIL): _latency(slow, ids, LOADS // 20),
        }
    say(f"rebuild: {found}")
    rows = [(name, count(events), *each.columns()) for (name, events), each in found.items()]
    return Table(f"Loading an aggregate (goal: p99 {GOAL_MS:g} ms from a snapshot)", COLUMNS, rows)


def _made(store: EventStore) -> UUID:
    """A player with a snapshot, and as many events after it as can be."""
    player_id = uuid4()
    stream, history = Stream("Joueur", player_id), _history()
    store.append(stream, list(islice(history, EVENTS)), 0)
    Repository(store, PLAYER, snapshots=Snapshots(every=EVENTS)).load(player_id)
    store.append(stream, list(islice(history, TAIL)), EVENTS)
    return player_id


def _history() -> Iterator[TypedEvent]:
    create = CreatePlayer(username="Ada", player_class="Mage")
    state = PLAYER.initial
    for command in (create, *[GainExperience(amount=7, source="quest")] * (EVENTS + TAIL)):
        events = PLAYER.decide(state, command)
        state = PLAYER.replay(events, state)
        yield from events


def _latency(repository: Repository[Any], ids: list[UUID], loads: int) -> Latency:
    took = []
    for number in range(-len(ids), loads):  # the first round warms up
        began = time.perf_counter()
        repository.load(ids[number % len(ids)])
        if number >= 0:
            took.append(time.perf_counter() - began)
    return Latency.of(took)
