"""What a long run is doing, on stderr."""

import sys
import time

_BEGAN = time.monotonic()


def say(text: str) -> None:
    """One line with the seconds since the start."""
    sys.stderr.write(f"[{time.monotonic() - _BEGAN:6.1f} s] {text}\n")
    sys.stderr.flush()
