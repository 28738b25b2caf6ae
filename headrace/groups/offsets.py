"""What groups have committed, asked through aiokafka: librdkafka's ListConsumerGroupOffsets may die
(SIGSEGV) of the answer that a coordinator has moved, as it does when a broker goes
(https://github.com/confluentinc/librdkafka/issues/5040).
"""

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, for_code
from aiokafka.protocol.admin import DescribeGroupsRequest
from aiokafka.protocol.commit import OffsetFetchRequest

from headrace.groups.asking import asking
from headrace.kafka.errors import forbidden
from headrace.kafka.log_offsets import Place
from headrace.settings import KafkaSettings

_SHARE = 0.8
"""Of the time allowed: after it, groups whose coordinator has not answered are left out."""


@dataclass(frozen=True, slots=True)
class GroupOffsets:
    """How many members a group has, and what it has committed; neither where nobody has made it."""

    members: int
    committed: Mapping[Place, int]


@dataclass(frozen=True, slots=True)
class Groups:
    """By name. `unanswered` has the reasons: a coordinator that is loading, or that is away."""

    known: Mapping[str, GroupOffsets]
    unanswered: Mapping[str, str]


def existing_groups(kafka: KafkaSettings, names: Collection[str], seconds: float) -> list[str]:
    """Those of the names that are groups, and that this user may see.

    Blocks, for so many seconds at most. Raises OutageError.
    """
    return asyncio.run(_existing(kafka, names, seconds))


def group_offsets(kafka: KafkaSettings, names: Collection[str], seconds: float) -> Groups:
    """What there is to know of these groups. Blocks, for so many seconds at most.

    Raises OutageError when no broker answers, ConfigurationError where this user may not see a
    group.
    """
    return asyncio.run(_asked(kafka, names, seconds))


async def _existing(kafka: KafkaSettings, names: Collection[str], seconds: float) -> list[str]:
    async with asking(kafka, "list of groups", seconds) as client:
        listed = await client.list_consumer_groups()
    return sorted({name for name, *_ in listed} & set(names))


async def _asked(kafka: KafkaSettings, names: Collection[str], seconds: float) -> Groups:
    known: dict[str, GroupOffsets] = {}
    unanswered = dict.fromkeys(names, "no answer in time")
    refused: dict[str, Exception] = {}

    async def ask(client: Any, name: str) -> None:
        try:
            known[name] = await _of_group(client, name)
        except GroupAuthorizationFailedError as error:
            refused[name] = error
        except (KafkaError, TimeoutError, OSError) as error:
            unanswered[name] = repr(error)

    async with asking(kafka, "offsets of groups", seconds) as client:
        tasks = [asyncio.create_task(ask(client, name)) for name in names]
        if tasks:
            done, late = await asyncio.wait(tasks, timeout=_SHARE * seconds)
            await _cancelled(late)
            for task in done:
                task.result()
    for name, error in refused.items():
        raise forbidden(f"group {name}", kafka.sasl_username) from error
    return Groups(known, {name: why for name, why in unanswered.items() if name not in known})


async def _cancelled(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _of_group(client: Any, name: str) -> GroupOffsets:
    coordinator = await client.find_coordinator(name)
    (described,) = (await client._send_request(DescribeGroupsRequest([name]), coordinator)).groups
    _check(described[0])
    # not the client's own call for this: it takes a coordinator's refusal for "nothing committed"
    fetched = await client._send_request(OffsetFetchRequest(name, None), coordinator)
    _check(fetched.error_code)
    committed = {
        (topic, partition): offset
        for topic, partitions in fetched.topics
        for partition, offset, _, error in partitions
        if offset >= 0 and not error
    }
    return GroupOffsets(len(described[5]), committed)


def _check(code: int) -> None:
    if code:
        raise for_code(code)()
