"""The search for an offset's time, on logs with known times."""

from bisect import bisect_left
from collections.abc import Mapping

from hypothesis import given
from hypothesis import strategies as st

from headrace.exporter.ages import EXACT_MS, SHARE, Ages
from headrace.kafka.log_offsets import Place

NOW = 1_800_000_000_000
PLACE = ("t", 0)
YEAR = 365 * 86_400_000


class Log:
    """A partition that begins at offset `first`; its records' times never fall."""

    def __init__(self, times: list[int], first: int = 0) -> None:
        self.times, self.first, self.questions = sorted(times), first, 0

    def ask(self, wanted: Mapping[Place, int]) -> dict[Place, int]:
        self.questions += 1
        found = {}
        for place, moment in wanted.items():
            at = bisect_left(self.times, moment)
            found[place] = self.first + at if at < len(self.times) else -1
        return found


@given(
    st.lists(st.integers(NOW - YEAR, NOW), min_size=1, max_size=50), st.data(), st.integers(0, 1000)
)
def test_the_age_is_right_to_a_twentieth(times: list[int], data: st.DataObject, first: int) -> None:
    log = Log(times, first)
    at = data.draw(st.integers(0, len(times) - 1))
    found = Ages().appended_ms({PLACE: first + at}, NOW, log.ask)[PLACE]
    age = NOW - log.times[at]
    assert abs(found - log.times[at]) <= max(EXACT_MS, age / SHARE) + 1
    assert log.questions < 60


def test_an_offset_that_is_known_is_not_asked_for_again() -> None:
    log, ages = Log([NOW - 60_000, NOW - 30_000]), Ages()
    first = ages.appended_ms({PLACE: 1}, NOW, log.ask)
    asked = log.questions
    assert ages.appended_ms({PLACE: 1}, NOW + 10_000, log.ask) == first
    assert log.questions == asked
    ages.appended_ms({PLACE: 0}, NOW + 10_000, log.ask)
    assert log.questions > asked


def test_an_offset_that_left_the_log_has_no_age() -> None:
    log = Log([NOW - 5_000], first=100)
    assert Ages().appended_ms({PLACE: 7}, NOW, log.ask) == {}


def test_nothing_behind_asks_nothing() -> None:
    log = Log([NOW])
    assert Ages().appended_ms({}, NOW, log.ask) == {}
    assert log.questions == 0
