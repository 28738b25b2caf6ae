"""The game's players, as the tests of repositories play them."""

from datetime import datetime
from uuid import UUID, uuid4

from domains.game import PLAYER
from domains.game.player import CreatePlayer, GainExperience, Player
from headrace.aggregate import Aggregate
from headrace.envelope import Event
from headrace.store import EventStore, Expected, Repository, Stream

SILENT = Aggregate("Joueur", Player(), state_version=1)
"""It knows none of its events."""
CREATE = CreatePlayer(username="Ada", player_class="Mage")


def gain(amount: int = 1) -> GainExperience:
    return GainExperience(amount=amount, source="quest")


def born(store: EventStore, versions: int, at: datetime | None = None) -> UUID:
    """A new player of so many events: its creation, and one point of experience each."""
    player_id = uuid4()
    state, events = PLAYER.initial, list[Event]()
    for command in [CREATE, *[gain()] * (versions - 1)]:
        made = PLAYER.decide(state, command)[:1]  # no levels: they are given with the points
        state = PLAYER.replay(made, state)
        events += [store.event(each, timestamp=at) for each in made]
    store.append(Stream("Joueur", player_id), events, Expected.NO_STREAM)
    return player_id


def players(store: EventStore) -> Repository[Player]:
    return Repository(store, PLAYER)
