"""Confluent's wire format: a zero byte, the schema id in four bytes (big endian), the Avro body.

https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/
"""

import struct

from headrace.errors import PoisonError

HEADER_SIZE = 5
MAX_SCHEMA_ID = 2**31 - 1
_HEADER = struct.Struct(">BI")


def pack(schema_id: int, body: bytes) -> bytes:
    """A record's value: the header for `schema_id` and the Avro `body`."""
    return _HEADER.pack(0, schema_id) + body


def schema_id_of(value: bytes | None) -> int:
    """The id in a value's header; raises PoisonError (`tombstone`, `not_avro`)."""
    if value is None:
        raise PoisonError("tombstone", "the record has no value")
    if len(value) < HEADER_SIZE or value[0]:
        raise PoisonError("not_avro", "the value does not begin with a zero byte and a schema id")
    schema_id: int = _HEADER.unpack_from(value)[1]
    if schema_id > MAX_SCHEMA_ID:
        raise PoisonError("not_avro", f"{schema_id} is no schema id: they are signed")
    return schema_id


def split(value: bytes | None) -> tuple[int, bytes]:
    """Schema id and Avro body of a record's value; raises PoisonError."""
    schema_id = schema_id_of(value)
    assert value is not None  # noqa: S101 - schema_id_of refuses None
    return schema_id, value[HEADER_SIZE:]
