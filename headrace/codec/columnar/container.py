"""Bodies framed as an Avro object container, which a vectorised reader takes.

Bodies of one writer schema, laid end to end, are the body of a container block. So that a body that
is too long or too short cannot borrow from its neighbour, a random mark follows each one, as a last
field of the record: a reader that comes out of step reads something else there.

https://avro.apache.org/docs/1.12.0/specification/#object-container-files
"""

import json
import os
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

MARK = "mark_"
MARK_BYTES = 8
BLOCK = 64
"""Bodies in a block: a reader that fails names no body, so those of one block are tried alone."""

_SYNC = b"headrace headrac"


class Container:
    """Frames the bodies of one schema, a record's."""

    def __init__(self, schema: dict[str, Any]) -> None:
        mark = {"name": MARK, "type": {"type": "fixed", "name": "Mark_", "size": MARK_BYTES}}
        marked = json.dumps({**schema, "fields": [*schema["fields"], mark]}).encode()
        entries = _bytes(b"avro.schema") + _bytes(marked) + _bytes(b"avro.codec") + _bytes(b"null")
        self._header = b"Obj\x01" + _long(2) + entries + _long(0) + _SYNC

    def framed(self, bodies: Sequence[bytes]) -> tuple[bytes, bytes]:
        """The container's bytes, and the mark that must stand after every body."""
        mark = secrets.token_bytes(MARK_BYTES)
        parts = [self._header]
        for at in range(0, len(bodies), BLOCK):
            block = bodies[at : at + BLOCK]
            joined = mark.join((*block, b""))
            parts += (_long(len(block)), _long(len(joined)), joined, _SYNC)
        return b"".join(parts), mark


@contextmanager
def as_file(data: bytes) -> Iterator[str]:
    """A path under which `data` can be read: in memory where the system can."""
    if hasattr(os, "memfd_create"):
        handle = os.memfd_create("headrace")
        path = f"/proc/self/fd/{handle}"
    else:
        handle, path = tempfile.mkstemp(suffix=".avro")
    try:
        with os.fdopen(handle, "wb", closefd=False) as file:
            file.write(data)
        yield path
    finally:
        os.close(handle)
        if not path.startswith("/proc/"):
            with suppress(FileNotFoundError):
                os.unlink(path)


def _long(number: int) -> bytes:
    """Avro's zigzag varint of a number that is not negative."""
    rest = number << 1
    out = bytearray()
    while rest > 0x7F:
        out.append(rest & 0x7F | 0x80)
        rest >>= 7
    out.append(rest)
    return bytes(out)


def _bytes(data: bytes) -> bytes:
    return _long(len(data)) + data
