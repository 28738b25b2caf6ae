"""One Kafka backbone for domain events. A service begins with `from headrace import Service`."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headrace.service import Metadata, Service
    from headrace.sync_producer import SyncProducer

__all__ = ["Metadata", "Service", "SyncProducer"]

_HOMES = {
    "Metadata": "headrace.service",
    "Service": "headrace.service",
    "SyncProducer": "headrace.sync_producer",
}


def __getattr__(name: str) -> Any:
    """Imported when it is asked for: the command line must not load everything."""
    if name not in _HOMES:
        raise AttributeError(f"module 'headrace' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
