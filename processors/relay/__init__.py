"""The relay: what the event store holds, into Kafka, in order and once.

`build` wires it; `Relay` follows the total order and publishes a page in a transaction, with its
cursor in it; `Outlet` is Kafka's side. docs/relay.md shows how it behaves.
"""

from processors.relay.build import build
from processors.relay.outlet import Names, Outlet, RelayStoppedError
from processors.relay.relay import Relay, Status

__all__ = ["Names", "Outlet", "Relay", "RelayStoppedError", "Status", "build"]
