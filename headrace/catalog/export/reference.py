"""The catalog as a page for people: each domain, its topics, its event types and their fields."""

from collections.abc import Iterator, Mapping
from typing import Any

from headrace.catalog.export.types_in_words import named_types, type_in_words
from headrace.catalog.generate.names import event_class_name
from headrace.catalog.generate.package import newest_versions
from headrace.catalog.model import Catalog, EventType, SchemaVersion, Topic

_HEAD = """<!-- Generated from the catalog by `headrace topics export reference`; do not edit. -->
# Topics and event types

What every topic carries, who writes it, who reads it. Fields are those of the newest version of
each major; docs/json.md has their JSON form. **Bold** fields must be given, the others have a
default. How versions change: docs/schemas.md.
"""


def reference(catalog: Catalog) -> str:
    """The page as Markdown."""
    lines = [_HEAD]
    domains: dict[str, list[Topic]] = {}
    for topic in catalog.topics.values():
        domains.setdefault(topic.domain, []).append(topic)
    lines += [f"- [{domain}](#{domain}): {_counted(domains[domain])}" for domain in sorted(domains)]
    for domain in sorted(domains):
        lines += ["", f"## {domain}"]
        for topic in domains[domain]:
            lines += ["", *_topic(catalog, topic)]
    return "\n".join(lines) + "\n"


def _counted(topics: list[Topic]) -> str:
    types = sum(len(topic.event_types) for topic in topics)
    return f"{len(topics)} topics, {types} event types"


def _topic(catalog: Catalog, topic: Topic) -> Iterator[str]:
    yield f"### {topic.name}"
    yield ""
    yield topic.description
    yield ""
    yield "| | |"
    yield "|---|---|"
    yield from (f"| {name} | {value} |" for name, value in _facts(topic).items())
    for event_type in map(catalog.event_type, topic.event_types):
        for major, version in newest_versions(event_type):
            yield ""
            yield from _event_type(event_type, major, version)


def _facts(topic: Topic) -> Mapping[str, str]:
    kind = topic.aggregate_type or "varies"
    aggregate = f"{kind}, its id in `{topic.aggregate_id}`" if topic.aggregate_id else kind
    consumers = (f"{group}: {', '.join(types)}" for group, types in topic.consumers.items())
    return {
        "producers": "every service" if topic.producers == ("*",) else ", ".join(topic.producers),
        "consumers": "<br>".join(consumers) or "none declared",
        "key": topic.key or "aggregateId, else accountId, else eventId",
        "aggregate": aggregate,
        "authority": topic.authority,
        "partitions": f"{topic.production_partitions} in production, {topic.partitions} locally",
        "copies": f"{topic.replication} in production",
        "kept": f"{topic.retention_ms / 86_400_000:g} days from arrival",
    }


def _event_type(event_type: EventType, major: int, version: SchemaVersion) -> Iterator[str]:
    yield f"#### {event_type.name} {version.version}"
    yield ""
    yield (
        f"{version.payload['doc']} Class `{event_class_name(event_type.name, major)}`, subject "
        f"`{version.subject}`, compatibility {event_type.compatibility}."
    )
    yield ""
    yield "| field | type | |"
    yield "|---|---|---|"
    yield from _rows(version.payload, "", named_types(version.payload))


def _rows(
    record: Mapping[str, Any], path: str, named: Mapping[str, Mapping[str, Any]]
) -> Iterator[str]:
    """A row a field; a nested record's fields follow it."""
    for field in record["fields"]:
        name = f"{path}{field['name']}"
        shown = f"`{name}`" if "default" in field else f"**`{name}`**"
        words, inner, mark = type_in_words(field["type"], named)
        yield f"| {shown} | {_safe(words)} | {_safe(field['doc'])}{_personal(field)} |"
        if inner is not None:
            yield from _rows(inner, f"{name}{mark}.", named)


def _personal(field: Mapping[str, Any]) -> str:
    return f" Personal: {field['personal']['type']}." if "personal" in field else ""


def _safe(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
