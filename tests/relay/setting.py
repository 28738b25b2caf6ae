"""A corner of the servers for one test: a database, topics and a transactional id of its own."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from pydantic import SecretStr

from deploy.local.direct import DirectStack
from deploy.local.orphans import owner_mark
from headrace.catalog import Catalog, load_catalog
from headrace.settings import Settings
from headrace.store import EventStore
from processors.relay import Names
from processors.relay.build import Wired, build
from tests.store.place import Place, new_place

Process = subprocess.Popen[bytes]
SILENT_SECONDS = 3.0
AT_WORK = "the relay is at work"
"""What a relay logs when it begins."""


def catalog_of(prefix: str) -> Catalog:
    """The catalog's topics of the event store alone, under names of their own."""
    whole = load_catalog()
    topics = {
        prefix + name: replace(topic, name=prefix + name)
        for name, topic in whole.topics.items()
        if topic.authority == "store"
    }
    types = {
        name: replace(each, topic=prefix + each.topic)
        for name, each in whole.event_types.items()
        if prefix + each.topic in topics
    }
    return Catalog(topics, types)


def names_of(prefix: str) -> Names:
    return Names(f"{prefix}relay", f"{prefix}cursor")


@dataclass(frozen=True)
class Setting:
    """`prefix` begins the names of everything in Kafka."""

    stack: DirectStack
    place: Place
    prefix: str
    log: Path

    @property
    def catalog(self) -> Catalog:
        return catalog_of(self.prefix)

    @property
    def names(self) -> Names:
        return names_of(self.prefix)

    @property
    def settings(self) -> Settings:
        known = self.stack.description.settings()
        return known.model_copy(update={"store_database_url": SecretStr(self.place.relay)})

    def store(self) -> EventStore:
        """An application's."""
        return EventStore(self.place.app, source="tests", catalog=self.catalog, connections=8)

    def relay(
        self, stop: threading.Event | None = None, *, without: str = "", cursor_topic: str = ""
    ) -> Wired:
        """Its catalog may lack an event type, its cursor be elsewhere."""
        names = replace(self.names, cursor_topic=cursor_topic or self.names.cursor_topic)
        types = {n: each for n, each in self.catalog.event_types.items() if n != without}
        catalog = replace(self.catalog, event_types=types)
        return build(self.settings, stop=stop or threading.Event(), catalog=catalog, names=names)

    @contextmanager
    def started(self) -> Iterator[Process]:
        """A relay in a process of its own, killed after the block if it still runs."""
        process = self._start()
        try:
            yield process
        finally:
            process.kill()
            process.wait()

    def _start(self) -> Process:
        own = {"STORE_DATABASE_URL": self.place.relay, "RELAY_PREFIX": self.prefix}
        mark = owner_mark(self.stack.description.layout.root)
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "tests.relay.program"],
                env={**os.environ, **self.stack.env, **own, **mark},
                stdout=log,
                stderr=log,
            )

    @property
    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@contextmanager
def new_setting(stack: DirectStack, folder: Path) -> Iterator[Setting]:
    with new_place(stack) as place:
        yield Setting(stack, place, f"t{uuid4().hex[:8]}.", folder / "relay.log")


@contextmanager
def running(setting: Setting, *, without: str = "") -> Iterator[Wired]:
    """A relay in a thread; what it raised is raised after the block."""
    stop = threading.Event()
    wired = setting.relay(stop, without=without)
    errors: list[BaseException] = []

    def run() -> None:
        try:
            wired.relay.run()
        except BaseException as error:  # noqa: BLE001 - raised in the test's own thread
            errors.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield wired
    finally:
        stop.set()
        thread.join(60)
        wired.store.close()
    if errors:
        raise errors[0]


def until(holds: Callable[[], bool], seconds: float = 60.0, step: float = 0.02) -> None:
    """Wait for a condition; AssertionError when it does not come."""
    pause = threading.Event()
    left = seconds
    while not holds():
        left -= step
        assert left > 0, f"not within {seconds} s"
        pause.wait(step)


def end_of(store: EventStore) -> str:
    return store.cursor_of(store.read_all(backwards=True, limit=1).events[0].position)


def finish(setting: Setting) -> None:
    """A last relay brings over what is left."""
    with running(setting) as wired:
        until(lambda: wired.relay.status().cursor == end_of(wired.store))
