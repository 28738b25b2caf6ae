"""Where the log stands. All calls block, and raise what the client raises."""

from collections.abc import Iterable, Mapping
from typing import Any

from confluent_kafka import KafkaError, KafkaException, TopicPartition

Place = tuple[str, int]
"""Topic and partition."""

_GONE = {
    KafkaError.UNKNOWN_TOPIC_OR_PART,
    KafkaError._UNKNOWN_TOPIC,
    KafkaError._UNKNOWN_PARTITION,
    KafkaError.LEADER_NOT_AVAILABLE,
    KafkaError.NOT_LEADER_FOR_PARTITION,
}
"""Of a partition alone: its topic was deleted meanwhile, or it has no leader now."""

_GRACE_SECONDS = 1.0
"""librdkafka keeps its own limit; beyond it a call counts as lost."""


def log_offsets(
    client: Any, places: Iterable[Place], spec: Any, seconds: float
) -> dict[Place, int]:
    """The offset that `spec` (an OffsetSpec) means in each partition; -1 where it means none.

    A partition that is gone, or whose leader is, is left out.
    """
    return offsets_at(client, dict.fromkeys(places, spec), seconds)


def offsets_at(client: Any, specs: Mapping[Place, Any], seconds: float) -> dict[Place, int]:
    """The same with an OffsetSpec for each partition."""
    if not specs:
        return {}
    wanted = {TopicPartition(*place): spec for place, spec in specs.items()}
    asked = client.list_offsets(wanted, request_timeout=seconds)
    found = {}
    for place, future in asked.items():
        offset = _offset(future, seconds + _GRACE_SECONDS)
        if offset is not None:
            found[place.topic, place.partition] = offset
    return found


def _offset(future: Any, seconds: float) -> int | None:
    try:
        return int(future.result(timeout=seconds).offset)
    except TimeoutError as error:
        raise KafkaException(KafkaError(KafkaError._TIMED_OUT, "no answer")) from error
    except KafkaException as error:
        if error.args[0].code() in _GONE:
            return None
        raise
