"""Wires the relay."""

import threading
from dataclasses import dataclass

from headrace.catalog import Catalog, load_catalog
from headrace.codec import Registry
from headrace.postgres import Tenure
from headrace.postgres.tenure import SILENT_SECONDS
from headrace.settings import Settings
from headrace.store import EventStore
from processors.relay.outlet import Names, Outlet
from processors.relay.relay import Relay


@dataclass(frozen=True, slots=True)
class Wired:
    """A relay, what it reads, and what Kafka's side of it is."""

    relay: Relay
    store: EventStore
    outlet: Outlet
    tenure: Tenure


def build(
    settings: Settings,
    *,
    stop: threading.Event,
    catalog: Catalog | None = None,
    names: Names | None = None,
    silent: float = SILENT_SECONDS,
) -> Wired:
    """The relay on the servers that the settings name. Nothing is connected yet.

    One that was `silent` for so many seconds counts as frozen.
    """
    catalog, names = catalog or load_catalog(), names or Names()
    url = settings.event_store_url.get_secret_value()
    store = EventStore(url, source="headrace-relay", catalog=catalog, connections=2)
    outlet = Outlet(settings.kafka, catalog, Registry(settings), names, stop)
    tenure = Tenure(url, names.transactional_id, beat=silent / 5, silent=silent)
    return Wired(Relay(store, outlet, tenure, stop=stop), store, outlet, tenure)
