"""Fixtures for every test: the real servers, for those that ask for them."""

import os
import shutil
from collections.abc import Iterator
from typing import TypeAlias

import pytest
from hypothesis import settings

from deploy.local.direct import DirectStack

Servers: TypeAlias = DirectStack

# Whoever sourced a secure stack's .local/env would have every test log in.
for _name in [name for name in os.environ if name.startswith(("KAFKA_SASL_", "KAFKA_SSL"))]:
    del os.environ[_name]

# Each test has a time limit of its own; one example's time says how busy the machine is.
settings.register_profile("headrace", deadline=None)
settings.load_profile("headrace")

NEEDED = ("java", "mvn")
MARKS = ("integration", "crash")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A test that uses the servers says so by its mark, or it would start them unawares."""
    unmarked = [
        item.nodeid
        for item in items
        if "stack" in getattr(item, "fixturenames", ())
        and not any(item.get_closest_marker(mark) for mark in MARKS)
    ]
    if unmarked:
        raise pytest.UsageError(f"mark as integration or crash, they use the servers: {unmarked}")


@pytest.fixture(scope="session")
def stack() -> Iterator[DirectStack]:
    """Kafka, the schema registry and PostgreSQL, started once and ended with the session.

    A test that stops, kills or freezes one of them brings it back before it ends. Whoever needs a
    pristine set starts a `DirectStack` of their own.
    """
    for tool in NEEDED:
        if shutil.which(tool) is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)(f"not run: needs {tool}")
    with DirectStack() as servers:
        yield servers
