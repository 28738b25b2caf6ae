"""What groups have committed, asked through aiokafka: librdkafka 2.16 dies (SIGSEGV) of the answer
that a coordinator has just moved, as it may after a restart of a broker
(https://github.com/confluentinc/librdkafka/issues/5040).
"""

import asyncio
from collections.abc import Collection
from typing import Any

from aiokafka.errors import GroupAuthorizationFailedError

from headrace.exporter.asking import asking
from headrace.kafka.errors import forbidden
from headrace.kafka.groups import Place
from headrace.settings import KafkaSettings

Committed = dict[str, dict[Place, int]]


def committed_offsets(kafka: KafkaSettings, groups: Collection[str], seconds: float) -> Committed:
    """By group; empty where nobody has made it. Blocks, for so many seconds at most.

    Raises OutageError, ConfigurationError where this user may not see a group.
    """
    return asyncio.run(_asked(kafka, groups, seconds))


async def _asked(kafka: KafkaSettings, groups: Collection[str], seconds: float) -> Committed:
    async with asking(kafka, "offsets of groups", seconds) as client:
        return {group: await _of_group(client, group, kafka) for group in groups}


async def _of_group(client: Any, group: str, kafka: KafkaSettings) -> dict[Place, int]:
    try:
        found = await client.list_consumer_group_offsets(group)
    except GroupAuthorizationFailedError as error:
        raise forbidden(f"group {group}", kafka.sasl_username) from error
    return {(tp.topic, tp.partition): at.offset for tp, at in found.items() if at.offset >= 0}
