"""What the attacks share: their servers, and stages to attack on them."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import pytest

from deploy.local.direct import DirectStack
from deploy.local.orphans import owner_mark
from headrace.catalog import load_catalog
from headrace.kafka import create_topics, ensure_topic
from headrace.postgres import Database
from processors.archive import GROUP
from tests.crash.attack import Attack
from tests.crash.faults import SESSION_SECONDS
from tests.crash.plan import seed_of_this_run
from tests.crash.proof import ArchiveProof, NumbersProof
from tests.crash.publishing import Publisher
from tests.crash.stage import EVENT_TYPE
from tests.crash.workers import Workers

PARTITIONS = 4
SPARE_SCHEMAS = 40
STAMPED = {"message.timestamp.type": "LogAppendTime"}
STAGE = (sys.executable, "-m", "tests.crash.stage")
ARCHIVE = (str(Path(sys.executable).with_name("headrace")), "worker", "archive")

Say = Callable[[str], None]


@pytest.fixture
def seed() -> int:
    return seed_of_this_run()


@pytest.fixture
def session() -> float:
    """Seconds of the workers' group session; a module may have its own."""
    return SESSION_SECONDS


@pytest.fixture
def events() -> int:
    """How many events an attack takes at least (HEADRACE_CRASH_EVENTS)."""
    return int(os.environ.get("HEADRACE_CRASH_EVENTS") or 200_000)


@pytest.fixture
def say(capsys: pytest.CaptureFixture[str], request: pytest.FixtureRequest) -> Say:
    """Tells whoever watches, also when the test passes."""

    def tell(text: str) -> None:
        with capsys.disabled():
            print(f"\n{request.node.name}: {text}" if "\n" in text else text)  # noqa: T201

    return tell


@pytest.fixture(scope="package")
def three_brokers() -> Iterator[DirectStack]:
    """A stack of its own with three brokers: what is acknowledged, two of them have."""
    with DirectStack(brokers=3) as servers:
        yield servers


@pytest.fixture
def numbers(stack: DirectStack, tmp_path: Path, session: float, say: Say) -> Iterator[Attack]:
    """An attack on the stage that keeps numbers."""
    with _on_numbers(stack, tmp_path, session, say) as attack:
        yield attack


@pytest.fixture
def numbers_on_three(
    three_brokers: DirectStack, tmp_path: Path, session: float, say: Say
) -> Iterator[Attack]:
    """The same, on three brokers."""
    with _on_numbers(three_brokers, tmp_path, session, say) as attack:
        yield attack


@pytest.fixture
def archive(stack: DirectStack, tmp_path: Path, session: float, say: Say) -> Iterator[Attack]:
    """An attack on the archive itself."""
    kafka = stack.description.settings().kafka
    create_topics(load_catalog(), kafka)
    topic = load_catalog().event_type(EVENT_TYPE).topic
    run = f"crash-{uuid4().hex[:8]}"
    environment = stack.env | {"DATABASE_URL": stack.archive_database_url}
    with _database(stack) as database:
        proof = ArchiveProof(database, group=GROUP, topic=topic, run=run)
        publisher = _publisher(stack, topic, run)
        workers = _workers(stack, ARCHIVE, environment, session, tmp_path)
        with _closed_after(stack, workers):
            yield Attack(stack, workers, publisher, proof, say)


@contextmanager
def _on_numbers(stack: DirectStack, folder: Path, session: float, say: Say) -> Iterator[Attack]:
    run = f"numbers-{uuid4().hex[:8]}"
    kafka = stack.description.settings().kafka
    ensure_topic(kafka, run, partitions=PARTITIONS, config=STAMPED)
    environment = stack.env | {"CRASH_TOPIC": run, "CRASH_GROUP": run}
    with _database(stack) as database:
        proof = NumbersProof(database, group=run, topic=run, run=run)
        proof.make_table()
        publisher = _publisher(stack, run, run)
        workers = _workers(stack, STAGE, environment, session, folder)
        with _closed_after(stack, workers):
            yield Attack(stack, workers, publisher, proof, say)


@contextmanager
def _database(stack: DirectStack) -> Iterator[Database]:
    database = Database(stack.database_url, application="crash-test")
    yield database
    database.close()


def _publisher(stack: DirectStack, topic: str, run: str) -> Publisher:
    publisher = Publisher(stack.description.settings(), topic, run)
    publisher.prepare(SPARE_SCHEMAS)
    return publisher


def _workers(
    stack: DirectStack,
    command: tuple[str, ...],
    environment: dict[str, str],
    session: float,
    folder: Path,
) -> Workers:
    """Marked as the stack's, so that whatever happens they end with it."""
    own = {"KAFKA_SESSION_TIMEOUT": f"{session * 1000:.0f}"}
    mark = owner_mark(stack.description.layout.root)
    return Workers(command, environment | own | mark, folder / "workers.log")


@contextmanager
def _closed_after(stack: DirectStack, workers: Workers) -> Iterator[None]:
    """No worker is left, every server is up, and a failing test shows what the workers said."""
    try:
        yield
    finally:
        workers.close()
        print(workers.said[-12_000:])  # noqa: T201 - pytest shows it when the test fails
        for name in stack.description.names:
            if stack.is_running(name):
                stack.resume(name)
            else:
                stack.start(name)
