"""A catalog's classes: which there are, and the texts of all files of their package."""

from collections.abc import Iterator, Mapping
from typing import Any

from headrace.catalog import Catalog, EventType, SchemaVersion
from headrace.catalog.generate.folder import GenerateError
from headrace.catalog.generate.modules import MARK, EventClass, NestedClass, module_text
from headrace.catalog.generate.names import IMPORTED, event_class_name, with_major
from headrace.catalog.generate.shapes import Shapes
from headrace.catalog.generate.text import exploded, import_order, public_order


def files_of(catalog: Catalog) -> dict[str, str]:
    """File name to text: a module a domain, and the package's `__init__.py`.

    Raises GenerateError when two things would have one name.
    """
    by_domain: dict[str, list[EventType]] = {}
    for event_type in catalog.event_types.values():
        by_domain.setdefault(event_type.domain, []).append(event_type)
    domains = [
        _Domain(name, catalog, event_types) for name, event_types in sorted(by_domain.items())
    ]
    files = {f"{domain.name}.py": domain.text() for domain in domains}
    return {"__init__.py": _init(domains), **files}


class _Domain:
    """The classes of one domain."""

    def __init__(self, name: str, catalog: Catalog, event_types: list[EventType]) -> None:
        self.name = name
        self.events: list[EventClass] = []
        self._nested: list[NestedClass] = []
        self._taken: dict[str, str] = dict.fromkeys(IMPORTED, "the generated modules' imports")
        newest = [(each, *found) for each in event_types for found in newest_versions(each)]
        self._wholes: dict[str, tuple[Any, str]] = {}
        for major in sorted({major for _, major, _ in newest}):
            self._add_major(major, catalog, [(e, v) for e, m, v in newest if m == major])

    def text(self) -> str:
        return module_text(self.name, self._nested, self.events)

    def _add_major(
        self, major: int, catalog: Catalog, versions: list[tuple[EventType, SchemaVersion]]
    ) -> None:
        named: dict[str, Mapping[str, Any]] = {}
        for _, version in versions:
            for name, schema in inner_first(version.payload):
                named.setdefault(name, schema)
        classes: dict[str, str] = {}
        shapes = Shapes(named, classes)
        for name, schema in named.items():
            self._add_nested(name, schema, major, shapes, classes)
        for event_type, version in versions:
            self._add_event(catalog, event_type, version, major, shapes)

    def _add_nested(
        self,
        name: str,
        schema: Mapping[str, Any],
        major: int,
        shapes: Shapes,
        classes: dict[str, str],
    ) -> None:
        """A type that is the same as in an earlier major is that major's class."""
        whole = shapes.whole(schema)
        earlier = self._wholes.get(name)
        if earlier is not None and earlier[0] == whole:
            classes[name] = earlier[1]
            return
        classes[name] = self._take(with_major(name, major), f"the type {name} of v{major}")
        self._wholes[name] = (whole, classes[name])
        self._nested.append(NestedClass(classes[name], schema, shapes))

    def _add_event(
        self,
        catalog: Catalog,
        event_type: EventType,
        version: SchemaVersion,
        major: int,
        shapes: Shapes,
    ) -> None:
        topic = catalog.topic(event_type.topic)
        self.events.append(
            EventClass(
                name=self._take(event_class_name(event_type.name, major), event_type.name),
                event_type=event_type.name,
                version=version.version,
                topic=topic.name,
                aggregate_id=topic.aggregate_id,
                payload=version.payload,
                shapes=shapes,
            )
        )

    def _take(self, name: str, owner: str) -> str:
        if name in self._taken:
            raise GenerateError(
                f"the domain {self.name}: {owner} and {self._taken[name]} would both be the class "
                f"{name}; rename one"
            )
        self._taken[name] = owner
        return name


def newest_versions(event_type: EventType) -> Iterator[tuple[int, SchemaVersion]]:
    """Each major of an event type with its newest version."""
    newest = {int(each.version.partition(".")[0]): each for each in event_type.versions}
    yield from newest.items()


def inner_first(schema: Any) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The named types defined inside a payload, each after those it is made of."""
    children: list[Any] = list(schema) if isinstance(schema, list) else []
    if isinstance(schema, Mapping):
        children = [each["type"] for each in schema.get("fields", ())]
        children += [schema[key] for key in ("items", "values") if key in schema]
    for child in children:
        yield from inner_first(child)
        if isinstance(child, Mapping) and "name" in child:
            yield child["name"], child


def _init(domains: list[_Domain]) -> str:
    classes = {event.name: (domain.name, event) for domain in domains for event in domain.events}
    if len(classes) < sum(len(domain.events) for domain in domains):
        names = [event.name for domain in domains for event in domain.events]
        twice = next(name for name in names if names.count(name) > 1)
        raise GenerateError(f"two event types would both be the class {twice}; rename one")
    entries = [
        f'"{name}": ("{module}", "{event.event_type}", {event.version.partition(".")[0]})'
        for name, (module, event) in sorted(classes.items())
    ]
    return "\n".join([MARK, *_INIT_HEAD, *_type_imports(domains), *_classes(entries, classes), ""])


_INIT_HEAD = [
    '"""The typed class of every event type and major version, imported when it is asked for.',
    "",
    "`from <this package> import UserCreated`, or by name: `typed_event(event_type, version)`.",
    '"""',
    "",
    "from typing import TYPE_CHECKING",
    "",
    "from headrace.events.base import TypedEvent, timestamp",
    "from headrace.events.lazy import LazyClasses",
    "",
    "if TYPE_CHECKING:",
]


def _type_imports(domains: list[_Domain]) -> Iterator[str]:
    for domain in domains:
        names = sorted((event.name for event in domain.events), key=import_order)
        one = f"    from .{domain.name} import {', '.join(names)}"
        if len(one) <= 100:
            yield one
        else:
            yield from exploded(f"    from .{domain.name} import (", names, ")")


def _classes(entries: list[str], classes: Mapping[str, Any]) -> list[str]:
    public = sorted([*classes, "TypedEvent", "timestamp", "typed_event"], key=public_order)
    return [
        "",
        *exploded("__all__ = [", (f'"{name}"' for name in public), "]"),
        "",
        "_CLASSES = LazyClasses(",
        "    __name__,",
        *exploded("    {", entries, "},"),
        ")",
        "typed_event = _CLASSES.typed_event",
        "",
        "if not TYPE_CHECKING:",
        "    __getattr__ = _CLASSES.load",
    ]
