"""A process to be killed: it archives some chunks, and stands within the next one's transaction.

`python -m tests.store.archiving URL CHUNKS`
"""

import sys

import psycopg

from headrace.store.upkeep.archiving import CHUNK


def main(url: str, chunks: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        (aggregate_id,) = connection.execute("SELECT aggregate_id FROM store.streams").fetchall()[0]
        move = "SELECT store.archive(%s, '2100-01-01', %s)"
        for _ in range(int(chunks)):
            connection.execute(move, [aggregate_id, CHUNK])
        with connection.transaction():
            connection.execute(move, [aggregate_id, CHUNK])
            print("within", flush=True)  # noqa: T201 - the parent reads it
            sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])
