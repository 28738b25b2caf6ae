"""What a stage promises on any log: run on the log in memory and on Kafka."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from typing import Protocol

import pytest

from headrace.runtime import (
    DeadLetter,
    DeadLetterLimit,
    Engine,
    FailurePolicy,
    LedgerRow,
    TopicPartition,
)
from headrace.runtime.policy import StageStoppedError
from headrace.runtime.records import Batch
from tests.runtime.stages import QUICK, QUICK_PARKING, TextDecoder, TextHandler, until


class Bench(Protocol):
    """A log with the topics `first` and `second` of two partitions each, a ledger, and workers."""

    decoder: TextDecoder
    handler: TextHandler

    async def produce(self, topic: str, partition: int, *texts: str | None) -> None: ...
    def worker(
        self, policy: FailurePolicy = QUICK, budget_bytes: int = 1 << 20
    ) -> AbstractAsyncContextManager[Engine]: ...
    def crashing_worker(self) -> AbstractAsyncContextManager[Engine]:
        """A worker that reads no more and says nothing when the block ends."""

    def applied(self) -> Sequence[tuple[str, int, int, str]]:
        """(topic, partition, offset, text) of every effect, in the order they were written."""

    def letters(self) -> Sequence[DeadLetter]: ...
    def rows(self) -> Sequence[LedgerRow]: ...
    def parked(self) -> Sequence[TopicPartition]:
        """The partition of each record that is parked now."""


def texts(bench: Bench) -> list[str]:
    return [text for *_, text in bench.applied()]


def settled(bench: Bench, records: int) -> bool:
    return sum(row.counts.total for row in bench.rows()) >= records


def accounted_for(bench: Bench) -> None:
    """Invariant 2: the counts add up per partition, and the effects agree with them."""
    parked = Counter(at for at in bench.parked())
    for row in bench.rows():
        assert row.counts.parked == parked[row.tp]
        assert row.counts.total == row.next_offset - row.first_offset
        effects = [at for at in bench.applied() if at[:2] == tuple(row.tp)]
        assert row.counts.applied == len(effects)
        assert row.counts.dead == len([one for one in bench.letters() if one.tp == row.tp])


class Lossy:
    """Loses every third batch between a source and its engine."""

    def __init__(self, engine: Engine) -> None:
        self.lost = self.seen = 0
        self._offer = engine.offer
        engine.offer = self.offer  # type: ignore[method-assign]

    def offer(self, batch: Batch) -> None:
        self.seen += 1
        if self.seen % 3 == 0:
            self.lost += 1
        else:
            self._offer(batch)


class StageSuite:
    """Subclass with a fixture `bench`."""

    async def test_every_record_lands_once_and_in_order(self, bench: Bench) -> None:
        for partition in (0, 1):
            await bench.produce("first", partition, *(f"{partition}-{n}" for n in range(1000)))
        async with bench.worker():
            await until(lambda: settled(bench, 2000))
        for partition in (0, 1):
            landed = [text for _, at, _, text in bench.applied() if at == partition]
            assert landed == [f"{partition}-{n}" for n in range(1000)]
        accounted_for(bench)

    async def test_a_poison_record_goes_to_dead_letters_and_its_neighbours_land(
        self, bench: Bench
    ) -> None:
        await bench.produce("first", 0, "a", "poison x", "b", None, "c")
        async with bench.worker():
            await until(lambda: settled(bench, 5))
        assert texts(bench) == ["a", "b", "c"]
        assert [(one.offset, one.raw, one.reason) for one in bench.letters()] == [
            (1, b"poison x", "not_avro"),
            (3, None, "tombstone"),
        ]
        accounted_for(bench)

    async def test_an_event_that_the_handler_refuses_is_found_among_its_neighbours(
        self, bench: Bench
    ) -> None:
        await bench.produce("first", 0, *("refuse" if n == 37 else f"{n}" for n in range(100)))
        async with bench.worker():
            await until(lambda: settled(bench, 100))
        assert texts(bench) == [f"{n}" for n in range(100) if n != 37]
        assert [(one.offset, one.error_class) for one in bench.letters()] == [(37, "business")]
        accounted_for(bench)

    async def test_an_unforeseen_error_is_tried_again_before_it_is_buried(
        self, bench: Bench
    ) -> None:
        await bench.produce("first", 0, "a", "bug", "b")
        async with bench.worker():
            await until(lambda: settled(bench, 3))
        assert texts(bench) == ["a", "b"]
        assert [one.error_class for one in bench.letters()] == ["unexpected"]
        assert bench.handler.calls >= 3
        accounted_for(bench)

    async def test_an_outage_delays_and_never_buries(self, bench: Bench) -> None:
        bench.handler.available.clear()
        await bench.produce("first", 0, "a", "b")
        async with bench.worker():
            await until(lambda: bench.handler.calls >= 5)
            assert texts(bench) == []
            bench.handler.available.set()
            await until(lambda: settled(bench, 2))
        assert texts(bench) == ["a", "b"]
        assert not bench.letters()

    async def test_a_lane_that_waits_does_not_hold_back_the_others(self, bench: Bench) -> None:
        bench.decoder.outage_of.add("first")
        await bench.produce("first", 0, "waits")
        await bench.produce("second", 0, "goes on")
        async with bench.worker():
            await until(lambda: texts(bench) == ["goes on"])
            bench.decoder.outage_of.clear()
            await until(lambda: texts(bench) == ["goes on", "waits"])

    async def test_a_passing_trouble_is_waited_out_before_anything_is_parked(
        self, bench: Bench
    ) -> None:
        bench.handler.troubled.add("late")
        await bench.produce("first", 0, "a", "late", "b")
        policy = replace(QUICK, parking=replace(QUICK_PARKING, after=60.0))
        async with bench.worker(policy):
            await until(lambda: bench.handler.tried["late"] >= 3)
            assert texts(bench) == []
            bench.handler.troubled.clear()
            await until(lambda: settled(bench, 3))
        assert texts(bench) == ["a", "late", "b"]

    async def test_a_troubled_event_is_parked_and_its_key_waits_behind_it(
        self, bench: Bench
    ) -> None:
        """The lane goes on; when the trouble has passed, the key's events land in their order."""
        bench.handler.troubled.add("late")
        policy = replace(QUICK, parking=replace(QUICK_PARKING, attempts=1000))
        await bench.produce("first", 0, "ada:1", "ada:late", "ada:3", "bob:1")
        async with bench.worker(policy):
            await until(lambda: "bob:1" in texts(bench))
            await bench.produce("first", 0, "ada:4", "bob:2")
            await until(lambda: "bob:2" in texts(bench))
            assert texts(bench) == ["ada:1", "bob:1", "bob:2"]
            assert len(bench.parked()) == 3
            accounted_for(bench)
            bench.handler.troubled.clear()
            await until(lambda: not bench.parked())
            await bench.produce("first", 0, "ada:5")
            await until(lambda: "ada:5" in texts(bench))
        ada = [text for text in texts(bench) if text.startswith("ada")]
        assert ada == ["ada:1", "ada:late", "ada:3", "ada:4", "ada:5"]
        assert not bench.letters()
        accounted_for(bench)

    async def test_a_trouble_that_does_not_pass_ends_in_the_dead_letters_and_frees_its_key(
        self, bench: Bench
    ) -> None:
        bench.handler.troubled.add("never")
        await bench.produce("first", 0, "ada:never", "ada:2", "bob:1")
        async with bench.worker():
            await until(lambda: len(texts(bench)) == 2)
        assert texts(bench) == ["bob:1", "ada:2"]
        assert [(one.offset, one.reason) for one in bench.letters()] == [(0, "attempts_exhausted")]
        assert bench.handler.tried["ada:never"] >= QUICK_PARKING.attempts
        accounted_for(bench)

    async def test_parked_records_follow_their_partition_to_the_next_worker(
        self, bench: Bench
    ) -> None:
        bench.handler.troubled.add("late")
        policy = replace(QUICK, parking=replace(QUICK_PARKING, attempts=1000))
        await bench.produce("first", 0, "ada:late", "bob:1")
        async with bench.worker(policy):
            await until(lambda: texts(bench) == ["bob:1"])
        await bench.produce("first", 0, "ada:2")
        async with bench.worker(policy):
            await until(lambda: len(bench.parked()) == 2)
            bench.handler.troubled.clear()
            await until(lambda: not bench.parked())
        assert texts(bench) == ["bob:1", "ada:late", "ada:2"]
        accounted_for(bench)

    async def test_parked_records_are_tried_by_the_next_worker_though_no_record_comes(
        self, bench: Bench
    ) -> None:
        bench.handler.troubled.add("late")
        policy = replace(QUICK, parking=replace(QUICK_PARKING, attempts=1000))
        await bench.produce("first", 0, "late", "on")
        async with bench.worker(policy):
            await until(lambda: texts(bench) == ["on"])
        bench.handler.troubled.clear()
        async with bench.worker(policy):
            await until(lambda: texts(bench) == ["on", "late"])
        accounted_for(bench)

    @pytest.mark.parametrize("beside", ["bob:2", "refuse"])
    async def test_parking_that_is_switched_off_keeps_the_order_of_what_is_parked(
        self, bench: Bench, beside: str
    ) -> None:
        bench.handler.troubled.add("late")
        slow = replace(QUICK_PARKING, first_wait=2.0, longest_wait=2.0)
        await bench.produce("first", 0, "ada:late", "bob:1")
        async with bench.worker(replace(QUICK, parking=slow)):
            await until(lambda: texts(bench) == ["bob:1"])
        bench.handler.troubled.clear()
        await bench.produce("first", 0, "ada:2", beside, "bob:3")
        async with bench.worker(replace(QUICK, parking=None)):
            await until(lambda: "bob:3" in texts(bench) and not bench.parked())
        ada = [text for text in texts(bench) if text.startswith("ada")]
        assert ada == ["ada:late", "ada:2"]
        accounted_for(bench)

    async def test_an_outage_spends_no_attempt_of_what_is_parked(self, bench: Bench) -> None:
        bench.handler.troubled.add("late")
        policy = replace(QUICK, parking=replace(QUICK_PARKING, attempts=3, first_wait=0.2))
        await bench.produce("first", 0, "ada:late", "bob:1")
        async with bench.worker(policy):
            await until(lambda: texts(bench) == ["bob:1"])
            bench.handler.available.clear()
            bench.handler.troubled.clear()
            calls = bench.handler.calls
            await until(lambda: bench.handler.calls > calls + 5)
            bench.handler.available.set()
            await until(lambda: not bench.parked())
        assert texts(bench) == ["bob:1", "ada:late"]
        assert not bench.letters()

    async def test_a_lane_with_too_many_parked_waits_until_some_are_through(
        self, bench: Bench
    ) -> None:
        bench.handler.troubled.add(":")
        parking = replace(QUICK_PARKING, most=4, most_parked=10, attempts=1000)
        await bench.produce("first", 0, *(f"{n}:x" for n in range(50)), "fine")
        async with bench.worker(replace(QUICK, parking=parking)):
            await until(lambda: len(bench.parked()) == 10)
            await until(lambda: bench.handler.tried["0:x"] >= 20)
            assert len(bench.parked()) == 10
            assert not texts(bench)
            bench.handler.troubled.clear()
            await until(lambda: len(texts(bench)) == 51)
        assert set(texts(bench)) == {*(f"{n}:x" for n in range(50)), "fine"}
        assert not bench.letters()
        accounted_for(bench)

    async def test_each_unforeseen_error_gets_attempts_of_its_own(self, bench: Bench) -> None:
        await bench.produce("first", 0, "bug one", "a", "bug two")
        async with bench.worker():
            await until(lambda: settled(bench, 3))
        assert len(bench.letters()) == 2
        assert min(bench.handler.tried[text] for text in ("bug one", "bug two")) >= 3
        accounted_for(bench)

    async def test_a_schema_that_becomes_known_in_time_is_no_poison(self, bench: Bench) -> None:
        await bench.produce("first", 0, "a", "schema 7")
        policy = FailurePolicy(0.01, 0.05, unknown_schema_grace=60.0)
        async with bench.worker(policy):
            await until(lambda: len(bench.rows()) == 4)
            bench.decoder.known.add(7)
            await until(lambda: settled(bench, 2))
        assert texts(bench) == ["a", "schema 7"]
        assert not bench.letters()

    async def test_a_schema_that_stays_unknown_is_poison_after_its_grace(
        self, bench: Bench
    ) -> None:
        await bench.produce("first", 0, "a", "schema 7", "b")
        async with bench.worker():
            await until(lambda: settled(bench, 3))
        assert texts(bench) == ["a", "b"]
        assert [one.reason for one in bench.letters()] == ["unknown_schema"]

    async def test_too_many_dead_letters_stop_the_stage_loudly(self, bench: Bench) -> None:
        policy = FailurePolicy(0.01, 0.05, dead_letter_limit=DeadLetterLimit(10, 0.5, 60.0))
        await bench.produce("first", 0, *["poison"] * 50)
        async with bench.worker(policy) as engine:
            with pytest.raises(StageStoppedError, match="buried more than 10"):
                await asyncio.wait_for(engine.failure(), 30)

    async def test_a_second_worker_shares_the_partitions_and_nothing_lands_twice(
        self, bench: Bench
    ) -> None:
        async with bench.worker():
            await bench.produce("first", 0, *(f"a{n}" for n in range(500)))
            await bench.produce("first", 1, *(f"b{n}" for n in range(500)))
            async with bench.worker() as second:
                await bench.produce("second", 0, *(f"c{n}" for n in range(500)))
                await bench.produce("second", 1, *(f"d{n}" for n in range(500)))
                await until(lambda: settled(bench, 2000))
                assert second.owned
            await bench.produce("second", 1, "after")
            await until(lambda: settled(bench, 2001))
        assert len(set(texts(bench))) == len(texts(bench)) == 2001
        accounted_for(bench)

    async def test_a_worker_that_dies_is_followed_without_loss_or_double(
        self, bench: Bench
    ) -> None:
        await bench.produce("first", 0, *(f"a{n}" for n in range(2000)))
        async with bench.crashing_worker():
            await until(lambda: settled(bench, 1))
        await bench.produce("first", 1, *(f"b{n}" for n in range(100)))
        async with bench.worker():
            await until(lambda: settled(bench, 2100))
        assert len(set(texts(bench))) == len(texts(bench)) == 2100
        accounted_for(bench)

    async def test_a_batch_lost_on_the_way_is_read_again(self, bench: Bench) -> None:
        async with bench.worker() as engine:
            await until(lambda: len(bench.rows()) == 4)
            lossy = Lossy(engine)
            for round_ in range(20):
                await bench.produce("first", 0, *(f"{round_}-{n}" for n in range(50)))
                await until(lambda: settled(bench, 50 * (round_ + 1)))  # noqa: B023
        assert lossy.lost
        assert texts(bench) == [f"{round_}-{n}" for round_ in range(20) for n in range(50)]
        accounted_for(bench)

    async def test_what_is_fetched_stays_within_the_byte_budget(self, bench: Bench) -> None:
        bench.handler.available.clear()
        for partition in (0, 1):
            await bench.produce("first", partition, *("x" * 1000 for _ in range(3000)))
        async with bench.worker(budget_bytes=400_000) as engine:
            await until(lambda: bench.handler.calls >= 10)
            bench.handler.available.set()
            await until(lambda: settled(bench, 6000))
            assert engine.budget.peak < 4 * 400_000
            await until(lambda: engine.budget.used == 0)
