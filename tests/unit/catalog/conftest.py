"""What the tests of the catalog share."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.unit.catalog.small_catalog import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def problems_of(files: Files) -> Callable[..., list[str]]:
    """Loads the small catalog with the topic's fields changed."""

    def load(**changes: Any) -> list[str]:
        files.topic.update(changes)
        return files.problems()

    return load
