"""Random histories with snapshots, spoiled snapshots, the archive and several programs at once."""

import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg import Connection

from domains.game import PLAYER
from domains.game.player import ChangeClass, Player, SpendStatPoints
from headrace.errors import RuleBrokenError
from headrace.events import TypedEvent
from headrace.store import EventStore, Repository, Snapshots
from headrace.store.upkeep import Archiver, Verifier
from tests.store.place import Place
from tests.store.players import CREATE, gain

pytestmark = pytest.mark.integration
LATER = datetime(2100, 1, 1, tzinfo=UTC)
PLAYERS, STEPS = 4, 200
SPOILED = [
    "UPDATE store.snapshots SET state_version = state_version || 'x'",
    "UPDATE store.snapshots SET state = '0'",
    """UPDATE store.snapshots SET state = '{"odd": 1}'""",
    "DELETE FROM store.snapshots",
]


class History:
    """What was decided, beside a store that is to hold it."""

    def __init__(self, store: EventStore, admin: Connection[Any], seed: int) -> None:
        self.store, self.admin, self.chance = store, admin, random.Random(seed)
        self.events: dict[UUID, list[TypedEvent]] = {uuid4(): [] for _ in range(PLAYERS)}
        self.seen: Counter[str] = Counter()

    def step(self) -> None:
        steps = [self.save] * 12 + [self.load] * 4 + [self.spoil, self.archive]
        self.chance.choice(steps)(self.chance.choice(list(self.events)))

    def save(self, player_id: UUID) -> None:
        state = self._state(player_id)
        command = self._command(state)
        every, keep = self.chance.randint(1, 6), self.chance.randint(1, 3)
        repository = Repository(self.store, PLAYER, snapshots=Snapshots(every, keep))
        try:
            saved = repository.save(player_id, command)
        except RuleBrokenError:
            self.seen["refused"] += 1
            return
        self.events[player_id] += PLAYER.decide(state, command)
        assert saved.state == self._state(player_id)
        assert saved.version == len(self.events[player_id])

    def _command(self, state: Player) -> object:
        if not state.created:
            return CREATE
        return self.chance.choice(
            [
                gain(self.chance.randint(1, 900)),
                SpendStatPoints(mana=self.chance.randint(1, 4)),
                ChangeClass(player_class=self.chance.choice(["Archer", "Voleur", "Mage"])),
            ]
        )

    def load(self, player_id: UUID) -> None:
        """Any version, and the last: from whatever snapshot, it is what was decided."""
        repository = Repository(self.store, PLAYER)
        events = self.events[player_id]
        version = self.chance.randint(0, len(events))
        assert repository.load(player_id, version=version).state == PLAYER.replay(events[:version])
        checked = repository.check(player_id)
        self.seen["from a snapshot"] += checked.loaded.snapshot_version is not None
        assert checked.agrees
        assert checked.loaded.state == self._state(player_id)
        versions = [row.aggregate_version for row in self.store.read_stream(player_id)]
        assert versions == list(range(1, len(events) + 1))

    def spoil(self, player_id: UUID) -> None:
        statement = [self.chance.choice(SPOILED), "WHERE aggregate_id = %s"]
        self.admin.execute(" ".join(statement), [player_id])

    def archive(self, _: UUID) -> None:
        self.seen["archived"] += sum(each.events for each in Archiver(self.admin, LATER).run())

    def _state(self, player_id: UUID) -> Player:
        return PLAYER.replay(self.events[player_id])


def test_any_history_is_loaded_as_it_was_decided(place: Place, game: EventStore) -> None:
    seen: Counter[str] = Counter()
    with place.connect("admin") as admin:
        for seed in range(3):
            history = History(game, admin, seed)
            for _ in range(STEPS):
                history.step()
            for player_id in history.events:
                history.load(player_id)
            seen += history.seen
        verifier = Verifier(admin)
        assert list(verifier.events()) == []
        found = list(verifier.snapshots(game, {"Joueur": PLAYER}))
        assert {each.kind for each in found} <= {"snapshot unreadable"}
    assert min(seen[name] for name in ("archived", "refused", "from a snapshot")) > 30, seen
