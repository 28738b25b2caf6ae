"""What the catalog says of one service: its group, what it takes and what it may publish."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property

from headrace.catalog import Catalog, Topic
from headrace.errors import ConfigurationError

ANYBODY = "*"


class RegistrationError(ConfigurationError):
    """A service wants what the catalog does not give it. Change the code, or the named file."""


@dataclass(frozen=True)
class Membership:
    """A service as the catalog knows it. `group` is None for one that only publishes."""

    service: str
    group: str | None
    catalog: Catalog

    @classmethod
    def of(cls, service: str, catalog: Catalog, group: str | None = None) -> "Membership":
        """Raises RegistrationError, naming the services that there are."""
        groups = catalog.groups
        if group is not None and group not in groups:
            raise RegistrationError(
                f"no topic of the catalog has a consumer group {group!r}"
                f"{_did_you_mean(group, groups)}; topics/*.yaml list them under `consumers`"
            )
        found = group or next((name for name in group_names(service) if name in groups), None)
        known = service_names(catalog)
        if found is None and service not in known:
            raise RegistrationError(
                f"the catalog knows no service {service!r}{_did_you_mean(service, known)}; it has "
                f"{', '.join(sorted(known))} (`producers` and `consumers` in topics/*.yaml)"
            )
        return cls(service, found, catalog)

    @cached_property
    def takes(self) -> Mapping[str, Topic]:
        """The event types that the group consumes, each with its topic."""
        return {
            event_type: topic
            for topic in self.catalog.topics.values()
            for event_type in topic.consumers.get(self.group or "", ())
        }

    def check_takes(self, event_type: str) -> Topic:
        """The topic that the type comes on; raises RegistrationError, UnknownEventTypeError."""
        topic = self._topic_of(event_type)
        if self.group is None:
            raise RegistrationError(
                f"{self.service} has no consumer group in the catalog, so it cannot take "
                f"{event_type}; add {group_names(self.service)[-1]} under {topic.name}: consumers "
                f"in {file_of(topic)}"
            )
        if event_type not in self.takes:
            readers = ", ".join(
                group for group, types in topic.consumers.items() if event_type in types
            )
            raise RegistrationError(
                f"{self.group} does not consume {event_type}: {topic.name} in {file_of(topic)} "
                f"lets {readers or 'nobody'} read it; {self.group} consumes "
                f"{', '.join(sorted(self.takes)) or 'nothing'}"
            )
        return topic

    def check_publishes(self, event_type: str) -> Topic:
        """The topic that the type goes to; raises RegistrationError, UnknownEventTypeError."""
        topic = self._topic_of(event_type)
        if topic.authority == "store":
            raise RegistrationError(
                f"{event_type} is published by the event store alone: {topic.name} has authority "
                f"store in {file_of(topic)}; append it there"
            )
        if ANYBODY not in topic.producers and self.service not in topic.producers:
            raise RegistrationError(
                f"{self.service} may not publish {event_type}: {topic.name} in {file_of(topic)} "
                f"has the producers {', '.join(topic.producers) or '(none)'}"
            )
        return topic

    def _topic_of(self, event_type: str) -> Topic:
        return self.catalog.topic(self.catalog.event_type(event_type).topic)


def group_names(service: str) -> tuple[str, ...]:
    """How the catalog may call a service's group, the contract's own form last."""
    return service, f"{service}-group", f"dreamscape-{service}-group"


def service_names(catalog: Catalog) -> set[str]:
    """Every service that the catalog names as a producer, or by its group."""
    producers = {name for topic in catalog.topics.values() for name in topic.producers}
    groups = (group.removesuffix("-group").removeprefix("dreamscape-") for group in catalog.groups)
    return (producers | set(groups)) - {ANYBODY}


def file_of(topic: Topic) -> str:
    """The catalog's file, relative to its root."""
    return f"topics/{topic.domain}.yaml"


def _did_you_mean(name: str, known: Iterable[str]) -> str:
    close = get_close_matches(name, list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
