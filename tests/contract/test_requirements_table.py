"""docs/requirements.md says exactly what the tests' markers say."""

from pathlib import Path

import pytest

from tests.contract import requirements_table as table

HEAD = "| id | requirement | shown by tests |\n|---|---|---|\n"
ROWS = f"{HEAD}| S0-1 | a | not yet |\n| X-2 | b | yes |\n"


def test_the_document_and_the_markers_agree() -> None:
    found = table.differences(table.TABLE.read_text("utf-8"), table.covered(table.ROOT / "tests"))
    assert not found, "run `python -m tests.contract.requirements_table --write`"


def test_every_system_has_all_its_rows() -> None:
    rows = table.listed(table.TABLE.read_text("utf-8"))
    sizes = {"S0": 14, "S1": 14, "S2": 12, "S3": 7, "S4": 9}
    expected = {f"{system}-{n}" for system, size in sizes.items() for n in range(1, size + 1)}
    assert set(rows) == expected | {f"X-{n}" for n in range(1, 9)}


def test_markers_are_found_on_functions_classes_and_modules(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text(
        "import pytest\n"
        "pytestmark = [pytest.mark.covers('S0-1')]\n"
        "@pytest.mark.covers('S0-2', 'X-1')\n"
        "class TestA: ...\n"
    )
    marked = table.covered(tmp_path)
    assert marked == {"S0-1": ["test_a.py"], "S0-2": ["test_a.py"], "X-1": ["test_a.py"]}


def test_writing_sets_the_column_and_nothing_else() -> None:
    written = table.updated(ROWS, {"S0-1": ["test_a.py"]})
    assert written == ROWS.replace("a | not yet", "a | yes").replace("b | yes", "b | not yet")
    assert table.differences(written, {"S0-1": ["test_a.py"]}) == []


def test_a_marker_without_a_row_is_a_difference() -> None:
    assert table.differences(ROWS, {"S9-9": [], "X-2": []}) == [
        "S9-9 is marked in a test but has no row"
    ]


def test_a_requirement_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="S0-1 has two rows"):
        table.listed(ROWS + "| S0-1 | again | yes |\n")
