"""The relay attacked: killed, frozen, its servers taken away, under appenders that never rest."""

import random
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.direct import DirectStack
from headrace.store import EventStore, Stream
from tests.relay.appending import appending, example
from tests.relay.arrived import check_arrived, number_arrived
from tests.relay.setting import AT_WORK, Setting, finish, new_setting, running, until

pytestmark = [pytest.mark.crash, pytest.mark.timeout(600)]


@pytest.fixture
def setting(stack: DirectStack, tmp_path: Path) -> Iterator[Setting]:
    with new_setting(stack, tmp_path) as made:
        yield made
        print(made.said[-6000:])  # noqa: T201 - pytest shows it when the test fails


@pytest.fixture
def game(setting: Setting) -> Iterator[EventStore]:
    with setting.store() as store:
        yield store


@pytest.mark.parametrize("draw", range(4))
def test_a_relay_killed_at_any_moment_is_followed_without_gap_or_duplicate(
    setting: Setting, game: EventStore, seed: int, draw: int
) -> None:
    chance = random.Random(seed + draw)
    with appending(game, seed=seed + draw) as committed:
        for number in range(6):
            with setting.started() as process:
                until(lambda number=number: setting.said.count(AT_WORK) > number)  # type: ignore[misc]
                threading.Event().wait(chance.random() * 0.3)
                process.kill()
    finish(setting)
    check_arrived(setting, committed)


def test_a_frozen_relay_is_followed_and_stands_by_when_it_wakes(
    setting: Setting, game: EventStore
) -> None:
    with appending(game) as committed, setting.started() as frozen:
        until(lambda: number_arrived(setting) > 50)
        frozen.send_signal(signal.SIGSTOP)
        with running(setting) as wired:
            until(lambda: wired.relay.status().events > 50)
            frozen.send_signal(signal.SIGCONT)
            until(lambda: "stands by" in setting.said)
            seen = wired.relay.status().events
            until(lambda: wired.relay.status().events > seen + 50)
            assert setting.said.count(AT_WORK) == 1
        until(lambda: setting.said.count(AT_WORK) == 2)
        frozen.terminate()
        assert frozen.wait(30) == 0
    finish(setting)
    check_arrived(setting, committed)


@pytest.mark.parametrize("manner", ["kill", "stop"])
@pytest.mark.parametrize("name", ["kafka", "postgres", "registry"])
def test_a_server_that_goes_away_delays_and_loses_nothing(
    setting: Setting, game: EventStore, stack: DirectStack, name: str, manner: str
) -> None:
    with running(setting) as wired, appending(game, number=2) as committed:
        until(lambda: wired.relay.status().events > 50)
        getattr(stack, manner)(name)
        if name == "registry":  # nobody has met this type's schema yet
            level = example(game, "NiveauAtteint")
            committed |= {
                e.event_id for e in game.append(Stream("Joueur", uuid4()), [level]).events
            }
        until(lambda: wired.relay.status().role == "waiting")
        threading.Event().wait(2)
        stack.start(name)
        seen = wired.relay.status().events
        until(lambda: wired.relay.status().events > seen + 50, 120)
    finish(setting)
    check_arrived(setting, committed)


@pytest.mark.parametrize("name", ["kafka", "postgres"])
def test_a_server_that_freezes_delays_and_loses_nothing(
    setting: Setting, game: EventStore, stack: DirectStack, name: str
) -> None:
    with running(setting) as wired, appending(game, number=2) as committed:
        until(lambda: wired.relay.status().events > 50)
        stack.pause(name)
        threading.Event().wait(12)
        stack.resume(name)
        seen = wired.relay.status().events
        until(lambda: wired.relay.status().events > seen + 50, 120)
    finish(setting)
    check_arrived(setting, committed)


def test_a_relay_told_to_end_while_kafka_is_away_ends_by_itself(
    setting: Setting, game: EventStore, stack: DirectStack
) -> None:
    with appending(game, number=1) as committed, setting.started() as process:
        until(lambda: AT_WORK in setting.said)
        stack.kill("kafka")
        threading.Event().wait(1)
        process.terminate()
        assert process.wait(40) == 0
        stack.start("kafka")
    finish(setting)
    check_arrived(setting, committed)
