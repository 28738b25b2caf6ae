"""What every ledger with transactions promises: run on the one in memory and on PostgreSQL's."""

from typing import Protocol

import pytest

from headrace.runtime import (
    Claim,
    ClaimRequest,
    Counts,
    DeadLetter,
    Ledger,
    LedgerConflictError,
    Move,
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

    def test_a_topic_made_again_is_not_claimed(self, books: Books) -> None:
        claim(books, (ONE, 0), (TWO, 0))
        with pytest.raises(TopicRecreatedError, match="headrace ledger restart"):
            books.ledger.claim([ClaimRequest(ONE, "id-2", 0), ClaimRequest(TWO, "id-2", 0)])
        assert [row.epoch for row in books.ledger.rows()] == [1, 1]
