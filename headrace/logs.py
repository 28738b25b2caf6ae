"""Structured logs: one JSON object a line on stderr, with timestamp, level, message, service.

`configure` is called once, when a process starts. Log with `structlog.get_logger()`; bind the ids
that follow a piece of work (`structlog.contextvars.bound_contextvars(correlationId=…)`). What the
libraries log through Python's own `logging` comes out in the same form.
"""

import logging
import sys
from typing import Literal, TextIO, get_args

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from headrace.errors import ConfigurationError

LogLevel = Literal["debug", "info", "warn", "error"]

_LEVELS = {
    "debug": logging.DEBUG,
    "info": logging.INFO,
    "warn": logging.WARNING,
    "error": logging.ERROR,
}
_TALKATIVE = ("aiokafka", "faust", "mode", "httpx", "httpcore")
"""At `info` they log every request, with its whole URL, and every step of a rebalance."""
_NAMES = {"warning": "warn", "critical": "error", "exception": "error"}


def configure(level: str, service: str, stream: TextIO | None = None) -> None:
    """Send all logs of this process from `level` up to `stream` (stderr) as JSON lines."""
    if level not in _LEVELS:
        raise ConfigurationError(f"LOG_LEVEL must be one of {', '.join(get_args(LogLevel))}")
    shared, stream = _shared_processors(service), stream or sys.stderr
    lines = _Lines(stream)
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=lambda *_: lines,
        cache_logger_on_first_use=False,
    )
    _route_standard_logging(_LEVELS[level], shared, stream)


class _Lines(structlog.WriteLogger):
    """Writes lines. One that cannot be written stops nobody's work, as with Python's `logging`."""

    def msg(self, message: str) -> None:
        try:
            super().msg(message)
        except (OSError, ValueError):  # a full disk, a reader that went away, a closed file
            return

    debug = info = warn = warning = error = critical = exception = log = fatal = msg


def _shared_processors(service: str) -> list[Processor]:
    def add_service(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("service", service)
        return event

    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _name_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="timestamp"),
        add_service,
        structlog.processors.format_exc_info,
        structlog.processors.EventRenamer("message"),
    ]


def _name_level(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    event["level"] = _NAMES.get(event["level"], event["level"])
    return event


def _route_standard_logging(level: int, shared: list[Processor], stream: TextIO) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for library in _TALKATIVE:
        quiet = level if level == logging.DEBUG else max(level, logging.WARNING)
        logging.getLogger(library).setLevel(quiet)
