"""How an event becomes a Kafka record and back.

`EventEncoder` checks an event against its schema and the envelope's rules and writes the value;
`EventDecoder` reads one, and calls poison what is not a sound event. Between them: `json_form`
(the one table of Avro and JSON values), `wire` (Confluent's framing), `Registry` (schema ids; its
in-memory twin is `MemoryRegistry`), `key_of` and `headers_of` (what surrounds the value),
`parse_json` and `dump_json` (JSON without losses).
"""

from headrace.codec.decoder import DecodedEvent, EventDecoder
from headrace.codec.encoder import EventEncoder
from headrace.codec.record import Headers, headers_of, key_of
from headrace.codec.registry import Registry, SchemaRegistry
from headrace.codec.registry_memory import MemoryRegistry
from headrace.codec.strict_json import JsonError, dump_json, parse_json

__all__ = [
    "DecodedEvent",
    "EventDecoder",
    "EventEncoder",
    "Headers",
    "JsonError",
    "MemoryRegistry",
    "Registry",
    "SchemaRegistry",
    "dump_json",
    "headers_of",
    "key_of",
    "parse_json",
]
