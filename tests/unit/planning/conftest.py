"""The catalog's wishes, and a cluster that has them."""

from functools import reduce

import pytest

from headrace.catalog import load_catalog
from headrace.catalog.planning import FoundState, Permit, WantedState, make_plan, wanted_state
from tests.unit.planning.model import changed

EMPTY = FoundState(topics={}, users=frozenset(), acls=frozenset(), subjects={})


@pytest.fixture(scope="session")
def wanted() -> WantedState:
    return wanted_state(load_catalog(), brokers=3)


@pytest.fixture(scope="session")
def in_step(wanted: WantedState) -> FoundState:
    made, left = make_plan(wanted, EMPTY).split(Permit())
    assert not left
    return reduce(changed, made, EMPTY)
