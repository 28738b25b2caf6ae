"""Subjects: schemas to register, each in its turn, and compatibility levels."""

from collections.abc import Iterator, Mapping

from headrace.catalog.compatibility import level_breaks
from headrace.catalog.planning.changes import Change, RegisterSchema, SetLevel, UnknownSchema
from headrace.catalog.planning.state import FoundSubject, SubjectSpec


def schema_differences(
    wanted: Mapping[str, SubjectSpec], found: Mapping[str, FoundSubject]
) -> Iterator[Change]:
    """In the order in which a registry takes them: a level needs a first schema to belong to.

    Schemas are never deleted: records that were written with one must stay readable.
    """
    for name, spec in sorted(wanted.items()):
        yield from _differences(spec, found.get(name) or FoundSubject(name, None, ()))


def _differences(spec: SubjectSpec, found: FoundSubject) -> Iterator[Change]:
    registrations = list(_registrations(spec, found))
    if not found.schemas:
        yield from registrations[:1]
        registrations = registrations[1:]
    if found.level != spec.level:
        yield SetLevel(spec.name, found.level, spec.level)
    yield from registrations
    known = {text for _, text in spec.versions}
    for position, text in enumerate(found.schemas, 1):
        if text not in known:
            yield UnknownSchema(spec.name, position)


def _registrations(spec: SubjectSpec, found: FoundSubject) -> Iterator[Change]:
    """Each is held against all that the registry will have by then, as the level asks."""
    there = list(found.schemas)
    for version, text in spec.versions:
        if text in there:
            continue
        breaks = dict.fromkeys(str(each.at) for each in level_breaks(spec.level, text, there))
        yield RegisterSchema(spec.name, version, text, spec.level, tuple(breaks))
        there.append(text)
