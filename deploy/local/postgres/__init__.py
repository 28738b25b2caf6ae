"""PostgreSQL of the local stack: `Postgres` makes its cluster, roles and databases, and runs it."""

from deploy.local.postgres.server import Postgres, PostgresSizes

__all__ = ["Postgres", "PostgresSizes"]
