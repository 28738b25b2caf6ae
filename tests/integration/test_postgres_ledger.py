"""The ledger suite on PostgreSQL, and what only a server can show."""

import threading
from collections.abc import Callable, Iterator, Sequence
from uuid import uuid4

import pytest

from headrace.errors import OutageError, PoisonError
from headrace.postgres import Database, DeadLetterOutbox, PostgresLedger
from headrace.runtime import (
    ClaimRequest,
    Counts,
    DeadLetter,
    Due,
    LedgerConflictError,
    Move,
    TopicPartition,
)
from tests.conftest import Servers
from tests.runtime.ledger_suite import ONE, TWO, LedgerSuite, ada, claim, letter, park

pytestmark = pytest.mark.integration

BURIED = """
SELECT topic, "partition", record_offset FROM stage.dead_letters WHERE consumer_group = %s
"""


class PostgresBooks:
    def __init__(self, database: Database) -> None:
        self.database = database
        # as the owner: only it may forget what a group has read
        self.ledger = PostgresLedger(database, f"suite-{uuid4().hex[:8]}", "suite")

    def buried(self) -> list[tuple[TopicPartition, int]]:
        with self.database.transaction() as connection:
            rows = connection.execute(BURIED, [self.ledger.group]).fetchall()
        return [(TopicPartition(topic, number), offset) for topic, number, offset in rows]


@pytest.fixture
def books(stack: Servers) -> Iterator[PostgresBooks]:
    database = Database(stack.database_url, application="suite")
    yield PostgresBooks(database)
    database.close()


class TestPostgresLedger(LedgerSuite):
    pass


def test_a_claim_waits_for_the_write_in_progress_and_then_fences_the_writer(
    books: PostgresBooks,
) -> None:
    """The new owner starts after what the old one commits; the old one's next write is refused."""
    claim(books, (ONE, 0))
    claimed = []
    with books.ledger.transaction() as tx:
        tx.advance([Move(ONE, 0, 5, 1)])
        thread = threading.Thread(target=lambda: claimed.append(claim(books, (ONE, 0))))
        thread.start()
        thread.join(0.3)
        assert not claimed
    thread.join(10)
    assert claimed[0][ONE].next_offset == 5
    with pytest.raises(LedgerConflictError), books.ledger.transaction() as tx:
        tx.advance([Move(ONE, 5, 9, 1)])


def test_two_writers_in_opposite_order_do_not_deadlock(books: PostgresBooks) -> None:
    tps = [TopicPartition("orders", number) for number in range(20)]
    books.ledger.claim([ClaimRequest(tp, "id", 0) for tp in tps])

    def move(order: list[TopicPartition]) -> None:
        for step in range(20):
            try:
                with books.ledger.transaction() as tx:
                    tx.advance([Move(tp, step, step + 1, 1) for tp in order])
            except LedgerConflictError:
                continue

    threads = [threading.Thread(target=move, args=[order]) for order in (tps, tps[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert {row.next_offset for row in books.ledger.rows()} == {20}


def test_a_letter_goes_out_once_and_again_only_when_its_publisher_failed(
    books: PostgresBooks,
) -> None:
    claim(books, (ONE, 0))
    with books.ledger.transaction() as tx:
        tx.bury([letter(ONE, 1), letter(ONE, 2), letter(ONE, 3)])
    outbox = DeadLetterOutbox(books.database, books.ledger.group)
    sent: list[list[int]] = []

    def broken(letters: Sequence[DeadLetter]) -> Sequence[DeadLetter]:
        sent.append([one.offset for one in letters])
        raise ZeroDivisionError

    def picky(letters: Sequence[DeadLetter]) -> Sequence[DeadLetter]:
        sent.append([one.offset for one in letters])
        assert all((one.raw, one.key, one.topic_id) == (b"raw", b"k", "id-1") for one in letters)
        return [one for one in letters if one.offset != 2]

    with pytest.raises(ZeroDivisionError):
        outbox.publish(broken)
    assert outbox.publish(picky) == 0  # until the dead publisher's lease ends
    for _ in range(3):
        with books.database.transaction() as connection:
            connection.execute("UPDATE stage.dead_letters SET leased_until = now()")
        outbox.publish(picky)
    assert sent == [[1, 2, 3], [1, 2, 3], [2], [2]]


def test_letters_of_a_topic_that_was_made_again_stand_beside_the_old_ones(
    books: PostgresBooks,
) -> None:
    claim(books, (ONE, 0))
    for topic_id in ("id-1", "id-2"):
        books.ledger.restart(ONE.topic)
        books.ledger.claim([ClaimRequest(ONE, topic_id, 0)])
        with books.ledger.transaction() as tx:
            tx.bury([letter(ONE, 0)])
    assert books.buried() == [(ONE, 0), (ONE, 0)]


@pytest.mark.parametrize(
    "accept",
    [lambda ledger: ledger.restart(ONE.topic), lambda ledger: ledger.rewind(ONE, 2)],
    ids=["restart", "rewind"],
)
def test_what_is_parked_when_an_operator_starts_anew_becomes_dead_letters(
    books: PostgresBooks, accept: Callable[[PostgresLedger], object]
) -> None:
    claim(books, (ONE, 0), (TWO, 0))
    park(books, 5, ada(1, attempts=1), ada(3))
    assert accept(books.ledger)
    assert sorted(books.buried()) == [(ONE, 1), (ONE, 3)]
    assert books.ledger.parking.rows(10) == []
    assert all(row.counts == Counts() for row in books.ledger.rows())


@pytest.mark.parametrize(
    "accept",
    [lambda ledger: ledger.restart(ONE.topic), lambda ledger: ledger.rewind(ONE, 2)],
    ids=["restart", "rewind"],
)
def test_what_is_being_parked_when_an_operator_starts_anew_becomes_dead_letters_too(
    books: PostgresBooks, accept: Callable[[PostgresLedger], object]
) -> None:
    claim(books, (ONE, 0))
    with books.ledger.transaction() as tx:
        tx.advance([Move(ONE, 0, 5, 1)])
        books.ledger.parking.park(tx, [Due(ada(1))])
        tx.correct(ONE, Counts(parked=1))
        thread = threading.Thread(target=lambda: accept(books.ledger))
        thread.start()
        thread.join(0.5)
        assert thread.is_alive()
    thread.join(10)
    assert books.buried() == [(ONE, 1)]
    assert books.ledger.parking.rows(10) == []


def test_a_rewind_that_moves_nothing_leaves_what_is_parked(books: PostgresBooks) -> None:
    claim(books, (ONE, 0))
    park(books, 5, ada(1, attempts=1))
    assert not books.ledger.rewind(ONE, 5)
    assert [row["record_offset"] for row in books.ledger.parking.rows(10)] == [1]


def test_the_database_refuses_a_count_that_does_not_add_up(books: PostgresBooks) -> None:
    claim(books, (ONE, 0))
    with pytest.raises(PoisonError), books.ledger.transaction() as tx:
        tx.advance([Move(ONE, 0, 5, 1)])
        tx.correct(ONE, Counts(parked=-1))


def test_a_server_that_is_away_is_an_outage(stack: Servers) -> None:
    database = Database("postgresql://headrace:x@127.0.0.1:1/headrace", application="suite")
    with pytest.raises(OutageError, match="PostgreSQL"):
        database.check()
    database.close()
