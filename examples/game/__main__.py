"""`make game`: a game on the event store of the local stack, and whether its histories hold.

Starts PostgreSQL with the stack if it does not run. Many players act at once on aggregates that
they share, so that they are in each other's way; at the end every aggregate is rebuilt from its
first event and compared with what its snapshot gives. Exit code: 0 if all of it is consistent.
"""

import argparse
import asyncio
import sys

from deploy.local.layout import Layout
from deploy.local.operations import LocalStack
from domains.game import AGGREGATES, INVENTORY
from examples.game.game import Game, Kind
from examples.game.market import POTION
from examples.game.story import POTIONS, Shared, play
from headrace.clock import SystemClock
from headrace.errors import HeadraceError
from headrace.store import AsyncEventStore

COLUMNS = ("aggregates", "events", "conflicts", "refused", "from_snapshots", "consistent")


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m examples.game", description=__doc__)
    parser.add_argument("--players", type=_players, default=24, help="2 to 200; by default 24")
    players: int = parser.parse_args().players
    stack = LocalStack(Layout.of_repository()).up(_say)
    return asyncio.run(run(stack.store_database_url, players))


async def run(store_url: str, players: int) -> int:
    """A game of so many players in the store at that address; the exit code."""
    clock = SystemClock()
    async with AsyncEventStore(store_url, source="game-example", connections=8) as store:
        game, started = Game(store), clock.monotonic()
        shared = await play(game, clock, players)
        seconds = clock.monotonic() - started
        kinds = [await game.checked(name) for name in AGGREGATES]
        potions = await _potions(game, shared)
    events = sum(each.events for each in kinds)
    _say(f"{players} players, {events} events in {seconds:.1f} s, {events / seconds:.0f} a second")
    _say(table(kinds))
    _say("refused by rule: " + ", ".join(f"{r} {n}" for r, n in game.rules.most_common()))
    _say(f"{shared.trades} trades; {potions[0]} potions are there, and {potions[1]} should be")
    return verdict(kinds, potions)


def verdict(kinds: list[Kind], potions: tuple[int, int]) -> int:
    """0 if every rebuilt state agrees and no potion was made or lost on its way."""
    fits = all(each.consistent == each.aggregates for each in kinds) and potions[0] == potions[1]
    _say("every aggregate is what its events make of it" if fits else "NOT CONSISTENT")
    return 0 if fits else 1


def table(kinds: list[Kind]) -> str:
    """Right-aligned columns, one line a kind of aggregate."""
    head = f"{'':12}" + "".join(f"{name:>16}" for name in COLUMNS)
    lines = [
        f"{each.name:12}" + "".join(f"{getattr(each, name):>16}" for name in COLUMNS)
        for each in kinds
    ]
    return "\n".join([head, *lines])


async def _potions(game: Game, shared: Shared) -> tuple[int, int]:
    """How many there are in all inventories, and how many there should be."""
    states = [await game.state(INVENTORY, each) for each in shared.inventories]
    stacks = [state.stacks.get(POTION.item_id) for state in states]
    there = sum(stack.quantity for stack in stacks if stack)
    return there, POTIONS * len(states) - shared.potions_drunk


def _players(text: str) -> int:
    number = int(text)
    if not 2 <= number <= 200:
        raise ValueError(text)
    return number


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except HeadraceError as error:
        sys.exit(f"error: {error}")
