"""Waiting for the signal to end."""

import signal
import threading


def until_stopped() -> None:
    """Return at SIGTERM or SIGINT. Belongs to the main thread."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
