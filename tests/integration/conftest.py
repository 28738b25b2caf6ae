"""Fixtures for tests on the real servers."""

import pytest

from deploy.local.direct import DirectStack
from headrace.catalog import Catalog, load_catalog
from headrace.kafka import create_topics


@pytest.fixture(scope="session")
def topics(stack: DirectStack) -> Catalog:
    """The catalog, with all of its topics in the broker."""
    catalog = load_catalog()
    create_topics(catalog, stack.description.settings().kafka)
    return catalog
