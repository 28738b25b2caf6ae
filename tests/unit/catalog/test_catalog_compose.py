"""The composed schema: the envelope's fields, the payload inside, one canonical text."""

import json
import random
from typing import Any

import pytest
from fastavro import parse_schema
from hypothesis import given
from hypothesis import strategies as st

from headrace.catalog import ENVELOPE, compose
from headrace.catalog.compose import canonical_json, pascal_case, payload_name, subject_of
from tests.unit.catalog.small_catalog import payload_schema

json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("event_type", "record"),
    [
        ("user.created", "UserCreated"),
        ("ai.user.behavior.analyzed", "AiUserBehaviorAnalyzed"),
        ("COMPLAINT_CREATED", "ComplaintCreated"),
        ("PNJCree", "PNJCree"),
        ("OrdreVenteCree", "OrdreVenteCree"),
    ],
)
def test_a_record_is_called_like_its_event_type(event_type: str, record: str) -> None:
    assert pascal_case(event_type) == record
    assert payload_name(event_type) == f"{record}Payload"


def test_a_major_version_is_a_subject_of_its_own_and_a_minor_one_is_not() -> None:
    assert subject_of("user", "user.created", "1.0") == "headrace.user.v1.UserCreated"
    assert subject_of("user", "user.created", "1.7") == "headrace.user.v1.UserCreated"
    assert subject_of("user", "user.created", "12.0") == "headrace.user.v12.UserCreated"


def test_the_payload_is_the_last_field_after_the_envelope() -> None:
    payload = payload_schema()
    composed = compose("shop", "order.placed", "1.0", payload)
    names = [field["name"] for field in composed["fields"]]
    assert names == [*(field["name"] for field in ENVELOPE), "payload"]
    assert composed["fields"][-1]["type"] == payload
    assert parse_schema(composed)["name"] == "headrace.shop.v1.OrderPlaced"


def test_composing_leaves_its_input_alone() -> None:
    payload = payload_schema()
    canonical_json(compose("shop", "order.placed", "1.0", payload))
    assert payload == payload_schema()


@given(json_values, st.randoms(use_true_random=False))
def test_the_canonical_text_does_not_depend_on_the_order_of_attributes(
    value: Any, shuffler: random.Random
) -> None:
    assert canonical_json({"a": value}) == canonical_json({"a": shuffled(value, shuffler)})


@given(json_values)
def test_the_canonical_text_is_the_schema(value: Any) -> None:
    assert json.loads(canonical_json({"a": value})) == {"a": value}


def shuffled(value: Any, shuffler: random.Random) -> Any:
    if isinstance(value, list):
        return [shuffled(item, shuffler) for item in value]
    if not isinstance(value, dict):
        return value
    pairs = [(key, shuffled(item, shuffler)) for key, item in value.items()]
    shuffler.shuffle(pairs)
    return dict(pairs)
