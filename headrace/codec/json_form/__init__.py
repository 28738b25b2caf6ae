"""The JSON form of Avro values: one table for both directions, compiled once per schema.

`from_avro(schema)` turns what fastavro decoded into JSON values; `to_avro(schema)` checks JSON
values strictly and turns them into what fastavro encodes. docs/json.md has the table. Both refuse
a schema outside it with UnsupportedSchemaError: recursive types, items that take no bytes, and
unions whose branches JSON cannot tell apart.
"""

from headrace.codec.json_form.reading import Convert, compile_field, from_avro
from headrace.codec.json_form.schema import UnsupportedSchemaError, reading_schema
from headrace.codec.json_form.writing import to_avro

__all__ = [
    "Convert",
    "UnsupportedSchemaError",
    "compile_field",
    "from_avro",
    "reading_schema",
    "to_avro",
]
