"""A package of typed events whose modules are imported when a class of theirs is asked for."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from headrace.errors import FieldProblem, UnknownEventTypeError
from headrace.events.base import TypedEvent


class LazyClasses:
    """`classes` maps a class's name to its module in `package`, its event type and its major."""

    def __init__(self, package: str, classes: Mapping[str, tuple[str, str, int]]) -> None:
        self._package = package
        self._modules = {name: module for name, (module, _, _) in classes.items()}
        self._names = {(kind, major): name for name, (_, kind, major) in classes.items()}

    def load(self, name: str) -> Any:
        """The class of that name; raises AttributeError, as a module's `__getattr__` must."""
        module = self._modules.get(name)
        if module is None:
            raise AttributeError(f"module {self._package!r} has no attribute {name!r}")
        return getattr(import_module(f"{self._package}.{module}"), name)

    def typed_event(self, event_type: str, version: str) -> type[TypedEvent]:
        """The class of an event type in the major of `version` ("N.M").

        Raises UnknownEventTypeError naming the majors that exist.
        """
        major = version.partition(".")[0]
        name = self._names.get((event_type, int(major))) if major.isdecimal() else None
        if name is None:
            raise UnknownEventTypeError(self._unknown(event_type, version))
        found: type[TypedEvent] = self.load(name)
        return found

    def _unknown(self, event_type: str, version: str) -> FieldProblem:
        majors = sorted(major for kind, major in self._names if kind == event_type)
        if not majors:
            reason = f"{self._package} has no class for {event_type!r}: generate it from its schema"
            return FieldProblem("eventType", reason)
        known = ", ".join(map(str, majors))
        return FieldProblem(
            "version", f"{event_type} has no class for {version!r}; its major versions: {known}"
        )
