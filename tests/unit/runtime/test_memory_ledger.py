"""The ledger suite in memory."""

import pytest

from headrace.runtime import MemoryLedger, TopicPartition
from tests.runtime.ledger_suite import LedgerSuite


class MemoryBooks:
    def __init__(self) -> None:
        self.ledger = MemoryLedger("suite")

    def buried(self) -> list[tuple[TopicPartition, int]]:
        return [(letter.tp, letter.offset) for letter in self.ledger.letters]


@pytest.fixture
def books() -> MemoryBooks:
    return MemoryBooks()


class TestMemoryLedger(LedgerSuite):
    pass
