"""From an older major version of an event's payload to a newer one, for consumers of the newer.

`upcast(event, PaymentPartialRefundV2)` gives the typed event whichever major the event was written
in, through the catalog's own steps (`steps`) and those that a service adds with `upcaster`.
"""

from headrace.upcasting import steps
from headrace.upcasting.registry import UpcastError, Upcasters

_ALL = Upcasters()
steps.register(_ALL)

upcaster = _ALL.upcaster
upcast = _ALL.upcast
upcast_payload = _ALL.payload

__all__ = ["UpcastError", "Upcasters", "upcast", "upcast_payload", "upcaster"]
