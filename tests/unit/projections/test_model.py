"""What a projection may be called."""

import pytest

from headrace.errors import ConfigurationError
from headrace.store.projections import Projection
from processors.projections import PROJECTIONS


def nothing(*_: object) -> None:
    """A handler."""


@pytest.mark.parametrize("name", ["Levels", "1st", "a" * 41, "x;drop", "", "über"])
def test_a_name_that_is_none_is_refused(name: str) -> None:
    with pytest.raises(ConfigurationError, match="names no projection"):
        Projection(name, 1, "", ("levels",), nothing)
    with pytest.raises(ConfigurationError, match="names no projection"):
        Projection("levels", 1, "", ("levels", name), nothing)


def test_no_two_projections_show_a_view_of_the_same_name() -> None:
    views = [view for each in PROJECTIONS.values() for view in each.views]
    assert len(set(views)) == len(views)
    assert all(name == each.name for name, each in PROJECTIONS.items())
