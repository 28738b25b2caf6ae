"""The small catalog of the catalog's tests."""

from pathlib import Path

import pytest

from tests.unit.catalog.small_catalog import Files


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)
