"""How often the relay looks, and how much it takes."""

from headrace.pace import LONGEST_SECONDS, SHORTEST_SECONDS, Pace
from processors.relay.page_size import LARGEST_PAGE, PAGE_BYTES, SMALLEST_PAGE, PageSize


def test_it_looks_at_once_after_news_and_ever_less_often_without() -> None:
    pace = Pace()
    pace.busy()
    pauses = [pace.idle() for _ in range(50)]
    assert pauses[0] == SHORTEST_SECONDS
    assert pauses == sorted(pauses)
    assert pauses[-1] == LONGEST_SECONDS
    pace.busy()
    assert pace.idle() == SHORTEST_SECONDS


def test_pages_of_small_events_grow_to_the_limit() -> None:
    size = PageSize()
    for _ in range(10):
        size.note(size.events, size.events * 200)
    assert size.events == LARGEST_PAGE


def test_a_page_of_large_events_makes_the_next_one_small() -> None:
    size = PageSize(events=LARGEST_PAGE)
    size.note(100, 100 * PAGE_BYTES)
    assert size.events == SMALLEST_PAGE
    size.note(SMALLEST_PAGE, SMALLEST_PAGE * 1000)
    assert size.events == 2 * SMALLEST_PAGE
