"""One page of events out of several tiers: each is asked for a page, and the pages are merged."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from uuid import UUID

from api.services import Services
from headrace.postgres import EventFilter, Page, Position, Tier, query_events


@dataclass(frozen=True, slots=True)
class History:
    """A page, and the tiers that were asked for it."""

    page: Page
    tiers: tuple[Tier, ...]


async def history(services: Services, wanted: EventFilter, store: Collection[str]) -> History:
    """The events that a single tier holding all of them would give. `store` are the event types
    that the event store takes; it is asked where these may be meant. Raises as `query_events` does.
    """
    asked: dict[Tier, Page] = {}
    of_store = _of_store(wanted, store)
    if of_store is None:
        asked["warm"] = await query_events(services.pool, wanted)
    else:
        asked["warm"], asked["store"] = await asyncio.gather(
            query_events(services.pool, wanted),
            query_events(services.store_pool, of_store, "store"),
        )
    return History(merged(tuple(asked.values()), wanted), tuple(asked))


def merged(pages: Sequence[Page], wanted: EventFilter) -> Page:
    """The first events of all pages, each once. Of a page with a next one all are there, so what
    comes after the limit is never missed.
    """
    if len(pages) == 1:
        return pages[0]
    found = {event.position: event for event in chain.from_iterable(page.events for page in pages)}
    in_order = sorted(found, key=_key, reverse=wanted.order == "desc")
    events = tuple(found[place] for place in in_order[: wanted.limit])
    more = len(in_order) > wanted.limit or any(page.next for page in pages)
    return Page(events, events[-1].position if more else None)


def _key(place: Position) -> tuple[object, UUID]:
    return place.timestamp, place.event_id


def _of_store(wanted: EventFilter, store: Collection[str]) -> EventFilter | None:
    """The same filter for the store; None where nothing of it can match."""
    types = store if wanted.event_types is None else set(wanted.event_types).intersection(store)
    if not types or not _is_uuid(wanted.aggregate_id):
        return None
    return replace(wanted, event_types=tuple(sorted(types)))


def _is_uuid(aggregate_id: str | None) -> bool:
    """As the store would write it: a filter is for the text as it is."""
    try:
        return aggregate_id is None or str(UUID(aggregate_id)) == aggregate_id
    except ValueError:
        return False
