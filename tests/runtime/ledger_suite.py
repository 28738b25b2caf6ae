"""What every ledger with transactions promises: run on the one in memory and on PostgreSQL's."""

from dataclasses import replace
from typing import Protocol

import pytest

from headrace.runtime import (
    Claim,
    ClaimRequest,
    Counts,
    DeadLetter,
    Due,
    Ledger,
    LedgerConflictError,
    Move,
    Parked,
    Parking,
    TopicPartition,
    TopicRecreatedError,
)

ONE = TopicPartition("orders", 0)
TWO = TopicPartition("orders", 1)


class Books(Protocol):
    """A ledger without rows, and what was buried in it."""

    @property
    def ledger(self) -> Ledger: ...

    def buried(self) -> list[tuple[TopicPartition, int]]: ...


def letter(tp: TopicPartition, offset: int) -> DeadLetter:
    return DeadLetter(tp, offset, 0, b"k", b"raw", (), "poison", "not_avro", "no \x00 text")


def claim(books: Books, *starts: tuple[TopicPartition, int]) -> dict[TopicPartition, Claim]:
    return books.ledger.claim([ClaimRequest(tp, "id-1", start) for tp, start in starts])


def ada(offset: int, attempts: int = 0) -> Parked:
    return Parked(ONE, offset, 0, b"ada", b"raw", (), attempts, "why", "")


def park(books: Books, end: int, *records: Parked | Due, start: int = 0) -> None:
    """Move the ledger to `end`, and park these."""
    due = [each if isinstance(each, Due) else Due(each) for each in records]
    with books.ledger.transaction() as tx:
        tx.advance([Move(ONE, start, end, 1)])
        parking(books).park(tx, due)
        if start != end:
            tx.correct(ONE, Counts(parked=len(due)))


def parking(books: Books) -> Parking:
    parking = books.ledger.parking
    assert parking is not None
    return parking


