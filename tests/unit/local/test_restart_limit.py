"""A process that ends again and again is given up, and may be started by hand."""

import logging
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from deploy.local.restart_limit import Policy, RestartLimit
from deploy.local.supervision import ProcessState
from headrace.clock import ManualClock

CLOCK = ManualClock(datetime(2026, 1, 1, tzinfo=UTC))


def event(name: str) -> Any:
    options = SimpleNamespace(logger=logging.getLogger("supervisord"))
    config = SimpleNamespace(name=name, autorestart="always", options=options)
    return SimpleNamespace(process=SimpleNamespace(config=config))


def limit() -> RestartLimit:
    return RestartLimit(CLOCK, Policy(restarts=2, window_seconds=60))


def test_one_end_more_than_allowed_within_the_window_is_the_last() -> None:
    watched, archive, other = limit(), event("archive"), event("api")
    watched.on_exit(other)
    for _ in range(2):
        watched.on_exit(archive)
    assert archive.process.config.autorestart == "always"

    watched.on_exit(archive)

    assert archive.process.config.autorestart is False
    assert other.process.config.autorestart == "always"


def test_ends_far_apart_do_not_add_up() -> None:
    watched, archive = limit(), event("archive")
    for _ in range(10):
        watched.on_exit(archive)
        CLOCK.advance(31)
    assert archive.process.config.autorestart == "always"


def test_a_start_by_hand_begins_the_count_anew() -> None:
    watched, archive = limit(), event("archive")
    for _ in range(3):
        watched.on_exit(archive)

    watched.on_start(archive)
    watched.on_exit(archive)

    assert archive.process.config.autorestart == "always"


def test_what_ended_and_stays_down_counts_as_given_up() -> None:
    assert ProcessState("EXITED").is_given_up
    assert ProcessState("FATAL").is_given_up
    assert not ProcessState("STOPPED").is_given_up
