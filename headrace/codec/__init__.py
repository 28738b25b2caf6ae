"""How an event becomes a Kafka record and back.

`EventEncoder` checks an event against its schema and the envelope's rules and writes the value;
`EventDecoder` reads one, and calls poison what is not a sound event. Between them: `json_form`
(the one table of Avro and JSON values), `wire` (Confluent's framing), `Registry` (schema ids; its
in-memory twin is `MemoryRegistry`), `key_of` and `headers_of` (what surrounds the value),
`parse_json` and `dump_json` (JSON without losses).
"""

from headrace.codec.decoder import DecodedEvent, EventDecoder
from headrace.codec.encoder import EventEncoder
from headrace.codec.orjson_first import MAX_DEPTH, exceeds
from headrace.codec.record import Headers, Record, headers_of, key_of
from headrace.codec.registry import Registry, SchemaRegistry
from headrace.codec.registry_memory import MemoryRegistry
from headrace.codec.strict_json import TOO_DEEP, JsonError, dump_json, parse_json

__all__ = [
    "MAX_DEPTH",
    "TOO_DEEP",
    "DecodedEvent",
    "EventDecoder",
    "EventEncoder",
    "Headers",
    "JsonError",
    "MemoryRegistry",
    "Record",
    "Registry",
    "SchemaRegistry",
    "dump_json",
    "exceeds",
    "headers_of",
    "key_of",
    "parse_json",
]
