"""A plan: every difference, in an order in which it is safe to make them one by one."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from headrace.catalog.planning.access_differences import (
    acls_to_create,
    acls_to_delete,
    users_to_create,
    users_to_delete,
)
from headrace.catalog.planning.changes import Change, Danger, RegisterSchema
from headrace.catalog.planning.schema_differences import schema_differences
from headrace.catalog.planning.state import FoundState, WantedState
from headrace.catalog.planning.topic_differences import topic_differences, topics_to_delete


@dataclass(frozen=True, slots=True)
class Permit:
    """The names that were allowed, by danger."""

    delete: frozenset[str] = field(default_factory=frozenset)
    shrink: frozenset[str] = field(default_factory=frozenset)
    incompatible: frozenset[str] = field(default_factory=frozenset)

    def covers(self, change: Change) -> bool:
        """Whether the change may be made: it is safe, or its name was given for its danger."""
        if change.danger in (Danger.SAFE, Danger.MANUAL):
            return change.danger is Danger.SAFE
        allowed: frozenset[str] = getattr(self, change.danger.value)
        return change.name in allowed

    def unused(self, changes: Collection[Change]) -> Iterator[str]:
        """The options that allow nothing of these changes: misspelt, or made already."""
        asked = {change.flag for change in changes}
        for danger in (Danger.DELETE, Danger.SHRINK, Danger.INCOMPATIBLE):
            for name in sorted(getattr(self, danger.value)):
                if f"--allow-{danger} {name}" not in asked:
                    yield f"--allow-{danger} {name}"


@dataclass(frozen=True, slots=True)
class Plan:
    """All differences; empty when catalog, cluster and registry agree."""

    changes: tuple[Change, ...]

    def split(self, permit: Permit) -> tuple[tuple[Change, ...], tuple[Change, ...]]:
        """Those to make, in their order, and those to leave.

        A schema behind one of its subject that is left is left as well: versions keep their order.
        """
        made: list[Change] = []
        left: list[Change] = []
        waiting: set[str] = set()
        for change in self.changes:
            ordered = isinstance(change, RegisterSchema)
            if permit.covers(change) and not (ordered and change.name in waiting):
                made.append(change)
            else:
                left.append(change)
                if ordered:
                    waiting.add(change.name)
        return tuple(made), tuple(left)


def make_plan(wanted: WantedState, found: FoundState) -> Plan:
    """What stands between the two; parts that were not found (None) are left out.

    Grants come before what uses them, and everything is taken away last: rules, users, topics.
    """
    return Plan((*_additions(wanted, found), *_removals(wanted, found)))


def _additions(wanted: WantedState, found: FoundState) -> Iterable[Change]:
    if found.topics is not None:
        yield from topic_differences(wanted.topics, found.topics)
    if found.users is not None:
        yield from users_to_create(wanted, found.users)
    if found.acls is not None:
        yield from acls_to_create(wanted, found.acls)
    if found.subjects is not None:
        yield from schema_differences(wanted.subjects, found.subjects)


def _removals(wanted: WantedState, found: FoundState) -> Iterable[Change]:
    if found.acls is not None:
        yield from acls_to_delete(wanted, found.acls, found.made)
    if found.users is not None:
        yield from users_to_delete(wanted, found.users, found.made)
    if found.topics is not None:
        yield from topics_to_delete(wanted.topics, found.topics, found.made)
