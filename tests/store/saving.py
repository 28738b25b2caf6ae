"""A process to be killed: it saves a player again and again, with snapshots.

`python -m tests.store.saving URL PLAYER appended|kept|never`: it stands still after the first
append that a snapshot is due after, or within that snapshot's transaction.
"""

import sys
from typing import Any
from uuid import UUID

from domains.game import PLAYER
from headrace.catalog import load_catalog
from headrace.store import EventStore, Repository, Snapshots, Stream
from tests.store.players import gain


class Standing(EventStore):
    """Stands still where it is told to, until it is killed."""

    stand = "never"

    def keep_snapshot(self, stream: Stream, version: int, state: str, **values: Any) -> None:
        if self.stand == "appended":
            _stand("appended")
        if self.stand == "kept":
            self._keep_and_stand(stream, version, state, **values)
        super().keep_snapshot(stream, version, state, **values)

    def _keep_and_stand(self, stream: Stream, version: int, state: str, **values: Any) -> None:
        with self.transaction() as tx:
            tx.execute(
                "SELECT store.keep_snapshot(%s, %s, %s, %s, %s::text::jsonb, %s)",
                [
                    *(stream.aggregate_id, stream.aggregate_type, version),
                    *(values["state_version"], state, values["keep"]),
                ],
            )
            _stand("kept")


def _stand(where: str) -> None:
    print(where, flush=True)  # noqa: T201 - the parent reads it
    sys.stdin.readline()


def main(url: str, player: str, stand: str) -> None:
    player_id = UUID(player)
    with Standing(url, source="dying", catalog=load_catalog(), connections=1) as store:
        store.stand = stand
        every = Snapshots(every=3 if stand == "never" else 50)
        repository = Repository(store, PLAYER, snapshots=every)
        while True:
            saved = repository.save(player_id, lambda p: PLAYER.decide(p, gain())[:1])
            print(saved.version, flush=True)  # noqa: T201 - the parent reads it


if __name__ == "__main__":
    main(*sys.argv[1:])
