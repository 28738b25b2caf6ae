"""What was released against what is there: every difference, and what it means.

Within a major version (a subject), what was released stays as it is; what is new must keep the
event type's compatibility level towards it. A new major is a subject of its own and breaks nobody.
A level that is loosened is told, and counts from the next release on: until then a new version is
judged by the one that was released, or one commit could loosen it and break somebody.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

import orjson

from headrace.catalog.compatibility import (
    Break,
    First,
    SidedBreak,
    field_breaks,
    first_to_deploy,
    level_breaks,
    loosens,
)
from headrace.catalog.compose import canonical_json
from headrace.catalog.gate.changes import changes_of
from headrace.catalog.gate.finding import Finding
from headrace.catalog.gate.released import Released
from headrace.catalog.model import Catalog, EventType, SchemaVersion

NEW_MINOR = "put it into a new minor version, with a default"
NEW_MAJOR = "make it a new major version with an upcaster"
RESTORE = "put the file back as it was released"


def findings(catalog: Catalog, released: Iterable[Released], root: Path) -> tuple[Finding, ...]:
    """Every difference, by subject; `root` is the folder that the catalog was read from."""
    by_subject: dict[str, list[Released]] = {}
    for each in released:
        by_subject.setdefault(each.subject, []).append(each)
    there = {
        version.subject: event_type
        for event_type in catalog.event_types.values()
        for version in event_type.versions
    }
    found: list[Finding] = []
    for subject in sorted(by_subject.keys() | there.keys()):
        comparison = _Subject(subject, there.get(subject), by_subject.get(subject, []), root)
        found += comparison.findings()
    return tuple(found)


class _Subject:
    """One subject: its released schemas, and its versions now."""

    def __init__(
        self, name: str, event_type: EventType | None, released: list[Released], root: Path
    ) -> None:
        self._name = name
        self._root = root
        self._type = event_type
        self._released = sorted(released, key=lambda each: _numbers(each.version))
        versions = event_type.versions if event_type else ()
        self._versions = [each for each in versions if each.subject == name]
        self._known = {each.payload for each in released}

    def findings(self) -> Iterator[Finding]:
        yield from self._moved()
        yield from self._loosened()
        for each in self._released:
            yield from self._of_released(each)
        files = {each.file for each in self._released if each.file}
        for at, version in enumerate(self._versions):
            if self._file(version) in files or canonical_json(version.payload) in self._known:
                continue
            yield from self._of_new(version, self._versions[:at])

    def _moved(self) -> Iterator[Finding]:
        """Whoever reads the old topic would see no more of these events, and no error."""
        last = self._released[-1] if self._released else None
        if last is None or self._type is None or last.topic in {"", self._type.topic}:
            return
        yield Finding(
            f"topics/{self._type.domain}.yaml",
            self._name,
            "",
            True,
            "",
            f"{self._type.name} moves from the topic {last.topic} to {self._type.topic}: its "
            "readers would see no more of it",
            "leave it where it is, and give the new topic an event type of its own",
        )

    def _loosened(self) -> Iterator[Finding]:
        before, now = self._level_released, self._type.compatibility if self._type else ""
        if not self._type or not before or not loosens(before, now):
            return
        what = f"{self._type.name}'s compatibility level goes from {before} to {now}"
        reason = f"{what}; versions beside this change are still judged by {before}"
        yield Finding(f"topics/{self._type.domain}.yaml", self._name, "", False, "", reason)

    @property
    def _level_released(self) -> str:
        return self._released[-1].level if self._released else ""

    @property
    def _level(self) -> str:
        """The level that a new version is judged by."""
        before, now = self._level_released, self._type.compatibility if self._type else ""
        return before if before and loosens(before, now) else now

    def _of_released(self, released: Released) -> Iterator[Finding]:
        """It must still be there, and be the same."""
        if any(canonical_json(each.payload) == released.payload and self._is(each, released)
               for each in self._versions):  # fmt: skip
            return
        now = next((each for each in self._versions if self._is(each, released)), None)
        if now is not None and released.file:
            yield from self._of_edited(released, now)
            return
        what = f"version {released.version}" if released.version else "a registered schema"
        if not self._versions:
            what = f"the event type {released.event_type or self._name}" + (
                f", version {released.version}," if released.version else ""
            )
        yield Finding(
            released.file,
            self._name,
            "",
            True,
            "",
            f"{what} is gone; events were written with it",
            RESTORE if released.file else "add its file to the catalog again",
        )

    def _is(self, version: SchemaVersion, released: Released) -> bool:
        """Whether it is that release: by its file, or, in a registry, by nothing but its text."""
        return not released.file or self._file(version) == released.file

    def _of_edited(self, released: Released, now: SchemaVersion) -> Iterator[Finding]:
        text = canonical_json(now.payload)
        for change in changes_of(orjson.loads(released.payload), now.payload):
            breaking = [
                *field_breaks(text, released.payload),
                *field_breaks(released.payload, text),
            ]
            grave = any(each.field == change.field for each in breaking)
            reason = f"a released version was edited: {change.reason}"
            remedy = f"{RESTORE}, and {NEW_MAJOR if grave else NEW_MINOR}"
            yield Finding(released.file, self._name, change.field, True, "", reason, remedy)

    def _of_new(self, version: SchemaVersion, before: list[SchemaVersion]) -> Iterator[Finding]:
        file, text = self._file(version), canonical_json(version.payload)
        older = [canonical_json(each.payload) for each in before]
        older += [each.payload for each in self._released if each.payload not in older]
        if not older:
            what = "a new major version" if version.version != "1.0" else "a new event type"
            yield Finding(file, self._name, "", False, _first_of_subject(version), what)
            return
        level = self._level
        broken = level_breaks(level, text, older)
        first = first_to_deploy(text, older)
        for each in broken:
            yield self._break(file, each, level, first)
        for change in changes_of(orjson.loads(older[-1]), version.payload):
            if not any(each.at.field == change.field for each in broken):
                yield Finding(file, self._name, change.field, False, first, change.reason)

    def _break(self, file: str, found: SidedBreak, level: str, first: First) -> Finding:
        reader = "the new version cannot read what the released ones wrote"
        if found.reader == "old":
            reader = "the released versions cannot read what the new one writes"
        reason = f"{found.at.reason}: {reader} ({level})"
        return Finding(file, self._name, found.at.field, True, first, reason, _remedy(found.at))

    def _file(self, version: SchemaVersion) -> str:
        return version.path.relative_to(self._root).as_posix()


def _remedy(found: Break) -> str:
    if found.reason == "is new and has no default":
        return f"give it a default in this minor version, or {NEW_MAJOR}"
    return NEW_MAJOR


def _first_of_subject(version: SchemaVersion) -> First:
    """Nobody reads a new type yet; a new major must be read before it is written."""
    return "either" if version.version == "1.0" else "consumers"


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(each) for each in version.split(".") if each.isdecimal())
