"""The exporter's rounds: what a scrape gets when the cluster answers, does not, or hangs."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from headrace.clock import ManualClock
from headrace.errors import OutageError
from headrace.exporter import Exporter
from headrace.metrics import Sample
from headrace.metrics.definitions import BROKERS, EXPORTER_UP

START = datetime(2026, 1, 1, tzinfo=UTC)


class Look:
    def __init__(self) -> None:
        self.error: Exception | None = None
        self.hang = threading.Event()
        self.hang.set()

    def __call__(self) -> Sequence[Sample]:
        self.hang.wait()
        if self.error is not None:
            raise self.error
        return [(BROKERS, (), 3.0)]


def told(exporter: Exporter) -> dict[Any, float]:
    return {metric: value for metric, _, value in exporter.samples()}


def made(look: Look, clock: ManualClock) -> Exporter:
    return Exporter(look, clock, every=5, patience=20)


def test_it_is_not_up_before_the_first_answer() -> None:
    assert told(made(Look(), ManualClock(START))) == {EXPORTER_UP: 0.0}


def test_an_outage_tells_nothing_old_and_ends_by_itself() -> None:
    look, clock = Look(), ManualClock(START)
    exporter = made(look, clock)
    exporter.look_once()
    assert told(exporter)[BROKERS] == 3
    look.error = OutageError("away")
    exporter.look_once()
    assert told(exporter) == {EXPORTER_UP: 0.0}
    look.error = None
    exporter.look_once()
    assert told(exporter)[EXPORTER_UP] == 1


def test_a_look_that_hangs_does_not_hold_a_scrape_and_is_not_up() -> None:
    look, clock = Look(), ManualClock(START)
    exporter = made(look, clock)
    exporter.look_once()
    look.hang.clear()
    try:
        with exporter.running():
            clock.advance(24)
            assert told(exporter)[EXPORTER_UP] == 1
            clock.advance(2)
            assert told(exporter) == {EXPORTER_UP: 0.0}
    finally:
        look.hang.set()


def test_an_error_that_nobody_foresaw_does_not_end_the_rounds() -> None:
    look = Look()
    look.error = KeyError("a bug")
    clock, again = ManualClock(START), threading.Event()

    def looked() -> Sequence[Sample]:
        if look.error is None:
            again.set()
        try:
            return look()
        finally:
            look.error = None

    exporter = Exporter(looked, clock, every=0.01, patience=20)
    with exporter.running():
        assert again.wait(10)
