"""Looking at both sides, and making the permitted changes. All calls block."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TypeVar

from headrace.catalog import Catalog
from headrace.catalog.planning import (
    ALL_SECTIONS,
    JOURNAL,
    Change,
    FoundState,
    Made,
    Permit,
    Plan,
    Section,
    WantedState,
    make_plan,
    wanted_state,
)
from headrace.clock import Clock, SystemClock
from headrace.codec.subjects import Subjects
from headrace.errors import ConfigurationError, HeadraceError
from headrace.kafka.provision.changer import Changer
from headrace.kafka.provision.cluster import ClusterReader, NotOfferedError
from headrace.kafka.provision.journal import Journal
from headrace.kafka.provision.ours import ours
from headrace.kafka.provision.passwords import Passwords
from headrace.settings import Settings

AT_ONCE = 20
"""Changes in one request: few enough that an interrupted run tells what it has made."""

_SETTLING_SECONDS = 15.0
_POLL_SECONDS = 0.25
_T = TypeVar("_T")
Report = Callable[[Change], None]


class StoppedError(HeadraceError):
    """A change was refused or not answered. What was made before stays; apply can be repeated."""


@dataclass(frozen=True, slots=True)
class Note:
    """Why a section was left out; `failed` when it should have been looked at."""

    section: Section
    text: str
    failed: bool


@dataclass(frozen=True, slots=True)
class Look:
    """Both sides at one moment, and what stands between them."""

    cluster_id: str
    wanted: WantedState
    found: FoundState
    plan: Plan
    notes: tuple[Note, ...]
    has_journal: bool

    @property
    def failed(self) -> bool:
        """Whether something that should have been compared was not."""
        return any(note.failed for note in self.notes)


class Provisioner:
    """For one catalog, one cluster and one registry.

    `sections` None is everything that the cluster offers; named ones must be there. Raises
    OutageError, ConfigurationError.
    """

    def __init__(
        self,
        settings: Settings,
        catalog: Catalog,
        sections: Collection[Section] | None = None,
        clock: Clock | None = None,
    ) -> None:
        self._settings = settings
        self._catalog = catalog
        self._named = frozenset(sections or ())
        self._sections = self._named or frozenset(ALL_SECTIONS)
        self._clock = clock or SystemClock()
        self._subjects = Subjects(settings)
        self._journal = Journal(settings.kafka)

    def look(self) -> Look:
        """Read everything; changes nothing."""
        reader = ClusterReader(self._settings.kafka)
        wanted = wanted_state(self._catalog, reader.size)
        has_journal = reader.has_topic(JOURNAL)
        made = self._journal.read() if has_journal else Made()
        notes: list[Note] = []
        found = FoundState(
            topics=self._part(
                "topics", notes, lambda: reader.topics((*wanted.topics, *made.topics))
            ),
            users=self._part("users", notes, lambda: self._users(reader)),
            acls=self._part("acls", notes, reader.acls),
            subjects=self._part(
                "schemas", notes, lambda: self._subjects.read(wanted.subjects.values())
            ),
            made=made,
        )
        plan = make_plan(wanted, found)
        return Look(reader.cluster_id, wanted, found, plan, tuple(notes), has_journal)

    def apply(self, look: Look, permit: Permit, passwords: Passwords, report: Report) -> Look:
        """Make the permitted changes of a look; returns how things stand afterwards.

        `report` is called with each change once it is made. Raises StoppedError.
        """
        changes, _ = look.plan.split(permit)
        changer = Changer(self._settings.kafka, self._subjects, passwords)
        done = 0
        for batch in _batches(changes):
            try:
                changer.make(batch)
            except HeadraceError as error:
                raise _stopped(error, done, len(changes)) from error
            done += len(batch)
            for change in batch:
                report(change)
        after = self._settled(changes) if changes else look
        if after.has_journal:
            self._journal.write(after.found.made, ours(after.wanted, after.found))
        return after

    def _settled(self, changes: Sequence[Change]) -> Look:
        """Look until what was made shows: brokers hear of ACLs and users a moment later."""
        deadline = self._clock.monotonic() + _SETTLING_SECONDS
        while True:
            look = self.look()
            pending = [change for change in look.plan.changes if change in changes]
            if not pending:
                return look
            if self._clock.monotonic() > deadline:
                names = ", ".join(sorted({change.name for change in pending}))
                raise StoppedError(f"made, but the cluster still shows it otherwise: {names}")
            time.sleep(_POLL_SECONDS)

    def _users(self, reader: ClusterReader) -> frozenset[str]:
        kafka = self._settings.kafka
        scram = bool(kafka.sasl_username) and kafka.sasl_mechanism.startswith("scram")
        if not scram and "users" not in self._named:
            raise NotOfferedError(
                "this connection does not log in with SCRAM (KAFKA_SASL_MECHANISM); "
                "--only users looks at them all the same"
            )
        return reader.users()

    def _part(self, section: Section, notes: list[Note], read: Callable[[], _T]) -> _T | None:
        if section not in self._sections:
            return None
        try:
            return read()
        except NotOfferedError as error:
            if section in self._named:
                raise ConfigurationError(f"{section}: {error}") from error
            notes.append(Note(section, str(error), failed=False))
        except HeadraceError as error:
            if section != "schemas" or section in self._named:
                raise
            notes.append(Note(section, str(error), failed=True))
        return None


def _batches(changes: Sequence[Change]) -> Iterator[list[Change]]:
    """Neighbours of one kind, a few at a time, in their order."""
    for _, neighbours in groupby(changes, type):
        same = list(neighbours)
        yield from (same[at : at + AT_ONCE] for at in range(0, len(same), AT_ONCE))


def _stopped(error: HeadraceError, done: int, of: int) -> StoppedError:
    return StoppedError(
        f"{error}\nmade {done} of {of} changes, or some more; they stay. Run `headrace apply` again"
    )
