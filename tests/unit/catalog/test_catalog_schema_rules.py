"""Which payload schemas are accepted, and how a refused one is explained."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headrace.catalog.schema_rules import check_payload_schema, nested_types, personal_fields

names = st.sampled_from(["record", "enum", "array", "map", "string", "decimal", "Money", "", "x"])
attributes = st.sampled_from(
    [
        *("type", "name", "doc", "fields", "items", "values", "symbols", "default"),
        *("logicalType", "precision", "scale", "personal", "subject"),
    ]
)
malformed = st.recursive(
    st.none() | st.integers() | names,
    lambda inner: st.lists(inner) | st.dictionaries(attributes, inner),
)


def record(*fields: dict[str, Any], name: str = "TestedPayload") -> dict[str, Any]:
    return {"type": "record", "name": name, "doc": "A record.", "fields": list(fields)}


def field(avro_type: Any, name: str = "value", **attributes: Any) -> dict[str, Any]:
    return {"name": name, "type": avro_type, "doc": "A field.", **attributes}


def problems(schema: dict[str, Any]) -> list[str]:
    found = check_payload_schema(schema, "TestedPayload")
    return [f"{problem.field}: {problem.reason}" for problem in found]


def decimal(precision: Any, scale: Any = 0) -> dict[str, Any]:
    return {"type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale}


def personal(subject: str = "userId", kind: str = "email", **changes: Any) -> dict[str, Any]:
    mark = {"subject": subject, "type": kind}
    return field(["null", "string"], "email") | {"personal": mark} | changes


SUBJECT = field("string", "userId")
MONEY = record(field("long", "units"), name="Money")


@pytest.mark.parametrize(
    "avro_type",
    [
        *("boolean", "int", "long", "float", "double", "bytes", "string"),
        ["null", "string"],
        {"type": "array", "items": "string"},
        {"type": "map", "values": {"type": "array", "items": ["null", "long"]}},
        {"type": "string", "logicalType": "uuid"},
        {"type": "int", "logicalType": "date"},
        {"type": "long", "logicalType": "timestamp-micros"},
        {
            "type": "enum",
            "name": "Colour",
            "doc": "A colour.",
            "symbols": ["red"],
            "default": "red",
        },
        decimal(38, 38),
        MONEY,
    ],
)
def test_what_every_decoder_reads_is_accepted(avro_type: Any) -> None:
    assert problems(record(field(avro_type))) == []


@pytest.mark.parametrize(
    ("avro_type", "problem"),
    [
        ("null", "value: 'null' is neither a readable type nor defined before"),
        ("Money", "value: 'Money' is neither a readable type nor defined before"),
        (None, "value: None is no Avro type"),
        (["string", "null"], 'value: a union is ["null", X]: nothing else is read everywhere'),
        (
            ["null", "string", "long"],
            'value: a union is ["null", X]: nothing else is read everywhere',
        ),
        (["null", "null"], "value: 'null' is neither a readable type nor defined before"),
        ({"items": "string"}, "value: `type` is missing or not a name"),
        ({"type": "array", "items": "void"}, "value[]: 'void' is neither a readable type nor"),
        ({"type": "map", "values": "void"}, "value{}: 'void' is neither a readable type nor"),
        ({"type": "string", "size": 3}, "value: the attribute 'size' is not used here"),
        (
            {"type": "string", "logicalType": "date"},
            "value: the logical type 'date' is not read on",
        ),
        ({"type": "long", "logicalType": "duration"}, "value: the logical type 'duration' is not"),
        (decimal(39), "value: the precision is between 1 and 38"),
        (decimal(None), "value: the precision is between 1 and 38"),
        (decimal(4, 5), "value: the scale is between 0 and the precision"),
        (record(name="Empty"), "value: a record has at least one field"),
        (record(field("long"), name="money"), "value: the type name 'money' is not PascalCase"),
        ({"type": "enum", "name": "Colour", "symbols": ["red"]}, "value: Colour has no doc"),
        ({"type": "enum", "name": "Colour", "doc": "A."}, "value: an enum lists its symbols"),
        (
            {"type": "enum", "name": "Colour", "doc": "A.", "symbols": ["red", "red"]},
            "value: symbols are unique Avro names",
        ),
        (
            {"type": "enum", "name": "Colour", "doc": "A.", "symbols": ["red"], "default": "blue"},
            "value: the default 'blue' is not among the symbols",
        ),
    ],
)
def test_what_some_decoder_cannot_read_is_refused(avro_type: Any, problem: str) -> None:
    assert problems(record(field(avro_type)))[0].startswith(problem)


def test_a_record_may_be_named_again_but_not_defined_again() -> None:
    assert problems(record(field(MONEY, "first"), field("Money", "second"))) == []
    twice = problems(record(field(MONEY, "first"), field(MONEY, "second")))
    assert twice == ["second: Money is defined twice; name it the second time"]


def test_a_record_must_not_contain_itself() -> None:
    branch = record(field(["null", "Branch"], "child"), name="Branch")
    assert problems(record(field(branch, "root"))) == [
        "root.child: Branch contains itself; write the levels out"
    ]


def test_the_payload_is_a_record_of_the_name_that_its_event_type_gives() -> None:
    assert problems({"type": "array", "items": "string"}) == [": the payload is a record"]
    assert problems(record(SUBJECT, name="Other")) == [
        "name: the record is called TestedPayload here"
    ]


def test_a_namespace_is_given_by_the_folder_alone() -> None:
    named = record(SUBJECT) | {"namespace": "shop"}
    assert problems(named) == [": the attribute 'namespace' is not used here"]


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        ({"name": "value", "type": "string"}, "value: the field has no doc"),
        (field("string", "Value"), "Value: a field name is lowerCamelCase"),
        (field("string", defualt=""), "value: the attribute 'defualt' is not used here"),
        (field(["null", "string"], default=""), "value: the default of a nullable field is null"),
        (field("string", "userId"), ": two fields have the same name"),
    ],
)
def test_a_field_is_named_explained_and_spelled_right(wrong: dict[str, Any], problem: str) -> None:
    assert problem in problems(record(SUBJECT, wrong))


def test_a_personal_field_may_name_a_subject_beside_it_or_further_out() -> None:
    contact = record(personal("contactId"), field("string", "contactId"), name="Contact")
    nested = record(personal(), name="Address")
    schema = record(
        SUBJECT,
        personal(),
        field({"type": "array", "items": contact}, "contacts"),
        field(nested, "address"),
    )
    assert problems(schema) == []
    assert personal_fields(schema) == ("email", "contacts[].email", "address.email")


@pytest.mark.parametrize(
    ("wrong", "problem"),
    [
        (personal(type="string"), 'email: a personal field is ["null", "string"]'),
        (personal(name="emailId"), "emailId: an id may serve as a key and is never personal"),
        (personal(personal="email"), 'email: `personal` is {"subject": field, "type": kind}'),
        (personal("accountId"), "email: no enclosing record has a string field 'accountId'"),
        (personal("email"), "email: no enclosing record has a string field 'email'"),
        (
            personal(kind="shoe"),
            "email: the personal type 'shoe' is none of "
            "address, birthdate, device, email, ip, name, phone, text",
        ),
    ],
)
def test_a_personal_field_that_could_not_be_encrypted_is_refused(
    wrong: dict[str, Any], problem: str
) -> None:
    assert problems(record(SUBJECT, wrong)) == [problem]


def test_the_subject_of_a_personal_field_is_never_null() -> None:
    nullable = field(["null", "string"], "userId")
    assert problems(record(nullable, personal())) == [
        "email: no enclosing record has a string field 'userId'"
    ]


def test_nested_types_are_found_wherever_they_are_defined() -> None:
    schema = record(
        field({"type": "array", "items": ["null", MONEY]}, "first"),
        field({"type": "map", "values": record(SUBJECT, name="Owner")}, "second"),
    )
    assert [name for name, _ in nested_types(schema)] == ["Money", "Owner"]


@given(malformed)
def test_whatever_a_schema_file_holds_is_reported_and_never_raised(anything: Any) -> None:
    for schema in (record(field(anything)), {"type": "record", "fields": anything}):
        assert all(problem for problem in problems(schema))
