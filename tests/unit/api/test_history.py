"""A page merged from several tiers is the page of one tier that holds everything."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from api.history import merged
from headrace.postgres import EventFilter, Order, Page, Position, StoredEvent

START = datetime(2026, 1, 1, tzinfo=UTC)


def _event(second: int, number: int) -> StoredEvent:
    return StoredEvent(
        event_id=UUID(int=number),
        event_type="t",
        timestamp=START + timedelta(seconds=second),
        version="1.0",
        source="s",
        correlation_id=None,
        causation_id=None,
        aggregate_type=None,
        aggregate_id=None,
        aggregate_version=None,
        account_id=None,
        user_id=None,
        metadata="{}",
        payload="{}",
        topic=None,
        partition=None,
        record_offset=number,
        schema_id=None,
        recorded_at=START,
    )


def _key(event: StoredEvent) -> tuple[datetime, UUID]:
    return event.timestamp, event.event_id


def _page(tier: set[StoredEvent], wanted: EventFilter) -> Page:
    """As a tier answers."""
    down = wanted.order == "desc"
    rows = sorted(tier, key=_key, reverse=down)
    if wanted.after:
        after = (wanted.after.timestamp, wanted.after.event_id)
        rows = [row for row in rows if (_key(row) < after if down else _key(row) > after)]
    events = tuple(rows[: wanted.limit])
    return Page(events, events[-1].position if len(rows) > wanted.limit else None)


events = st.builds(_event, st.integers(0, 5), st.integers(1, 12))
tiers = st.lists(st.sets(events, max_size=15), min_size=1, max_size=3)


@given(tiers=tiers, limit=st.integers(1, 9), order=st.sampled_from(["asc", "desc"]))
def test_pages_of_several_tiers_are_those_of_one(
    tiers: list[set[StoredEvent]], limit: int, order: Order
) -> None:
    """Also where tiers overlap; and the walk ends."""
    wanted, together = EventFilter(order=order, limit=limit), set[StoredEvent]().union(*tiers)
    after: Position | None = None
    for _ in range(len(together) + 1):
        asked = replace(wanted, after=after)
        page = merged([_page(tier, asked) for tier in tiers], asked)
        one = _page(together, asked)
        assert page.events == one.events
        if one.next:  # overlapping tiers may promise a next page that is empty, never withhold one
            assert page.next == one.next
        if page.next is None:
            return
        after = page.next
    raise AssertionError("the walk does not end")
