"""`check_catalog` sees all that is wrong in one reading, examples included."""

from pathlib import Path
from typing import Any

import pytest

from headrace.catalog.check import check_catalog
from tests.unit.catalog.small_catalog import Files, payload_schema

SCHEMA = "schemas/avro/shop/order.placed/v1.0.avsc"


def example_of(files: Files, text: str) -> list[str]:
    files.save()
    path: Path = files.write_event("order.placed", payload_schema())
    path.with_name("v1.0.example.json").write_text(text)
    return [str(problem) for problem in check_catalog(files.root)]


def test_a_sound_catalog_has_no_problem(files: Files) -> None:
    files.save()
    assert check_catalog(files.root) == ()


def test_the_catalog_of_the_library_has_no_problem() -> None:
    assert check_catalog() == ()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('{"note": null}', "example.orderId: is missing"),
        ('{"orderId": "1", "note": null, "size": 3}', "example.size: is not a field"),
        ('{"orderId": 1, "note": null}', "example.orderId: must be a string"),
        ('{"orderId": "1"}', "example.note: an example shows every field; this one is left out"),
    ],
)
def test_an_example_that_its_schema_refuses_is_named(files: Files, text: str, problem: str) -> None:
    found = example_of(files, text)
    assert len(found) == 1
    assert found[0].startswith(f"{SCHEMA}: order.placed: {problem}")


@pytest.mark.parametrize(
    ("avro_type", "given", "returned"),
    [
        ({"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2}, '"1.5"', "1.50"),
        ({"type": "long", "logicalType": "timestamp-micros"}, '"2024-01-15T10:30:00Z"', ".000000Z"),
    ],
)
def test_an_example_is_written_in_the_form_that_comes_back(
    files: Files, avro_type: Any, given: str, returned: str
) -> None:
    schema = payload_schema()
    schema["fields"][0]["type"] = avro_type
    path = files.write_event("order.placed", schema)
    path.with_name("v1.0.example.json").write_text(f'{{"orderId": {given}, "note": null}}')
    files.save()
    (problem,) = check_catalog(files.root)
    assert "comes back as" in problem.reason
    assert returned in problem.reason


def test_a_broken_topic_does_not_hide_a_broken_example(files: Files) -> None:
    files.document["topics"]["shop.other"] = {}
    found = example_of(files, '{"note": null}')
    assert any(problem.startswith("topics/shop.yaml: shop.other") for problem in found)
    assert found[-1] == f"{SCHEMA}: order.placed: example.orderId: is missing"
