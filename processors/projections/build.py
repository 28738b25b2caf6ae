"""Wires the projections."""

import threading
from collections.abc import Iterable
from dataclasses import dataclass

from headrace.postgres import Database, Tenure
from headrace.postgres.tenure import SILENT_SECONDS
from headrace.settings import Settings
from headrace.store import EventStore
from headrace.store.projections import Projection, Projector
from processors.projections.worker import TENURE, ProjectionWorker


@dataclass(frozen=True, slots=True)
class Wired:
    """A worker, what it reads, and where its tables are."""

    worker: ProjectionWorker
    store: EventStore
    database: Database

    def close(self) -> None:
        self.store.close()
        self.database.close()


def build(
    settings: Settings,
    projections: Iterable[Projection],
    *,
    stop: threading.Event,
    silent: float = SILENT_SECONDS,
) -> Wired:
    """A worker for these projections, reading STORE_DATABASE_URL, with its tables in DATABASE_URL.
    Nothing is connected yet. One that was `silent` for so many seconds counts as frozen.
    """
    url = settings.database_url.get_secret_value()
    store = EventStore(settings.event_store_url.get_secret_value(), source=TENURE, connections=2)
    database = Database(url, application=TENURE, connections=2)
    projectors = [Projector(store, database, each) for each in projections]
    tenure = Tenure(url, TENURE, beat=silent / 5, silent=silent)
    return Wired(ProjectionWorker(projectors, tenure, stop=stop), store, database)
