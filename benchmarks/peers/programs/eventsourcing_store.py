"""The `eventsourcing` package's recorder in PostgreSQL: append, then read it all in order.

Runs in an environment of its own: TASK in the environment, JSON (`Task` of benchmarks.store);
prints events a second as JSON. States are bytes that were encoded beforehand, so its mapper and
transcoder cost nothing here.
"""

import json
import os
import sys
import time
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresDatastore

PAGE = 1_000


def main() -> None:
    task = json.loads(os.environ["TASK"])
    with PostgresDatastore(**task["database"]) as datastore:
        recorder = PostgresApplicationRecorder(datastore, events_table_name="stored_events")
        recorder.create_table()
        state = task["payload"].encode()
        found = {
            "single": _append(recorder, state, task["singles"], 1, task["streams"]),
            "batches": _append(recorder, state, task["events"], task["batch"], task["streams"]),
            "read": _read(recorder),
        }
    sys.stdout.write(json.dumps(found))


def _append(
    recorder: PostgresApplicationRecorder, state: bytes, events: int, batch: int, streams: int
) -> float:
    ids = [uuid4() for _ in range(streams)]
    batches = []
    for number in range(events // batch):
        stream, first = number % streams, number // streams * batch + 1
        batches.append(
            [
                StoredEvent(
                    originator_id=ids[stream],
                    originator_version=first + place,
                    topic="users:Created",
                    state=state,
                )
                for place in range(batch)
            ]
        )
    began = time.perf_counter()
    for each in batches:
        recorder.insert_events(each)
    return len(batches) * batch / (time.perf_counter() - began)


def _read(recorder: PostgresApplicationRecorder) -> float:
    read, last = 0, 0
    began = time.perf_counter()
    while page := recorder.select_notifications(last + 1, PAGE):
        read, last = read + len(page), page[-1].id
    return read / (time.perf_counter() - began)


if __name__ == "__main__":
    main()
