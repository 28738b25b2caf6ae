"""What the generator makes of every shape a schema may have."""

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headrace.catalog import load_catalog
from headrace.catalog.generate import GenerateError, differences, files_of, write
from headrace.errors import PoisonError, UnknownEventTypeError
from tests.unit.catalog.small_catalog import Files

PLACE = {
    "type": "record",
    "name": "Place",
    "doc": "A place.",
    "fields": [
        {"name": "city", "type": "string", "doc": "Which."},
        {"name": "floor", "type": "int", "default": 0, "doc": "How high."},
    ],
}
KIND = {
    "type": "enum",
    "name": "Kind",
    "doc": 'How "it" goes.',
    "symbols": ["road", "rail"],
    "default": "road",
}
FIELDS: list[dict[str, Any]] = [
    {"name": "orderId", "type": "string", "doc": "Which."},
    {"name": "class", "type": "boolean", "default": True, "doc": "A word of Python's."},
    {"name": "version", "type": "long", "doc": "A name that the class has already."},
    {"name": "from", "type": PLACE, "doc": "Where it starts."},
    {"name": "to", "type": ["null", "Place"], "doc": "Must be given, and may be null."},
    {"name": "over", "type": ["null", "Place"], "default": None, "doc": "May be left out."},
    {
        "name": "home",
        "type": "Place",
        "default": {"city": "Nancy", "floor": 2},
        "doc": "A record by default.",
    },
    {"name": "kind", "type": KIND, "default": "rail", "doc": "How."},
    {"name": "stops", "type": {"type": "array", "items": "Place"}, "doc": "On the way."},
    {
        "name": "byName",
        "type": {"type": "map", "values": {"type": "array", "items": ["null", "Place"]}},
        "default": {},
        "doc": "Deep.",
    },
    {
        "name": "price",
        "type": {"type": "bytes", "logicalType": "decimal", "precision": 9, "scale": 2},
        "default": "\u0004\u00e2",
        "doc": "12.50 unless it says otherwise.",
    },
    {"name": "raw", "type": "bytes", "default": "\u00ff", "doc": "Bytes."},
    {
        "name": "day",
        "type": {"type": "int", "logicalType": "date"},
        "default": 0,
        "doc": "The first by default.",
    },
    {
        "name": "sharesOfTheWholeByEveryone",
        "type": {"type": "map", "values": "double"},
        "default": {"us": 0.5},
        "doc": "Told at a length that no line of a hundred characters holds, so that it is broken.",
    },
    {"name": "renamed", "type": "string", "aliases": ["named"], "doc": "By another name before."},
]
PAYLOAD: dict[str, Any] = {
    "orderId": "1",
    "class": False,
    "version": 3,
    "from": {"city": "Metz", "floor": 1},
    "to": None,
    "over": {"city": "Toul", "floor": 0},
    "home": {"city": "Metz", "floor": 9},
    "kind": "road",
    "stops": [{"city": "Metz", "floor": 1}],
    "byName": {"a": [None, {"city": "Metz", "floor": 1}]},
    "price": "1.00",
    "raw": "AAE=",
    "day": "2026-03-14",
    "sharesOfTheWholeByEveryone": {},
    "renamed": "x",
}
LEAST = {name: PAYLOAD[name] for name in ("orderId", "version", "from", "to", "stops")}


