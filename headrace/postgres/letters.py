"""Dead letters as rows, and how any record's headers and texts are stored."""

import base64
from collections.abc import Sequence
from typing import Any

from psycopg.types.json import Jsonb

from headrace.runtime.dead_letters import DeadLetter
from headrace.runtime.records import TopicPartition

Headers = Sequence[tuple[str, bytes | None]]


def letter_values(group: str, letter: DeadLetter) -> dict[str, Any]:
    """A dead letter as the parameters of its INSERT."""
    return {
        "group": group,
        "topic": letter.tp.topic,
        "partition": letter.tp.partition,
        "offset": letter.offset,
        "timestamp": letter.timestamp,
        "key": letter.key,
        "raw": letter.raw,
        "headers": headers_json(letter.headers),
        "error_class": letter.error_class,
        "reason": letter.reason,
        "message": text_of(letter.message),
    }


def letter_of(row: Sequence[Any]) -> DeadLetter:
    """A dead letter from a row of `dead_letters_lease`."""
    topic, partition, offset, timestamp, key, raw, headers, *error = row
    return DeadLetter(
        TopicPartition(topic, partition),
        offset,
        timestamp,
        key,
        raw,
        headers_of(headers),
        *error,
    )


def headers_json(headers: Headers) -> Jsonb:
    """[[name, base64 of the value or null], …]: names may repeat, values are any bytes."""
    return Jsonb(
        [
            [text_of(name), None if value is None else base64.b64encode(value).decode()]
            for name, value in headers
        ]
    )


def headers_of(stored: Sequence[tuple[str, str | None]]) -> Headers:
    """A record's headers from `headers_json`."""
    return [(name, None if value is None else base64.b64decode(value)) for name, value in stored]


def text_of(value: str | None) -> str:
    """A text that PostgreSQL takes: without NUL and lone surrogates."""
    clean = (value or "").encode("utf-8", "backslashreplace").decode()
    return clean.replace("\x00", "\\u0000")
