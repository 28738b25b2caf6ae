"""Times that no calendar has: the row path judges them, and their neighbours come out."""

from datetime import datetime
from io import BytesIO
from typing import Any

import pytest
from fastavro import parse_schema, schemaless_writer

from headrace.codec import MemoryRegistry
from headrace.codec.columnar import ColumnarDecoder, DecodedColumns, decoder
from tests.unit.codec.conftest import NOW, event_type

MOMENTS = {"long": ("timestamp-micros", "timestamp-millis"), "int": ("date",)}
ENDS = {"long": (2**62, 2**63 - 1, -(2**63)), "int": (2**31 - 1, -(2**31))}
CASES = [
    (plain, kind, value, shape)
    for plain, kinds in MOMENTS.items()
    for kind in kinds
    for value in ENDS[plain]
    for shape in ("field", "nullable", "array", "record", "map")
]


def wrapped(shape: str, inner: Any) -> Any:
    match shape:
        case "field":
            return inner
        case "nullable":
            return ["null", inner]
        case "array":
            return {"type": "array", "items": inner}
        case "map":
            return {"type": "map", "values": inner}
    return {"type": "record", "name": "Inner", "fields": [{"name": "at", "type": inner}]}


def held(shape: str, value: int) -> Any:
    return {"array": [value], "map": {"k": value}, "record": {"at": value}}.get(shape, value)


class Bench:
    """Events of a payload with one field; written as plain numbers, which are the same bytes."""

    def __init__(self, avro_type: Any, plain: Any) -> None:
        self._registry = MemoryRegistry()
        composed = _type(avro_type).latest.composed_json
        self._id = self._registry.register("s", composed)
        self._writer = parse_schema(_type(plain).latest.composed)

    def body(self, value: Any, **envelope: Any) -> bytes:
        datum = {
            "eventId": "01890a5d-ac96-774b-bcce-b302099a8057",
            "eventType": "trip.booked",
            "timestamp": NOW,
            "version": "1.0",
            "source": "trip-service",
            "payload": {"f": value},
        }
        buffer = BytesIO()
        schemaless_writer(buffer, self._writer, datum | envelope)
        return buffer.getvalue()

    def decode(self, *bodies: bytes, now: datetime = NOW) -> DecodedColumns:
        columnar = ColumnarDecoder(self._registry)
        return columnar.decode(self._id, bodies, event_types=["trip.booked"], now=now)


def _type(avro_type: Any) -> Any:
    fields = [{"name": "f", "type": avro_type}]
    return event_type("trip.booked", {"type": "record", "name": "TripPayload", "fields": fields})


@pytest.mark.parametrize(("plain", "kind", "value", "shape"), CASES)
def test_a_time_beyond_the_calendar_is_left_to_the_row_path(
    plain: str, kind: str, value: int, shape: str
) -> None:
    moment = {"type": plain, "logicalType": kind}
    bench = Bench(wrapped(shape, moment), wrapped(shape, plain))
    sound = bench.body(held(shape, 86_400))
    done = bench.decode(sound, bench.body(held(shape, value)), sound)
    assert done.numbers.tolist() == [0, 2]


@pytest.mark.parametrize("value", ENDS["long"])
def test_an_envelopes_time_beyond_the_calendar_is_left_to_the_row_path(value: int) -> None:
    bench = Bench("int", "int")
    done = bench.decode(bench.body(1), bench.body(1, timestamp=value), bench.body(1))
    assert done.numbers.tolist() == [0, 2]


class PanicException(BaseException):
    """What a panic of native code looks like from Python."""


def test_a_panic_while_columns_are_shaped_leaves_all_of_them_to_the_row_path(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def panic(*_: object) -> None:
        raise PanicException("index out of bounds")

    bench = Bench("int", "int")
    monkeypatch.setattr(decoder, "_shaped", panic)
    assert bench.decode(bench.body(1)).numbers.tolist() == []


def test_what_ends_a_program_is_no_panic(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    bench = Bench("int", "int")
    monkeypatch.setattr(decoder, "_shaped", interrupted)
    with pytest.raises(KeyboardInterrupt):
        bench.decode(bench.body(1))
