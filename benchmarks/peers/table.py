"""The table that a peer writes to: columns, partitioning and indexes of `warm.events`."""

from dataclasses import dataclass
from typing import Any

from psycopg import sql

from benchmarks.servers import Servers

SCHEMA = "peers"
_COMMITS = """
SELECT count(*)::bigint, pg_xact_commit_timestamp(xmin) AS committed
FROM {table} GROUP BY 2 ORDER BY 2
"""


@dataclass(frozen=True, slots=True)
class Landed:
    """What a table holds: rows, distinct ids, and seconds and rows after the first commit."""

    rows: int
    distinct: int
    seconds: float
    rows_after_first: int

    @property
    def per_second(self) -> float:
        return self.rows_after_first / self.seconds if self.seconds else 0.0


def keep_commit_times(servers: Servers) -> None:
    """Restart PostgreSQL so that it remembers when each transaction committed."""
    with servers.connect() as connection:
        connection.execute("ALTER SYSTEM SET track_commit_timestamp = on")
    servers.close()
    servers.stack.stop("postgres")
    servers.stack.start("postgres")


def make_table(servers: Servers, name: str) -> None:
    """An empty one, with one partition for all times."""
    table, leaf = sql.Identifier(SCHEMA, name), sql.Identifier(SCHEMA, f"{name}_all")
    with servers.connect() as connection:
        for statement in (
            sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)),
            sql.SQL("DROP TABLE IF EXISTS {}").format(table),
            sql.SQL(
                'CREATE TABLE {} (LIKE warm.events INCLUDING ALL) PARTITION BY RANGE ("timestamp")'
            ).format(table),
            sql.SQL(
                "CREATE TABLE {} PARTITION OF {} FOR VALUES FROM (MINVALUE) TO (MAXVALUE)"
            ).format(leaf, table),
        ):
            connection.execute(statement)
    servers.settle()


def drop_table(servers: Servers, name: str) -> None:
    with servers.connect() as connection:
        connection.execute(sql.SQL("DROP TABLE IF EXISTS {}").format(sql.Identifier(SCHEMA, name)))


def pages(connection: Any, name: str) -> int:
    """Bytes of the leaf: a cheap sign of progress."""
    query = "SELECT pg_relation_size(%s::regclass)"
    return int(connection.execute(query, [f"{SCHEMA}.{name}_all"]).fetchone()[0])


def rows(connection: Any, name: str) -> int:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(SCHEMA, name))
    return int(connection.execute(query).fetchone()[0])


def landed(servers: Servers, table: sql.Composable) -> Landed:
    """From the first commit to the last, as PostgreSQL remembers them."""
    with servers.connect() as connection:
        commits = connection.execute(sql.SQL(_COMMITS).format(table=table)).fetchall()
        distinct = connection.execute(
            sql.SQL("SELECT count(DISTINCT event_id) FROM {}").format(table)
        ).fetchone()
    total = sum(number for number, _ in commits)
    seconds = (commits[-1][1] - commits[0][1]).total_seconds()
    return Landed(total, distinct[0] if distinct else 0, seconds, total - commits[0][0])
