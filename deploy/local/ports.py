"""Which port each server listens on: the user's, else the last one, else the default, else any."""

import json
import os
import socket
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from deploy.local.files import write_atomically
from headrace.errors import ConfigurationError


@dataclass(frozen=True, slots=True)
class Ports:
    """TCP ports on 127.0.0.1; `kafka_controller` is the broker's own second listener. Prometheus
    asks `api_metrics`, `archive_metrics` and `exporter`.
    """

    kafka: int
    kafka_controller: int
    registry: int
    postgres: int
    api: int
    api_metrics: int
    archive_metrics: int
    exporter: int


DEFAULTS = Ports(
    kafka=9092,
    kafka_controller=9093,
    registry=8081,
    postgres=5432,
    api=8000,
    api_metrics=9101,
    archive_metrics=9102,
    exporter=9308,
)
_SERVERS = ("kafka", "kafka_controller", "registry", "postgres", "api")


def choose_ports(
    remembered: Path, running: Collection[str] = (), environ: Mapping[str, str] = os.environ
) -> Ports:
    """Choose and remember. `running` names the servers that hold their remembered port already.

    Raises ConfigurationError for a port that the user set and that is taken or no port.
    """
    before = _read(remembered)
    chosen: dict[str, int] = {}
    for name, default in asdict(DEFAULTS).items():
        held = before.get(name) if _holder(name) in running else None
        wanted = _set_by_user(name, environ)
        if wanted is None:
            chosen[name] = held or _first_free(before.get(name), default, chosen.values())
        else:
            chosen[name] = _check_wanted(name, wanted, held)
    write_atomically(remembered, json.dumps(chosen, indent=2) + "\n")
    return Ports(**chosen)


def remembered_ports(path: Path) -> Ports | None:
    """The ports of the last start, or None before the first.

    A stack that was started before it had metrics is one, too.
    """
    before = _read(path)
    complete = all(name in before for name in _SERVERS)
    return Ports(**(asdict(DEFAULTS) | before)) if complete else None


def free_ports() -> Ports:
    """Ports that nobody listens on now; for a set of servers of its own."""
    return Ports(*free_numbers(len(fields(Ports))))


def free_numbers(count: int) -> list[int]:
    """As many different ports that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]
    finally:
        for each in sockets:
            each.close()


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of 127.0.0.1 now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _holder(name: str) -> str:
    """The program that listens there."""
    return name.removesuffix("_controller").removesuffix("_metrics")


def _variable(name: str) -> str:
    return f"HEADRACE_{name.upper()}_PORT"


def _set_by_user(name: str, environ: Mapping[str, str]) -> int | None:
    text = environ.get(_variable(name), "")
    if not text:
        return None
    if not (text.isascii() and text.isdecimal() and 1 <= int(text) <= 65535):
        raise ConfigurationError(f"{_variable(name)}={text!r} is no port; give one of 1 to 65535")
    return int(text)


def _check_wanted(name: str, wanted: int, held: int | None) -> int:
    if held == wanted:
        return wanted
    if held is not None:
        raise ConfigurationError(
            f"{_variable(name)} is {wanted}, but {name} runs on port {held}; "
            "`headrace down` first, then `headrace up`"
        )
    if not is_free(wanted):
        raise ConfigurationError(
            f"{_variable(name)}: port {wanted} is taken by another process; "
            "end that one, set another port, or unset the variable to get a free one"
        )
    return wanted


def _first_free(last: int | None, default: int, taken: Collection[int]) -> int:
    for port in (last, default):
        if port is not None and port not in taken and is_free(port):
            return port
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    return port if port not in taken else _first_free(None, default, taken)


def _read(path: Path) -> dict[str, int]:
    try:
        found = json.loads(path.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    if not isinstance(found, dict):
        return {}
    known = {field.name for field in fields(Ports)}
    return {name: port for name, port in found.items() if name in known and isinstance(port, int)}
