"""The stage runtime: records from a log through a handler, each applied exactly once.

A `Stage` names a consumer group, its topics, a decoder and a handler. An `Engine` runs it on a
`Source` (Kafka through Faust in `faust_source`, or `MemoryLog`), in lanes, one a partition, and
moves the `Ledger` in the transaction of the effects. `policy` decides about errors. Only this
package knows Faust; what needs it (`faust_source`, `transport`) is imported where it is used.
"""

from headrace.errors import BusinessError
from headrace.runtime.dead_letters import DeadLetter, DeadLetterLimit, connect_headers
from headrace.runtime.engine import Engine, EngineLimits
from headrace.runtime.events import EventFrame, EventList, Events, MixedEvents, events_of
from headrace.runtime.ledger import (
    Claim,
    ClaimRequest,
    Counts,
    Ledger,
    LedgerConflictError,
    LedgerRow,
    LedgerTransaction,
    Move,
    TopicRecreatedError,
)
from headrace.runtime.memory_ledger import MemoryLedger
from headrace.runtime.memory_log import MemoryLog, MemorySource
from headrace.runtime.parking import Due, Outlook, Parked, Parking, ParkingPolicy
from headrace.runtime.policy import FailurePolicy, StageStoppedError
from headrace.runtime.records import StageEvent, TopicPartition
from headrace.runtime.source import Source
from headrace.runtime.stage import Decoder, Handler, Stage

__all__ = [
    "BusinessError",
    "Claim",
    "ClaimRequest",
    "Counts",
    "DeadLetter",
    "DeadLetterLimit",
    "Decoder",
    "Due",
    "Engine",
    "EngineLimits",
    "EventFrame",
    "EventList",
    "Events",
    "FailurePolicy",
    "Handler",
    "Ledger",
    "LedgerConflictError",
    "LedgerRow",
    "LedgerTransaction",
    "MemoryLedger",
    "MemoryLog",
    "MemorySource",
    "MixedEvents",
    "Move",
    "Outlook",
    "Parked",
    "Parking",
    "ParkingPolicy",
    "Source",
    "Stage",
    "StageEvent",
    "StageStoppedError",
    "TopicPartition",
    "TopicRecreatedError",
    "connect_headers",
    "events_of",
]
