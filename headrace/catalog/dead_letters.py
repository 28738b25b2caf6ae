"""The topics to which consumer groups copy what they cannot handle."""

from collections.abc import Mapping
from types import MappingProxyType

LARGEST_DEAD_LETTER_BYTES = 2 << 20
"""A copy is larger than its record: it carries the reason in headers."""

DEAD_LETTER_PARTITIONS = 1
DEAD_LETTER_REPLICATION = 3
DEAD_LETTER_CONFIG: Mapping[str, str] = MappingProxyType(
    {
        "retention.ms": str(30 * 86_400_000),
        "message.timestamp.type": "LogAppendTime",
        "max.message.bytes": str(LARGEST_DEAD_LETTER_BYTES),
    }
)


def dead_letter_topic(group: str) -> str:
    """Where the records that `group` cannot handle are copied to."""
    return f"{group}.dlq"
