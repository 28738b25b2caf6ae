"""The rows that the benchmarks use: real flights, as events."""

from itertools import cycle, islice

from deploy.local.demo.datasets import FLIGHTS
from headrace.catalog import Catalog
from headrace.clock import SystemClock
from headrace.envelope import Event
from headrace.ids import uuid7

TYPE = "voyage.flight.selected"


def flights(catalog: Catalog, count: int) -> list[Event]:
    """`count` events with ids and times of now; the flights repeat when there are too few."""
    clock = SystemClock()
    version = catalog.event_type(TYPE).latest.version
    return [
        Event(
            event_id=uuid7(clock),
            event_type=TYPE,
            timestamp=clock.now(),
            version=version,
            source="benchmark",
            payload=record.payload,
            aggregate_type="flight",
            aggregate_id=record.aggregate_id,
        )
        for record in islice(cycle(FLIGHTS.records()), count)
    ]
