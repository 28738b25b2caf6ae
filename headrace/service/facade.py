"""What the generated classes of `headrace.services` are made of, and their text."""

from collections.abc import Awaitable, Callable
from typing import Any, Generic, ParamSpec, TypeAlias, TypeVar, overload

from headrace.catalog import Catalog
from headrace.events import TypedEvent, typed_event
from headrace.service.membership import Membership
from headrace.service.metadata import Metadata
from headrace.service.publishing import Published
from headrace.service.service import Service
from headrace.service.subscriptions import major_of

P = ParamSpec("P")
E = TypeVar("E", bound=TypedEvent)
Handles: TypeAlias = Callable[[E, Metadata], Awaitable[None] | None]
"""A handler of one event class."""


class Publishes(Generic[P]):
    """A method that takes an event's fields by name and publishes it: `Service.publish`."""

    def __init__(self, event_class: Callable[P, TypedEvent]) -> None:
        self._event_class = event_class

    @overload
    def __get__(self, service: None, owner: Any) -> "Publishes[P]": ...
    @overload
    def __get__(self, service: Service, owner: Any) -> Callable[P, Awaitable[Published]]: ...
    def __get__(
        self, service: Service | None, owner: Any
    ) -> "Publishes[P] | Callable[P, Awaitable[Published]]":
        if service is None:
            return self

        def publish(*args: P.args, **kwargs: P.kwargs) -> Awaitable[Published]:
            return service.publish(self._event_class(*args, **kwargs))

        return publish


class Facade(Service):
    """A service by its class; `subscribe` registers the handlers that are given."""

    NAME: str

    def __init__(self, **options: Any) -> None:
        super().__init__(self.NAME, **options)

    def subscribe(self, handlers: dict[type[TypedEvent], Any]) -> None:
        """Raises RegistrationError."""
        for event_class, handler in handlers.items():
            if handler is not None:
                self.on(event_class)(handler)


def facade_source(name: str, catalog: Catalog) -> str:
    """The module of one service."""
    member = Membership.of(name, catalog)
    domain = name.removesuffix("-service")
    published = [
        event
        for topic in catalog.topics.values()
        if topic.authority == "log" and (name in topic.producers or "*" in topic.producers)
        for event in topic.event_types
    ]
    taken: dict[str, list[str]] = {}
    for event in member.takes:
        taken.setdefault(event.partition(".")[0], []).append(event)
    events = dict.fromkeys((*published, *member.takes))
    classes = {cls.__name__ for event in events for cls in _classes(catalog, event)}
    lines = [
        "# Generated from the catalog by `python -m headrace.service.generate`; do not edit.",
        f'"""{name}: what it publishes and what it handles."""',
        "",
        *_imports(classes, bool(taken)),
        "",
        "",
        f"class {domain.title()}Service(Facade):",
        f'    """{name}, in the group {member.group}."""',
        "",
        f'    NAME = "{name}"',
        "",
    ]
    lines += [
        f"    publish_{_short(event, domain)}{_suffix(cls)} = Publishes({cls.__name__})"
        for event in published
        for cls in _classes(catalog, event)
    ]
    for source, types in taken.items():
        lines += _subscribe(source, [cls for each in types for cls in _classes(catalog, each)])
    return "\n".join(lines) + "\n"


def _imports(classes: set[str], handles: bool) -> list[str]:
    names = "".join(f"    {name},\n" for name in sorted(classes))
    facade = "Facade, Handles, Publishes" if handles else "Facade, Publishes"
    return [
        f"from headrace.events import (\n{names})",
        f"from headrace.service.facade import {facade}",
    ]


def _subscribe(source: str, classes: list[type[TypedEvent]]) -> list[str]:
    names = {cls: f"on_{_snake(cls.event_type)}{_suffix(cls)}" for cls in classes}
    return [
        "",
        f"    def subscribe_to_{source}_events(",
        "        self,",
        "        *,",
        *(f"        {name}: Handles[{cls.__name__}] | None = None," for cls, name in names.items()),
        "    ) -> None:",
        f'        """Handle events of {source}; before `initialize`."""',
        "        self.subscribe(",
        "            {",
        *(f"                {cls.__name__}: {name}," for cls, name in names.items()),
        "            }",
        "        )",
    ]


def _classes(catalog: Catalog, event_type: str) -> list[type[TypedEvent]]:
    versions = {
        major_of(each.version): each.version for each in catalog.event_type(event_type).versions
    }
    return [typed_event(event_type, version) for version in versions.values()]


def _suffix(cls: type[TypedEvent]) -> str:
    major = major_of(cls.version)
    return "" if major == 1 else f"_v{major}"


def _short(event_type: str, domain: str) -> str:
    """Its own domain goes without saying."""
    return _snake(event_type.removeprefix(f"{domain}."))


def _snake(event_type: str) -> str:
    return event_type.replace(".", "_")
