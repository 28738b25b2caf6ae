"""A store, topics and a relay's names of its own for each test, on the shared servers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local.direct import DirectStack
from headrace.store import EventStore
from tests.relay.setting import Setting, new_setting


@pytest.fixture
def setting(stack: DirectStack, tmp_path: Path) -> Iterator[Setting]:
    with new_setting(stack, tmp_path) as made:
        yield made
        print(made.said[-6000:])  # noqa: T201 - pytest shows it when the test fails


@pytest.fixture
def game(setting: Setting) -> Iterator[EventStore]:
    """The setting's store."""
    with setting.store() as store:
        yield store
