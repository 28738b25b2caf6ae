"""The leaderboard tells what the game's own rules make of the same events."""

import random
from collections import Counter
from collections.abc import Iterator
from uuid import UUID, uuid4

import psycopg
import pytest

from domains.game import PLAYER
from domains.game.player import ChangeClass, CreatePlayer, GainExperience, Player
from headrace.errors import RuleBrokenError
from headrace.events.game import PlayerClass, RecompenseObtenue, Reward, TransactionExecutee
from headrace.postgres import Database
from headrace.store import EventStore, Stream
from headrace.store.projections import Projector
from processors.projections import PROJECTIONS
from tests.store.place import Place
from tests.store.watching import settle

pytestmark = pytest.mark.integration
CLASSES: tuple[PlayerClass, ...] = ("Guerrier", "Mage", "Archer")


@pytest.fixture
def game(place: Place) -> Iterator[EventStore]:
    with EventStore(place.app, source="game") as store:
        yield store


def play(game: EventStore, player_id: UUID, chance: random.Random) -> Player:
    state = PLAYER.initial
    commands = [CreatePlayer(username=f"P{player_id.hex[:6]}", player_class="Voleur")]
    gains = [GainExperience(amount=chance.randint(1, 3000), source="quest") for _ in range(8)]
    changes = [ChangeClass(player_class=chance.choice(CLASSES)) for _ in range(2)]
    for command in [*commands, *gains, *changes]:
        try:
            events = PLAYER.decide(state, command)
        except RuleBrokenError:
            continue
        game.append(Stream("Joueur", player_id), events)
        state = PLAYER.replay(events, state)
    return state


def test_each_player_has_the_level_experience_class_and_gold_of_the_game(
    place: Place, game: EventStore
) -> None:
    chance = random.Random(7)
    players = {uuid4(): PLAYER.initial for _ in range(6)}
    gold: Counter[str] = Counter()
    for player_id in players:
        players[player_id] = play(game, player_id, chance)
        reward = Reward(experience=0, gold=chance.randint(0, 90), item_ids=[])
        event = RecompenseObtenue(player_id=str(player_id), reward=reward)
        game.append(Stream("Quete", uuid4()), [event])
        gold[str(player_id)] += reward.gold
    seller, buyer = list(map(str, players))[:2]
    trade = TransactionExecutee(
        sell_order_id="s", buy_order_id="b", seller_id=seller, buyer_id=buyer, quantity=2,
        unit_price=21, total=42,
    )  # fmt: skip
    game.append(Stream("Economy", uuid4()), [trade])
    gold[seller] += 42
    gold[buyer] -= 42
    database = Database(place.projector, application="tests")
    settle(Projector(game, database, PROJECTIONS["leaderboard"], page=7))
    database.close()
    with psycopg.connect(place.api) as reader:
        rows = reader.execute("SELECT * FROM projections.leaderboard").fetchall()
    assert {player_id: tuple(rest) for player_id, *rest in rows} == {
        str(player_id): (
            *(state.username, state.player_class, state.level, state.experience),
            gold[str(player_id)],
        )
        for player_id, state in players.items()
    }
    assert max(state.level for state in players.values()) >= 10
