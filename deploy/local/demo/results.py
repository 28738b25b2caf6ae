"""What became of a demo run, asked from the warm tier and the REST API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from headrace.errors import HeadraceError
from headrace.postgres import Database

_ARRIVED = (Path(__file__).parent / "arrived.sql").read_text()
_SUMMARY = (Path(__file__).parent / "summary.sql").read_text()


class AnswerError(HeadraceError):
    """The REST API refused a query; the message carries its answer."""


@dataclass(frozen=True, slots=True)
class Summary:
    """One event type of a run: rows, distinct ids, seconds to land them all, latency in seconds."""

    rows: int
    distinct: int
    seconds: float
    p50: float
    p95: float


class Results:
    """Reads with the API's own rights."""

    def __init__(self, database_url: str, run: str, started: datetime) -> None:
        self._database = Database(database_url, application="headrace-demo", connections=1)
        self._run = run
        self._started = started

    def arrived(self, event_types: Sequence[str]) -> int:
        """How many events of the run are queryable."""
        row = self._one(_ARRIVED, {"types": list(event_types)})
        return int(row[0])

    def summary(self, event_type: str) -> Summary:
        row = self._one(_SUMMARY, {"type": event_type})
        return Summary(*(value or 0 for value in row))

    def close(self) -> None:
        self._database.close()

    def _one(self, statement: str, values: dict[str, Any]) -> Sequence[Any]:
        values |= {"run": self._run, "started": self._started}
        with self._database.transaction() as connection:
            row: Sequence[Any] | None = connection.execute(statement, values).fetchone()
        return row or ()


def ask(api_url: str, token: str, query: dict[str, Any]) -> dict[str, Any]:
    """POST /api/events/query. Raises AnswerError when the answer is not 200."""
    answer = httpx.post(
        f"{api_url}/api/events/query",
        json=query,
        headers={"Authorization": f"Bearer {token}"},
        timeout=30,
        trust_env=False,
    )
    if answer.status_code != httpx.codes.OK:
        raise AnswerError(f"the API answers {answer.status_code}: {answer.text[:500]}")
    found: dict[str, Any] = answer.json()
    return found
