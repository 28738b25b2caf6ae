"""Native libraries written in Rust may panic: that is no Exception, and ends whoever forgets it."""

from collections.abc import Iterator
from contextlib import contextmanager


class NativePanicError(Exception):
    """Native code panicked; the process is sound. What it was given goes another way."""


@contextmanager
def panics_as_errors() -> Iterator[None]:
    """A panic inside the block is raised as NativePanicError."""
    try:
        yield
    except BaseException as error:
        # pyo3's own class cannot be imported: each library has another of that name
        if type(error).__name__ != "PanicException":
            raise
        raise NativePanicError(str(error)) from error
