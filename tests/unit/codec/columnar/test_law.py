"""Many decoded at once are what one by one are."""

import subprocess
import sys

import pytest

from headrace.catalog import load_catalog
from headrace.codec.columnar.plan import columnar_plan
from headrace.codec.columnar.shapes import NotColumnarError
from tests.fuzz.law import Law

ROW_PATH = {"payment.initiated", "sourcing.product.proposed", "sourcing.product.selected"}
"""Event types with a kind that is not on the list: decimals."""

ENVELOPE = load_catalog().event_type("user.created").latest.composed


def _with(payload_type: object) -> dict[str, object]:
    fields = [
        {**field, "type": {"type": "record", "name": "P", "fields": [_field(payload_type)]}}
        if field["name"] == "payload"
        else field
        for field in ENVELOPE["fields"]
    ]
    return {**ENVELOPE, "fields": fields}


def _field(avro_type: object) -> dict[str, object]:
    return {"name": "f", "type": avro_type}


def test_the_event_types_that_go_one_by_one_are_known() -> None:
    refused = set()
    for name, event_type in load_catalog().event_types.items():
        try:
            columnar_plan(event_type.latest.composed)
        except NotColumnarError:
            refused.add(name)
    assert refused == ROW_PATH


ENUM = {"type": "enum", "name": "E", "symbols": ["A", "B"]}
RECORD = {"type": "record", "name": "R", "fields": [_field("string")]}


@pytest.mark.parametrize(
    "kind",
    [
        *("boolean", "int", "long", "float", "double", "string"),
        *(["null", "string"], ENUM, RECORD, ["null", RECORD]),
        *({"type": "array", "items": each} for each in ("int", ENUM, RECORD, ["null", "long"])),
        *({"type": "map", "values": each} for each in ("string", "double", RECORD)),
        *({"type": "long", "logicalType": f"timestamp-{unit}"} for unit in ("millis", "micros")),
        {"type": "int", "logicalType": "date"},
    ],
    ids=str,
)
def test_kinds_on_the_list_are_taken(kind: object) -> None:
    columnar_plan(_with(kind))


@pytest.mark.parametrize(
    "kind",
    [
        *("null", "bytes", ["string", "long"], ["null", "string", "long"]),
        {"type": "fixed", "name": "F", "size": 4},
        {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
        {"type": "string", "logicalType": "uuid"},
        {"type": "long", "logicalType": "time-micros"},
        {"type": "long", "logicalType": "local-timestamp-micros"},
        {"type": "map", "values": {"type": "map", "values": "string"}},
        {"type": "record", "name": "Empty", "fields": []},
    ],
    ids=str,
)
def test_kinds_that_are_not_on_the_list_go_one_by_one(kind: object) -> None:
    with pytest.raises(NotColumnarError):
        columnar_plan(_with(kind))


@pytest.mark.parametrize("seed", range(40))
def test_sound_events_of_every_type_come_out_the_same(seed: int) -> None:
    law = Law(load_catalog(), seed)
    for number in range(5):
        law.check(number, 30, sound=True)
    assert law.tally.columnar > 0


@pytest.mark.timeout(240)
def test_mutilated_batches_come_out_the_same_and_nothing_hangs() -> None:
    """In processes of its own: native code could end this one. More: `python -m tests.fuzz`."""
    command = [sys.executable, "-m", "tests.fuzz", "--batches", "250"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert ended.returncode == 0, ended.stdout[-6000:] + ended.stderr[-2000:]
