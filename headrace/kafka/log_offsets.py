"""Where the log stands. All calls block, and raise what the client raises."""

from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition

Place = tuple[str, int]
"""Topic and partition."""

_PASSING = {
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError._UNKNOWN_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
    KafkaError.REPLICA_NOT_AVAILABLE,
    KafkaError.UNKNOWN_LEADER_EPOCH,
    KafkaError.FENCED_LEADER_EPOCH,
    KafkaError.OFFSET_NOT_AVAILABLE,
}
"""Of one partition alone: its topic was deleted meanwhile, or its leader is just changing."""

_GRACE_SECONDS = 1.0
"""librdkafka keeps its own limit; beyond it a call counts as lost."""


def log_offsets(
    client: Any, places: Iterable[Place], spec: Any, seconds: float
) -> dict[Place, int]:
    """The offset that `spec` (an OffsetSpec) means in each partition; -1 where it means none.

    A partition that is gone, or whose leader is just changing, is left out.
    """
    return offsets_at(client, dict.fromkeys(places, spec), seconds)


def offsets_at(client: Any, specs: Mapping[Place, Any], seconds: float) -> dict[Place, int]:
    """The same with an OffsetSpec for each partition."""
    if not specs:
        return {}
    wanted = {TopicPartition(*place): spec for place, spec in specs.items()}
    asked = client.list_offsets(wanted, request_timeout=seconds)
    answers = {
        (place.topic, place.partition): _answer(future, seconds + _GRACE_SECONDS)
        for place, future in asked.items()
    }
    for answer in answers.values():
        if isinstance(answer, KafkaError) and answer.code() not in _PASSING:
            # a new one: a future's own would hold its frames, and with them the client, in a cycle
            raise KafkaException(answer)
    return {place: answer for place, answer in answers.items() if isinstance(answer, int)}


def _answer(future: Any, seconds: float) -> int | KafkaError:
    try:
        failure = future.exception(timeout=seconds)
    except TimeoutError:
        return KafkaError(KafkaError._TIMED_OUT, "no answer")
    if failure is None:
        return int(future.result().offset)
    if isinstance(failure, KafkaException):
        error: KafkaError = failure.args[0]
        return error
    raise failure