class LedgerSuite:
    """Subclass with a fixture `books`."""

    def test_a_new_partition_begins_where_the_request_says(self, books: Books) -> None:
        assert claim(books, (ONE, 7)) == {ONE: Claim(ONE, 7, 1)}

    def test_a_known_partition_goes_on_where_it_was_under_a_new_epoch(self, books: Books) -> None:
        claim(books, (ONE, 7))
        with books.ledger.transaction() as tx:
            tx.advance([Move(ONE, 7, 12, 1)])
        assert claim(books, (ONE, 0)) == {ONE: Claim(ONE, 12, 2)}

    def test_counts_add_up_to_the_range(self, books: Books) -> None:
        claim(books, (ONE, 0))
        with books.ledger.transaction() as tx:
            tx.advance([Move(ONE, 0, 10, 1)])
            tx.correct(ONE, Counts(duplicate=2, dead=1, skipped=3))
        (row,) = books.ledger.rows()
        assert row.counts == Counts(4, 2, 1, 3)
        assert row.counts.total == row.next_offset - row.first_offset

    @pytest.mark.parametrize("move", [Move(ONE, 3, 9, 1), Move(ONE, 7, 9, 1), Move(ONE, 5, 9, 2)])
    def test_a_move_from_elsewhere_or_another_epoch_is_refused(
        self, books: Books, move: Move
    ) -> None:
        claim(books, (ONE, 5))
        with (
            pytest.raises(LedgerConflictError) as refused,
            books.ledger.transaction() as tx,
        ):
            tx.advance([move])
        assert refused.value.positions == {ONE: Claim(ONE, 5, 1)}

    def test_several_partitions_move_together_or_not_at_all(self, books: Books) -> None:
        claim(books, (ONE, 0), (TWO, 0))
        with pytest.raises(LedgerConflictError), books.ledger.transaction() as tx:
            tx.advance([Move(ONE, 0, 5, 1), Move(TWO, 3, 5, 1)])
        assert [row.next_offset for row in books.ledger.rows()] == [0, 0]
        with books.ledger.transaction() as tx:
            tx.advance([Move(ONE, 0, 5, 1), Move(TWO, 0, 8, 1)])
        assert [row.next_offset for row in books.ledger.rows()] == [5, 8]

    def test_an_error_in_the_block_undoes_everything(self, books: Books) -> None:
        claim(books, (ONE, 0))
        with pytest.raises(ZeroDivisionError), books.ledger.transaction() as tx:
            tx.advance([Move(ONE, 0, 5, 1)])
            tx.bury([letter(ONE, 3)])
            raise ZeroDivisionError
        assert [row.next_offset for row in books.ledger.rows()] == [0]
        assert books.buried() == []

    def test_a_savepoint_undoes_what_was_done_inside_it_only(self, books: Books) -> None:
        claim(books, (ONE, 0))
        with books.ledger.transaction() as tx:
            tx.advance([Move(ONE, 0, 5, 1)])
            with pytest.raises(ZeroDivisionError), tx.savepoint():
                tx.bury([letter(ONE, 1)])
                raise ZeroDivisionError
            tx.bury([letter(ONE, 3)])
        assert books.buried() == [(ONE, 3)]
        assert [row.next_offset for row in books.ledger.rows()] == [5]

    def test_what_is_parked_is_counted_and_told_to_the_next_owner(self, books: Books) -> None:
        claim(books, (ONE, 0))
        park(books, 5, ada(1, attempts=1), ada(3))
        (row,) = books.ledger.rows()
        assert row.counts == Counts(applied=3, parked=2)
        assert claim(books, (ONE, 0)) == {ONE: Claim(ONE, 5, 2, parked=2)}
        with books.ledger.transaction() as tx:
            assert tx.advance([Move(ONE, 5, 6, 2)]) == {ONE: 2}
            assert parking(books).keys(tx, ONE) == {b"ada"}

    def test_of_each_key_only_those_are_due_before_which_none_waits(self, books: Books) -> None:
        claim(books, (ONE, 0))
        keyless = replace(ada(4), key=None)
        park(books, 9, Due(ada(1), 60.0), ada(3), replace(ada(2), key=b"bob"), keyless)
        assert [record.offset for record in parking(books).due(ONE, 1 << 20)] == [2, 4]
        assert parking(books).outlook(ONE).parked == 4
        park(books, 9, ada(1, attempts=2), start=9)  # due now
        assert [record.offset for record in parking(books).due(ONE, 1 << 20)] == [1, 2, 3, 4]
        assert parking(books).due(ONE, 1 << 20)[0].attempts == 2

    def test_what_waits_behind_its_key_brings_no_visit_before_it_is_due(self, books: Books) -> None:
        claim(books, (ONE, 0))
        park(books, 9, Due(ada(1), 60.0), ada(3))
        assert parking(books).due(ONE, 1 << 20) == []
        assert 50.0 < parking(books).outlook(ONE).seconds <= 60.0
        park(books, 9, Due(replace(ada(4), key=None), 20.0), start=9)
        assert 10.0 < parking(books).outlook(ONE).seconds <= 20.0

    def test_due_records_come_in_pieces_of_some_bytes_and_one_at_least(self, books: Books) -> None:
        claim(books, (ONE, 0))
        park(books, 9, *(replace(ada(n), value=b"x" * 100) for n in range(5)))
        assert [record.offset for record in parking(books).due(ONE, 250)] == [0, 1]
        assert [record.offset for record in parking(books).due(ONE, 10)] == [0]

    def test_a_parked_record_keeps_all_of_itself(self, books: Books) -> None:
        claim(books, (ONE, 0))
        record = Parked(
            *(ONE, 1, 1_700_000_000_123, b"\x00key", b"\xffvalue"),
            *((("a", b"\x00"), ("a", None)), 1, "why", "text"),
        )
        park(books, 9, record, replace(record, offset=2, key=None, value=None))
        first, second = parking(books).due(ONE, 1 << 20)
        assert replace(first, headers=tuple(first.headers)) == record
        assert (second.key, second.value) == (None, None)

    def test_what_is_unparked_is_gone_with_the_transaction_only(self, books: Books) -> None:
        claim(books, (ONE, 0))
        park(books, 5, ada(1), ada(3))
        with pytest.raises(ZeroDivisionError), books.ledger.transaction() as tx:
            parking(books).unpark(tx, ONE, [1, 3])
            raise ZeroDivisionError
        assert parking(books).outlook(ONE).parked == 2
        with books.ledger.transaction() as tx:
            tx.advance([Move(ONE, 5, 5, 1)])
            parking(books).unpark(tx, ONE, [1])
            tx.correct(ONE, Counts(parked=-1))
        assert [record.offset for record in parking(books).due(ONE, 1 << 20)] == [3]
        assert books.ledger.rows()[0].counts == Counts(applied=4, parked=1)

    def test_a_topic_made_again_is_not_claimed(self, books: Books) -> None:
        claim(books, (ONE, 0), (TWO, 0))
        with pytest.raises(TopicRecreatedError, match="headrace ledger restart"):
            books.ledger.claim([ClaimRequest(ONE, "id-2", 0), ClaimRequest(TWO, "id-2", 0)])
        assert [row.epoch for row in books.ledger.rows()] == [1, 1]
