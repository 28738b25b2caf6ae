"""Which lanes a writer takes, and what job comes of them."""

from headrace.runtime.lanes import Lane, Most, job_of, select
from headrace.runtime.memory_log import MemoryRecord
from headrace.runtime.records import Batch, TopicPartition


def lane(number: int, *batches: int, served: int = 0, topic: str = "t") -> Lane:
    """A lane with one batch for each number of records."""
    made = Lane(TopicPartition(topic, number), 1, 1, 0, 0, served=served)
    at = 0
    for records in batches:
        made.push(Batch(made.tp, at, at + records, [_record(at + n) for n in range(records)], 1))
        at += records
    return made


def _record(offset: int) -> MemoryRecord:
    return MemoryRecord(offset, 0, None, b"x")


def taken(lanes: list[Lane], idle: int = 1, limit: int = 100, small: int = 10) -> list[int]:
    group = select(lanes, now=0.0, idle_writers=idle, most=Most(limit, 1 << 30), small=small)
    return [lane.tp.partition for lane, _ in group]


def test_ready_lanes_are_shared_among_the_idle_writers() -> None:
    assert taken([lane(n, 50) for n in range(4)], idle=4) == [0]
    assert taken([lane(n, 50) for n in range(4)], idle=2) == [0, 1]


def test_lanes_with_little_commit_together() -> None:
    assert taken([lane(n, 1) for n in range(8)], idle=4, small=5) == [0, 1, 2, 3, 4]


def test_a_transaction_is_bounded() -> None:
    assert taken([lane(n, 60) for n in range(4)], limit=100) == [0, 1]


def test_a_lane_gives_as_many_batches_as_fit_and_one_at_least() -> None:
    group = select([lane(0, 40, 40, 40)], now=0.0, idle_writers=1, most=Most(100, 1 << 30), small=1)
    assert [len(batches) for _, batches in group] == [2]
    group = select([lane(0, 400)], now=0.0, idle_writers=1, most=Most(100, 1 << 30), small=1)
    assert [len(batches) for _, batches in group] == [1]


def test_busy_waiting_and_empty_lanes_are_left_alone() -> None:
    busy, waiting, empty = lane(0, 1), lane(1, 1), lane(2)
    busy.busy = True
    waiting.not_before = 5.0
    assert taken([busy, waiting, empty, lane(3, 1)]) == [3]


def test_who_waited_longest_comes_first() -> None:
    assert taken([lane(0, 90, served=7), lane(1, 90, served=3)], idle=2) == [1]


def test_the_partitions_of_a_topic_come_together_so_that_their_events_are_decoded_at_once() -> None:
    lanes = [
        lane(0, 10, served=1, topic="a"),
        lane(1, 10, served=2, topic="b"),
        lane(2, 10, served=3, topic="a"),
        lane(3, 10, served=4, topic="b"),
    ]
    assert taken(lanes, idle=2) == [0, 2]
    assert taken(lanes) == [0, 2, 1, 3]


def test_no_topic_is_kept_waiting_by_the_many_partitions_of_another() -> None:
    lanes = [lane(number, 10, topic="many") for number in range(20)]
    lonely = lane(99, 10, topic="lonely")
    rounds = 0
    while not lonely.served:
        rounds += 1
        group = select([*lanes, lonely], now=0.0, idle_writers=7, most=Most(100, 1 << 30), small=1)
        for its, _ in group:
            its.served = rounds
    assert rounds <= 7


def test_a_job_leaves_out_what_is_durable_already() -> None:
    behind = lane(0, 5, 5)
    behind.durable = 3
    job = job_of(behind, behind.head(Most(100, 1 << 30)))
    assert (job.start, job.end, [record.offset for record in job.records]) == (
        3,
        10,
        [*range(3, 10)],
    )


def test_a_transaction_ends_with_the_bytes_it_may_take() -> None:
    made = lane(0, 10, 10, 10)
    one = made.queue[0].size
    [(_, batches)] = select([made], now=0.0, idle_writers=1, most=Most(1000, 2 * one), small=1)
    assert len(batches) == 2
    [(_, batches)] = select([made], now=0.0, idle_writers=1, most=Most(1000, 1), small=1)
    assert len(batches) == 1
