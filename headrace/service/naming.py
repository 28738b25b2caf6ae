"""The event types that records name in their headers, told without decoding them."""

from collections.abc import Iterable

from headrace.runtime.columns import RecordColumns
from headrace.runtime.records import Record

_HEADER = "eventType"
_SIZE_OF_ID = 36
_ID = b"\x0eeventId" + bytes((_SIZE_OF_ID << 1,))
_TYPE = bytes((len(_HEADER) << 1,)) + _HEADER.encode()
_TO_TYPE = 1 + len(_ID) + _SIZE_OF_ID
_TO_SIZE = _TO_TYPE + len(_TYPE)


def event_types(records: Iterable[Record]) -> list[str | None]:
    """The text of each record's header; None where it has none."""
    if isinstance(records, RecordColumns):
        return _of_columns(records)
    return [event_type_of(record) for record in records]


def event_type_of(record: Record) -> str | None:
    """The header's text, if there is one."""
    for name, value in record.headers:
        if name == _HEADER and value is not None:
            return value.decode("utf-8", "replace")
    return None


def _of_columns(records: RecordColumns) -> list[str | None]:
    """Headers that begin as `headrace.codec.headers_of` writes them, event id and type, need no
    parsing.
    """
    buffer, known, found = records.buffer, dict[bytes, str](), list[str | None]()
    for number, at in enumerate(records.headers_at.tolist()):
        size = at + _TO_SIZE
        if buffer.startswith(_TYPE, at + _TO_TYPE) and _begins(buffer, at, size):
            raw = buffer[size + 1 : size + 1 + (buffer[size] >> 1)]
            name = known.get(raw)
            if name is None:
                name = known[raw] = raw.decode("utf-8", "replace")
            found.append(name)
        else:
            found.append(event_type_of(records[number]))
    return found


def _begins(buffer: bytes, at: int, size: int) -> bool:
    """Two headers or more, the first an event id; the second's size is one byte, and no null."""
    few = 4 <= buffer[at] < 0x80
    return few and buffer.startswith(_ID, at + 1) and buffer[size] < 0x80 and not buffer[size] & 1
