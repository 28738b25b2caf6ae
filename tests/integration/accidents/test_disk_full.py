"""PostgreSQL's disk fills up: its tables', or its write-ahead log's, which ends the server."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator, MutableMapping, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from deploy.local.direct import DirectStack
from headrace.postgres import Database
from headrace.runtime import Counts
from tests.conftest import Servers
from tests.integration.accidents.bench import Bench
from tests.integration.accidents.small_disks import SmallDisk, postgres_on_small_disks
from tests.runtime.stages import until

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

LETTERS = "SELECT count(*) FROM stage.dead_letters"
NO_ROOM = "PostgreSQL has no room left, work goes on once it has"
SMALL = [f"{number}" for number in range(20)]

Logs = Sequence[MutableMapping[str, Any]]


@pytest.fixture(scope="module")
def small() -> Iterator[tuple[DirectStack, SmallDisk, SmallDisk]]:
    with postgres_on_small_disks() as servers:
        yield servers


@pytest.fixture
async def bench(
    stack: Servers, small: tuple[DirectStack, SmallDisk, SmallDisk]
) -> AsyncIterator[Bench]:
    """Kafka is the others', PostgreSQL the one on small disks."""
    database = Database(small[0].database_url, application="accident", connections=10)
    bench = Bench(stack, database)
    await bench.prepare()
    yield bench
    database.close()


def large(count: int, kilobytes: int) -> list[str]:
    """Texts that PostgreSQL cannot press together."""
    return [os.urandom(kilobytes * 512).hex() for _ in range(count)]


def letters(bench: Bench) -> int:
    with bench.database.transaction() as connection:
        row = connection.execute(LETTERS).fetchone()
    assert row is not None
    return int(row[0])


def said(logs: Logs, words: str) -> bool:
    return any(words in str(line.get("error")) for line in logs)


async def test_a_stage_waits_while_the_tables_have_no_room_and_then_goes_on(
    bench: Bench, small: tuple[DirectStack, SmallDisk, SmallDisk]
) -> None:
    _, tables, _ = small
    late = large(200, 24)
    with capture_logs() as logs:
        async with bench.worker() as engine:
            await bench.produce(*SMALL)
            await bench.until_applied(len(SMALL))
            tables.fill()
            await bench.produce(*late)
            await until(lambda: said(logs, NO_ROOM))
            before = len(bench.applied())
            assert before < len(SMALL) + len(late)
            assert bench.row().counts == Counts(applied=before)
            tables.free()
            await bench.until_applied(len(SMALL) + len(late))
            assert engine.owned
    assert bench.applied() == [*SMALL, *late]
    assert bench.row().counts == Counts(applied=len(SMALL) + len(late))
    assert letters(bench) == 0


async def test_a_stage_rides_out_a_full_disk_of_the_wal_which_ends_postgresql(
    bench: Bench, small: tuple[DirectStack, SmallDisk, SmallDisk]
) -> None:
    server, _, wal = small
    late = large(800, 24)
    with capture_logs() as logs:
        async with bench.worker() as engine:
            await bench.produce(*SMALL)
            await bench.until_applied(len(SMALL))
            wal.fill()
            await bench.produce(*late)
            # it panics, cannot recover without a new segment either, and is gone
            await until(lambda: not server.is_running("postgres"), within=120)
            await until(lambda: said(logs, NO_ROOM))
            wal.free()
            await asyncio.to_thread(server.start, "postgres")
            await bench.until_applied(len(SMALL) + len(late), within=120)
            assert engine.owned
    assert bench.applied() == [*SMALL, *late]
    assert bench.row().counts == Counts(applied=len(SMALL) + len(late))
    assert letters(bench) == 0
