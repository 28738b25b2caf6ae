"""The catalog as an AsyncAPI 3 document: a channel a topic, a message a schema version.

https://www.asyncapi.com/docs/reference/specification/v3.0.0, Kafka bindings 0.5.0.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from headrace.catalog.compose import pascal_case
from headrace.catalog.export.yaml_text import yaml_text
from headrace.catalog.model import Catalog, EventType, SchemaVersion, Topic

_BINDING = "0.5.0"
_AVRO = "application/vnd.apache.avro;version=1.9.0"
_KEYS = {None: "aggregateId, else accountId, else eventId"}
_ABOUT = "Generated from the catalog by `headrace topics export asyncapi`; do not edit."
_HEADERS = {
    "type": "object",
    "required": ["eventId", "eventType"],
    "properties": {
        "eventId": {"type": "string", "format": "uuid"},
        "eventType": {"type": "string"},
        "accountId": {"type": "string"},
        "correlationId": {"type": "string"},
        "traceparent": {"type": "string", "description": "W3C Trace Context."},
    },
}


def asyncapi(catalog: Catalog) -> str:
    """The document as YAML."""
    types = catalog.event_types.values()
    document = {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Events",
            "version": "1.0.0",
            "description": "Every topic, who writes it, who reads it, and the events in it.",
        },
        "defaultContentType": "avro/binary",
        "channels": {topic.name: _channel(catalog, topic) for topic in catalog.topics.values()},
        "operations": dict(_operations(catalog)),
        "components": {
            "messages": {
                _message_name(each, version): _message(catalog.topic(each.topic), each, version)
                for each in types
                for version in each.versions
            },
            "schemas": {"headers": _HEADERS},
        },
    }
    return yaml_text(document, about=_ABOUT)


def _message_name(event_type: EventType, version: SchemaVersion) -> str:
    return f"{pascal_case(event_type.name)}-{version.version}"


def _channel(catalog: Catalog, topic: Topic) -> dict[str, Any]:
    messages = [
        _message_name(event_type, version)
        for event_type in map(catalog.event_type, topic.event_types)
        for version in event_type.versions
    ]
    return {
        "address": topic.name,
        "description": topic.description,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "partitions": topic.production_partitions,
                "replicas": topic.replication,
                "topicConfiguration": _configuration(topic.config),
                "bindingVersion": _BINDING,
            }
        },
    }


def _configuration(config: Mapping[str, str]) -> dict[str, Any]:
    """Those settings that the binding knows, in its types."""
    known: dict[str, Any] = {"cleanup.policy": config["cleanup.policy"].split(",")}
    numbers = ("retention.ms", "retention.bytes", "delete.retention.ms", "max.message.bytes")
    return known | {name: int(config[name]) for name in numbers if name in config}


def _operations(catalog: Catalog) -> Iterator[tuple[str, dict[str, Any]]]:
    for topic in catalog.topics.values():
        channel = {"$ref": f"#/channels/{topic.name}"}
        for producer in topic.producers:
            name = "any-service" if producer == "*" else producer
            summary = f"{'Every service' if producer == '*' else producer} writes to {topic.name}."
            yield (
                f"{name}.send.{topic.name}",
                {"action": "send", "channel": channel, "summary": summary},
            )
        for group, types in topic.consumers.items():
            yield f"{group}.receive.{topic.name}", _receiving(catalog, topic, group, types)


def _receiving(
    catalog: Catalog, topic: Topic, group: str, types: tuple[str, ...]
) -> dict[str, Any]:
    messages = [
        {"$ref": f"#/channels/{topic.name}/messages/{_message_name(event_type, version)}"}
        for event_type in map(catalog.event_type, types)
        for version in event_type.versions
    ]
    group_id = {"type": "string", "enum": [group]}
    return {
        "action": "receive",
        "channel": {"$ref": f"#/channels/{topic.name}"},
        "summary": f"The consumer group {group} reads {', '.join(types)}.",
        "messages": messages,
        "bindings": {"kafka": {"groupId": group_id, "bindingVersion": _BINDING}},
    }


def _message(topic: Topic, event_type: EventType, version: SchemaVersion) -> dict[str, Any]:
    key = topic.key or _KEYS[None]
    return {
        "name": event_type.name,
        "title": f"{event_type.name} {version.version}",
        "summary": version.payload["doc"],
        "contentType": "avro/binary",
        "headers": {"$ref": "#/components/schemas/headers"},
        "correlationId": {"location": "$message.header#/correlationId"},
        "payload": {"schemaFormat": _AVRO, "schema": version.composed},
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": f"{key}, as text."},
                "schemaIdLocation": "payload",
                "schemaIdPayloadEncoding": "confluent",
                "schemaLookupStrategy": "RecordNameStrategy",
                "bindingVersion": _BINDING,
            }
        },
    }
