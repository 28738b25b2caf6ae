"""analytics-service: counts every event that the catalog lets it take, each once."""

from examples.dreamscape.journal import handled
from headrace import Metadata, Service
from headrace.envelope import Event

TABLES = """
CREATE TABLE IF NOT EXISTS counts (event_type text PRIMARY KEY, events bigint NOT NULL);
"""
_COUNT = """
INSERT INTO counts AS c (event_type, events) VALUES (%s, 1)
ON CONFLICT (event_type) DO UPDATE SET events = c.events + 1
"""

service = Service("analytics-service", ledger="postgres")


async def count(event: Event, metadata: Metadata) -> None:
    await metadata.transaction.execute(_COUNT, [event.event_type])
    handled(metadata)


for event_type in service.membership.takes:
    service.on(event_type)(count)


if __name__ == "__main__":
    service.run()
