"""A process to be killed: it appends step by step, or batch after batch, saying how far it is.

`python -m tests.store.dying steps|batches URL FIRST SECOND` (aggregate ids; one of each type).
"""

import sys
from uuid import UUID

from headrace.store import Append, EventStore, Stream
from tests.store.catalog import game_catalog


def main(manner: str, url: str, first: str, second: str) -> None:
    streams = [Stream("Joueur", UUID(first)), Stream("Combat", UUID(second))]
    with EventStore(url, source="dying", catalog=game_catalog()) as store:
        _reached("connected")
        if manner == "steps":
            _step_by_step(store, streams)
        else:
            _batch_after_batch(store, streams)


def _step_by_step(store: EventStore, streams: list[Stream]) -> None:
    with store.transaction() as tx:
        _reached("begun")
        tx.execute("SELECT pg_current_xact_id()")
        _reached("numbered")
        for stream in streams:
            tx.append(stream, _append(store, stream).events, 0)
            _reached(f"appended {stream.aggregate_type}")
    _reached("committed")


def _batch_after_batch(store: EventStore, streams: list[Stream]) -> None:
    while True:
        done = store.append_all([_append(store, stream) for stream in streams])
        print(done[0].version, flush=True)  # noqa: T201 - the parent reads it


def _append(store: EventStore, stream: Stream) -> Append:
    name = {"Joueur": "ExperienceGagnee", "Combat": "DegatsInfliges"}[stream.aggregate_type]
    return Append(stream, [store.event(name, {"points": n}) for n in range(20)])


def _reached(step: str) -> None:
    print(step, flush=True)  # noqa: T201 - the parent reads it
    if sys.argv[1] == "steps":
        sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])