@pytest.fixture
def package(files: Files, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """The generated package of a catalog with one event type of all shapes."""
    schema = {"type": "record", "name": "OrderPlacedPayload", "doc": "An order.", "fields": FIELDS}
    files.write_event("order.placed", schema)
    files.topic["aggregate_id"] = "orderId"
    files.save()
    write(files_of(load_catalog(files.root)), files.root / "odd_events")
    monkeypatch.syspath_prepend(files.root)
    yield importlib.import_module("odd_events")
    for name in [name for name in sys.modules if name.partition(".")[0] == "odd_events"]:
        del sys.modules[name]


def test_every_shape_comes_back_as_it_went_in(package: Any) -> None:
    typed = package.OrderPlaced.from_payload(PAYLOAD)
    assert typed.from_ == package.shop.Place(city="Metz", floor=1)
    assert typed.by_name == {"a": [None, typed.from_]}
    assert (typed.class_, typed.version_, typed.aggregate_id_field) == (False, 3, "orderId")
    assert typed.to_payload() == PAYLOAD


def test_what_an_older_minor_left_out_takes_its_default(package: Any) -> None:
    typed = package.OrderPlaced.from_payload({**LEAST, "named": "before", "from": {"city": "Ay"}})
    assert typed.renamed == "before"
    assert (typed.over, typed.kind, typed.class_) == (None, "rail", True)
    assert typed.home == package.shop.Place(city="Nancy", floor=2)
    assert (typed.price, typed.raw, typed.day) == ("12.50", "/w==", "1970-01-01")
    assert typed.shares_of_the_whole_by_everyone == {"us": 0.5}
    assert typed.from_.floor == 0
    assert typed == package.OrderPlaced(
        order_id="1", version_=3, from_=typed.from_, to=None, stops=typed.stops, renamed="before"
    )


def test_defaults_are_not_shared_between_events(package: Any) -> None:
    one, other = (package.OrderPlaced.from_payload({**LEAST, "renamed": "x"}) for _ in range(2))
    one.by_name["mine"] = []
    one.shares_of_the_whole_by_everyone["me"] = 1.0
    assert other.by_name == {}
    assert other.shares_of_the_whole_by_everyone == {"us": 0.5}


def test_a_newer_minors_symbol_is_the_enums_default_and_its_fields_are_left_out(
    package: Any,
) -> None:
    typed = package.OrderPlaced.from_payload({**PAYLOAD, "kind": "air", "newer": 1})
    assert typed.kind == "road"
    assert "newer" not in typed.to_payload()


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"from": {}}, "does not fit Place: no field 'city'"),
        ({"from": None}, "does not fit Place"),
        ({"stops": 5}, "does not fit OrderPlaced"),
        ({"byName": []}, "does not fit OrderPlaced"),
    ],
)
def test_a_payload_of_another_shape_is_named(
    package: Any, changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(PoisonError, match=reason):
        package.OrderPlaced.from_payload({**PAYLOAD, **changes})


def test_a_missing_field_is_named(package: Any) -> None:
    with pytest.raises(PoisonError, match="does not fit OrderPlaced: no field 'renamed'"):
        package.OrderPlaced.from_payload(LEAST)


def test_classes_are_found_by_name_and_by_type(package: Any) -> None:
    assert package.typed_event("order.placed", "1.0") is package.OrderPlaced
    assert "OrderPlaced" in package.__all__
    with pytest.raises(AttributeError, match="OrderLost"):
        _ = package.OrderLost
    with pytest.raises(
        UnknownEventTypeError, match=r"has no class for '2\.0'; its major versions: 1"
    ):
        package.typed_event("order.placed", "2.0")
    with pytest.raises(UnknownEventTypeError, match=r"no class for 'order\.lost'"):
        package.typed_event("order.lost", "1.0")


def test_mypy_knows_the_classes_strictly(package: Any, files: Files) -> None:
    use = files.root / "use.py"
    use.write_text(
        "from odd_events import OrderPlaced\n"
        "reveal_type(OrderPlaced.from_payload({}).by_name)\n"
        "OrderPlaced(order_id=1)\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "use.py"],
        cwd=files.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'is "dict[str, list[odd_events.shop.Place | None]]"' in done.stdout
    assert 'Argument "order_id" to "OrderPlaced" has incompatible type "int"' in done.stdout
    assert 'Missing named argument "to"' in done.stdout
    assert "Found 6 errors in 1 file" in done.stdout  # the others miss an argument too


def test_a_formatters_work_is_no_difference(package: Any, files: Files) -> None:
    folder = files.root / "odd_events"
    subprocess.run([sys.executable, "-m", "ruff", "format", "-q", str(folder)], check=True)
    assert list(differences(files_of(load_catalog(files.root)), folder)) == []


def test_a_second_major_has_classes_of_its_own_and_shares_what_is_the_same(files: Files) -> None:
    def schema(floor: str) -> dict[str, Any]:
        place = {**PLACE, "fields": [{"name": "floor", "type": floor, "doc": "How high."}]}
        kind = {"name": "kind", "type": KIND, "doc": "How."}
        of = [FIELDS[0], {"name": "place", "type": place, "doc": "Where."}, kind]
        return {"type": "record", "name": "OrderPlacedPayload", "doc": "An order.", "fields": of}

    files.write_event("order.placed", schema("int"))
    files.write_event("order.placed", schema("string"), version="2.0")
    files.save()
    text = files_of(load_catalog(files.root))["shop.py"]
    assert text.count("class Place(") == 1
    assert "    place: PlaceV2\n" in text
    assert text.count("class OrderPlacedV2(TypedEvent)") == 1
    assert "KindV2" not in text


def test_names_that_would_clash_are_refused(files: Files) -> None:
    clash = {**PLACE, "name": "Date"}
    of = [FIELDS[0], {"name": "place", "type": clash, "doc": "Where."}]
    schema = {"type": "record", "name": "OrderPlacedPayload", "doc": "An order.", "fields": of}
    files.write_event("order.placed", schema)
    files.save()
    with pytest.raises(GenerateError, match="would both be the class Date; rename one"):
        files_of(load_catalog(files.root))


def test_a_folder_keeps_what_was_not_generated_and_loses_what_is_gone(tmp_path: Path) -> None:
    mark = "# Generated from the schemas by x\n"
    own = tmp_path / "own.py"
    own.write_text("mine = 1\n")
    assert write({"a.py": mark, "b.py": mark}, tmp_path) == ["a.py", "b.py"]
    assert write({"a.py": mark}, tmp_path) == ["b.py"]
    assert list(differences({"a.py": mark}, tmp_path)) == []
    with pytest.raises(GenerateError, match=r"own\.py was not generated"):
        write({"own.py": mark, "c.py": mark}, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.py", "own.py"]
    assert own.read_text() == "mine = 1\n"
