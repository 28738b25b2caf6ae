"""`headrace relay` and `headrace projections`, as typed. Their names in Kafka are the real ones."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from headrace.store import EventStore, Stream
from tests.relay.appending import example
from tests.relay.setting import Setting

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]
HEADRACE = str(Path(sys.executable).with_name("headrace"))


def headrace(setting: Setting, *words: str) -> subprocess.CompletedProcess[str]:
    place = setting.place
    own = {"STORE_DATABASE_URL": place.relay, "DATABASE_URL": place.owner}
    return subprocess.run(
        [HEADRACE, *words],
        env={"PATH": "/usr/bin:/bin", **setting.stack.env, **own},
        capture_output=True,
        text=True,
        check=False,
    )


def answer(setting: Setting, *words: str) -> list[dict[str, Any]]:
    done = headrace(setting, "--json", *words)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_relay_tells_how_far_it_is_and_is_told_where_to_go_on(
    setting: Setting, game: EventStore
) -> None:
    hero = Stream("Joueur", uuid4())
    events = game.append(hero, [example(game, "ExperienceGagnee") for _ in range(3)]).events
    (before,) = answer(setting, "relay", "status")
    assert (before["at_work"], before["behind"]) == (False, 3)
    assert answer(setting, "relay", "restart", str(events[0].event_id))[0]["behind"] == 2
    assert answer(setting, "relay", "restart", "end")[0]["behind"] == 0
    (after,) = answer(setting, "relay", "status")
    assert (after["behind"], after["behind_s"]) == (0, 0)
    for wrong, reason in (("then", "no event id"), (str(uuid4()), "has no event")):
        done = headrace(setting, "relay", "restart", wrong)
        assert (done.returncode, done.stdout) == (1, "")
        assert reason in done.stderr


def test_a_projection_is_built_from_the_command_line(setting: Setting, game: EventStore) -> None:
    assert answer(setting, "projections", "list") == []
    hero = Stream("Joueur", uuid4())
    game.append(hero, [example(game, "JoueurCree"), example(game, "NiveauAtteint")])
    (built,) = answer(setting, "projections", "rebuild", "leaderboard")
    assert (built["build"], built["applied"], built["live"]) == (1, 2, True)
    (again,) = answer(setting, "projections", "rebuild", "leaderboard")
    assert (again["build"], again["applied"]) == (2, 2)
    game.append(hero, [example(game, "ExperienceGagnee")])
    (row,) = answer(setting, "projections", "list")
    assert (row["state"], row["version"], row["behind"]) == ("live", 1, 1)
    done = headrace(setting, "projections", "rebuild", "nonsense")
    assert done.returncode == 1
    assert "there are: leaderboard" in done.stderr


def test_a_worker_runs_one_stage_that_exists(setting: Setting) -> None:
    for words, reason in ((["nothing"], "no stage is named"), (["relay", "archive"], "give one")):
        done = headrace(setting, "worker", *words)
        assert done.returncode == 1
        assert reason in done.stderr
